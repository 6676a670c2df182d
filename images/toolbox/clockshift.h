/* What is in the file that shifted clocks read, and where it is in a node: beside the library, which every unit can read. */
#ifndef CLOCKSHIFT_H
#define CLOCKSHIFT_H
#include <stdint.h>

#define CLOCKSHIFT_FOLDER "/usr/lib/understudy-clock"
#define CLOCKSHIFT_FILE CLOCKSHIFT_FOLDER "/shift"

/* Rewritten in place, so that whoever has it mapped follows at once. All zero: the clock is as it is. */
struct clockshift {
  /* Odd while the others are being written; a reader that sees it change reads again. */
  uint64_t sequence;
  int64_t offset_ns;
  /* Runs this much faster since `since_ns` of CLOCK_MONOTONIC. */
  int64_t drift_ppm;
  int64_t since_ns;
};
#endif
