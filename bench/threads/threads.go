// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

func freeWork(from, to int) int {
	s := 0
	for i := from; i < to; i++ {
		s = (s + i*31%1009) % 1000003
	}
	return s
}

func allocWork(from, to int) int {
	s := 0
	for round := from; round < to; round++ {
		d := map[string]int{}
		for i := 0; i < 1000; i++ {
			d["key"+strconv.Itoa((round+i)%1500)] = i
		}
		keys := make([]string, 0, len(d))
		for k := range d {
			keys = append(keys, k)
		}
		s = (s + len(strings.Join(keys, ",")) + len(d)) % 1000003
	}
	return s
}

func shareOut(work func(from, to int) int, total, n int) int {
	results := make(chan int)
	for i := 0; i < n; i++ {
		go func(i int) { results <- work(total*i/n, total*(i+1)/n) }(i)
	}
	sum := 0
	for i := 0; i < n; i++ {
		sum += <-results
	}
	return sum % 1000003
}

func stream(n int) int {
	c := make(chan int, 1024)
	go func() {
		for i := 0; i < n; i++ {
			c <- i
		}
		close(c)
	}()
	sum := 0
	for v := range c {
		sum = (sum + v) % 1000003
	}
	return sum
}

func main() {
	n, _ := strconv.Atoi(os.Args[2])
	switch os.Args[1] {
	case "free":
		fmt.Println(shareOut(freeWork, 100000000, n))
	case "alloc":
		fmt.Println(shareOut(allocWork, 5000, n))
	case "stream":
		fmt.Println(stream(n))
	}
}
