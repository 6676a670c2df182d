/*
 * linkshape QUEUE SEED: delays, jitters and drops what iptables hands to NFQUEUE, by source address. It works on the
 * receiver's INPUT, because held packets in the sender's OUTPUT stay charged to the sender's socket and ruin TCP
 * (measured: 212 against 0.3 Mbit/s at 100 ms). Lines on stdin change one source without touching the others:
 *
 *   set ADDRESS DELAY_US JITTER_US LOSS_PPM     clear ADDRESS
 *
 * Says "ok" when it is bound. Ends with stdin; the queue's bypass then lets packets through.
 * Delay is uniform in [delay - jitter, delay + jitter], as netem's is without a distribution table.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MAX_SOURCES 1024
#define MAX_HELD 65536

struct source {
  uint32_t address;
  int64_t delay_us, jitter_us;
  uint32_t loss_ppm;
  uint64_t random;
};
struct held {
  int64_t due_ns;
  uint32_t id;
};

static struct source sources[MAX_SOURCES];
static int source_count;
static struct held heap[MAX_HELD];
static int heap_size;
static struct nfq_q_handle *queue;
static uint64_t seed;

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* splitmix64: one stream a source, so that the same seed loses the same packets of a link. */
static uint64_t draw(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static struct source *find(uint32_t address) {
  for (int i = 0; i < source_count; i++)
    if (sources[i].address == address) return &sources[i];
  return NULL;
}

static void push(struct held item) {
  int at = heap_size++;
  while (at > 0 && heap[(at - 1) / 2].due_ns > item.due_ns) {
    heap[at] = heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  heap[at] = item;
}

static struct held pop(void) {
  struct held top = heap[0], last = heap[--heap_size];
  int at = 0;
  for (;;) {
    int child = 2 * at + 1;
    if (child >= heap_size) break;
    if (child + 1 < heap_size && heap[child + 1].due_ns < heap[child].due_ns) child++;
    if (last.due_ns <= heap[child].due_ns) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return top;
}

static int on_packet(struct nfq_q_handle *handle, struct nfgenmsg *message, struct nfq_data *data, void *unused) {
  (void)message;
  (void)unused;
  uint32_t id = ntohl(nfq_get_msg_packet_hdr(data)->packet_id);
  unsigned char *packet;
  int length = nfq_get_payload(data, &packet);
  uint32_t address = 0;
  if (length >= 20) memcpy(&address, packet + 12, 4);
  struct source *from = find(address);
  if (!from || heap_size == MAX_HELD) return nfq_set_verdict(handle, id, NF_ACCEPT, 0, NULL);
  if (from->loss_ppm && draw(&from->random) % 1000000 < from->loss_ppm)
    return nfq_set_verdict(handle, id, NF_DROP, 0, NULL);
  int64_t delay_us = from->delay_us;
  if (from->jitter_us) delay_us += (int64_t)(draw(&from->random) % (uint64_t)(2 * from->jitter_us + 1)) - from->jitter_us;
  if (delay_us <= 0) return nfq_set_verdict(handle, id, NF_ACCEPT, 0, NULL);
  push((struct held){.due_ns = now_ns() + delay_us * 1000, .id = id});
  return 0;
}

static void release_due(int timer) {
  while (heap_size > 0 && heap[0].due_ns <= now_ns()) nfq_set_verdict(queue, pop().id, NF_ACCEPT, 0, NULL);
  struct itimerspec next = {0};
  if (heap_size > 0) {
    next.it_value.tv_sec = heap[0].due_ns / 1000000000;
    next.it_value.tv_nsec = heap[0].due_ns % 1000000000;
  }
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &next, NULL);
}

static void obey(char *line) {
  char verb[16], address[64];
  long long delay = 0, jitter = 0, loss = 0;
  struct in_addr parsed;
  if (sscanf(line, "%15s %63s %lld %lld %lld", verb, address, &delay, &jitter, &loss) < 2) return;
  if (inet_pton(AF_INET, address, &parsed) != 1) return;
  struct source *source = find(parsed.s_addr);
  if (strcmp(verb, "clear") == 0) {
    if (source) *source = sources[--source_count];
    return;
  }
  if (!source && source_count < MAX_SOURCES) {
    source = &sources[source_count++];
    source->address = parsed.s_addr;
    source->random = seed ^ ((uint64_t)parsed.s_addr << 16);
  }
  if (!source) return;
  source->delay_us = delay;
  source->jitter_us = jitter;
  source->loss_ppm = (uint32_t)loss;
}

/* Returns 0 at end of input. */
static int read_orders(void) {
  static char buffer[65536];
  static size_t used;
  ssize_t got = read(0, buffer + used, sizeof buffer - used - 1);
  if (got <= 0) return 0;
  used += (size_t)got;
  buffer[used] = 0;
  char *line = buffer, *newline;
  while ((newline = strchr(line, '\n'))) {
    *newline = 0;
    obey(line);
    line = newline + 1;
  }
  used = strlen(line);
  memmove(buffer, line, used);
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    puts("err 64 usage: linkshape QUEUE SEED");
    return 64;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  seed = strtoull(argv[2], NULL, 10);
  struct nfq_handle *handle = nfq_open();
  if (handle) queue = nfq_create_queue(handle, (uint16_t)atoi(argv[1]), on_packet, NULL);
  /* 60 bytes hold the largest IPv4 header: the payload stays in the kernel. */
  if (!queue || nfq_set_mode(queue, NFQNL_COPY_PACKET, 60) < 0) {
    printf("err 1 cannot bind NFQUEUE: %s\n", strerror(errno));
    return 1;
  }
  nfq_set_queue_maxlen(queue, MAX_HELD);
  nfq_set_queue_flags(queue, NFQA_CFG_F_FAIL_OPEN, NFQA_CFG_F_FAIL_OPEN);
  nfnl_rcvbufsiz(nfq_nfnlh(handle), 16 * 1024 * 1024);
  /* More than one packet may be lost between kernel and us under load: carry on, the receipt will say so. */
  int on = 1;
  setsockopt(nfq_fd(handle), SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof on);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  puts("ok");

  char buffer[65536];
  struct pollfd ready[3] = {{nfq_fd(handle), POLLIN, 0}, {timer, POLLIN, 0}, {0, POLLIN, 0}};
  for (;;) {
    if (poll(ready, 3, -1) < 0) continue;
    if (ready[0].revents & POLLIN) {
      ssize_t length = recv(nfq_fd(handle), buffer, sizeof buffer, 0);
      if (length > 0) nfq_handle_packet(handle, buffer, (int)length);
    }
    if (ready[2].revents && !read_orders()) break;
    release_due(timer);
  }
  while (heap_size > 0) nfq_set_verdict(queue, pop().id, NF_ACCEPT, 0, NULL);
  return 0;
}
