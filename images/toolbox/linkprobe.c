/*
 * linkprobe: measures links from inside the victims' network namespaces, by what arrives.
 *
 *   linkprobe listen PORT                              for each sender: one JSON line of what came, at end of input
 *   linkprobe send PORT COUNT EVERY_US ADDRESS…        COUNT probes to each address, EVERY_US apart
 *   linkprobe flood PORT ADDRESS SIZE MS               UDP as fast as it goes for MS milliseconds
 *
 * A probe carries the sender's CLOCK_MONOTONIC, which is one clock for all nodes of one host, so the delay is one way; its
 * number three times over, so that one bit that is turned over does not make another probe of it; and a checksum of its own:
 * UDP's is left out, or the kernel would take a corrupted probe for itself. The listener prints
 * {"from","received","copies","overtaken","corrupted","lossRuns","lostInRuns","delaysUs":[…],"middleBytes","middleUs"}: received are probes,
 * each counted once; copies are what came of them beyond that, and corrupted how many of both were; overtaken are probes
 * that came after one with a higher number; lossRuns is how often some in a row were lost, by their numbers, between two that
 * came, and lostInRuns how many these were. Delays are thinned to at most 4000; the middle is what arrived between a tenth after the first arrival and a tenth before the last, where neither
 * a burst at the start nor jitter at either end falsifies a rate. Bytes are counted as a link does, with Ethernet's header.
 */
#define _GNU_SOURCE
#include "clocktime.h"
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_SENDERS 256
#define MAX_SAMPLES 262144
#define HEADERS 42 /* Ethernet, IP, UDP */

struct probe {
  uint64_t magic;
  int64_t sent_us;
  uint64_t number[3];
  uint64_t check;
};
struct sender {
  uint32_t address;
  uint64_t received, sampled, copies, overtaken, corrupted, lowest, highest;
  unsigned char *seen;
  int64_t first_us;
  int32_t *delays, *arrivals, *sizes;
};

static const uint64_t magic = 0x756e6465727374ull;
static struct sender senders[MAX_SENDERS];
static int sender_count;

static struct sockaddr_in at(const char *address, const char *port) {
  struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  if (inet_pton(AF_INET, address, &where.sin_addr) != 1) exit(64);
  return where;
}

static uint64_t number_of(struct probe probe) {
  uint64_t a = probe.number[0], b = probe.number[1], c = probe.number[2];
  return (a & b) | (b & c) | (a & c);
}

static uint64_t check_of(struct probe probe) {
  uint64_t z = ((uint64_t)probe.sent_us ^ number_of(probe) * 0x9e3779b97f4a7c15u) + magic;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  return z ^ (z >> 31);
}

static struct probe probe_of(uint64_t number) {
  struct probe probe = {magic, now_us(), {number, number, number}, 0};
  probe.check = check_of(probe);
  return probe;
}

static int is_whole(struct probe probe) {
  return probe.magic == magic && probe.check == check_of(probe) && probe.number[0] == probe.number[1] &&
         probe.number[1] == probe.number[2];
}

static int udp(void) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 8 * 1024 * 1024, on = 1;
  setsockopt(fd, SOL_SOCKET, SO_NO_CHECK, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  return fd;
}

static struct sender *sender_of(uint32_t address) {
  for (int i = 0; i < sender_count; i++)
    if (senders[i].address == address) return &senders[i];
  if (sender_count == MAX_SENDERS) return NULL;
  struct sender *one = &senders[sender_count++];
  one->address = address;
  one->delays = malloc(MAX_SAMPLES * sizeof *one->delays);
  one->arrivals = malloc(MAX_SAMPLES * sizeof *one->arrivals);
  one->sizes = malloc(MAX_SAMPLES * sizeof *one->sizes);
  one->seen = calloc(MAX_SAMPLES / 8, 1);
  one->lowest = UINT64_MAX;
  return one;
}

/* Whether a probe of this number came before; of numbers beyond those that are kept nobody knows. */
static int seen_before(struct sender *s, uint64_t number) {
  if (number >= MAX_SAMPLES) return 0;
  unsigned char *byte = &s->seen[number / 8], bit = (unsigned char)(1 << (number % 8));
  int was = (*byte & bit) != 0;
  *byte |= bit;
  return was;
}

static void sample(struct sender *s, struct probe probe, ssize_t bytes) {
  int64_t now = now_us();
  if (!s->sampled) s->first_us = now;
  if (s->sampled < MAX_SAMPLES) {
    s->delays[s->sampled] = (int32_t)(now - probe.sent_us);
    s->arrivals[s->sampled] = (int32_t)(now - s->first_us);
    s->sizes[s->sampled] = (int32_t)bytes + HEADERS;
  }
  s->sampled++;
}

