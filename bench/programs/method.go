// SPDX-License-Identifier: MIT
// Calls through an interface; made by a function that is not inlined, as in a program that does not
// know the types when it is compiled.
package main

import "fmt"

type adder interface {
	add(by int) int
	value() int
}

type counter struct{ n int }

func (c *counter) add(by int) int {
	c.n = (c.n + by) % 1000003
	return c.n
}
func (c *counter) value() int { return c.n }

type skipper struct{ counter }

func (s *skipper) add(by int) int {
	s.n = (s.n + by*2) % 1000003
	return s.n
}

//go:noinline
func newCounter(n int) adder { return &counter{n} }

//go:noinline
func newSkipper(n int) adder { return &skipper{counter{n}} }

func main() {
	a, b, sum := newCounter(1), newSkipper(2), 0
	for i := 0; i < 4000000; i++ {
		a.add(i)
		b.add(i)
		sum = (sum + a.value() + b.value()) % 1000003
	}
	fmt.Println(sum)
}
