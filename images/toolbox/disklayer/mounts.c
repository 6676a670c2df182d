#define _GNU_SOURCE
#include "mounts.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "../mountflags.h"
#include "processes.h"

bool options_at(const char *path, unsigned long *flags) {
  char line[8192], point[4096], options[1024];
  bool found = false;
  FILE *list = fopen("/proc/1/mountinfo", "r");
  while (list && fgets(line, sizeof line, list)) {
    if (sscanf(line, "%*d %*d %*s %*s %4095s %1023s", point, options) != 2 || strcmp(point, path)) continue;
    *flags = mount_flags_of(options);
    found = true;
  }
  if (list) fclose(list);
  return found;
}

struct placing {
  const char *path;
  int fuse;
  unsigned long flags;
};

static int place(void *argument) {
  const struct placing *how = argument;
  char options[256];
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other", how->fuse);
  return mount("disklayer", how->path, "fuse.disklayer", how->flags, options) ? errno : 0;
}

int mounted(const char *path, int fuse, unsigned long flags) {
  struct placing how = {.path = path, .fuse = fuse, .flags = flags};
  return in_namespace("1", place, &how);
}

struct asking {
  const char *path;
  int answer;
};

static int node_device(void *argument) {
  const struct asking *what = argument;
  struct stat status;
  if (stat(what->path, &status)) return errno;
  return write(what->answer, &status.st_dev, sizeof status.st_dev) == sizeof status.st_dev ? 0 : EIO;
}

int device_at(const char *path, dev_t *device) {
  int answer[2];
  if (pipe2(answer, O_CLOEXEC)) return errno;
  struct asking what = {.path = path, .answer = answer[1]};
  int code = in_namespace("1", node_device, &what);
  if (!code && read(answer[0], device, sizeof *device) != sizeof *device) code = EIO;
  close(answer[0]);
  close(answer[1]);
  return code;
}

/* Lazily, all that are of this device: also what a unit has from a folder below. */
static int take_away(void *argument) {
  dev_t device = *(dev_t *)argument;
  for (int left = 1, rounds = 0; left && rounds < 64; rounds++) {
    char line[8192], point[4096];
    unsigned major, minor;
    FILE *list = fopen("/proc/thread-self/mountinfo", "r");
    left = 0;
    while (list && !left && fgets(line, sizeof line, list))
      left = sscanf(line, "%*d %*d %u:%u %*s %4095s", &major, &minor, point) == 3 && makedev(major, minor) == device;
    if (list) fclose(list);
    if (left && umount2(point, MNT_DETACH)) return errno;
  }
  return 0;
}

static int has_mount(const char *pid, dev_t device) {
  char name[64], line[8192];
  unsigned major, minor;
  int found = 0;
  snprintf(name, sizeof name, "/proc/%.20s/mountinfo", pid);
  FILE *list = fopen(name, "r");
  while (list && !found && fgets(line, sizeof line, list)) found = sscanf(line, "%*d %*d %u:%u", &major, &minor) == 2 && makedev(major, minor) == device;
  if (list) fclose(list);
  return found;
}

/* A unit in a user namespace of its own cannot be helped: what it has goes when it does. */
static void take_away_from(const char *pid, dev_t device) {
  if (has_mount(pid, device)) in_namespace(pid, take_away, &device);
}

int removed(dev_t device) {
  int code = in_namespace("1", take_away, &device);
  each_process(take_away_from, device);
  return code;
}

static int take_topmost(void *argument) { return umount2(argument, MNT_DETACH) ? errno : 0; }

int topmost_removed(const char *path) { return in_namespace("1", take_topmost, (void *)path); }
