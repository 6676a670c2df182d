/*
 * processwatch: says which processes begin in the pid namespace that it shares with a node, and what dies with them. It
 * only reads, and only /proc; it needs SYS_PTRACE (another account's environment) and DAC_READ_SEARCH (its files).
 *
 *   processwatch [--entrypoint] [--suites] [--unit NAME.service]… [--file PATH]…
 *
 * One JSON line for process 1 (--entrypoint), for each process that the engine put in with UNDERSTUDY_SUITE in its
 * environment (--suites), and for each child of process 1 in the cgroup of a unit; a line when it is gone; and a line
 * {"event":"swept"} once all that ran at the start is told. Text is base64, since it may be any bytes; a number in its
 * place is the errno of what could not be read. Files are the unit's own, those of --file, and those that argv names.
 *
 * It asks every 10 ms whether a process has begun (one read of /proc/loadavg), and every millisecond while one is about
 * to exec, because some programs write over their environment at once. What lives shorter than that is missed. It ends at
 * end of input, or when only process 1 was asked for and all is told.
 */
#define _GNU_SOURCE
#include "clocktime.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EVERY_MS 10
/* A whole look at /proc, for who is gone. */
#define SWEEP_MS 50
/* A process that is about to exec does it within this time, as a rule: so long it is looked at every millisecond. */
#define EXEC_WITHIN_MS 300
/* A process is what it is before its exec for some of this time; a daemon becomes a child of process 1 within it. */
#define SETTLES_WITHIN_MS 2000
#define MAX_BYTES (256 * 1024)
#define MAX_PROCESSES 8192
#define MAX_WORDS 256

enum state { UNSETTLED, NOT_OURS, OURS };
struct process {
  int pid;
  enum state state;
  int64_t seen_ms;
};

static bool entrypoint, suites, about_to_exec;
static int unsettled;
static const char *units[MAX_WORDS], *files[MAX_WORDS];
static int unit_count, file_count;

/* Up to MAX_BYTES into a static buffer with a zero behind them; the length, or -errno. */
static char buffer[MAX_BYTES + 1];
static int read_all(int fd) {
  if (fd < 0) return -errno;
  int length = 0, got = 0, error = 0;
  while (length < MAX_BYTES && (got = (int)read(fd, buffer + length, (size_t)(MAX_BYTES - length))) > 0) length += got;
  if (got < 0) error = errno;
  close(fd);
  buffer[length] = 0;
  return error ? -error : length == MAX_BYTES ? -EFBIG : length;
}

static int proc(int pid, const char *name, int flags) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  return open(path, O_CLOEXEC | flags);
}

/* As the process itself would open it: links lead nowhere but into its own root. */
static int open_in(int root, const char *path) {
  struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_IN_ROOT};
  return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

static int read_in(int root, const char *path) {
  int fd = open_in(root, path);
  struct stat what;
  if (fd >= 0 && (fstat(fd, &what) || !S_ISREG(what.st_mode))) {
    close(fd);
    return -EISDIR;
  }
  return read_all(fd);
}

static void put_base64(const char *bytes, int length) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  putchar('"');
  for (int i = 0; i < length; i += 3) {
    uint32_t three = (uint32_t)(unsigned char)bytes[i] << 16;
    if (i + 1 < length) three |= (uint32_t)(unsigned char)bytes[i + 1] << 8;
    if (i + 2 < length) three |= (unsigned char)bytes[i + 2];
    putchar(digits[three >> 18]);
    putchar(digits[three >> 12 & 63]);
    putchar(i + 1 < length ? digits[three >> 6 & 63] : '=');
    putchar(i + 2 < length ? digits[three & 63] : '=');
  }
  putchar('"');
}

/* What was read last, or why it was not. */
static void put_read(int length) {
  if (length < 0)
    printf("%d", -length);
  else
    put_base64(buffer, length);
}

static void put_file(int root, const char *path, bool only_if_there, bool *first) {
  int length = read_in(root, path);
  if (only_if_there && length < 0) return;
  printf(*first ? "[" : ",[");
  *first = false;
  put_base64(path, (int)strlen(path));
  putchar(',');
  put_read(length);
  putchar(']');
}

/* In the order in which systemd prefers them: the first file is the unit, drop-ins of all folders apply. */
static void put_unit_files(int root, const char *unit, bool *first) {
  static const char *folders[] = {"/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system"};
  bool found = false;
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folders[i], unit);
    if (!found && read_in(root, path) >= 0) {
      put_file(root, path, true, first);
      found = true;
    }
    snprintf(path, sizeof path, "%s/%s.d", folders[i], unit);
    int fd = open_in(root, path);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder) continue;
    for (struct dirent *entry; (entry = readdir(folder));) {
      size_t length = strlen(entry->d_name);
      if (length < 6 || strcmp(entry->d_name + length - 5, ".conf")) continue;
      snprintf(path, sizeof path, "%s/%s.d/%s", folders[i], unit, entry->d_name);
      put_file(root, path, true, first);
    }
    closedir(folder);
  }
}

