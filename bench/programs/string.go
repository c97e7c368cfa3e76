// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"strconv"
	"strings"
)

func main() {
	var parts []string
	for i := 0; i < 1000000; i++ {
		parts = append(parts, "k"+strconv.Itoa(i)+"="+strconv.Itoa(i*7%1000)+";")
	}
	text := strings.Join(parts, "")
	sum := 0
	for i := 0; i < 1000; i++ {
		sum = (sum*31 + int(text[i*997])) % 1000003
	}
	grown := ""
	for i := 0; i < 2000; i++ {
		grown = grown + "ab"
	}
	fmt.Println(len(text), sum, len(grown))
}
