// SPDX-License-Identifier: MIT
// The least that a UDP echo can cost: recvmmsg and sendmmsg in a loop. Prints its port, ends when
// a datagram says `stop`. What bench/udp_echo.braw is measured against.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH 64

int main(void)
{
    static uint8_t octets[BATCH][2048];
    static struct sockaddr_in peers[BATCH];
    static struct mmsghdr msgs[BATCH];
    static struct iovec parts[BATCH];
    struct sockaddr_in own = {.sin_family = AF_INET};
    socklen_t len = sizeof own;
    int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 4000000;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0) return 1;
    getsockname(fd, (struct sockaddr *)&own, &len);
    printf("%d\n", ntohs(own.sin_port));
    fflush(stdout);
    for (;;) {
        for (int i = 0; i < BATCH; i++) {
            parts[i] = (struct iovec){octets[i], sizeof octets[i]};
            msgs[i].msg_hdr = (struct msghdr){.msg_name = &peers[i],
                                              .msg_namelen = sizeof peers[i],
                                              .msg_iov = &parts[i],
                                              .msg_iovlen = 1};
        }
        int n = recvmmsg(fd, msgs, BATCH, MSG_WAITFORONE, NULL);
        if (n > 0 && msgs[0].msg_len == 4 && memcmp(octets[0], "stop", 4) == 0) return 0;
        for (int i = 0; i < n; i++) parts[i].iov_len = msgs[i].msg_len;
        for (int at = 0; at < n;) {
            int k = sendmmsg(fd, msgs + at, (unsigned)(n - at), 0);
            if (k <= 0) break;
            at += k;
        }
    }
}