static void put_files(int pid, int unit, const char *argv, int argv_length) {
  int root = proc(pid, "root", O_PATH | O_DIRECTORY);
  printf(",\"files\":");
  if (root < 0) {
    printf("%d", errno);
    return;
  }
  bool first = true;
  putchar('[');
  if (unit >= 0) put_unit_files(root, units[unit], &first);
  for (int i = 0; i < file_count; i++) put_file(root, files[i], false, &first);
  for (const char *word = argv; word < argv + argv_length; word += strlen(word) + 1)
    if (word != argv && *word == '/') put_file(root, word, true, &first);
  putchar(']');
  close(root);
}

/* The account's name as the process's own /etc/passwd has it. */
static void put_user(int pid, unsigned uid) {
  int root = proc(pid, "root", O_PATH | O_DIRECTORY), length = root < 0 ? -errno : read_in(root, "/etc/passwd");
  if (root >= 0) close(root);
  for (char *line = buffer; length > 0 && line && *line; line = (line = strchr(line, '\n')) ? line + 1 : NULL) {
    char *name_end = strchr(line, ':'), *uid_at = name_end ? strchr(name_end + 1, ':') : NULL;
    if (!uid_at || strtoul(uid_at + 1, NULL, 10) != uid) continue;
    put_base64(line, (int)(name_end - line));
    return;
  }
  printf("%d", length < 0 ? -length : ENOENT);
}

static void tell(const char *kind, int unit, int pid, int64_t started_ms) {
  int length = read_all(proc(pid, "status", O_RDONLY));
  char *uid_at = length > 0 ? strstr(buffer, "\nUid:") : NULL;
  long uid = uid_at ? strtol(uid_at + 5, NULL, 10) : -1;
  printf("{\"event\":\"start\",\"kind\":\"%s\",\"unit\":%d,\"pid\":%d,\"startedMs\":%lld,\"uid\":%ld,\"user\":", kind, unit,
         pid, (long long)started_ms, uid);
  put_user(pid, (unsigned)uid);
  printf(",\"environ\":");
  put_read(read_all(proc(pid, "environ", O_RDONLY)));
  printf(",\"cwd\":");
  char link[64];
  snprintf(link, sizeof link, "/proc/%d/cwd", pid);
  ssize_t cwd = readlink(link, buffer, MAX_BYTES);
  put_read(cwd < 0 ? -errno : (int)cwd);
  printf(",\"fibTrie\":");
  put_read(read_all(proc(pid, "net/fib_trie", O_RDONLY)));
  printf(",\"argv\":");
  length = read_all(proc(pid, "cmdline", O_RDONLY));
  put_read(length);
  char *argv = length > 0 ? memcpy(malloc((size_t)length + 1), buffer, (size_t)length + 1) : NULL;
  put_files(pid, unit, argv, argv ? length : 0);
  free(argv);
  puts("}");
  fflush(stdout);
}

/* Index of the unit whose cgroup this is, or -1. */
static int unit_of(int pid) {
  if (read_all(proc(pid, "cgroup", O_RDONLY)) < 0) return -1;
  for (int i = 0; i < unit_count; i++) {
    size_t length = strlen(units[i]);
    for (char *at = buffer; (at = strstr(at, units[i])); at += length)
      if (at > buffer && at[-1] == '/' && (at[length] == '\n' || at[length] == '/')) return i;
  }
  return -1;
}

static bool is_suite(int pid) {
  static const char name[] = "UNDERSTUDY_SUITE=";
  int length = read_all(proc(pid, "environ", O_RDONLY));
  for (char *one = buffer; length > 0 && one < buffer + length; one += strlen(one) + 1)
    if (!strncmp(one, name, sizeof name - 1)) return true;
  return false;
}

/*
 * A child that has not become its program yet: systemd's is systemd itself at first (or its executor), and then called
 * "(name)"; runc's is called "runc:[…]". In the middle of its exec a process has its new name and no arguments.
 */
static bool is_not_yet_itself(int pid, int parent, const char *name, int64_t known_ms) {
  static const char executor[] = "/systemd-executor";
  char own[4096], first[4096], link[64];
  if (*name == '(' || !strncmp(name, "runc:[", 6)) return true;
  if (known_ms < EXEC_WITHIN_MS && read_all(proc(pid, "cmdline", O_RDONLY)) == 0) return true;
  if (parent != 1 || unit_count == 0) return false;
  snprintf(link, sizeof link, "/proc/%d/exe", pid);
  ssize_t length = readlink(link, own, sizeof own - 1), other = readlink("/proc/1/exe", first, sizeof first - 1);
  if (length <= 0 || other <= 0) return false;
  own[length] = first[other] = 0;
  size_t tail = sizeof executor - 1;
  return !strcmp(own, first) || ((size_t)length > tail && !strcmp(own + length - tail, executor));
}

