/*
 * crashpoint UNIT write|rename|fsync NTH PATH: kills, once, the process of a systemd unit that is about to make the NTH call of
 * that sort on PATH, before the kernel has done anything of it. Calls count from the moment at which all processes of the unit
 * stand (when it says "ok N", of N processes) and where they came to something; those of what these processes start count, too.
 *
 * It stops them at each of their calls (ptrace), and a call that may be the last one waits until those under way have ended, so
 * that the count is exact. Whoever looks on from beside (crashwatch.c) sees only what stands still for a while: processes stand
 * when it begins, before the NTH call, before each call where those leave no trace (fsync), and after the end, each time until
 * the onlooker says so, or for a second where there is none.
 *
 * With its stdin it ends, and all go on as if nobody had looked; so they do where it is killed. "err 3 …": the unit has no process.
 *
 * crashpoint try: ends with 0 where a process can be killed so here, and be seen from beside.
 *
 * It shares its pid namespace with the node, and needs SYS_PTRACE, and KILL for processes of other accounts.
 */
#define _GNU_SOURCE
#include "onlooker.h"
#include "pathcall.h"
#include "process.h"
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define MAX_TRACED 4096
/* Until all threads of a unit stand, of which some may be in the kernel for a while. */
#define STAND_MS 5000
#define OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC)

struct traced {
  pid_t thread, process;
  bool stands;
  /* Under way in a call that counts, or about to make one and kept from it; whether it says how many bytes it moved. */
  bool calls, waits, counts_bytes;
};
static struct traced traced[MAX_TRACED];
static int traced_count;

static const char *unit, *path;
static enum call_kind kind;
static int64_t nth, done, under_way;
static struct onlooker onlooker;

static struct traced *traced_thread(pid_t thread) {
  for (int i = 0; i < traced_count; i++)
    if (traced[i].thread == thread) return &traced[i];
  return NULL;
}

static pid_t process_of(pid_t thread) {
  char text[4096], *at;
  return read_proc(thread, "status", text, sizeof text) > 0 && (at = strstr(text, "\nTgid:")) ? atoi(at + 6) : thread;
}

static struct traced *known(pid_t thread) {
  struct traced *one = traced_thread(thread);
  if (one || traced_count == MAX_TRACED) return one;
  traced[traced_count] = (struct traced){.thread = thread, .process = process_of(thread)};
  return &traced[traced_count++];
}

static bool seize(pid_t thread) {
  if (traced_thread(thread) || ptrace(PTRACE_SEIZE, thread, 0, OPTIONS) != 0) return false;
  return ptrace(PTRACE_INTERRUPT, thread, 0, 0) == 0 && known(thread);
}

/* How many of its threads are new to us. */
static int seize_process(pid_t pid) {
  char folder_name[64];
  int count = 0;
  snprintf(folder_name, sizeof folder_name, "/proc/%d/task", (int)pid);
  DIR *folder = opendir(folder_name);
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    if (atoi(entry->d_name) > 0) count += seize(atoi(entry->d_name));
  if (folder) closedir(folder);
  return count;
}

static int seize_unit(void) {
  int count = 0;
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    if (atoi(entry->d_name) > 1 && is_in_unit(atoi(entry->d_name), unit)) count += seize_process(atoi(entry->d_name));
  if (folder) closedir(folder);
  return count;
}

static void go_on(struct traced *one, int signal) {
  one->stands = one->waits = false;
  ptrace(PTRACE_SYSCALL, one->thread, 0, (long)signal);
}

static void forget(struct traced *one) {
  if (one->calls) under_way--;
  *one = traced[--traced_count];
}

/* All stand, or have ended. Whatever stops them meanwhile is let through when they go on. */
static bool all_stand(void) {
  for (int64_t latest = now_ms() + STAND_MS; now_ms() < latest;) {
    int status, standing = 0;
    for (pid_t thread; (thread = waitpid(-1, &status, __WALL | WNOHANG)) > 0;) {
      struct traced *one = known(thread);
      if (!one) continue;
      if (!WIFSTOPPED(status)) forget(one);
      else if (status >> 16 == PTRACE_EVENT_STOP) one->stands = true;
      else ptrace(PTRACE_CONT, thread, 0, status >> 16 ? 0L : (long)WSTOPSIG(status));
    }
    for (int i = 0; i < traced_count; i++) standing += traced[i].stands;
    if (standing == traced_count && seize_unit() == 0) return true;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  return false;
}

/* Whoever else is stopped meanwhile stays so. */
static void kill_and_end(const struct traced *one) {
  pid_t process = one->process;
  int status;
  wait_for_onlooker(&onlooker, "stands", one->thread);
  kill(process, SIGKILL);
  for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;)
    if (thread == process && !WIFSTOPPED(status)) break;
  wait_for_onlooker(&onlooker, "ended", process);
  exit(0);
}

