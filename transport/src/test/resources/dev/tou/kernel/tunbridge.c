// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
/*
 * tunbridge: gives a Linux kernel's TCP a wire that is UDP.
 *
 *      namespace of this process alone                   namespace that it was started in
 *   +------------------------------------+
 *   |  any program      kernel's TCP     |     wire      +----------+   UDP
 *   |  10.77.0.1  <-->  device tou0  <---|-- tunbridge --| --bind   |<-------->  the peer
 *   +------------------------------------+               +----------+
 *
 * What the kernel sends to 10.77.0.2 leaves as UDP: one datagram a segment, its payload the TCP header, options and text,
 * with a checksum field of zero. What comes is put behind an IP header from 10.77.0.2, its TCP checksum filled in. Nothing
 * else is touched: sequence numbers, options, flags and timing are those of the two ends.
 *
 * Ports: a TCP port of the peer is a UDP port of the peer, until a segment from that TCP port has come from another. The
 * peer reaches every TCP port of the kernel behind the one UDP port of --bind.
 *
 * Build and run, as root:
 *   cc -O2 -o tunbridge tunbridge.c
 *   ./tunbridge --bind 127.0.0.1:4000
 * It prints where it is, and at its end (a signal; with --stdin also the end of standard input) its counters as JSON.
 * A program joins the namespace with  nsenter --net=/proc/PID/ns/net COMMAND ; the namespace ends with the last that is in it.
 *
 *   --bind ADDRESS:PORT   the UDP address; an IPv6 address, [::1]:4000, makes the inner side IPv6 (fd77::1 and fd77::2)
 *   --peer ADDRESS:PORT   where unknown TCP ports of the peer are; port 0 stands for "the TCP port"; default: --bind's host, 0
 *   --mtu BYTES           of tou0: the path's MTU less 8, the UDP header; default 1492
 *   --loss, --duplicate, --reorder P[,Q]   probabilities, from the kernel and to the kernel; one number is for both
 *   --delay MS[,MS]       of every segment; --late MS: a reordered segment is up to so much later than its time, default 1
 *   --seed N              of what is random
 *   --stdin               end when standard input ends, so with the process that started this one; until then a byte 'h' there
 *                         holds back what the kernel sends, any other lets it go again, and a line says that it is so
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCH = 64,             /* packets read at once, and the most segments of a GSO send */
    LARGEST = 65536,        /* bytes of a packet, or of a GRO receive */
    LARGEST_TRAIN = 65507,  /* bytes of a GSO send over IPv4 */
    UDP_BUFFER = 16 << 20,
    TCP = 6, TCP_CHECKSUM_AT = 16, TCP_HEADER = 20, IPV4_HEADER = 20, IPV6_HEADER = 40,
};

typedef union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } Address;
typedef struct { uint8_t *bytes; int length; } Segment;

/* A segment on its way, later than the others. */
typedef struct Held { struct Held *next; uint64_t due; Segment segment; } Held;

/* One direction. Its fate falls in carry(); what survives goes to deliver, at once or in its time. */
typedef struct {
    const char *name;
    void (*deliver)(Segment);
    double loss, duplicate, reorder, delay;
    uint64_t random;
    Held *held;
    unsigned long long carried, lost, duplicated, reordered, undelivered;
} Wire;

static void to_udp(Segment);
static void to_tun(Segment);
static Wire from_kernel = { .name = "from_kernel", .deliver = to_udp }, to_kernel = { .name = "to_kernel", .deliver = to_tun };

static int tun, udp;
static bool v6;
static double late = 1;
static unsigned long long not_tcp;
static Address peer;
static Address udp_of[1 << 16]; /* by TCP port of the peer; family 0: not heard of yet */
static uint8_t kernel_ip[16], peer_ip[16];
static volatile sig_atomic_t ending;
static bool holding;

static void on_signal(int signal) { (void) signal; ending = 1; }

