// SPDX-License-Identifier: MIT
// Drives a UDP echo server and measures it: udp_client PORT COUNT WINDOW SIZE [PORTS [RATE]]
//
// Sends from PORTS ports (1), at most RATE datagrams a second (0: as fast as it comes). Keeps WINDOW datagrams of SIZE octets (a number in front, the rest a pattern) in flight, checks
// that each comes back as it went, and prints datagrams per second. Sends `stop` in the end. A
// window that nothing comes back from for half a second counts as lost. Exit status 1 when an
// echo differed or none came.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH     64
#define MAX_SIZE  1500
#define MAX_PORTS 256

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

static long sent, got, lost, wrong;

static void receive_some(int fd)
{
    int n = recvmmsg(fd, in_msgs, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++) wrong += !is_right(&in_msgs[i], in[i], (uint32_t)sent);
    if (n > 0) got += n;
}

// How many may go now: the window, the rate, what is left.
static long room(long count, long window, double rate, double start)
{
    long n = window - (sent - got - lost), rest = count - sent;
    if (rate > 0) {
        long due = (long)((now_s() - start) * rate) - sent;
        if (n > due) n = due;
    }
    return n < rest ? n : rest;
}

int main(int argc, char **argv)
{
    static struct pollfd polls[MAX_PORTS];
    if (argc < 5 || argc > 7) {
        fprintf(stderr, "udp_client PORT COUNT WINDOW SIZE [PORTS [RATE]]\n");
        return 2;
    }
    long count = strtol(argv[2], NULL, 10), window = strtol(argv[3], NULL, 10);
    long ports = argc > 5 ? strtol(argv[5], NULL, 10) : 1, next = 0;
    double rate = argc > 6 ? strtod(argv[6], NULL) : 0;
    size = strtoul(argv[4], NULL, 10);
    if (size < 5 || size > MAX_SIZE) size = 172;
    if (ports < 1 || ports > MAX_PORTS) ports = 1;
    prepare();
    for (long i = 0; i < ports; i++)
        polls[i] = (struct pollfd){.fd = open_to((uint16_t)strtol(argv[1], NULL, 10)),
                                   .events = POLLIN};
    double start = now_s(), last = start;
    while (got + lost < count) {
        for (long n; (n = room(count, window, rate, start)) > 0; next++) {
            // from many ports a little each, as many peers would
            n = send_some(polls[next % ports].fd, (uint32_t)sent, ports > 1 && n > 4 ? 4 : n);
            if (n == 0) break;
            sent += n;
        }
        bool waits_for_rate = rate > 0 && sent < count;
        int ready = poll(polls, (nfds_t)ports, waits_for_rate ? 1 : 500);
        if (ready == 0 && (!waits_for_rate || now_s() - last > 0.5)) lost = sent - got;
        for (long i = 0; i < ports && ready > 0; i++)
            if (polls[i].revents) receive_some(polls[i].fd);
        if (ready > 0) last = now_s();
    }
    for (int i = 0; i < 3; i++) (void)!send(polls[0].fd, "stop", 4, 0);
    printf("%ld echoed, %ld lost, %ld wrong, %.0f a second\n", got, lost, wrong,
           (double)got / (last - start));
    return wrong || !got;
}
