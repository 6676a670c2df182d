/*
 * linkshape QUEUE: delays, jitters, drops, reorders and corrupts what a rule (queuerule.c) hands to NFQUEUE, by source address. It
 * works on the receiver's INPUT, because held packets in the sender's OUTPUT stay charged to the sender's socket and ruin TCP
 * (measured: 212 against 0.3 Mbit/s at 100 ms). Lines on stdin change one source without touching the others:
 *
 *   set ADDRESS DELAY_US JITTER_US LOSS_PPM REORDER_PPM REORDER_US CORRUPT_PPM ENTER_PPM LEAVE_PPM DISTRIBUTION STREAM
 *   clear ADDRESS
 *
 * Says "ok" when it is bound. Ends with stdin; the queue's bypass then lets packets through.
 * STREAM is what the source draws from, a number of 64 bits: the same one loses the same packets, whatever the address is.
 * DISTRIBUTION is how delays are spread around DELAY_US (linkjitter.h). What is reordered is
 * held REORDER_US longer, so that what was sent after it overtakes it. What is corrupted has one bit of what the transport
 * carries turned over, and no checksum put right: the kernel then drops it, unless the sender sent it without one. A source
 * loses every packet while it is bad, which it becomes before one with the chance ENTER_PPM, and ceases to be with LEAVE_PPM
 * (Gilbert 1960); whoever gives them makes of them how many are lost, and how many in a row.
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
#include <unistd.h>

#include "clocktime.h"
#include "linkjitter.h"

#define MAX_SOURCES 1024
#define MAX_HELD 65536

struct source {
  uint32_t address;
  enum distribution distribution;
  int64_t delay_us, jitter_us, reorder_us;
  uint32_t loss_ppm, reorder_ppm, corrupt_ppm, enter_ppm, leave_ppm;
  int bad;
  uint64_t random;
};
struct held {
  int64_t due_ns;
  uint32_t id;
  /* What to let in in its place; NULL: as it came. */
  unsigned char *changed;
  uint32_t length;
};

static struct source sources[MAX_SOURCES];
static int source_count;
static struct held heap[MAX_HELD];
static int heap_size;
static struct nfq_q_handle *queue;

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

static int by_chance(struct source *from, uint32_t ppm) {
  return ppm && draw(&from->random) % 1000000 < ppm;
}

/* Whether this packet is one of a burst that is lost. */
static int in_burst(struct source *from) {
  if (!from->enter_ppm) return 0;
  if (by_chance(from, from->bad ? from->leave_ppm : from->enter_ppm)) from->bad = !from->bad;
  return from->bad;
}

static void let_in(struct held item) {
  nfq_set_verdict(queue, item.id, NF_ACCEPT, item.length, item.changed);
  free(item.changed);
}

/* Where the transport's own header ends. */
static int payload_at(const unsigned char *packet, int length) {
  int at = (packet[0] & 15) * 4;
  if (packet[9] == IPPROTO_UDP) at += 8;
  if (packet[9] == IPPROTO_TCP && at + 13 < length) at += (packet[at + 12] >> 4) * 4;
  return at;
}

/* A copy with one bit of its payload turned over; NULL where there is no payload. */
static unsigned char *corrupted(struct source *from, const unsigned char *packet, int length) {
  int at = payload_at(packet, length), whole = packet[2] << 8 | packet[3];
  /* One that was queued before copies were whole is here in part only. */
  if (at >= length || length < whole) return NULL;
  unsigned char *copy = malloc((size_t)length);
  if (!copy) return NULL;
  memcpy(copy, packet, (size_t)length);
  uint64_t bit = draw(&from->random) % ((uint64_t)(length - at) * 8);
  copy[at + (int)(bit / 8)] ^= (unsigned char)(1 << (bit % 8));
  return copy;
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
  if (in_burst(from) || by_chance(from, from->loss_ppm)) return nfq_set_verdict(handle, id, NF_DROP, 0, NULL);
  struct held item = {.id = id};
  if (by_chance(from, from->corrupt_ppm) && (item.changed = corrupted(from, packet, length)))
    item.length = (uint32_t)length;
  int64_t delay_us = from->delay_us;
  if (from->jitter_us) delay_us += off_us(from->distribution, from->jitter_us, &from->random);
  if (by_chance(from, from->reorder_ppm)) delay_us += from->reorder_us;
  item.due_ns = now_ns() + delay_us * 1000;
  if (delay_us <= 0)
    let_in(item);
  else
    push(item);
  return 0;
}

static void release_due(int timer) {
  while (heap_size > 0 && heap[0].due_ns <= now_ns()) let_in(pop());
  struct itimerspec next = {0};
  if (heap_size > 0) {
    next.it_value.tv_sec = heap[0].due_ns / 1000000000;
    next.it_value.tv_nsec = heap[0].due_ns % 1000000000;
  }
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &next, NULL);
}

/* A packet is only copied whole where one may have to be changed: 60 bytes hold the largest IPv4 header. */
static int copy_as_needed(void) {
  uint32_t bytes = 60;
  for (int i = 0; i < source_count; i++)
    if (sources[i].corrupt_ppm) bytes = 65535;
  return nfq_set_mode(queue, NFQNL_COPY_PACKET, bytes);
}

static void obey(char *line) {
  char verb[16], address[64], distribution[16] = "uniform";
  long long delay = 0, jitter = 0, loss = 0, reorder = 0, reorder_by = 0, corrupt = 0, enter = 0, leave = 0;
  unsigned long long stream = 0;
  struct in_addr parsed;
  if (sscanf(line, "%15s %63s %lld %lld %lld %lld %lld %lld %lld %lld %15s %llu", verb, address, &delay, &jitter, &loss,
             &reorder, &reorder_by, &corrupt, &enter, &leave, distribution, &stream) < 2)
    return;
  if (inet_pton(AF_INET, address, &parsed) != 1) return;
  struct source *source = find(parsed.s_addr);
  if (strcmp(verb, "clear") == 0) {
    if (source) *source = sources[--source_count];
    copy_as_needed();
    return;
  }
  if (!source && source_count < MAX_SOURCES) {
    source = &sources[source_count++];
    source->address = parsed.s_addr;
    source->random = stream;
  }
  if (!source) return;
  source->delay_us = delay;
  source->jitter_us = jitter;
  source->distribution = distribution_named(distribution);
  source->loss_ppm = (uint32_t)loss;
  source->reorder_ppm = (uint32_t)reorder;
  source->reorder_us = reorder_by;
  source->corrupt_ppm = (uint32_t)corrupt;
  source->enter_ppm = (uint32_t)enter;
  source->leave_ppm = (uint32_t)leave;
  if (!enter) source->bad = 0;
  copy_as_needed();
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
  if (argc != 2) {
    puts("err 64 usage: linkshape QUEUE");
    return 64;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct nfq_handle *handle = nfq_open();
  if (handle) queue = nfq_create_queue(handle, (uint16_t)atoi(argv[1]), on_packet, NULL);
  if (!queue || copy_as_needed() < 0) {
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

  /* The largest packet, with what netlink puts around it. */
  static char buffer[65536 + 4096];
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
  while (heap_size > 0) let_in(pop());
  return 0;
}
