/*
 * diskprobe PATH FILE BYTES: goes into the node, makes files below PATH (the one that is read is called FILE) of BYTES
 * bytes, a multiple of 4096, and says "in". They have no names any more then: nothing is left of them, whatever becomes of us. For
 * each line on stdin it makes calls on them, and answers with a line of JSON:
 *
 *   calls N PATIENCE   N times each a block that is written, fsync, and a block that is read, at the same time; those that do
 *                      not return within PATIENCE ms are left waiting
 *   flow N PATIENCE    N times a block written, N times the whole file written, and the same read
 *   lose N PATIENCE    writes two files, synchronises one, and looks for both on the disk itself, as we have it from outside the
 *                      node: what is not there now is what a loss of power now would lose. They go again
 *
 * "stuck" are calls that an earlier line has left waiting, and that have not returned yet.
 *
 * Each of these calls is a process of its own, which does nothing else. What the kernel keeps of the files is dropped before
 * they are read.
 */
#define _GNU_SOURCE
#include "clocktime.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK 4096
#define MAX_BYTES (1 << 20)
#define MAX_CALLS 256
#define MAX_STUCK 64

enum call { WRITE, FSYNC, READ, FLOW };
static const char *const names[] = {"write", "fsync", "read"};

/* What a call came to. */
struct outcome {
  int code;
  float ms;
  int bits;   /* that were read, and are not what was written */
  int zeroed; /* bytes of it that read as zero */
};

/* A file that is synchronised takes no writes meanwhile. */
static int to_read, to_write, to_sync;
/* To the one of us that stays outside the node, and has nothing of the disk open. */
static int to_outside;
static char folder[4200];
static size_t size;
static unsigned char bytes[MAX_BYTES];

/* No byte of it is zero, and no block is like the next. */
static unsigned char content(size_t at) { return (unsigned char)(1 + (at * 31 + at / BLOCK * 7) % 255); }

static struct outcome transfer(enum call call, size_t at, size_t length) {
  static unsigned char got[MAX_BYTES];
  struct outcome outcome = {0};
  double began = now_exact_ms();
  ssize_t done = 0;
  if (call == WRITE) done = pwrite(to_write, bytes + at, length, (off_t)at);
  else if (call == FSYNC) done = fsync(to_sync);
  else {
    posix_fadvise(to_read, 0, 0, POSIX_FADV_DONTNEED);
    began = now_exact_ms();
    done = pread(to_read, got, length, (off_t)at);
  }
  outcome.code = done < 0 ? errno : call != FSYNC && (size_t)done != length ? ENODATA : 0;
  outcome.ms = (float)(now_exact_ms() - began);
  for (ssize_t i = 0; call == READ && i < done; i++) {
    outcome.bits += __builtin_popcount(got[i] ^ bytes[at + (size_t)i]);
    outcome.zeroed += got[i] == 0;
  }
  return outcome;
}

/* Of a flow: four outcomes, the whole time of each. */
static void flow(int count, int out) {
  for (int i = 0; i < 4; i++) {
    struct outcome sum = {0};
    for (int n = 0; n < count; n++) {
      struct outcome one = transfer(i < 2 ? WRITE : READ, 0, i % 2 ? size : BLOCK);
      sum.ms += one.ms;
      if (one.code) sum.code = one.code;
    }
    if (write(out, &sum, sizeof sum) != sizeof sum) return;
  }
}

static pid_t stuck[MAX_STUCK];
static int stuck_count;

static int still_stuck(void) {
  int left = 0;
  for (int i = 0; i < stuck_count; i++)
    if (waitpid(stuck[i], NULL, WNOHANG) == 0) stuck[left++] = stuck[i];
  return stuck_count = left;
}

struct caller {
  pid_t pid;
  int in;
  int got;
  struct outcome outcomes[MAX_CALLS];
};

static struct caller callers[4];

static void begin(enum call call, int count) {
  struct caller *one = &callers[call];
  int ends[2];
  one->got = 0;
  one->pid = pipe2(ends, O_CLOEXEC) ? -1 : fork();
  if (one->pid == 0) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, 0);
    dup2(null, 1);
    if (call == FLOW) flow(count, ends[1]);
    for (int i = 0; call != FLOW && i < count; i++) {
      struct outcome outcome = transfer(call, (size_t)i * BLOCK % size, BLOCK);
      if (write(ends[1], &outcome, sizeof outcome) != sizeof outcome) break;
    }
    _exit(0);
  }
  close(ends[1]);
  one->in = ends[0];
}

/* Until it has made all of its calls, or the time is over. */
static void await(enum call call, int count, double until) {
  struct caller *one = &callers[call];
  while (one->got < count) {
    struct pollfd in = {.fd = one->in, .events = POLLIN};
    double left = until - now_exact_ms();
    if (poll(&in, 1, left > 0 ? (int)left + 1 : 0) <= 0) break;
    if (read(one->in, &one->outcomes[one->got], sizeof(struct outcome)) != sizeof(struct outcome)) break;
    one->got++;
  }
  close(one->in);
  if (one->got == count) waitpid(one->pid, NULL, 0);
  else if (stuck_count < MAX_STUCK) stuck[stuck_count++] = one->pid;
}

