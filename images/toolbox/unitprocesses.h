/* The processes of a systemd unit that are looked at from beside, found one after the other, and what was told of each. */
#pragma once
#include "process.h"
#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>

#define MAX_PROCESSES 4096

static struct process {
  int pid;
  unsigned long long started;
  /* Whether its end is told: of those that stood at the beginning, and of who stood in such a call. */
  bool is_told_of, has_stood;
} processes[MAX_PROCESSES];
static int process_count;
static bool lacks_room;

static bool is_known(int pid) {
  for (int i = 0; i < process_count; i++)
    if (processes[i].pid == pid) return true;
  return false;
}

/* Those that have begun since. */
static void search(const char *unit) {
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    struct process_stat stat;
    int pid = atoi(entry->d_name);
    if (pid <= 1 || is_known(pid) || !is_in_unit(pid, unit) || !read_stat(pid, &stat)) continue;
    if (process_count == MAX_PROCESSES) {
      if (!lacks_room) printf("err 7 %s has more than %d processes\n", unit, MAX_PROCESSES);
      lacks_room = true;
      break;
    }
    processes[process_count++] = (struct process){.pid = pid, .started = stat.started};
  }
  if (folder) closedir(folder);
}

/* Each thread of the unit, until one is the last to look at. */
static void each_thread(bool (*look)(struct process *, int)) {
  for (int i = 0; i < process_count; i++) {
    char name[64];
    snprintf(name, sizeof name, "/proc/%d/task", processes[i].pid);
    DIR *folder = opendir(name);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
      if (atoi(entry->d_name) > 0 && !look(&processes[i], atoi(entry->d_name))) {
        closedir(folder);
        return;
      }
    if (folder) closedir(folder);
  }
}
