// SPDX-License-Identifier: MIT
package main

import "fmt"

func counter(start int) func(int) int {
	n := start
	return func(by int) int {
		n = (n + by) % 1000003
		return n
	}
}

func compose(f, g func(int) int) func(int) int {
	return func(x int) int { return f(g(x)) }
}

func main() {
	sum := 0
	for i := 0; i < 1000000; i++ {
		c := counter(i)
		for j := 0; j < 10; j++ {
			sum = (sum + c(j)) % 1000003
		}
	}
	inc := func(x int) int { return x + 1 }
	f := compose(inc, compose(inc, inc))
	x := 0
	for i := 0; i < 2000000; i++ {
		x = f(x) % 1000003
	}
	fmt.Println(sum + x)
}