static void say(enum call call, int count) {
  const struct caller *one = &callers[call];
  const char *error = "";
  int errors = 0, bits = 0, zeroed = 0;
  printf("\"%s\":{\"ms\":[", names[call]);
  for (int i = 0; i < one->got; i++) {
    const struct outcome *of = &one->outcomes[i];
    printf("%s%.3f", i ? "," : "", (double)of->ms);
    if (of->code) error = strerror(of->code), errors++;
    bits += of->bits;
    zeroed += of->zeroed;
  }
  printf("],\"errors\":%d,\"error\":\"%s\",\"unanswered\":%d,\"bits\":%d,\"zeroed\":%d},", errors, error, one->got < count, bits, zeroed);
}

static void make_calls(int count, int patience) {
  double until = now_exact_ms() + patience;
  for (enum call call = WRITE; call <= READ; call++) begin(call, count);
  for (enum call call = WRITE; call <= READ; call++) await(call, count, until);
}

/* For each name that is asked for a byte: 0 where not all of the file is on the disk as it is outside the node. */
static void look_from_outside(int from) {
  static unsigned char got[BLOCK];
  char name[64], path[4400];
  while (read(from, name, sizeof name) == sizeof name) {
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, got, BLOCK);
    if (fd >= 0) close(fd);
    char is_there = length == BLOCK && !memcmp(got, bytes, BLOCK);
    if (write(from, &is_there, 1) != 1) return;
  }
}

static int is_outside(const char *name) {
  char asked[64] = "", is_there = 0;
  snprintf(asked, sizeof asked, "%s", name);
  return write(to_outside, asked, sizeof asked) == sizeof asked && read(to_outside, &is_there, 1) == 1 && is_there;
}

static int left_code(const char *name, int synchronise) {
  char path[4400];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  int code = fd < 0 || write(fd, bytes, BLOCK) != BLOCK || (synchronise && fsync(fd)) ? errno : 0;
  if (fd >= 0) close(fd);
  return code;
}

static void say_what_is_lost(void) {
  char path[4400];
  int code = mkdir(folder, 0700) ? errno : 0;
  if (!code) code = left_code("unsynchronised", 0);
  if (!code) code = left_code("synchronised", 1);
  printf("\"error\":\"%s\",\"unsynchronised\":%d,\"synchronised\":%d,", code ? strerror(code) : "", is_outside("unsynchronised"), is_outside("synchronised"));
  snprintf(path, sizeof path, "%s/unsynchronised", folder);
  unlink(path);
  snprintf(path, sizeof path, "%s/synchronised", folder);
  unlink(path);
  rmdir(folder);
}

static void answer(const char *line) {
  char word[16];
  int count, patience, earlier = still_stuck();
  if (sscanf(line, "%15s %d %d", word, &count, &patience) != 3 || count < 1 || count > MAX_CALLS) {
    printf("{\"error\":\"what is %.40s\"}\n", line);
    return;
  }
  putchar('{');
  if (!strcmp(word, "lose")) {
    say_what_is_lost();
  } else if (!strcmp(word, "flow")) {
    begin(FLOW, count);
    await(FLOW, 4, now_exact_ms() + patience);
    const struct outcome *of = callers[FLOW].outcomes;
    printf("\"flow\":{\"answered\":%d,\"errors\":%d,\"ms\":[", callers[FLOW].got, callers[FLOW].got > 3 && (of[0].code || of[1].code || of[2].code || of[3].code));
    for (int i = 0; i < callers[FLOW].got; i++) printf("%s%.3f", i ? "," : "", (double)of[i].ms);
    printf("]},");
  } else {
    make_calls(count, patience);
    for (enum call call = WRITE; call <= READ; call++) say(call, count);
  }
  printf("\"stuck\":%d}\n", earlier);
}

static int made(const char *name, size_t length) {
  char path[4400];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) return -1;
  int code = unlink(path) || write(fd, bytes, length) != (ssize_t)length ? errno : 0;
  /* One block is one call: nothing is read ahead. */
  if (!code) code = posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
  if (!code) return fd;
  close(fd);
  errno = code;
  return -1;
}

int main(int argc, char **argv) {
  char line[128];
  setvbuf(stdout, NULL, _IOFBF, 0);
  signal(SIGPIPE, SIG_IGN);
  if (argc != 4 || (size = (size_t)atol(argv[3])) == 0 || size > MAX_BYTES || size % BLOCK) {
    puts("err 64 usage: diskprobe PATH FILE BYTES");
    return 64;
  }
  for (size_t at = 0; at < size; at++) bytes[at] = content(at);
  int ends[2];
  snprintf(folder, sizeof folder, "%s/.understudy-probe-%d", argv[1], (int)getpid());
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
    printf("err %d %s\n", errno, strerror(errno));
    return 1;
  }
  to_outside = ends[0];
  pid_t looker = fork();
  if (looker == 0) {
    close(ends[0]);
    look_from_outside(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  int space = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);
  if (space < 0 || setns(space, CLONE_NEWNS)) {
    printf("err %d cannot go into the node: %s\n", errno, strerror(errno));
    return 1;
  }
  if (mkdir(folder, 0700) || (to_read = made(argv[2], size)) < 0 || (to_write = made("written", size)) < 0 ||
      (to_sync = made("synchronised", BLOCK)) < 0) {
    printf("err %d no files can be made in %s: %s\n", errno, argv[1], strerror(errno));
    rmdir(folder);
    return 1;
  }
  rmdir(folder);
  puts("in");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    answer(line);
    fflush(stdout);
  }
  /* The first process of a node may be one that buries nobody. */
  close(to_outside);
  waitpid(looker, NULL, 0);
  return 0;
}