static void die(const char *what) { fprintf(stderr, "tunbridge: %s: %s\n", what, strerror(errno)); exit(1); }

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* ---- fate: loss, duplication, delay and reordering ---- */

/* 0 to 1; the generator is SplitMix64. */
static double dice(Wire *wire) {
    uint64_t z = wire->random += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return ((z ^ z >> 31) >> 11) * 0x1p-53;
}

static void hold(Wire *wire, Segment segment, double ms) {
    Held *held = malloc(sizeof *held + segment.length);
    if (!held) die("malloc");
    held->due = now() + (uint64_t) (ms * 1e6);
    held->segment = (Segment) { memcpy(held + 1, segment.bytes, segment.length), segment.length };
    Held **at = &wire->held;
    while (*at && (*at)->due <= held->due) at = &(*at)->next;
    held->next = *at;
    *at = held;
}

static void carry(Wire *wire, Segment segment) {
    wire->carried++;
    if (wire->loss && dice(wire) < wire->loss) { wire->lost++; return; }
    int copies = 1;
    if (wire->duplicate && dice(wire) < wire->duplicate) { wire->duplicated++; copies = 2; }
    for (; copies > 0; copies--) {
        double ms = wire->delay;
        if (wire->reorder && dice(wire) < wire->reorder) { wire->reordered++; ms += late * dice(wire); }
        if (ms > 0) hold(wire, segment, ms); else wire->deliver(segment);
    }
}

/* ---- towards the peer: trains of equal datagrams leave in one call (UDP GSO) ---- */

static struct { struct iovec segment[BATCH]; Address *to[BATCH]; int count; } outbox;

static int port(const uint8_t *at) { return at[0] << 8 | at[1]; }

/* Where the peer's TCP port is reached. */
static Address *route(const uint8_t *tcp) {
    int tcp_port = port(tcp + 2);
    Address *known = &udp_of[tcp_port];
    if (!known->any.sa_family) {
        *known = peer;
        in_port_t *at = v6 ? &known->v6.sin6_port : &known->v4.sin_port;
        if (!*at) *at = htons(tcp_port);
    }
    return known;
}

/* How many of the outbox, from the first, are one train: same destination, same length but for the last. */
static int train_at(int first) {
    size_t size = outbox.segment[first].iov_len, total = size;
    int last = first;
    while (++last < outbox.count && outbox.to[last] == outbox.to[first] && outbox.segment[last - 1].iov_len == size
           && outbox.segment[last].iov_len <= size && total + outbox.segment[last].iov_len <= LARGEST_TRAIN)
        total += outbox.segment[last].iov_len;
    return last - first;
}

static void flush(void) {
    for (int first = 0, count; first < outbox.count; first += count) {
        count = train_at(first);
        union { char bytes[CMSG_SPACE(sizeof(uint16_t))]; struct cmsghdr align; } control = { 0 };
        struct msghdr message = {
            .msg_name = outbox.to[first], .msg_namelen = v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in),
            .msg_iov = &outbox.segment[first], .msg_iovlen = count,
        };
        if (count > 1) {
            message.msg_control = &control;
            message.msg_controllen = sizeof control;
            control.align = (struct cmsghdr) { .cmsg_level = SOL_UDP, .cmsg_type = UDP_SEGMENT, .cmsg_len = CMSG_LEN(sizeof(uint16_t)) };
            *(uint16_t *) CMSG_DATA(&control.align) = outbox.segment[first].iov_len;
        }
        if (sendmsg(udp, &message, 0) < 0) from_kernel.undelivered += count;
    }
    outbox.count = 0;
}

static void to_udp(Segment segment) {
    if (outbox.count == BATCH) flush();
    outbox.segment[outbox.count] = (struct iovec) { segment.bytes, segment.length };
    outbox.to[outbox.count++] = route(segment.bytes);
}

