/*
 * signalwatch SIGNAL process-1|UNIT...: which of these get SIGNAL (a number): process 1, or main processes of systemd units,
 * seen as the kernel hands it to them, whatever they make of it. Says "ok" once it looks, and then, of each by the name that
 * it was given,
 *
 *   NAME seen PID AT_MS     it is looked at from now on
 *   NAME got PID AT_MS      the signal reached it, sent by whomever
 *   NAME ended PID AT_MS
 *
 * AT_MS is of the real clock. A process that comes later is looked for every 20 ms. It ends with its stdin, and those that it
 * looked at go on: they are traced (ptrace), and stop for the moment in which a signal comes or a thread begins.
 *
 * It shares its pid namespace with the node, and needs SYS_PTRACE.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>

/* Of a thread: the name by which its process was asked for. */
struct own {
  const char *name;
};
#include "clocktime.h"
#include "tracing.h"

#define EVERY_MS 20

static int awaited;
static char **names;
static int name_count;

static void say(const struct traced *of, const char *what) {
  printf("%s %s %d %lld\n", of->own.name, what, (int)of->process, (long long)clock_ms(CLOCK_REALTIME));
}

/* A child of process 1 in the unit's control group. */
static bool is_main_of(int pid, const char *unit) {
  struct process_stat stat;
  return read_stat(pid, &stat) && stat.parent == 1 && is_in_unit(pid, unit);
}

static const char *name_sought;

/* How many are new: it, or none. */
static int trace(pid_t thread, pid_t process) {
  struct traced *one = seize(thread, process, PTRACE_O_TRACECLONE);
  if (one) one->own.name = name_sought;
  return one != NULL;
}

/* All threads: a signal to a process is handed to any of them. Threads that begin meanwhile are traced by those that begin them. */
static void trace_process(pid_t pid, const char *name) {
  name_sought = name;
  if (trace(pid, pid) == 0) return;
  sum_of_threads(pid, trace);
  say(traced_thread(pid), "seen");
}

static void look(void) {
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    int pid = atoi(entry->d_name);
    if (pid < 1 || traced_thread(pid)) continue;
    for (int i = 0; i < name_count; i++)
      if (strcmp(names[i], "process-1") == 0 ? pid == 1 : pid > 1 && is_main_of(pid, names[i])) trace_process(pid, names[i]);
  }
  if (folder) closedir(folder);
}

/* A new thread may stop before whoever began it says so. */
static struct traced *known_as(pid_t thread) {
  struct traced *one = traced_thread(thread), *process = one ? NULL : traced_thread(process_of(thread));
  if (!process || !(one = add_traced(thread, process->process))) return one;
  one->own.name = process->own.name;
  return one;
}

static void forget(pid_t thread) {
  struct traced *one = traced_thread(thread);
  if (!one) return;
  if (one->thread == one->process) say(one, "ended");
  drop_traced(one);
}

/* What became of a thread; one that stopped goes on as if nobody looked. */
static void hear(pid_t thread, int status) {
  if (!WIFSTOPPED(status)) return forget(thread);
  int number = WSTOPSIG(status), event = status >> 16;
  struct traced *one = known_as(thread);
  if (is_group_stop(status)) {
    ptrace(PTRACE_LISTEN, thread, 0, 0);
    return;
  }
  if (event == 0 && number == awaited && one) say(one, "got");
  ptrace(PTRACE_CONT, thread, 0, event == 0 ? (long)number : 0L);
}

static bool is_over(void) {
  struct pollfd input = {.fd = 0, .events = POLLIN};
  char ignored[256];
  return poll(&input, 1, 0) > 0 && read(0, ignored, sizeof ignored) <= 0;
}

int main(int argc, char **argv) {
  sigset_t children;
  int64_t next_ms = 0;
  if (argc < 3 || (awaited = atoi(argv[1])) <= 0) {
    fputs("usage: signalwatch SIGNAL process-1|UNIT...\n", stderr);
    return 64;
  }
  names = argv + 2;
  name_count = argc - 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGPIPE, SIG_IGN);
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_BLOCK, &children, NULL);
  look();
  puts("ok");
  while (!is_over()) {
    int status;
    for (pid_t thread; (thread = waitpid(-1, &status, __WALL | WNOHANG)) > 0;) hear(thread, status);
    if (now_ms() >= next_ms) {
      look();
      next_ms = now_ms() + EVERY_MS;
    }
    struct timespec patience = {.tv_nsec = EVERY_MS * 1000000L};
    sigtimedwait(&children, NULL, &patience);
  }
  return 0;
}
