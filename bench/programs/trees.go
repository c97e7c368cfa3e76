// SPDX-License-Identifier: MIT
package main

import "fmt"

type tree struct{ left, right *tree }

func build(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{build(depth - 1), build(depth - 1)}
}

func count(t *tree) int {
	if t.left == nil {
		return 1
	}
	return 1 + count(t.left) + count(t.right)
}

func main() {
	kept := build(16)
	sum := 0
	for depth := 4; depth <= 16; depth += 4 {
		rounds := 1 << (16 - depth + 2)
		for i := 0; i < rounds; i++ {
			sum = (sum + count(build(depth))) % 1000003
		}
	}
	fmt.Println(sum, count(kept))
}
