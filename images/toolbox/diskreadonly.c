/*
 * diskreadonly PATH: makes the mount at PATH read-only, for all who are in the node, until stdin ends or a signal comes;
 * then as writable as it was. What is made read-only is the mount itself, its other options kept, so that it also holds
 * for a process whose working directory lies below it; nothing is mounted over it. A unit with a mount namespace of its
 * own has a mount of its own, with options of its own: those of every namespace are taken.
 *
 * The kernel refuses (EBUSY) while a file is open for writing on such a mount. One that is being written is closed in a
 * moment, so that is tried for a while; then "err 16" names who has which file open. Says "ok MOUNTS" when it is done.
 * Where a mount cannot be made writable again, that is said, and tried until it can.
 *
 * Namespaces come while we look: each pass takes those that came during the one before, until one finds none. One that comes
 * under the fault has a copy of a mount that we made read-only, which is undone too, unless it is of a unit that had it
 * read-only by itself before us (ReadOnlyPaths=) and was started again.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mountflags.h"

#define MAX_SPACES 256
#define TRY_MS 2000
#define MAX_PASSES 50
#define UNIT_SIZE 4096

/* A mount namespace of the node in which PATH is a mount point. */
struct space {
  ino_t id;
  int fd;
  int mount_id;
  unsigned long flags;
  int changed;
};

static struct space spaces[MAX_SPACES];
static int space_count;
/* Namespaces that had it read-only by themselves, and whose they are: they stay so. */
static struct {
  ino_t id;
  char unit[UNIT_SIZE];
} always[MAX_SPACES];
static int always_count;
/* Whether any mount has been made read-only by us, of which others may be copies. */
static int touched;
static int home;
static ino_t own;
static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

/* The topmost mount at `path` as process `pid` sees it. */
static int find_mount(const char *pid, const char *path, int *mount_id, unsigned long *flags) {
  char name[64], line[8192], point[4096], options[1024];
  int id, found = 0;
  snprintf(name, sizeof name, "/proc/%.20s/mountinfo", pid);
  FILE *list = fopen(name, "r");
  if (!list) return 0;
  while (fgets(line, sizeof line, list)) {
    if (sscanf(line, "%d %*d %*s %*s %4095s %1023s", &id, point, options) != 3 || strcmp(point, path)) continue;
    *mount_id = id;
    *flags = mount_flags_of(options);
    found = 1;
  }
  fclose(list);
  return found;
}

static int is_number(const char *name) { return *name >= '1' && *name <= '9'; }

/* The control group of a process, which is its unit's; nothing where it is that of the node's first process too. */
static void unit_of(const char *pid, char *unit) {
  char name[64];
  snprintf(name, sizeof name, "/proc/%.20s/cgroup", pid);
  FILE *list = fopen(name, "r");
  unit[list ? fread(unit, 1, UNIT_SIZE - 1, list) : 0] = 0;
  if (list) fclose(list);
  char first[UNIT_SIZE];
  if (!strcmp(pid, "1")) return;
  unit_of("1", first);
  if (!strcmp(unit, first)) *unit = 0;
}

static int is_known(ino_t id) {
  for (int i = 0; i < space_count; i++)
    if (spaces[i].id == id) return 1;
  for (int i = 0; i < always_count; i++)
    if (always[i].id == id) return 1;
  return id == own;
}

static int is_own_read_only(const char *unit) {
  if (!touched) return 1;
  for (int i = 0; i < always_count; i++)
    if (*unit && !strcmp(always[i].unit, unit)) return 1;
  return 0;
}

/* Adds the namespaces that are not known yet, and says how many; ours holds the volume too, and is no part of the node. */
static int find_spaces(const char *path) {
  int found = 0;
  setns(home, CLONE_NEWNS);
  DIR *processes = opendir("/proc");
  for (struct dirent *one; processes && (one = readdir(processes));) {
    char name[300], unit[UNIT_SIZE];
    struct stat status;
    if (!is_number(one->d_name)) continue;
    snprintf(name, sizeof name, "/proc/%s/ns/mnt", one->d_name);
    if (stat(name, &status) || is_known(status.st_ino)) continue;
    struct space space = {.id = status.st_ino};
    if (!find_mount(one->d_name, path, &space.mount_id, &space.flags)) continue;
    if (space_count == MAX_SPACES || always_count == MAX_SPACES) return -1;
    found++;
    /* Held open, so that the kernel gives its number to no other. */
    space.fd = open(name, O_RDONLY | O_CLOEXEC);
    if (space.fd < 0) continue;
    unit_of(one->d_name, unit);
    if (space.flags & MS_RDONLY && is_own_read_only(unit)) {
      always[always_count].id = space.id;
      strcpy(always[always_count++].unit, unit);
      continue;
    }
    space.changed = (space.flags & MS_RDONLY) != 0;
    space.flags &= ~(unsigned long)MS_RDONLY;
    spaces[space_count++] = space;
  }
  if (processes) closedir(processes);
  return found;
}