/* Takes the IP header off. Fragments do not occur: the kernel's TCP sets DF. */
static bool tcp_within(uint8_t *packet, int length, Segment *found) {
    int header = v6 ? IPV6_HEADER : (packet[0] & 15) * 4;
    int total = v6 ? IPV6_HEADER + port(packet + 4) : port(packet + 2);
    bool tcp = length >= header + TCP_HEADER && packet[0] >> 4 == (v6 ? 6 : 4) && packet[v6 ? 6 : 9] == TCP && total <= length;
    *found = (Segment) { packet + header, total - header };
    return tcp && !memcmp(packet + (v6 ? 24 : 16), peer_ip, v6 ? 16 : 4);
}

static void read_tun(void) {
    static uint8_t packets[BATCH][LARGEST];
    for (int i = 0, length; i < BATCH && (length = read(tun, packets[i], LARGEST)) > 0; i++) {
        Segment segment;
        if (!tcp_within(packets[i], length, &segment)) { not_tcp++; continue; }
        memset(segment.bytes + TCP_CHECKSUM_AT, 0, 2);
        carry(&from_kernel, segment);
    }
    flush();
}

/* ---- towards the kernel: an IP header in front, the checksum filled in ---- */

/* The Internet checksum's sum (RFC 1071), in this machine's byte order; every part but the last has an even length. */
static uint64_t sum(uint64_t so_far, const uint8_t *bytes, int length) {
    for (uint32_t word; length >= 4; bytes += 4, length -= 4) { memcpy(&word, bytes, 4); so_far += word; }
    uint32_t rest = 0;
    memcpy(&rest, bytes, length);
    return so_far + rest;
}

static uint16_t checksum(uint64_t sum) {
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

static int ip_header(uint8_t *ip, int text) {
    if (v6) {
        memcpy(ip, (uint8_t[]) { 0x60, 0, 0, 0, text >> 8, text, TCP, 64 }, 8);
        memcpy(ip + 8, peer_ip, 16);
        memcpy(ip + 24, kernel_ip, 16);
        return IPV6_HEADER;
    }
    int total = IPV4_HEADER + text;
    memcpy(ip, (uint8_t[]) { 0x45, 0, total >> 8, total, 0, 0, 0x40 /* DF */, 0, 64, TCP, 0, 0 }, 12);
    memcpy(ip + 12, peer_ip, 4);
    memcpy(ip + 16, kernel_ip, 4);
    uint16_t field = checksum(sum(0, ip, IPV4_HEADER));
    memcpy(ip + 10, &field, 2);
    return IPV4_HEADER;
}

static void to_tun(Segment segment) {
    uint8_t ip[IPV6_HEADER];
    int header = ip_header(ip, segment.length);
    memset(segment.bytes + TCP_CHECKSUM_AT, 0, 2);
    uint64_t pseudo = sum(htons(TCP) + htons(segment.length), v6 ? ip + 8 : ip + 12, v6 ? 32 : 8);
    uint16_t field = checksum(sum(pseudo, segment.bytes, segment.length));
    memcpy(segment.bytes + TCP_CHECKSUM_AT, &field, 2);
    struct iovec packet[] = { { ip, header }, { segment.bytes, segment.length } };
    if (writev(tun, packet, 2) < 0) to_kernel.undelivered++;
}

/* A receive with UDP GRO is a train: datagrams of one size, the last perhaps shorter. */
static void train_came(struct msghdr *message, int length) {
    int size = length;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) size = *(int *) CMSG_DATA(c);
    for (uint8_t *at = message->msg_iov->iov_base, *end = at + length; at < end; at += size) {
        Segment segment = { at, end - at < size ? end - at : size };
        if (segment.length < TCP_HEADER || (at[12] >> 4) * 4 > segment.length) { not_tcp++; continue; }
        memcpy(&udp_of[port(at)], message->msg_name, message->msg_namelen);
        carry(&to_kernel, segment);
    }
}

