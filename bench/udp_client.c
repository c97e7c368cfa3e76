// SPDX-License-Identifier: MIT
// Drives a UDP echo server and measures it: udp_client PORT COUNT WINDOW SIZE [PORTS [RATE]]
//
// It plays PORTS peers (1) that know nothing of each other: each keeps its part of WINDOW datagrams
// in flight, and sends the next when one of its own has come back. So a server of several threads
// has work for each of them until the end, whichever peers are whose. (One window for all would
// fill with the datagrams of the thread that has got most peers, and the others would wait for it.)
// Many peers at once are looked after once a millisecond: woken for each packet, this program would take a
// good part of the processors that it shares with the server. WINDOW is to last for longer than that.
// With a RATE the peers send so many a second together, in turn, a window permitting; 0: as fast
// as it comes. COUNT datagrams of SIZE octets, a number in front, the rest a pattern.
//
// Checks that each comes back as it went. What it prints as `a second` are those that came back
// until the last one was sent: what comes later finds some threads of the server idle. Sends `stop`
// in the end. What does not come back within half a second counts as lost. Exit status 1 when an
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
#define IN_TURN   4 // datagrams of a peer before it is the next one's turn
#define LOOK_NS   1000000

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

static struct pollfd polls[MAX_PORTS];
static long in_flight[MAX_PORTS], n_ports = 1, window;
static long sent, got, lost, wrong;

// Several batches in a row: fewer calls of poll.
static void receive(long port)
{
    for (int n = BATCH; n == BATCH;) {
        n = recvmmsg(polls[port].fd, in_msgs, BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++) wrong += !is_right(&in_msgs[i], in[i], (uint32_t)sent);
        if (n <= 0) return;
        got += n;
        in_flight[port] -= n < in_flight[port] ? n : in_flight[port];
    }
}

// What a peer may send now, of `due` altogether.
static long room(long port, long due)
{
    long n = window / n_ports - in_flight[port];
    return n < due ? n : due;
}

// The peers in turn, beginning where the last time ended, until none may send any more.
static void send_due(long due)
{
    static long next;
    for (long idle = 0; due > 0 && idle < n_ports; next = (next + 1) % n_ports) {
        long n = room(next, n_ports > 1 && due > IN_TURN ? IN_TURN : due);
        if (n > 0) n = send_some(polls[next].fd, (uint32_t)sent, n);
        idle = n > 0 ? 0 : idle + 1;
        if (n <= 0) continue;
        in_flight[next] += n;
        sent += n;
        due -= n;
    }
}

static void give_up(void)
{
    lost = sent - got;
    memset(in_flight, 0, sizeof in_flight);
}

static void receive_ready(int ready)
{
    for (long i = 0; i < n_ports && ready > 0; i++) {
        if (!polls[i].revents) continue;
        receive(i);
        ready--;
    }
}

// Sends `count` and waits for what comes back: the datagrams a second.
static double drive(long count, double rate)
{
    double start = now_s(), last = start, last_sent = 0;
    long got_by_then = 0;
    while (got + lost < count) {
        long due = count - sent;
        if (rate > 0) {
            long by_now = (long)((now_s() - start) * rate) - sent;
            if (due > by_now) due = by_now;
        }
        send_due(due);
        if (sent == count && !last_sent) {
            last_sent = now_s();
            got_by_then = got;
        }
        bool waits_for_rate = rate > 0 && sent < count;
        if (rate <= 0 && n_ports > 1) nanosleep(&(struct timespec){.tv_nsec = LOOK_NS}, NULL);
        int ready = poll(polls, (nfds_t)n_ports, waits_for_rate ? 1 : 500);
        if (ready == 0 && (!waits_for_rate || now_s() - last > 0.5)) give_up();
        receive_ready(ready);
        if (ready > 0) last = now_s();
    }
    bool has_middle = got_by_then > count / 2;
    return has_middle ? (double)got_by_then / (last_sent - start) : (double)got / (last - start);
}

int main(int argc, char **argv)
{
    if (argc < 5 || argc > 7) {
        fprintf(stderr, "udp_client PORT COUNT WINDOW SIZE [PORTS [RATE]]\n");
        return 2;
    }
    window = strtol(argv[3], NULL, 10);
    n_ports = argc > 5 ? strtol(argv[5], NULL, 10) : 1;
    size = strtoul(argv[4], NULL, 10);
    if (size < 5 || size > MAX_SIZE) size = 172;
    if (n_ports < 1 || n_ports > MAX_PORTS) n_ports = 1;
    if (window < n_ports) window = n_ports;
    prepare();
    for (long i = 0; i < n_ports; i++)
        polls[i] = (struct pollfd){.fd = open_to((uint16_t)strtol(argv[1], NULL, 10)),
                                   .events = POLLIN};
    double a_second = drive(strtol(argv[2], NULL, 10), argc > 6 ? strtod(argv[6], NULL) : 0);
    for (int i = 0; i < 3; i++) (void)!send(polls[0].fd, "stop", 4, 0);
    printf("%ld echoed, %ld lost, %ld wrong, %.0f a second\n", got, lost, wrong, a_second);
    return wrong || !got;
}
