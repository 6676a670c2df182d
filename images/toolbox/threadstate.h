/* Where threads of others stand, by what the kernel says of them (man 5 proc), and not by who stops them. */
#pragma once
#include "pathcall.h"
#include "process.h"
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>

static inline bool is_stopped(int thread) {
  struct process_stat stat;
  return read_stat(thread, &stat) && stat.state == 't';
}

static inline bool is_in_call(int thread, int pid, enum call_kind kind, const char *path) {
  char text[512];
  struct process_call call;
  unsigned long long args[6];
  long long number;
  if (read_proc(thread, "syscall", text, sizeof text) < 0) return false;
  if (sscanf(text, "%lld %llx %llx %llx %llx %llx %llx", &number, &args[0], &args[1], &args[2], &args[3], &args[4], &args[5]) != 7) return false;
  call.number = number;
  for (int i = 0; i < 6; i++) call.args[i] = args[i];
  return is_call(pid, &call, kind, path);
}

/* Until what it started begins another program, or ends, it cannot be stopped (man 2 vfork; posix_spawn does the same by clone3). */
static inline bool is_in_vfork(int thread) {
  char text[512];
  long long number;
  unsigned long long flags;
  if (read_proc(thread, "syscall", text, sizeof text) < 0 || sscanf(text, "%lld %llx", &number, &flags) != 2) return false;
#ifdef SYS_vfork
  if (number == SYS_vfork) return true;
#endif
  return number == SYS_clone3 || (number == SYS_clone && (flags & CLONE_VFORK));
}

/* How often it gave up the processor, or had to: each stop is another time. */
static inline long times_given(int thread) {
  char text[4096], *at;
  if (read_proc(thread, "status", text, sizeof text) < 0 || !(at = strstr(text, "\nvoluntary_ctxt_switches:"))) return -1;
  return atol(at + strlen("\nvoluntary_ctxt_switches:"));
}

static inline bool is_traced(int pid) {
  char text[4096];
  return read_proc(pid, "status", text, sizeof text) > 0 && strstr(text, "\nTracerPid:\t") && !strstr(text, "\nTracerPid:\t0\n");
}
