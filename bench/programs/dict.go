// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"strconv"
)

func main() {
	d := map[int]int{}
	x := 42
	for i := 0; i < 1000000; i++ {
		x = x * 16807 % 2147483647
		d[x%700001*1009]++
	}
	most := 0
	for i := 0; i < 700001; i++ {
		if n := d[i*1009]; n > most {
			most = n
		}
	}
	s := map[string]int{}
	for i := 0; i < 300000; i++ {
		s["user"+strconv.Itoa(i%50000)] = i
	}
	sum := 0
	for i := 0; i < 50000; i++ {
		sum = (sum + s["user"+strconv.Itoa(i)]) % 1000003
	}
	fmt.Println(len(d), most, sum)
}
