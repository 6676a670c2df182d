/*
 * diskreadonly PATH: makes the mount at PATH read-only, for all who are in the node, until stdin ends or a signal comes;
 * then as writable as it was. What is made read-only is the mount itself, its other options kept, so that it also holds
 * for a process whose working directory lies below it; nothing is mounted over it. A unit with a mount namespace of its
 * own has a mount of its own, with options of its own: those of every namespace are taken, also of those that begin while
 * this is done. A namespace that begins later copies a mount that is read-only by us; whether its unit wants it so for
 * itself (ReadOnlyPaths=) cannot be told from that, and it is made as writable as the others in the end.
 *
 * The kernel refuses (EBUSY) while a file is open for writing on such a mount. One that is being written is closed in a
 * moment, so that is tried for a while; then "err 16" names who has which file open. Says "ok MOUNTS" when it is done.
 * Ends with 1 where a mount could not be made writable again.
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

#define MAX_SPACES 256
#define TRY_MS 2000

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
/* Namespaces that had it read-only by themselves: they stay so. */
static ino_t always[MAX_SPACES];
static int always_count;
static ino_t own;
static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

static unsigned long flags_of(char *options) {
  static const struct {
    const char *name;
    unsigned long flag;
  } known[] = {{"ro", MS_RDONLY},         {"nosuid", MS_NOSUID},         {"nodev", MS_NODEV},
               {"noexec", MS_NOEXEC},     {"noatime", MS_NOATIME},       {"nodiratime", MS_NODIRATIME},
               {"relatime", MS_RELATIME}, {"nosymfollow", 256}};
  unsigned long flags = 0;
  for (char *one = strtok(options, ","); one; one = strtok(NULL, ","))
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
      if (!strcmp(one, known[i].name)) flags |= known[i].flag;
  return flags;
}

/* The topmost mount at `path` as process `pid` sees it. */
static int find_mount(const char *pid, const char *path, int *mount_id, unsigned long *flags) {
  char name[64], line[8192], point[4096], options[1024];
  int id, found = 0;
  snprintf(name, sizeof name, "/proc/%s/mountinfo", pid);
  FILE *list = fopen(name, "r");
  if (!list) return 0;
  while (fgets(line, sizeof line, list)) {
    if (sscanf(line, "%d %*d %*s %*s %4095s %1023s", &id, point, options) != 3 || strcmp(point, path)) continue;
    *mount_id = id;
    *flags = flags_of(options);
    found = 1;
  }
  fclose(list);
  return found;
}

static int is_number(const char *name) { return *name >= '1' && *name <= '9'; }

static int is_always(ino_t id) {
  for (int i = 0; i < always_count; i++)
    if (always[i] == id) return 1;
  return 0;
}

/* Adds the namespaces that are not known yet; ours holds the volume too, and is no part of the node. */
static void find_spaces(const char *path, int first) {
  DIR *processes = opendir("/proc");
  for (struct dirent *one; processes && (one = readdir(processes));) {
    char name[300];
    struct stat status;
    if (!is_number(one->d_name)) continue;
    snprintf(name, sizeof name, "/proc/%s/ns/mnt", one->d_name);
    if (stat(name, &status) || status.st_ino == own || is_always(status.st_ino)) continue;
    int known = 0;
    for (int i = 0; i < space_count; i++) known |= spaces[i].id == status.st_ino;
    struct space space = {.id = status.st_ino};
    if (known || space_count == MAX_SPACES || !find_mount(one->d_name, path, &space.mount_id, &space.flags)) continue;
    if (space.flags & MS_RDONLY && first) {
      if (always_count < MAX_SPACES) always[always_count++] = space.id;
      continue;
    }
    /* A namespace that came meanwhile has a copy of a mount that we made read-only. */
    space.changed = (space.flags & MS_RDONLY) != 0;
    space.flags &= ~(unsigned long)MS_RDONLY;
    space.fd = open(name, O_RDONLY | O_CLOEXEC);
    if (space.fd >= 0) spaces[space_count++] = space;
  }
  if (processes) closedir(processes);
}

static int remount(const struct space *space, const char *path, unsigned long more) {
  if (setns(space->fd, CLONE_NEWNS)) return errno;
  return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | space->flags | more, NULL) ? errno : 0;
}

static int make_writable(const char *path) {
  int failed = 0;
  for (int i = 0; i < space_count; i++) {
    if (!spaces[i].changed) continue;
    int code = remount(&spaces[i], path, 0);
    if (code) {
      fprintf(stderr, "cannot make %s writable again: %s\n", path, strerror(code));
      failed = 1;
    } else spaces[i].changed = 0;
  }
  return failed;
}

/* Also in namespaces that came meanwhile with a copy of a mount that is read-only: until a look finds no other. */
static int make_all_writable(const char *path, int home) {
  int known, failed;
  do {
    known = space_count;
    find_spaces(path, 0);
    failed = make_writable(path);
    setns(home, CLONE_NEWNS);
  } while (space_count > known);
  return failed;
}

/* All of them or none. */
static int make_read_only(const char *path) {
  for (int i = 0; i < space_count; i++) {
    if (spaces[i].changed) continue;
    int code = remount(&spaces[i], path, MS_RDONLY);
    if (code) {
      make_writable(path);
      return code;
    }
    spaces[i].changed = 1;
  }
  return 0;
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
  int home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  find_spaces(path, 1);
  if (space_count == 0) {
    printf("err 22 %s is no mount point of the node that could be written to\n", path);
    return 22;
  }
  int code = EBUSY;
  for (int waited = 0; code == EBUSY && waited < TRY_MS && !ended; waited += 5) {
    code = make_read_only(path);
    setns(home, CLONE_NEWNS);
    if (code == EBUSY) usleep(5000);
    /* Until a look finds no namespace that is new, and copied the mount before it was read-only. */
    int known = space_count;
    if (!code) find_spaces(path, 0);
    for (int i = known; i < space_count; i++)
      if (!spaces[i].changed) code = EBUSY;
  }
  if (code) {
    make_all_writable(path, home);
    printf("err %d cannot make %s read-only: %s", code, path, strerror(code));
    if (code == EBUSY) {
      DIR *processes = opendir("/proc");
      name_writers(processes);
      if (processes) closedir(processes);
    }
    puts("");
    return code;
  }
  printf("ok %d\n", space_count);

  struct pollfd input = {.fd = 0, .events = POLLIN};
  char ignored[256];
  while (!ended)
    if (poll(&input, 1, -1) > 0 && read(0, ignored, sizeof ignored) <= 0) break;
  return make_all_writable(path, home);
}
