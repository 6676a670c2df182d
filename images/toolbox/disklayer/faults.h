/* What calls on the disk meet: the faults that are in force, and what each does to a call. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_FAULTS 16

enum call { READ, WRITE, FSYNC };
#define CALLS 3

/* How many calls of each sort one fault has seen on a file, by that fault's id: kept by the file. */
struct tally {
  uint64_t fault;
  unsigned calls[CALLS];
};

struct fault {
  uint64_t id;
  enum { SLOW, RATE, HANG, ERROR, FLIP, ZEROS, HOLD } kind;
  bool lies;
  unsigned calls; /* a bit each */
  int64_t delay_ns;
  int64_t bytes_per_second;
  int64_t free_at; /* when what goes at that rate will be done */
  unsigned every;
  char files[128];
};

/* Before any other. */
void prepare_faults(void);
/* Of a line as diskfault says it, which is taken apart. */
bool parse(char *line, struct fault *fault);
/* Whether there was room for one more; it has its id then. */
bool add(struct fault *fault);
void take_out(uint64_t id);
/* Whether it changes what is read on its way. */
bool spoils(const struct fault *fault);

/* A call waits here for as long as it has to; the code that it fails with, or 0. */
int meets(enum call call, struct tally *tally, off_t offset, size_t bytes);
/* Changes what was read of a file; the same bit of the same file each time. */
void spoil(int fd, off_t offset, char *bytes, size_t length);
/* Whether what is written is to be kept back. */
bool keeps_back(void);
/* Whether what is kept back is said to be synchronised. */
bool lies_of_sync(void);
