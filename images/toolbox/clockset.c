/*
 * clockset offset MS: the shifted clock of the node (clockshift.c) jumps by so much, until stdin ends or a signal comes; then
 * it is as it was.
 *
 * clockset rate PPM: from now on it runs so much faster, or slower where PPM is negative, until then.
 *
 * It says "ok" once that is so. It shares its pid namespace with the node, and needs SYS_PTRACE to go by process 1 to its files.
 */
#define _GNU_SOURCE
#include "clockshift.h"
#include "clocktime.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FILE_IN_NODE "/proc/1/root" CLOCKSHIFT_FILE

static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

static struct clockshift *shared_file(void) {
  int file = open(FILE_IN_NODE, O_RDWR | O_CLOEXEC);
  if (file < 0) return NULL;
  void *page = mmap(NULL, sizeof(struct clockshift), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  return page == MAP_FAILED ? NULL : page;
}

/* In two steps of the sequence, so that nobody takes a half of it for the whole. */
static void write_shift(struct clockshift *shared, int64_t offset_ns, int64_t drift_ppm) {
  __atomic_add_fetch(&shared->sequence, 1, __ATOMIC_SEQ_CST);
  __atomic_store_n(&shared->offset_ns, offset_ns, __ATOMIC_SEQ_CST);
  __atomic_store_n(&shared->drift_ppm, drift_ppm, __ATOMIC_SEQ_CST);
  __atomic_store_n(&shared->since_ns, now_ns(), __ATOMIC_SEQ_CST);
  __atomic_add_fetch(&shared->sequence, 1, __ATOMIC_SEQ_CST);
}

int main(int argc, char **argv) {
  bool offset = argc == 3 && !strcmp(argv[1], "offset"), rate = argc == 3 && !strcmp(argv[1], "rate");
  if (!offset && !rate) {
    puts("err 64 usage: clockset offset MS | clockset rate PPM");
    return 64;
  }
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct clockshift *shared = shared_file();
  if (!shared) {
    printf("err 3 no clock of this node can be shifted: %s: %s\n", CLOCKSHIFT_FILE, strerror(errno));
    return 3;
  }
  if (shared->offset_ns != 0 || shared->drift_ppm != 0) {
    puts("err 4 the clock of this node is shifted already");
    return 4;
  }
  int64_t value = strtoll(argv[2], NULL, 10);
  write_shift(shared, offset ? value * 1000000 : 0, rate ? value : 0);
  puts("ok");
  char ignored[256];
  while (!ended && read(0, ignored, sizeof ignored) > 0) continue;
  write_shift(shared, 0, 0);
  return 0;
}
