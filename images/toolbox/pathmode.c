/*
 * pathmode PATH MODE: a file or folder of the node has the permission bits MODE (octal) until stdin ends or a signal comes;
 * then those that it had. It is held on to meanwhile, so that it gets them back wherever it has been moved to.
 *
 * Says "ok", or "err ERRNO MESSAGE". It shares its pid namespace with the node, and needs SYS_PTRACE and SYS_CHROOT to come
 * to its files, and FOWNER and FSETID for those of other accounts and groups. Links lead nowhere but into the node's own
 * root.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

static int failed(const char *what) {
  int error = errno;
  printf("err %d %s: %s\n", error, what, strerror(error));
  return error;
}

/* What is open by O_PATH is changed by its name among our own descriptors. */
static int change(int own, int file, mode_t mode) {
  char name[16];
  snprintf(name, sizeof name, "%d", file);
  return fchmodat(own, name, mode, 0);
}

int main(int argc, char **argv) {
  char *rest;
  mode_t mode = argc == 3 ? (mode_t)strtoul(argv[2], &rest, 8) : 0;
  if (argc != 3 || *rest || mode > 07777) {
    puts("err 64 usage: pathmode PATH MODE");
    return 64;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);

  struct stat before;
  int own = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (own < 0) return failed("/proc/self/fd");
  if (chroot("/proc/1/root") || chdir("/")) return failed("the root of the node");
  int file = open(argv[1], O_PATH | O_CLOEXEC);
  if (file < 0 || fstat(file, &before)) return failed(argv[1]);
  if (change(own, file, mode)) return failed(argv[1]);
  puts("ok");

  struct pollfd input = {.fd = 0, .events = POLLIN};
  char ignored[256];
  while (!ended && (poll(&input, 1, -1) < 0 || read(0, ignored, sizeof ignored) > 0)) continue;
  return change(own, file, before.st_mode & 07777) ? failed(argv[1]) : 0;
}
