// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"strconv"
	"strings"
)

func main() {
	var wordsIn []string
	x := 42
	for i := 0; i < 300000; i++ {
		x = x * 16807 % 2147483647
		wordsIn = append(wordsIn, "w"+strconv.Itoa(x%5000))
	}
	text := strings.Join(wordsIn, " ")
	count, size := 0, 0
	for round := 0; round < 6; round++ {
		ws := strings.Split(text, " ")
		count += len(ws)
		for _, w := range ws {
			size += len(w)
		}
		sep := " "
		if round%2 == 0 {
			sep = ","
		}
		text = strings.ReplaceAll(strings.Join(ws, sep), ",", " ")
	}
	fmt.Println(count, size, len(text))
}
