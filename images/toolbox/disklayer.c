/*
 * disklayer PATH: puts a file system in front of the disk that the node has at PATH, which passes every call on to the disk
 * until it is told not to (diskfault.c), and stays until stdin ends or a signal comes. Says "ok" once all that comes by PATH
 * goes through it.
 * disklayer past PATH: who in the node has something of the disk itself open, and so goes past the layer; a line each.
 * disklayer try: whether the kernel has what it takes.
 * disklayer gone PATH: waits until the layer at PATH has ended, or names who keeps it with "err 16".
 *
 * Calls are of three sorts: reading data, writing (data, and whatever changes names, sizes or modes), and fsync. What the
 * kernel answers from memory (names, sizes, pages that were read before) is no call: as on a disk.
 *
 * A keeper puts the layer there and takes it away, and a server answers. The keeper takes away the mount in every mount
 * namespace of the node, lazily: who has files open keeps the server until they are closed. Each notices when the other is gone: without a
 * server calls are answered with errors by the kernel and the mount goes; without a keeper the server takes the mount away.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "disklayer/control.h"
#include "disklayer/keeper.h"
#include "disklayer/mounts.h"
#include "disklayer/processes.h"

/* Who had files open has ended by then, or never will. */
#define GONE_MS 5000

static int say_who_goes_past(const char *path) {
  struct stat status;
  if (stat(path, &status)) return failed(path, errno);
  name_holders(status.st_dev);
  return 0;
}

static int wait_until_gone(const char *path) {
  dev_t device = 0;
  for (int waited = 0; (device = serving(path)) != 0; waited += 20) {
    if (waited >= GONE_MS) {
      printf("err 16 the layer in front of %s still serves:\n", path);
      name_holders(device);
      return 16;
    }
    usleep(20000);
  }
  puts("ok");
  return 0;
}

/* By a device file of our own: what there is of the host's says nothing of its driver. */
static int try_device(void) {
  static const char name[] = "/run/disklayer-try";
  if (mknod(name, S_IFCHR | 0600, makedev(10, 229))) return failed(name, errno);
  int device = open(name, O_RDWR | O_CLOEXEC);
  int code = device < 0 ? errno : 0;
  unlink(name);
  return code ? failed("FUSE", code) : 0;
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  const char *path = argv[argc - 1];
  if (argc == 2 && *path == '/') return keep(path);
  if (argc == 2 && !strcmp(path, "try")) return try_device();
  if (argc == 3 && !strcmp(argv[1], "past")) return say_who_goes_past(path);
  if (argc == 3 && !strcmp(argv[1], "gone")) return wait_until_gone(path);
  if (argc == 3 && !strcmp(argv[1], "remove")) return removed((dev_t)strtoull(argv[2], NULL, 10));
  puts("err 64 usage: disklayer [past|gone] PATH, or disklayer try");
  return 64;
}
