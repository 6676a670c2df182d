/*
 * What programs have in common that ask a server, each time over a connection of its own, and say of each answer as it ends
 *
 *   STATUS MS BYTES CRC32 HOW
 *
 * CRC32 (hex) is of the BYTES. HOW: whole; cut, where it ended before its time; reset, where the connection was; silent,
 * where it had not ended after all patience; refused, where there was no connection.
 */
#pragma once
#include "clocktime.h"
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_BYTES (2 << 20)

struct answer {
  int status;
  double ms;
  size_t bytes;
  uint32_t crc;
  const char *how;
};

static int waits(int of, short events, double until) {
  double left = until - now_exact_ms();
  struct pollfd one = {.fd = of, .events = events};
  return left > 0 && poll(&one, 1, (int)left + 1) > 0;
}

/* From a port of one's own, or any where that is 0. -1: there is no connection, and errno says why. */
static int connected(const struct sockaddr_in *to, int from_port, double until) {
  int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0, on = 1;
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons((uint16_t)from_port)};
  socklen_t size = sizeof error;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (from_port && bind(server, (struct sockaddr *)&from, sizeof from) != 0) return -1;
  if (connect(server, (const struct sockaddr *)to, sizeof *to) == 0) return server;
  if (errno != EINPROGRESS || !waits(server, POLLOUT, until)) return -1;
  getsockopt(server, SOL_SOCKET, SO_ERROR, &error, &size);
  errno = error;
  return error == 0 ? server : -1;
}

/* Of such a connection: it may have been there, and reset before anybody looked. */
static const char *how_not(void) { return errno == ECONNRESET ? "reset" : "refused"; }

/* The polynomial of zlib and Ethernet. */
static uint32_t crc32(const char *bytes, size_t length) {
  uint32_t crc = 0xffffffff;
  for (size_t i = 0; i < length; i++) {
    crc ^= (uint8_t)bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

/* COUNT times, AT_ONCE of them at a time (1: one after the other, in order), each in a process of its own. */
static int ask_all(int count, int at_once, struct answer (*ask)(int number)) {
  int running = 0;
  for (int i = 0; i < count; i++) {
    if (running == at_once && wait(NULL) > 0) running--;
    pid_t child = fork();
    if (child < 0) return 1;
    if (child > 0) {
      running++;
      continue;
    }
    struct answer one = ask(i);
    char line[128];
    int length = snprintf(line, sizeof line, "%d %.3f %zu %08x %s\n", one.status, one.ms, one.bytes, one.crc, one.how);
    _exit(write(1, line, (size_t)length) < 0);
  }
  while (wait(NULL) > 0) continue;
  return 0;
}
