/*
 * How a program that stops processes of a unit lets somebody beside it see where they stand: it waits until the onlooker says
 * what it has seen, of whom. What the onlooker makes of it is its own affair, and it is told nothing.
 *
 * Between the two is a socket with a name in the side-car, which no process of the node sees.
 */
#pragma once
#include "clocktime.h"
#include "fnv.h"
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* An onlooker says it over and over; where there is none, nobody is waited for again. */
#define ONLOOKER_MS 1000

struct onlooker {
  int socket;
  bool is_gone;
  /* The last file that it said it watches (file_identity of pathcall.h); 0: none yet. */
  uint64_t watched;
};

static inline struct sockaddr_un onlooker_address(const char *unit) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  // A unit has a long name, and there is one of these for each.
  uint64_t hash = FNV_BEGIN;
  for (const char *at = unit; *at; at++) hash = fnv_with(hash, (unsigned char)*at);
  snprintf(address.sun_path, sizeof address.sun_path, "/tmp/understudy-onlooker-%016llx", (unsigned long long)hash);
  return address;
}

static inline bool begin_onlooked(struct onlooker *by, const char *unit) {
  struct sockaddr_un address = onlooker_address(unit);
  by->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  unlink(address.sun_path); // of one that was killed
  return by->socket >= 0 && bind(by->socket, (struct sockaddr *)&address, sizeof address) == 0;
}

/* "armed" of all, "stands" and "went" of a thread, "ended" of a process, "watches" of a file. */
static inline void seen_words(char *words, size_t size, const char *what, uint64_t of) {
  snprintf(words, size, "%s %llu", what, (unsigned long long)of);
}

/* What it says within that time; false: nothing. */
static inline bool next_words(struct onlooker *by, char *said, size_t size, int64_t for_ms) {
  struct pollfd one = {.fd = by->socket, .events = POLLIN};
  unsigned long long file;
  if (poll(&one, 1, (int)for_ms) <= 0) return false;
  ssize_t length = recv(by->socket, said, size - 1, MSG_DONTWAIT);
  said[length > 0 ? length : 0] = 0;
  if (sscanf(said, "watches %llu", &file) == 1) by->watched = file;
  return true;
}

/* Until it has said so that often, not counting what it said before. */
static inline void wait_for_onlooker(struct onlooker *by, const char *what, uint64_t of, int times) {
  char words[48], said[48];
  if (by->is_gone) return;
  seen_words(words, sizeof words, what, of);
  while (next_words(by, said, sizeof said, 0)) continue;
  for (int64_t latest = now_ms() + ONLOOKER_MS, left; (left = latest - now_ms()) > 0 && next_words(by, said, sizeof said, left);)
    if (!strcmp(said, words) && --times == 0) return;
  by->is_gone = true;
}

/* Until it watches that file; 0 is none. It says so but once. */
static inline void wait_for_watch(struct onlooker *by, uint64_t file) {
  char said[48];
  if (by->is_gone || file == 0) return;
  for (int64_t latest = now_ms() + ONLOOKER_MS, left; by->watched != file;)
    if ((left = latest - now_ms()) <= 0 || !next_words(by, said, sizeof said, left)) {
      by->is_gone = true;
      return;
    }
}

/* By the onlooker; whether it will be heard. */
static inline bool say_seen(int socket, const char *unit, const char *what, uint64_t of) {
  struct sockaddr_un address = onlooker_address(unit);
  char words[48];
  seen_words(words, sizeof words, what, of);
  return sendto(socket, words, strlen(words), MSG_DONTWAIT, (struct sockaddr *)&address, sizeof address) > 0;
}
