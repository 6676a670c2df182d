/*
 * How a program that stops processes of a unit lets somebody beside it see where they stand: it waits until the onlooker says
 * what it has seen, of whom. What the onlooker makes of it is its own affair, and it is told nothing.
 *
 * Between the two is a socket with a name in the side-car, which no process of the node sees.
 */
#pragma once
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* An onlooker says it every 20 ms; where there is none, nobody is waited for again. */
#define ONLOOKER_MS 1000

struct onlooker {
  int socket;
  bool is_gone;
};

static inline int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline struct sockaddr_un onlooker_address(const char *unit) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  // A unit has a long name, and there is one of these for each.
  uint64_t hash = 14695981039346656037u;
  for (const char *at = unit; *at; at++) hash = (hash ^ (unsigned char)*at) * 1099511628211u;
  snprintf(address.sun_path, sizeof address.sun_path, "/tmp/understudy-onlooker-%016llx", (unsigned long long)hash);
  return address;
}

static inline bool begin_onlooked(struct onlooker *by, const char *unit) {
  struct sockaddr_un address = onlooker_address(unit);
  by->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  unlink(address.sun_path); // of one that was killed
  return by->socket >= 0 && bind(by->socket, (struct sockaddr *)&address, sizeof address) == 0;
}

/* "armed" of all, "stands" of a thread, "ended" of a process. */
static inline void seen_words(char *words, size_t size, const char *what, int of) { snprintf(words, size, "%s %d", what, of); }

static inline void wait_for_onlooker(struct onlooker *by, const char *what, int of) {
  struct pollfd one = {.fd = by->socket, .events = POLLIN};
  char words[32], said[32];
  if (by->is_gone) return;
  seen_words(words, sizeof words, what, of);
  while (recv(by->socket, said, sizeof said, MSG_DONTWAIT) >= 0) continue; // what it said before
  for (int64_t latest = now_ms() + ONLOOKER_MS, left; (left = latest - now_ms()) > 0 && poll(&one, 1, (int)left) > 0;) {
    ssize_t length = recv(by->socket, said, sizeof said, MSG_DONTWAIT);
    if (length == (ssize_t)strlen(words) && !memcmp(said, words, (size_t)length)) return;
  }
  by->is_gone = true;
}

/* By the onlooker. */
static inline void say_seen(int socket, const char *unit, const char *what, int of) {
  struct sockaddr_un address = onlooker_address(unit);
  char words[32];
  seen_words(words, sizeof words, what, of);
  sendto(socket, words, strlen(words), MSG_DONTWAIT, (struct sockaddr *)&address, sizeof address);
}
