// SPDX-License-Identifier: MIT
package main

import (
	"encoding/binary"
	"fmt"
)

func main() {
	b := make([]byte, 1200)
	for i := 0; i < 100; i++ {
		p := b[i*12 : i*12+12]
		p[0] = 128
		p[1] = byte(i % 128)
		binary.BigEndian.PutUint16(p[2:], uint16(i*7))
		binary.BigEndian.PutUint32(p[4:], uint32(i*100000))
		binary.BigEndian.PutUint32(p[8:], uint32(3735928559-i))
	}
	sum := 0
	for i := 0; i < 5000000; i++ {
		off := i % 100 * 12
		p := b[off : off+12]
		version, pt := p[0]>>6, p[1]&127
		seq, ts := binary.BigEndian.Uint16(p[2:]), binary.BigEndian.Uint32(p[4:])
		ssrc := binary.BigEndian.Uint32(p[8:])
		sum = (sum + int(version) + int(pt) + int(seq) + int(ts) + int(ssrc)) % 1000003
		binary.BigEndian.PutUint16(p[2:], seq+1)
		binary.BigEndian.PutUint32(p[4:], ts+160)
	}
	fmt.Println(sum)
}
