/*
 * dnsprobe PATIENCE_MS COUNT NAME…: asks the first name server of /etc/resolv.conf for the IPv4 addresses of each NAME, COUNT
 * times over UDP and once over TCP, all at once, and says of each question
 *
 *   NAME udp|tcp MS RCODE ADDRESSES
 *
 * RCODE is -1 where nothing came within PATIENCE_MS, and -2 where the question was refused. ADDRESSES are ascending, with
 * commas between; "-" where there are none. A side-car has its node's own /etc/resolv.conf: the engine mounts it into both.
 */
#define _GNU_SOURCE
#include "clocktime.h"
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_QUESTIONS 512
#define MOST_BYTES 4096
#define HEADER 12
#define MOST_ADDRESSES 64

struct asked {
  const char *name;
  int kind, socket; /* -1: it is answered */
  double at_ms;
  unsigned char heard[MOST_BYTES];
  size_t length;
};
static struct asked all[MOST_QUESTIONS];

static int first_server(struct sockaddr_in *server) {
  char line[512], address[64];
  FILE *file = fopen("/etc/resolv.conf", "r");
  while (file && fgets(line, sizeof line, file)) {
    *server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(53)};
    if (sscanf(line, "nameserver %63s", address) == 1 && inet_pton(AF_INET, address, &server->sin_addr) == 1) return 1;
  }
  return 0;
}

/* With its length before it, as over TCP. Returns its own length. */
static size_t question(unsigned char *bytes, const char *name, int id) {
  unsigned char *message = bytes + 2, *at = message + HEADER;
  memset(message, 0, HEADER);
  message[0] = (unsigned char)(id >> 8);
  message[1] = (unsigned char)id;
  message[2] = 1; /* recursion desired */
  message[5] = 1;
  for (const char *label = name; *label;) {
    size_t length = strcspn(label, ".");
    *at++ = (unsigned char)length;
    memcpy(at, label, length);
    at += length;
    label += length + (label[length] == '.');
  }
  memcpy(at, (unsigned char[]){0, 0, 1, 0, 1}, 5);
  size_t length = (size_t)(at + 5 - message);
  bytes[0] = (unsigned char)(length >> 8);
  bytes[1] = (unsigned char)length;
  return length;
}

static void ask(struct asked *one, const struct sockaddr_in *server, int id) {
  unsigned char bytes[512];
  size_t length = question(bytes, one->name, id);
  one->at_ms = now_exact_ms();
  one->socket = socket(AF_INET, one->kind | SOCK_CLOEXEC, 0);
  int refused = connect(one->socket, (const struct sockaddr *)server, sizeof *server) != 0;
  if (!refused && one->kind == SOCK_DGRAM) refused = send(one->socket, bytes + 2, length, MSG_NOSIGNAL) < 0;
  if (!refused && one->kind == SOCK_STREAM) refused = send(one->socket, bytes, length + 2, MSG_NOSIGNAL) < 0;
  if (!refused) return;
  printf("%s %s %.3f -2 -\n", one->name, one->kind == SOCK_DGRAM ? "udp" : "tcp", now_exact_ms() - one->at_ms);
  close(one->socket);
  one->socket = -1;
}

static size_t after_name(const unsigned char *message, size_t length, size_t at) {
  while (at < length && message[at] != 0 && message[at] < 0xc0) at += message[at] + 1u;
  return at + (at < length && message[at] >= 0xc0 ? 2 : 1);
}

static int ascending(const void *a, const void *b) {
  uint32_t one = ntohl(*(const uint32_t *)a), other = ntohl(*(const uint32_t *)b);
  return one < other ? -1 : one > other;
}

static void say(const struct asked *one, int rcode, const unsigned char *message, size_t length) {
  uint32_t found[MOST_ADDRESSES];
  int count = 0, answers = length >= HEADER ? message[6] << 8 | message[7] : 0;
  size_t at = after_name(message, length, HEADER) + 4;
  for (; answers > 0; answers--) {
    at = after_name(message, length, at);
    if (at + 10 > length) break;
    size_t bytes = (size_t)(message[at + 8] << 8 | message[at + 9]);
    int is_address = message[at] == 0 && message[at + 1] == 1 && bytes == 4;
    at += 10 + bytes;
    if (at > length) break;
    if (is_address && count < MOST_ADDRESSES) memcpy(&found[count++], message + at - 4, 4);
  }
  qsort(found, (size_t)count, sizeof *found, ascending);
  printf("%s %s %.3f %d ", one->name, one->kind == SOCK_DGRAM ? "udp" : "tcp", now_exact_ms() - one->at_ms, rcode);
  for (int i = 0; i < count; i++) {
    char text[INET_ADDRSTRLEN];
    printf(i ? ",%s" : "%s", inet_ntop(AF_INET, &found[i], text, sizeof text));
  }
  puts(count ? "" : "-");
}

/* Whether it is answered now. */
static int hear(struct asked *one) {
  ssize_t got = recv(one->socket, one->heard + one->length, sizeof one->heard - one->length, MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return 0;
  if (got <= 0) {
    say(one, errno == ECONNREFUSED ? -2 : -1, one->heard, 0);
    return 1;
  }
  one->length += (size_t)got;
  size_t skip = one->kind == SOCK_STREAM ? 2 : 0;
  if (one->length < skip + HEADER) return 0;
  size_t whole = skip ? (size_t)(one->heard[0] << 8 | one->heard[1]) + 2 : one->length;
  if (one->length < whole) return 0;
  say(one, one->heard[skip + 3] & 15, one->heard + skip, whole - skip);
  return 1;
}

int main(int argc, char **argv) {
  struct sockaddr_in server;
  int per_name = argc > 2 ? atoi(argv[2]) + 1 : 0, count = 0;
  if (argc < 4 || per_name < 1 || per_name * (argc - 3) > MOST_QUESTIONS) {
    fputs("usage: dnsprobe PATIENCE_MS COUNT NAME…\n", stderr);
    return 64;
  }
  if (!first_server(&server)) {
    fputs("no name server in /etc/resolv.conf\n", stderr);
    return 1;
  }
  static struct pollfd waiting[MOST_QUESTIONS];
  for (int i = 3; i < argc; i++)
    for (int n = 0; n < per_name; n++) {
      all[count] = (struct asked){.name = argv[i], .kind = n + 1 < per_name ? SOCK_DGRAM : SOCK_STREAM};
      ask(&all[count], &server, count + 1);
      count++;
    }
  double until = now_exact_ms() + atoi(argv[1]);
  for (;;) {
    int left = 0;
    for (int i = 0; i < count; i++) {
      waiting[i] = (struct pollfd){all[i].socket, POLLIN, 0};
      left += all[i].socket >= 0;
    }
    int ms = (int)(until - now_exact_ms()) + 1;
    if (left == 0 || now_exact_ms() >= until || poll(waiting, (nfds_t)count, ms) <= 0) break;
    for (int i = 0; i < count; i++)
      if (waiting[i].revents && hear(&all[i])) {
        close(all[i].socket);
        all[i].socket = -1;
      }
  }
  for (int i = 0; i < count; i++)
    if (all[i].socket >= 0) say(&all[i], -1, all[i].heard, 0);
  return 0;
}
