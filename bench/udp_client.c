// SPDX-License-Identifier: MIT
// Drives a UDP echo server and measures it: udp_client PORT COUNT WINDOW SIZE
//
// Keeps WINDOW datagrams of SIZE octets (a number in front, the rest a pattern) in flight, checks
// that each comes back as it went, and prints datagrams per second. Sends `stop` in the end. A
// window that nothing comes back from for half a second counts as lost. Exit status 1 when an
// echo differed or none came.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH    64
#define MAX_SIZE 1500

static uint8_t out[BATCH][MAX_SIZE], in[BATCH][MAX_SIZE + 1];
static struct mmsghdr out_msgs[BATCH], in_msgs[BATCH];
static struct iovec out_parts[BATCH], in_parts[BATCH];
static size_t size;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void prepare(void)
{
    for (int i = 0; i < BATCH; i++) {
        memset(out[i], 0xd5, sizeof out[i]);
        out_parts[i] = (struct iovec){out[i], size};
        in_parts[i] = (struct iovec){in[i], sizeof in[i]};
        out_msgs[i].msg_hdr = (struct msghdr){.msg_iov = &out_parts[i], .msg_iovlen = 1};
        in_msgs[i].msg_hdr = (struct msghdr){.msg_iov = &in_parts[i], .msg_iovlen = 1};
    }
}

static int open_to(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 4000000;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("udp_client");
        exit(1);
    }
    return fd;
}

// Sends up to n, numbered from `first`. Returns how many went.
static long send_some(int fd, uint32_t first, long n)
{
    if (n > BATCH) n = BATCH;
    for (long i = 0; i < n; i++) {
        uint32_t number = first + (uint32_t)i;
        memcpy(out[i], &number, sizeof number);
    }
    int sent = sendmmsg(fd, out_msgs, (unsigned)n, 0);
    return sent < 0 ? 0 : sent;
}

static int is_right(const struct mmsghdr *m, const uint8_t *octets, uint32_t last)
{
    uint32_t number;
    memcpy(&number, octets, sizeof number);
    return m->msg_len == size && number <= last &&
           memcmp(octets + sizeof number, out[0] + sizeof number, size - sizeof number) ==
               0;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "udp_client PORT COUNT WINDOW SIZE\n");
        return 2;
    }
    long count = strtol(argv[2], NULL, 10), window = strtol(argv[3], NULL, 10);
    size = strtoul(argv[4], NULL, 10);
    if (size < 5 || size > MAX_SIZE) size = 172;
    prepare();
    int fd = open_to((uint16_t)strtol(argv[1], NULL, 10));
    long sent = 0, got = 0, lost = 0, wrong = 0;
    double start = now_s(), last = start;
    while (got + lost < count) {
        while (sent < count && sent - got - lost < window) {
            long room = window - (sent - got - lost), rest = count - sent;
            long n = send_some(fd, (uint32_t)sent, room < rest ? room : rest);
            if (n == 0) break;
            sent += n;
        }
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 500) == 0) {
            lost = sent - got;
            continue;
        }
        int n = recvmmsg(fd, in_msgs, BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++) wrong += !is_right(&in_msgs[i], in[i], (uint32_t)sent);
        if (n > 0) {
            got += n;
            last = now_s();
        }
    }
    for (int i = 0; i < 3; i++) (void)!send(fd, "stop", 4, 0);
    printf("%ld echoed, %ld lost, %ld wrong, %.0f a second\n", got, lost, wrong,
           (double)got / (last - start));
    return wrong || !got;
}
