// SPDX-License-Identifier: MIT
package main

import "fmt"

func main() {
	n, count, sum := 5000000, 0, 0
	prime := make([]bool, n)
	for i := range prime {
		prime[i] = true
	}
	for i := 2; i < n; i++ {
		if !prime[i] {
			continue
		}
		count++
		sum = (sum + i) % 1000003
		for j := i * i; j < n; j += i {
			prime[j] = false
		}
	}
	fmt.Println(count, sum)
}
