/*
 * unitstarts UNIT [VARIABLE]: says of each process that systemd itself started for a unit what it was given, as its kernel
 * has it; a line when it is first seen after its exec, and another one when that has changed:
 *
 *   PID STARTED UMASK NO_NEW_PRIVILEGES ENVIRONMENT
 *
 * STARTED: clock ticks since boot, which with the pid names a process for good. ENVIRONMENT: "?" where it is not to be
 * seen, "-" where it has no VARIABLE, and otherwise "=" and the value in hexadecimal. systemd gives every process an
 * INVOCATION_ID: an environment without one is not what was given, since some programs write over theirs.
 *
 * It asks every 5 ms, until stdin ends. It shares its pid namespace with the node, and needs SYS_PTRACE.
 */
#define _GNU_SOURCE
#include "process.h"
#include <dirent.h>
#include <poll.h>
#include <stdlib.h>

#define EVERY_MS 5
#define MAX_PROCESSES 4096
#define MAX_BYTES (256 * 1024)
#define MAX_LINE 8192

static const char *unit, *variable;
/* What was said of each last. */
static struct {
  int pid;
  char *said;
} known[MAX_PROCESSES];
static int known_count;

static char text[MAX_BYTES + 1];
static bool is_child_of_systemd(int pid, unsigned long long *started) {
  struct process_stat stat;
  if (!read_stat(pid, &stat) || stat.parent != 1) return false;
  *started = stat.started;
  return true;
}

/* Until then it is systemd itself, with what systemd was given. */
static bool has_execed(int pid) {
  char path[64], own[4096], first[4096];
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  ssize_t a = readlink(path, own, sizeof own), b = readlink("/proc/1/exe", first, sizeof first);
  return a > 0 && b > 0 && (a != b || memcmp(own, first, (size_t)a));
}

static bool status_word(const char *key, char *word) {
  char *at = strstr(text, key);
  return at && sscanf(at + strlen(key), " %15s", word) == 1;
}

static void add_environment(int pid, char *line) {
  ssize_t length = read_proc(pid, "environ", text, sizeof text);
  size_t name = variable ? strlen(variable) : 0;
  const char *value = NULL;
  bool given = false;
  for (char *at = text; at < text + length; at += strlen(at) + 1) {
    given |= !strncmp(at, "INVOCATION_ID=", 14);
    if (name && !strncmp(at, variable, name) && at[name] == '=') value = at + name + 1;
  }
  if (!given || (value && strlen(value) * 2 > MAX_LINE / 2)) {
    strcat(line, "?");
    return;
  }
  strcat(line, value ? "=" : "-");
  char *end = line + strlen(line);
  for (; value && *value; value++) end += sprintf(end, "%02x", (unsigned char)*value);
}

static void say(int pid, const char *line) {
  int at = 0;
  while (at < known_count && known[at].pid != pid) at++;
  if (at == MAX_PROCESSES || (at < known_count && !strcmp(known[at].said, line))) return;
  if (at == known_count) known_count++;
  else free(known[at].said);
  known[at].pid = pid;
  known[at].said = strdup(line);
  puts(line);
}

static void look_at(int pid) {
  unsigned long long started;
  char line[MAX_LINE], mask[16], privileges[16];
  if (!is_in_unit(pid, unit) || !is_child_of_systemd(pid, &started) || !has_execed(pid)) return;
  if (read_proc(pid, "status", text, sizeof text) < 0 || !status_word("Umask:", mask) || !status_word("NoNewPrivs:", privileges)) return;
  snprintf(line, sizeof line, "%d %llu %s %s ", pid, started, mask, privileges);
  add_environment(pid, line);
  say(pid, line);
}

static bool is_over(void) {
  struct pollfd input = {.fd = 0, .events = POLLIN};
  char ignored[256];
  return poll(&input, 1, EVERY_MS) > 0 && read(0, ignored, sizeof ignored) <= 0;
}

int main(int argc, char **argv) {
  if (argc != 2 && argc != 3) {
    fputs("usage: unitstarts UNIT [VARIABLE]\n", stderr);
    return 64;
  }
  unit = argv[1];
  variable = argv[2];
  setvbuf(stdout, NULL, _IOLBF, 0);
  do {
    DIR *folder = opendir("/proc");
    for (struct dirent *entry; folder && (entry = readdir(folder));)
      if (atoi(entry->d_name) > 1) look_at(atoi(entry->d_name));
    if (folder) closedir(folder);
  } while (!is_over());
  return 0;
}
