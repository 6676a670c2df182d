/* What a clock of the kernel says (man 2 clock_gettime), as one number. "Now" is of the one that nobody sets. */
#pragma once
#include <stdint.h>
#include <time.h>

static inline int64_t clock_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline int64_t clock_ms(clockid_t clock) { return clock_ns(clock) / 1000000; }

static inline int64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

static inline int64_t now_us(void) { return now_ns() / 1000; }

static inline int64_t now_ms(void) { return now_ns() / 1000000; }

/* For what takes less than one of them. */
static inline double now_exact_ms(void) { return (double)now_ns() / 1e6; }
