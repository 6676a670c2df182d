/*
 * diskfill bytes|inodes DIR N ID: leaves at most N bytes (or inodes) free on DIR's file system, to the block, until
 * stdin ends or a signal comes; then removes what it made. What the application frees meanwhile is taken again (every
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

static char place[4096];
static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

static int64_t free_bytes(const char *dir) {
  struct statvfs s;
  return statvfs(dir, &s) ? -1 : (int64_t)s.f_bavail * (int64_t)s.f_frsize;
}

static int64_t free_inodes(const char *dir) {
  struct statvfs s;
  return statvfs(dir, &s) ? -1 : (int64_t)s.f_favail;
}

/* One file, grown or shrunk by what the file system says is missing; a few rounds, since metadata takes room too. */
static int64_t fill_bytes(const char *dir, int file, int64_t wanted, int shrink) {
  for (int round = 0; round < 64; round++) {
    int64_t surplus = free_bytes(dir) - wanted;
    struct stat now;
    if (surplus == 0 || fstat(file, &now)) break;
    if (surplus < 0) {
      if (!shrink || now.st_size == 0) break;
      int64_t size = now.st_size + surplus;
      if (ftruncate(file, size < 0 ? 0 : size)) break;
      continue;
    }
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

static int64_t fill_inodes(const char *dir, int64_t wanted) {
  char name[4200];
  while (!ended && free_inodes(dir) > wanted) {
    snprintf(name, sizeof name, "%s/%lld", place, (long long)made);
    int file = open(name, O_CREAT | O_EXCL | O_WRONLY, 0600);
    if (file < 0) break;
    close(file);
    made++;
  }
  return free_inodes(dir);
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
  if (bytes) file = open(place, O_CREAT | O_TRUNC | O_RDWR, 0600);
  if (bytes ? file < 0 : mkdir(place, 0700) != 0) {
    printf("err %d cannot make %s: %s\n", errno, place, strerror(errno));
    return 1;
  }
  int64_t left = bytes ? fill_bytes(dir, file, wanted, 1) : fill_inodes(dir, wanted);
  printf("ok %lld\n", (long long)left);

  struct pollfd input = {.fd = 0, .events = POLLIN};
  char ignored[256];
  while (!ended) {
    int ready = poll(&input, 1, 20);
    if (ready > 0 && read(0, ignored, sizeof ignored) <= 0) break;
    if (bytes && free_bytes(dir) > wanted) fill_bytes(dir, file, wanted, 0);
    if (!bytes && free_inodes(dir) > wanted) fill_inodes(dir, wanted);
  }
  char name[4200];
  while (made > 0) {
    snprintf(name, sizeof name, "%s/%lld", place, (long long)--made);
    unlink(name);
  }
  if (bytes) unlink(place);
  else rmdir(place);
  return 0;
}