/* Looks at a process that is new or not settled yet, and tells of it where it is one of ours. */
static enum state look_at(int pid, int64_t known_ms) {
  enum state undecided = known_ms < SETTLES_WITHIN_MS ? UNSETTLED : NOT_OURS;
  if (read_all(proc(pid, "stat", O_RDONLY)) < 0) return NOT_OURS;
  char *name = strchr(buffer, '('), *rest = strrchr(buffer, ')');
  if (!name || !rest) return NOT_OURS;
  int parent = 0;
  unsigned long long ticks = 0;
  /* man 5 proc: state, ppid, … and starttime as the 22nd field. */
  if (sscanf(rest + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &parent, &ticks) != 2)
    return NOT_OURS;
  char short_name[17] = "";
  strncpy(short_name, name + 1, sizeof short_name - 1);
  if (is_not_yet_itself(pid, parent, short_name, known_ms)) {
    if (known_ms < EXEC_WITHIN_MS) about_to_exec = true;
    return undecided;
  }
  int64_t age_ms = clock_ms(CLOCK_BOOTTIME) - (int64_t)(ticks * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK));
  int64_t started_ms = clock_ms(CLOCK_REALTIME) - age_ms;

  if (pid == 1) {
    if (entrypoint) tell("entrypoint", -1, pid, started_ms);
    return entrypoint ? OURS : NOT_OURS;
  }
  if (parent == 0) {
    if (!suites) return NOT_OURS;
    if (!is_suite(pid)) return undecided;
    tell("suite", -1, pid, started_ms);
    return OURS;
  }
  int unit = unit_count > 0 ? unit_of(pid) : -1;
  if (unit < 0 || parent != 1) return undecided;
  tell("unit", unit, pid, started_ms);
  return OURS;
}

/* /proc lists processes by rising number: two lists in step say who came and who went. */
static void sweep(void) {
  static struct process tables[2][MAX_PROCESSES];
  static int counts[2], current;
  struct process *old = tables[current], *new = tables[1 - current];
  int old_count = counts[current], count = 0, at = 0;
  int64_t now = now_ms();
  about_to_exec = false;
  unsettled = 0;
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; folder && count < MAX_PROCESSES && (entry = readdir(folder));) {
    int pid = atoi(entry->d_name);
    if (pid <= 0) continue;
    for (; at <= old_count; at++) {
      if (at == old_count || old[at].pid >= pid) break;
      if (old[at].state == OURS) printf("{\"event\":\"gone\",\"pid\":%d,\"atMs\":%lld}\n", old[at].pid, (long long)clock_ms(CLOCK_REALTIME));
    }
    struct process one = {pid, UNSETTLED, now};
    if (at < old_count && old[at].pid == pid) one = old[at++];
    if (one.state == UNSETTLED) one.state = look_at(pid, now - one.seen_ms);
    unsettled += one.state == UNSETTLED;
    new[count++] = one;
  }
  for (; at < old_count; at++)
    if (old[at].state == OURS) printf("{\"event\":\"gone\",\"pid\":%d,\"atMs\":%lld}\n", old[at].pid, (long long)clock_ms(CLOCK_REALTIME));
  fflush(stdout);
  if (folder) closedir(folder);
  counts[1 - current] = count;
  current = 1 - current;
}

/* The last pid that was given out in this namespace (man 5 proc, /proc/loadavg). */
static int last_pid(void) {
  static int fd = -1;
  char line[128];
  if (fd < 0) fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
  ssize_t length = pread(fd, line, sizeof line - 1, 0);
  line[length > 0 ? length : 0] = 0;
  char *at = strrchr(line, ' ');
  return at ? atoi(at) : -1;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--entrypoint"))
      entrypoint = true;
    else if (!strcmp(argv[i], "--suites"))
      suites = true;
    else if (!strcmp(argv[i], "--unit") && i + 1 < argc && unit_count < MAX_WORDS)
      units[unit_count++] = argv[++i];
    else if (!strcmp(argv[i], "--file") && i + 1 < argc && file_count < MAX_WORDS)
      files[file_count++] = argv[++i];
    else {
      fputs("usage: processwatch [--entrypoint] [--suites] [--unit NAME.service]… [--file PATH]…\n", stderr);
      return 64;
    }
  }
  int last = last_pid();
  sweep();
  puts("{\"event\":\"swept\"}");
  fflush(stdout);
  int64_t swept_ms = now_ms();
  for (struct pollfd input = {0, POLLIN, 0};;) {
    if (!suites && unit_count == 0 && unsettled == 0) return 0;
    char word[64];
    if (poll(&input, 1, about_to_exec ? 1 : EVERY_MS) > 0 && read(0, word, sizeof word) <= 0) return 0;
    int now_last = last_pid();
    int64_t looked_ms = now_ms();
    if (now_last == last && !about_to_exec && looked_ms - swept_ms < SWEEP_MS) continue;
    last = now_last;
    swept_ms = looked_ms;
    sweep();
  }
}
