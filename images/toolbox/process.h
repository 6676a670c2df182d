/* Processes of systemd's units as the kernel tells of them (man 5 proc), for those that look for them. */
#pragma once
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Of its file of that name as much as there is room for, and a zero behind it: how much; -1 where there is nothing to read. */
static inline ssize_t read_proc(int pid, const char *name, char *text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t length = 0, got;
  while (length + 1 < (ssize_t)size && (got = read(file, text + length, size - 1 - (size_t)length)) > 0) length += got;
  close(file);
  text[length] = 0;
  return length > 0 ? length : -1;
}

static inline bool is_in_unit(int pid, const char *unit) {
  char text[4096];
  if (read_proc(pid, "cgroup", text, sizeof text) < 0) return false;
  size_t length = strlen(unit);
  for (char *at = text; (at = strstr(at, unit)); at += length)
    if (at > text && at[-1] == '/' && (at[length] == '\n' || at[length] == '/')) return true;
  return false;
}

struct process_stat {
  char state;
  int parent;
  /* In clock ticks since boot: with the pid it names one process for good. */
  unsigned long long started;
};

/* State is the 3rd field, the parent the 4th, starttime the 22nd; what is dead already is no process any more. */
static inline bool read_stat(int pid, struct process_stat *of) {
  char text[4096], *rest;
  if (read_proc(pid, "stat", text, sizeof text) < 0 || !(rest = strrchr(text, ')'))) return false;
  if (sscanf(rest + 2, "%c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &of->state, &of->parent, &of->started) != 3)
    return false;
  return of->state != 'Z' && of->state != 'X';
}