static void count(struct sender *s, struct probe probe, ssize_t bytes) {
  uint64_t number = number_of(probe);
  int whole = is_whole(probe);
  if (!whole) s->corrupted++;
  if (seen_before(s, number)) {
    s->copies++;
    return;
  }
  if (whole) sample(s, probe, bytes);
  if (s->received && number < s->highest) s->overtaken++;
  s->received++;
  if (number < s->lowest) s->lowest = number;
  if (number > s->highest) s->highest = number;
}

struct runs {
  uint64_t count, lost;
};

/* Of those whose numbers are kept. */
static struct runs runs_of(const struct sender *s) {
  struct runs runs = {0, 0};
  int was_lost = 0;
  for (uint64_t n = s->lowest; n <= s->highest && n < MAX_SAMPLES; n++) {
    int lost = !(s->seen[n / 8] >> (n % 8) & 1);
    if (lost && !was_lost) runs.count++;
    if (lost) runs.lost++;
    was_lost = lost;
  }
  return runs;
}

static void report(void) {
  for (int i = 0; i < sender_count; i++) {
    struct sender *s = &senders[i];
    char name[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &s->address, name, sizeof name);
    uint64_t kept = s->sampled < MAX_SAMPLES ? s->sampled : MAX_SAMPLES, step = kept / 4000 + 1, bytes = 0;
    int64_t last = kept ? s->arrivals[kept - 1] : 0, from = last / 10, until = last - last / 10;
    for (uint64_t n = 0; n < kept; n++)
      if (s->arrivals[n] > from && s->arrivals[n] <= until) bytes += (uint64_t)s->sizes[n];
    printf("{\"from\":\"%s\",\"received\":%llu,\"copies\":%llu,\"overtaken\":%llu,\"corrupted\":%llu,", name,
           (unsigned long long)s->received, (unsigned long long)s->copies,
           (unsigned long long)s->overtaken, (unsigned long long)s->corrupted);
    struct runs runs = runs_of(s);
    printf("\"lossRuns\":%llu,\"lostInRuns\":%llu,", (unsigned long long)runs.count, (unsigned long long)runs.lost);
    printf("\"middleBytes\":%llu,\"middleUs\":%lld,\"delaysUs\":[", (unsigned long long)bytes,
           (long long)(until - from));
    for (uint64_t n = 0; n < kept; n += step) printf(n ? ",%d" : "%d", s->delays[n]);
    puts("]}");
  }
}

static int listen_on(const char *port) {
  int fd = udp();
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  if (bind(fd, (struct sockaddr *)&here, sizeof here)) return 1;
  puts("listening");
  fflush(stdout);
  struct pollfd ready[2] = {{fd, POLLIN, 0}, {0, POLLIN, 0}};
  char buffer[2048];
  for (;;) {
    poll(ready, 2, -1);
    if (ready[0].revents & POLLIN) {
      struct sockaddr_in from;
      socklen_t size = sizeof from;
      ssize_t got;
      while ((got = recvfrom(fd, buffer, sizeof buffer, MSG_DONTWAIT, (struct sockaddr *)&from, &size)) > 0) {
        struct probe probe;
        if ((size_t)got < sizeof probe) continue;
        memcpy(&probe, buffer, sizeof probe);
        struct sender *s = sender_of(from.sin_addr.s_addr);
        if (s) count(s, probe, got);
      }
    }
    if (ready[1].revents) break;
  }
  report();
  return 0;
}

static int send_probes(char **argv, int targets) {
  int fd = udp();
  long count = atol(argv[3]), every_us = atol(argv[4]);
  int64_t next = now_us();
  for (long number = 0; number < count; number++) {
    for (int i = 0; i < targets; i++) {
      struct sockaddr_in to = at(argv[5 + i], argv[2]);
      struct probe probe = probe_of((uint64_t)number);
      sendto(fd, &probe, sizeof probe, 0, (struct sockaddr *)&to, sizeof to);
    }
    next += every_us;
    int64_t wait = next - now_us();
    if (wait > 0) usleep((useconds_t)wait);
  }
  return 0;
}

static int flood(char **argv) {
  int fd = udp();
  struct sockaddr_in to = at(argv[3], argv[2]);
  long size = atol(argv[4]);
  int64_t until = now_us() + atol(argv[5]) * 1000;
  char buffer[1472] = {0};
  if (size < (long)sizeof(struct probe) || size > (long)sizeof buffer) return 64;
  for (uint64_t number = 0; now_us() < until; number++) {
    struct probe probe = probe_of(number);
    memcpy(buffer, &probe, sizeof probe);
    if (sendto(fd, buffer, (size_t)size, 0, (struct sockaddr *)&to, sizeof to) < 0) usleep(200);
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && !strcmp(argv[1], "listen")) return listen_on(argv[2]);
  if (argc > 5 && !strcmp(argv[1], "send")) return send_probes(argv, argc - 5);
  if (argc == 6 && !strcmp(argv[1], "flood")) return flood(argv);
  fputs("usage: linkprobe listen PORT | send PORT COUNT EVERY_US ADDRESS… | flood PORT ADDRESS SIZE MS\n", stderr);
  return 64;
}
