/*
 * How much later or earlier than its delay a packet comes, by JITTER_US (infra/spec/faults/jitter-distribution.ts says what
 * that is of each, and by which source):
 *
 *   uniform   in [-jitter, jitter], as netem without a distribution table
 *   normal    jitter is the standard deviation; what is beyond three of them is drawn again
 *   pareto    4/3 (x - 3/2) jitters, where x is of Pareto's distribution from 1 on with the exponent 3; 4 jitters at most
 */
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

enum distribution { UNIFORM, NORMAL, PARETO };

static enum distribution distribution_named(const char *name) {
  if (strcmp(name, "normal") == 0) return NORMAL;
  return strcmp(name, "pareto") == 0 ? PARETO : UNIFORM;
}

/* splitmix64: one stream a source, so that the same seed loses the same packets of a link. */
static uint64_t draw(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* In (0, 1]. */
static double share(uint64_t *random) {
  return (double)((draw(random) >> 11) + 1) / 9007199254740992.0;
}

/* How much later than its delay a packet is to come; less than nothing: earlier. */
static int64_t off_us(enum distribution distribution, int64_t jitter_us, uint64_t *random) {
  double off = 0;
  switch (distribution) {
  case UNIFORM:
    return (int64_t)(draw(random) % (uint64_t)(2 * jitter_us + 1)) - jitter_us;
  case NORMAL:
    /* Box and Muller 1958. */
    do {
      double length = sqrt(-2 * log(share(random)));
      off = length * cos(2 * M_PI * share(random));
    } while (fabs(off) > 3);
    break;
  case PARETO:
    off = fmin(4, (pow(share(random), -1.0 / 3) - 1.5) * 4 / 3);
    break;
  }
  return llround(off * (double)jitter_us);
}
