/*
 * diskfill bytes|inodes DIR N ID: leaves at most N bytes (or inodes) free on DIR's file system, to the block, until
 * stdin ends or a signal comes, also while it fills; then removes what it made, and tries until that is gone. What the application frees meanwhile is taken again (every
 * 20 ms), what it uses is its own. Says "ok FREE" once the file system is that full.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PART (64 * 1024 * 1024)

static char place[4096];
static int placed;
static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

static int is_over(int wait_ms) {
  struct pollfd input = {.fd = 0, .events = POLLIN};
  char ignored[256];
  if (!ended && poll(&input, 1, wait_ms) > 0 && read(0, ignored, sizeof ignored) <= 0) ended = 1;
  return ended;
}

static int64_t free_bytes(const char *dir) {
  struct statvfs s;
  return statvfs(dir, &s) ? -1 : (int64_t)s.f_bavail * (int64_t)s.f_frsize;
}

static int64_t free_inodes(const char *dir) {
  struct statvfs s;
  return statvfs(dir, &s) ? -1 : (int64_t)s.f_favail;
}

/*
 * One file, grown or shrunk by what the file system says is missing; a few rounds, since metadata takes room too. Of much
 * that is missing a part at a time, so that an end is seen.
 */
static int64_t fill_bytes(const char *dir, int file, int64_t wanted, int shrink) {
  for (int round = 0; round < 64 && !is_over(0);) {
    int64_t surplus = free_bytes(dir) - wanted;
    struct stat now;
    if (surplus == 0 || fstat(file, &now)) break;
    if (surplus < 0) {
      if (!shrink || now.st_size == 0) break;
      int64_t size = now.st_size + surplus;
      if (ftruncate(file, size < 0 ? 0 : size)) break;
      round++;
      continue;
    }
    if (surplus >= PART) surplus = PART;
    else round++;
    int code = posix_fallocate(file, now.st_size, surplus);
    /* Asked for more than there is: take half, and half again, down to one block. */
    while (code == ENOSPC && surplus > 4096) {
      surplus /= 2;
      code = posix_fallocate(file, now.st_size, surplus);
    }
    if (code) break;
    if (surplus < 4096) break;
  }
  return free_bytes(dir);
}

static int64_t made;

/* The folder that holds them is one of them: where there is nothing to take, there is none. */
static int64_t fill_inodes(const char *dir, int64_t wanted) {
  char name[4200];
  while (free_inodes(dir) > wanted && !is_over(0)) {
    if (!placed) {
      if (mkdir(place, 0700)) break;
      placed = 1;
      continue;
    }
    snprintf(name, sizeof name, "%s/%lld", place, (long long)made);
    int file = open(name, O_CREAT | O_EXCL | O_WRONLY, 0600);
    if (file < 0) break;
    close(file);
    made++;
  }
  return free_inodes(dir);
}

/* Returns 0 once nothing of it is there. */
static int empty(int bytes) {
  char name[4200];
  for (; made > 0; made--) {
    snprintf(name, sizeof name, "%s/%lld", place, (long long)made - 1);
    if (unlink(name) && errno != ENOENT) return errno;
  }
  if (!bytes && !placed) return 0;
  return (bytes ? unlink(place) : rmdir(place)) && errno != ENOENT ? errno : 0;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    puts("err 64 usage: diskfill bytes|inodes DIR N ID");
    return 64;
  }
  int bytes = strcmp(argv[1], "bytes") == 0;
  const char *dir = argv[2];
  int64_t wanted = strtoll(argv[3], NULL, 10);
  snprintf(place, sizeof place, "%s/.understudy-fill-%s", dir, argv[4]);
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  setvbuf(stdout, NULL, _IOLBF, 0);

  int file = -1;
  if (bytes && (file = open(place, O_CREAT | O_TRUNC | O_RDWR, 0600)) < 0) {
    printf("err %d cannot make %s: %s\n", errno, place, strerror(errno));
    return 1;
  }
  int64_t left = bytes ? fill_bytes(dir, file, wanted, 1) : fill_inodes(dir, wanted);
  if (ended) puts("err 4 it was ended before the disk was that full");
  else printf("ok %lld\n", (long long)left);

  while (!is_over(20)) {
    if (bytes && free_bytes(dir) > wanted) fill_bytes(dir, file, wanted, 0);
    if (!bytes && free_inodes(dir) > wanted) fill_inodes(dir, wanted);
  }
  for (int code, told = 0; (code = empty(bytes)) != 0; usleep(100000))
    if (!told++) printf("cannot remove %s: %s\n", place, strerror(code));
  return 0;
}
