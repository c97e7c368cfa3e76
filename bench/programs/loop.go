// SPDX-License-Identifier: MIT
package main

import "fmt"

func main() {
	s := 0
	for i := 0; i < 20000000; i++ {
		s = (s + i*3) % 1000003
	}
	x := 1
	for n := 0; n < 5000000; n++ {
		if x%2 == 0 {
			x = x + n
		} else {
			x = x*3 + 1
		}
		x = x % 1000003
	}
	fmt.Println(s + x)
}