static void read_udp(void) {
    enum { TRAINS = 16 };
    static uint8_t bytes[TRAINS][LARGEST];
    static Address from[TRAINS];
    static struct { struct cmsghdr align; char room[64]; } control[TRAINS];
    struct iovec into[TRAINS];
    struct mmsghdr messages[TRAINS];
    for (int i = 0; i < TRAINS; i++) {
        into[i] = (struct iovec) { bytes[i], LARGEST };
        messages[i].msg_hdr = (struct msghdr) {
            .msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &into[i], .msg_iovlen = 1,
            .msg_control = &control[i], .msg_controllen = sizeof control[i],
        };
    }
    int count = recvmmsg(udp, messages, TRAINS, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++) train_came(&messages[i].msg_hdr, messages[i].msg_len);
}

/* ---- setting up ---- */

/* ADDRESS:PORT, or [ADDRESS]:PORT for IPv6. */
static Address address(const char *text) {
    char host[64];
    int at = 0;
    Address a = { 0 };
    if (sscanf(text, "[%63[^]]]:%d", host, &at) == 2 && inet_pton(AF_INET6, host, &a.v6.sin6_addr) == 1) {
        a.v6.sin6_family = AF_INET6;
        a.v6.sin6_port = htons(at);
    } else if (sscanf(text, "%63[^:]:%d", host, &at) == 2 && inet_pton(AF_INET, host, &a.v4.sin_addr) == 1) {
        a.v4.sin_family = AF_INET;
        a.v4.sin_port = htons(at);
    } else {
        fprintf(stderr, "tunbridge: not an address with a port: %s\n", text);
        exit(2);
    }
    return a;
}

static void set_both(double *from, double *to, const char *text) {
    if (sscanf(text, "%lf,%lf", from, to) == 1) *to = *from;
}

static void open_udp(Address *where) {
    udp = socket(where->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (udp < 0) die("UDP socket");
    setsockopt(udp, SOL_SOCKET, SO_RCVBUFFORCE, &(int) { UDP_BUFFER }, sizeof(int));
    setsockopt(udp, SOL_SOCKET, SO_SNDBUFFORCE, &(int) { UDP_BUFFER }, sizeof(int));
    setsockopt(udp, SOL_UDP, UDP_GRO, &(int) { 1 }, sizeof(int));
    socklen_t length = sizeof *where;
    if (bind(udp, &where->any, length) || getsockname(udp, &where->any, &length)) die("bind");
}

/* The UDP socket stays where it was opened; from here on this process is in a namespace of its own. */
static void open_tun(int mtu) {
    if (unshare(CLONE_NEWNET)) die("a network namespace of its own (root is needed)");
    tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tun < 0) die("/dev/net/tun");
    struct ifreq device = { .ifr_name = "tou0", .ifr_flags = IFF_TUN | IFF_NO_PI };
    if (ioctl(tun, TUNSETIFF, &device)) die("TUNSETIFF");
    char command[300];
    /* The queue holds a whole window: a clean wire loses nothing. */
    snprintf(command, sizeof command,
             "ip link set lo up && ip link set tou0 mtu %d txqueuelen 20000 up && ip addr add %s dev tou0%s", mtu,
             v6 ? "fd77::1 peer fd77::2" : "10.77.0.1 peer 10.77.0.2", v6 ? " nodad" : "");
    if (system(command)) { fprintf(stderr, "tunbridge: failed: %s\n", command); exit(1); }
    inet_pton(v6 ? AF_INET6 : AF_INET, v6 ? "fd77::1" : "10.77.0.1", kernel_ip);
    inet_pton(v6 ? AF_INET6 : AF_INET, v6 ? "fd77::2" : "10.77.0.2", peer_ip);
}

/* ---- running ---- */

/* Delivers what is due. Says when the next will be. */
static uint64_t release(Wire *wire) {
    while (wire->held && wire->held->due <= now()) {
        Held *first = wire->held;
        wire->held = first->next;
        wire->deliver(first->segment);
        flush();
        free(first);
    }
    return wire->held ? wire->held->due : UINT64_MAX;
}