/* At the beginning of a call that counts. */
static void decide(struct traced *one) {
  if (done + under_way >= nth - 1 && under_way > 0) {
    one->waits = true; // what is under way may yet come to nothing
    return;
  }
  if (done == nth - 1) kill_and_end(one);
  if (kind == CALL_FSYNC) wait_for_onlooker(&onlooker, "stands", one->thread);
  one->calls = true;
  under_way++;
  go_on(one, 0);
}

static void decide_waiting(void) {
  for (int i = 0; i < traced_count; i++)
    if (traced[i].waits) decide(&traced[i]);
}

static void at_call(struct traced *one) {
  struct __ptrace_syscall_info info;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, one->thread, sizeof info, &info) <= 0) return go_on(one, 0);
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    struct process_call call = {.number = (int64_t)info.entry.nr};
    memcpy(call.args, info.entry.args, sizeof call.args);
    one->counts_bytes = moves_bytes(&call);
    if (is_call(one->process, &call, kind, path)) return decide(one);
  }
  if (info.op == PTRACE_SYSCALL_INFO_EXIT && one->calls) {
    one->calls = false;
    under_way--;
    if (!info.exit.is_error && (info.exit.rval > 0 || !one->counts_bytes)) done++;
    go_on(one, 0);
    return decide_waiting();
  }
  go_on(one, 0);
}

/* A thread whose first stop this is was begun by one of ours. */
static void hear(pid_t thread, int status) {
  struct traced *one = known(thread);
  if (!one) return;
  if (!WIFSTOPPED(status)) {
    forget(one);
    return decide_waiting();
  }
  int number = WSTOPSIG(status), event = status >> 16;
  if (number == (SIGTRAP | 0x80)) return at_call(one);
  if (event == PTRACE_EVENT_STOP && (number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU)) {
    ptrace(PTRACE_LISTEN, thread, 0, 0);
    return;
  }
  if (event == PTRACE_EVENT_EXEC) {
    unsigned long before;
    if (ptrace(PTRACE_GETEVENTMSG, thread, 0, &before) == 0 && (pid_t)before != thread && traced_thread((pid_t)before))
      forget(traced_thread((pid_t)before));
    one = known(thread);
  }
  go_on(one, event == 0 ? number : 0);
}

/* Those that we trace go on when we are gone. */
static void *end_with_input(void *unused) {
  char ignored[256];
  while (read(0, ignored, sizeof ignored) > 0) continue;
  _exit(0);
  return unused;
}

static void follow(void) {
  int status;
  for (int i = 0; i < traced_count; i++) go_on(&traced[i], 0);
  for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;) hear(thread, status);
  for (;;) pause(); // all have ended before that
}

static int arm(void) {
  int processes = 0;
  if (seize_unit() == 0) {
    printf("err 3 %s has no process that could be traced\n", unit);
    return 3;
  }
  if (!all_stand()) {
    printf("err 4 %s did not stand still within %d ms\n", unit, STAND_MS);
    return 4;
  }
  for (int i = 0; i < traced_count; i++) processes += traced[i].thread == traced[i].process;
  wait_for_onlooker(&onlooker, "armed", 0);
  printf("ok %d\n", processes);
  return 0;
}

/* A process of our own, of which two of three bytes are not to be written. */
static int try_it(void) {
  char name[] = "/tmp/crashpoint-XXXXXX";
  int file = mkstemp(name), status = 0, go[2];
  struct stat written;
  if (file < 0 || pipe(go) < 0 || access("/proc/self/syscall", R_OK) != 0) return 1;
  pid_t child = fork();
  if (child == 0) {
    char ignored;
    if (read(go[0], &ignored, 1) == 1)
      for (int i = 0; i < 3; i++)
        if (write(file, "x", 1) != 1) break;
    _exit(0);
  }
  unlink(name);
  char of_nobody[PATH_MAX];
  snprintf(of_nobody, sizeof of_nobody, "%s (deleted)", name);
  unit = "/", path = of_nobody, kind = CALL_WRITE, nth = 2, onlooker.is_gone = true;
  pid_t tracer = fork();
  if (tracer == 0) {
    if (!seize(child) || !all_stand() || write(go[1], "x", 1) != 1) _exit(1);
    follow();
  }
  bool is_killed = waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  kill(tracer, SIGKILL);
  return is_killed && fstat(file, &written) == 0 && written.st_size == 1 ? 0 : 1;
}

int main(int argc, char **argv) {
  pthread_t other;
  if (argc == 2 && !strcmp(argv[1], "try")) return try_it();
  if (argc != 5 || (kind = call_kind_named(argv[2])) == CALL_NONE || (nth = atoll(argv[3])) < 1 || argv[4][0] != '/') {
    puts("err 64 usage: crashpoint UNIT write|rename|fsync NTH PATH");
    return 64;
  }
  unit = argv[1];
  path = argv[4];
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (!begin_onlooked(&onlooker, unit) || pthread_create(&other, NULL, end_with_input, NULL) != 0) {
    printf("err %d %s\n", errno, strerror(errno));
    return 5;
  }
  int failed = arm();
  if (failed) return failed;
  follow();
  return 0;
}
