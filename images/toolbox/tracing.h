/*
 * Threads that a program traces (man 2 ptrace), and the processes that they are of. What it keeps of each beside that is a
 * `struct own`, which it has to say before it includes this.
 */
#pragma once
#include "process.h"
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define MAX_TRACED 4096

struct traced {
  pid_t thread, process;
  struct own own;
};
static struct traced traced[MAX_TRACED];
static int traced_count;
/* There was one more than could be traced. */
static bool lacks_room;

static struct traced *traced_thread(pid_t thread) {
  for (int i = 0; i < traced_count; i++)
    if (traced[i].thread == thread) return &traced[i];
  return NULL;
}

/* Of a thread that is gone: itself. */
static pid_t process_of(pid_t thread) {
  char text[4096], *at;
  return read_proc(thread, "status", text, sizeof text) > 0 && (at = strstr(text, "\nTgid:")) ? atoi(at + 6) : thread;
}

/* NULL: there is no room for it. */
static struct traced *add_traced(pid_t thread, pid_t process) {
  if (traced_count == MAX_TRACED) {
    lacks_room = true;
    return NULL;
  }
  traced[traced_count] = (struct traced){.thread = thread, .process = process};
  return &traced[traced_count++];
}

static void drop_traced(struct traced *one) { *one = traced[--traced_count]; }

/* NULL: it is traced already, cannot be, or there is no room for it; then it goes on as it did. */
static struct traced *seize(pid_t thread, pid_t process, long options) {
  if (traced_thread(thread)) return NULL;
  struct traced *one = add_traced(thread, process);
  if (!one || ptrace(PTRACE_SEIZE, thread, 0, options) == 0) return one;
  drop_traced(one);
  return NULL;
}

/* What `of` says of each thread of a process, added up. */
static int sum_of_threads(pid_t process, int (*of)(pid_t thread, pid_t process)) {
  char name[64];
  int sum = 0;
  snprintf(name, sizeof name, "/proc/%d/task", (int)process);
  DIR *folder = opendir(name);
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    if (atoi(entry->d_name) > 0) sum += of(atoi(entry->d_name), process);
  if (folder) closedir(folder);
  return sum;
}

/* Stopped by a signal that stops processes, as it would be if nobody traced it: it is not to go on before it gets SIGCONT. */
static bool is_group_stop(int status) {
  int number = WSTOPSIG(status);
  return status >> 16 == PTRACE_EVENT_STOP && (number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU);
}