static void obey(void) {
    char command;
    if (read(0, &command, 1) <= 0) { ending = 1; return; }
    holding = command == 'h';
    puts(holding ? "holding" : "passing");
    fflush(stdout);
}

static void run(bool until_stdin_ends, const sigset_t *while_waiting) {
    struct pollfd on[] = { { tun, POLLIN, 0 }, { udp, POLLIN, 0 }, { until_stdin_ends ? 0 : -1, POLLIN, 0 } };
    while (!ending) {
        on[0].fd = holding ? -1 : tun; /* it waits in the queue of the device */
        uint64_t due = release(&from_kernel), other = release(&to_kernel);
        if (other < due) due = other;
        uint64_t time = now(), wait = due > time ? due - time : 0;
        struct timespec timeout = { wait / 1000000000, wait % 1000000000 };
        if (ppoll(on, 3, due == UINT64_MAX ? NULL : &timeout, while_waiting) < 0) continue;
        if (on[0].revents) read_tun();
        if (on[1].revents) read_udp();
        if (on[2].revents) obey();
    }
}

static void print(Wire *wire) {
    printf("\"%s\":{\"carried\":%llu,\"lost\":%llu,\"duplicated\":%llu,\"reordered\":%llu,\"undelivered\":%llu},", wire->name,
           wire->carried, wire->lost, wire->duplicated, wire->reordered, wire->undelivered);
}

int main(int argc, char **argv) {
    Address where = address("127.0.0.1:0");
    int mtu = 1492;
    bool has_peer = false, until_stdin_ends = false;
    uint64_t seed = 1;
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (!strcmp(option, "--stdin")) { until_stdin_ends = true; continue; }
        if (i + 1 == argc) { fprintf(stderr, "tunbridge: %s?\n", option); return 2; }
        const char *value = argv[++i];
        if (!strcmp(option, "--bind")) where = address(value);
        else if (!strcmp(option, "--peer")) { peer = address(value); has_peer = true; }
        else if (!strcmp(option, "--mtu")) mtu = atoi(value);
        else if (!strcmp(option, "--loss")) set_both(&from_kernel.loss, &to_kernel.loss, value);
        else if (!strcmp(option, "--duplicate")) set_both(&from_kernel.duplicate, &to_kernel.duplicate, value);
        else if (!strcmp(option, "--reorder")) set_both(&from_kernel.reorder, &to_kernel.reorder, value);
        else if (!strcmp(option, "--delay")) set_both(&from_kernel.delay, &to_kernel.delay, value);
        else if (!strcmp(option, "--late")) late = atof(value);
        else if (!strcmp(option, "--seed")) seed = strtoull(value, NULL, 10);
        else { fprintf(stderr, "tunbridge: unknown option %s\n", option); return 2; }
    }
    from_kernel.random = seed;
    to_kernel.random = ~seed;
    v6 = where.any.sa_family == AF_INET6;
    if (!has_peer) {
        peer = where;
        *(v6 ? &peer.v6.sin6_port : &peer.v4.sin_port) = 0;
    }
    open_udp(&where);
    open_tun(mtu);
    /* Signals come only while it waits, so that none is lost just before. */
    sigset_t ends, before;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, &before);
    struct sigaction quietly = { .sa_handler = on_signal };
    sigaction(SIGINT, &quietly, NULL);
    sigaction(SIGTERM, &quietly, NULL);
    printf("pid %d udp %d kernel %s peer %s\n", getpid(), ntohs(v6 ? where.v6.sin6_port : where.v4.sin_port),
           v6 ? "fd77::1" : "10.77.0.1", v6 ? "fd77::2" : "10.77.0.2");
    fflush(stdout);
    run(until_stdin_ends, &before);
    putchar('{');
    print(&from_kernel);
    print(&to_kernel);
    printf("\"not_tcp\":%llu}\n", not_tcp);
    return 0;
}