static int remount(const struct space *space, const char *path, unsigned long more) {
  if (setns(space->fd, CLONE_NEWNS)) return errno;
  return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | space->flags | more, NULL) ? errno : 0;
}

/* Returns the first error; what failed is still to be done. */
static int make_writable(const char *path) {
  int first = 0;
  for (int pass = 0; pass < MAX_PASSES; pass++) {
    for (int i = 0; i < space_count; i++) {
      int code = spaces[i].changed ? remount(&spaces[i], path, 0) : 0;
      if (!code) spaces[i].changed = 0;
      else if (!first) first = code;
    }
    if (first || find_spaces(path) <= 0) break;
  }
  return first;
}

/* All of them or none. */
static int make_read_only(const char *path) {
  int code = 0, found = 1;
  for (int pass = 0; found > 0; pass++) {
    if (pass == MAX_PASSES) code = EAGAIN;
    for (int i = 0; i < space_count && !code; i++) {
      if (spaces[i].changed) continue;
      code = remount(&spaces[i], path, MS_RDONLY);
      if (!code) spaces[i].changed = touched = 1;
    }
    found = code ? -1 : find_spaces(path);
  }
  if (!code && found < 0) code = E2BIG;
  if (code) make_writable(path);
  return code;
}

/* Whether this descriptor is open for writing on one of the mounts. */
static int writes(const char *pid, const char *fd) {
  char name[600], line[256];
  unsigned flags = 0;
  int mount_id = -1, is_ours = 0;
  snprintf(name, sizeof name, "/proc/%s/fdinfo/%s", pid, fd);
  FILE *info = fopen(name, "r");
  if (!info) return 0;
  while (fgets(line, sizeof line, info)) {
    sscanf(line, "flags: %o", &flags);
    sscanf(line, "mnt_id: %d", &mount_id);
  }
  fclose(info);
  for (int i = 0; i < space_count; i++) is_ours |= spaces[i].mount_id == mount_id;
  return is_ours && !(flags & O_PATH) && (flags & O_ACCMODE) != O_RDONLY;
}

/* Prints who has a file open for writing; one line, all of them. */
static void name_writers(DIR *processes) {
  int found = 0;
  for (struct dirent *process; processes && (process = readdir(processes));) {
    char name[600], who[64] = "?", file[4096];
    if (!is_number(process->d_name)) continue;
    snprintf(name, sizeof name, "/proc/%s/fd", process->d_name);
    DIR *descriptors = opendir(name);
    for (struct dirent *one; descriptors && (one = readdir(descriptors));) {
      if (one->d_name[0] == '.' || !writes(process->d_name, one->d_name)) continue;
      snprintf(name, sizeof name, "/proc/%s/comm", process->d_name);
      FILE *comm = fopen(name, "r");
      if (comm) {
        if (fgets(who, sizeof who, comm)) who[strcspn(who, "\n")] = 0;
        fclose(comm);
      }
      snprintf(name, sizeof name, "/proc/%s/fd/%s", process->d_name, one->d_name);
      ssize_t length = readlink(name, file, sizeof file - 1);
      file[length < 0 ? 0 : length] = 0;
      printf("%s %s (process %s) has %s open for writing", found++ ? "," : ":", who, process->d_name, file);
    }
    if (descriptors) closedir(descriptors);
  }
  if (!found) printf(": it is open for writing, by no descriptor of a process (a mapping, or one that has closed it since)");
}

static void until_writable(const char *path) {
  int code, told = 0;
  for (; (code = make_writable(path)) != 0; usleep(100000))
    if (!told++) printf("cannot make %s writable again: %s\n", path, strerror(code));
}

int main(int argc, char **argv) {
  if (argc != 2) {
    puts("err 64 usage: diskreadonly PATH");
    return 64;
  }
  const char *path = argv[1];
  struct stat status;
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (!stat("/proc/self/ns/mnt", &status)) own = status.st_ino;
  /* Entering a namespace changes the root, and with it what /proc is. */
  home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  find_spaces(path);
  if (space_count == 0) {
    printf("err 22 %s is no mount point of the node that could be written to\n", path);
    return 22;
  }
  int code = EBUSY;
  for (int waited = 0; code == EBUSY && waited < TRY_MS && !ended; waited += 5) {
    code = make_read_only(path);
    setns(home, CLONE_NEWNS);
    if (code == EBUSY) usleep(5000);
  }
  if (code) {
    printf("err %d cannot make %s read-only: %s", code, path, strerror(code));
    if (code == EBUSY) {
      DIR *processes = opendir("/proc");
      name_writers(processes);
      if (processes) closedir(processes);
    }
    puts("");
    until_writable(path);
    return code;
  }
  printf("ok %d\n", space_count);

  struct pollfd input = {.fd = 0, .events = POLLIN};
  char ignored[256];
  while (!ended)
    if (poll(&input, 1, -1) > 0 && read(0, ignored, sizeof ignored) <= 0) break;
  find_spaces(path);
  until_writable(path);
  return 0;
}
