// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"strconv"
	"strings"
)

var request = strings.Join([]string{
	"INVITE sip:bob@example.test SIP/2.0",
	"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds;rport",
	"Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKnashds8",
	"Max-Forwards: 70",
	"To: Bob <sip:bob@example.test>",
	"From: Alice <sip:alice@example.test>;tag=1928301774",
	"Call-ID: a84b4c76e66710@192.0.2.1",
	"CSeq: 314159 INVITE",
	"Contact: <sip:alice@192.0.2.1:5060;transport=udp>",
	"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY",
	"Supported: replaces, timer",
	"User-Agent: bench/1.0",
	"Content-Type: application/sdp",
	"Content-Length: 0",
}, "\r\n") + "\r\n\r\n"

type message struct {
	method, uri string
	headers     map[string]string
	vias        []string
}

func parse(text string) *message {
	rows := strings.Split(text, "\r\n")
	start := strings.Split(rows[0], " ")
	m := &message{start[0], start[1], map[string]string{}, nil}
	for _, row := range rows[1:] {
		if row == "" {
			break
		}
		name, value, _ := strings.Cut(row, ":")
		name, value = strings.ToLower(name), strings.TrimSpace(value)
		if name == "via" {
			m.vias = append(m.vias, value)
		} else {
			m.headers[name] = value
		}
	}
	return m
}

func param(value, name string) string {
	_, rest, found := strings.Cut(value, ";"+name+"=")
	if !found {
		return ""
	}
	rest, _, _ = strings.Cut(rest, ";")
	return rest
}

func answer(m *message, n int) string {
	out := []string{"SIP/2.0 200 OK"}
	for _, via := range m.vias {
		out = append(out, "Via: "+via)
	}
	out = append(out, "To: "+m.headers["to"]+";tag="+strconv.Itoa(n))
	out = append(out, "From: "+m.headers["from"])
	out = append(out, "Call-ID: "+m.headers["call-id"])
	out = append(out, "CSeq: "+m.headers["cseq"])
	out = append(out, "Content-Length: 0\r\n\r\n")
	return strings.Join(out, "\r\n")
}

func main() {
	sum := 0
	for i := 0; i < 60000; i++ {
		m := parse(request)
		branch := param(m.vias[0], "branch")
		tag := param(m.headers["from"], "tag")
		cseq, _ := strconv.Atoi(strings.Split(m.headers["cseq"], " ")[0])
		reply := answer(m, i)
		sum = (sum + len(branch) + len(tag) + cseq + len(reply) + len(m.headers)) % 1000003
	}
	fmt.Println(sum)
}
