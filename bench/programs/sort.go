// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"sort"
)

func main() {
	var xs []int
	x := 42
	for i := 0; i < 1000000; i++ {
		x = x * 16807 % 2147483647
		xs = append(xs, x)
	}
	sort.Slice(xs, func(a, b int) bool { return xs[a] < xs[b] })
	sum := 0
	for i := 0; i < 1000; i++ {
		sum = (sum*31 + xs[i*1000]) % 1000003
	}
	fmt.Println(sum)
}
