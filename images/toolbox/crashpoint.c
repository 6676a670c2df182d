/*
 * crashpoint UNIT write|rename|fsync NTH PATH: kills, once, the process of a systemd unit that is about to make the NTH call of
 * that sort on PATH, before the kernel has done anything of it. Calls count from the moment at which all processes of the unit
 * stand (when it says "ok N", of N processes) and where they came to something; those of what these processes start count, too.
 *
 * It stops them at each of their calls (ptrace), and lets those on PATH through one after the other: what two do at once can
 * look like one from beside, and a call that may be the last one must know what came of those before. Whoever looks on from
 * beside (crashwatch.c) sees only what stands still for a while, and tells changes of a file from each other only once it watches
 * it. So processes stand when it begins, before the NTH call, before the first one on a file that is new, before and after each one
 * where those leave no trace (fsync), and after the end, each time until the onlooker says that it has seen it, or for a second
 * where there is none.
 *
 * With its stdin it ends, and all go on as if nobody had looked; so they do where it is killed. "err 3 …": the unit has no
 * process, "err 7 …": more threads than can be followed.
 *
 * crashpoint try: ends with 0 where a process can be killed so here, and be seen from beside.
 *
 * It shares its pid namespace with the node, and needs SYS_PTRACE, and KILL for processes of other accounts.
 */
#define _GNU_SOURCE
#include "onlooker.h"
#include "pathcall.h"
#include "threadstate.h"
#include <errno.h>
#include <pthread.h>

/* Of a thread. */
struct own {
  /* When all have to: whether it does, and whether it did so before. */
  bool stands, is_halted;
  /* Under way in a call that counts, or about to make one and kept from it; whether it says how many bytes it moved. */
  bool calls, waits, counts_bytes;
};
#include "tracing.h"

/* Until all threads of a unit stand, of which some may be in the kernel for a while. */
#define STAND_MS 5000
#define OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC)

static const char *unit, *path;
static enum call_kind kind;
static int64_t nth, done;
static bool is_under_way;
static struct onlooker onlooker;

static struct traced *known(pid_t thread) {
  struct traced *one = traced_thread(thread);
  return one ? one : add_traced(thread, process_of(thread));
}

/* How many are new to us: it, or none. */
static int stop(pid_t thread, pid_t process) {
  return seize(thread, process, OPTIONS) && ptrace(PTRACE_INTERRUPT, thread, 0, 0) == 0;
}

static int count_one(pid_t thread, pid_t process) { return thread > 0 && process > 0; }

static int sum_of_unit(int (*of)(pid_t thread, pid_t process)) {
  int sum = 0;
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    if (atoi(entry->d_name) > 1 && is_in_unit(atoi(entry->d_name), unit)) sum += sum_of_threads(atoi(entry->d_name), of);
  if (folder) closedir(folder);
  return sum;
}

static void go_on(struct traced *one, int signal) {
  one->own.stands = one->own.waits = false;
  ptrace(PTRACE_SYSCALL, one->thread, 0, (long)signal);
}

static void forget(struct traced *one) {
  if (one->own.calls) is_under_way = false;
  drop_traced(one);
}

/* A thread that begins another program goes on under the number of its process. */
static struct traced *after_exec(struct traced *one) {
  pid_t thread = one->thread;
  unsigned long before;
  if (ptrace(PTRACE_GETEVENTMSG, thread, 0, &before) == 0 && (pid_t)before != thread && traced_thread((pid_t)before))
    forget(traced_thread((pid_t)before));
  return known(thread);
}

/* While all have to stand. */
static void hear_of_standing(pid_t thread, int status) {
  struct traced *one = known(thread);
  if (!WIFSTOPPED(status)) {
    if (one) forget(one);
  } else if (!one) {
    ptrace(PTRACE_DETACH, thread, 0, 0);
  } else if (status >> 16 == PTRACE_EVENT_STOP) {
    one->own.stands = true;
    one->own.is_halted = is_group_stop(status);
  } else {
    if (status >> 16 == PTRACE_EVENT_EXEC) after_exec(one);
    ptrace(PTRACE_CONT, thread, 0, status >> 16 ? 0L : (long)WSTOPSIG(status));
    ptrace(PTRACE_INTERRUPT, thread, 0, 0); // the one before is forgotten with any stop
  }
}

/* What it started and waits for goes on until it is another program, whose beginning is heard of, and stands then. */
static void let_begin(pid_t waiting) {
  struct process_stat stat;
  for (int i = 0; i < traced_count; i++) {
    struct traced *one = &traced[i];
    if (!one->own.stands || one->own.is_halted || !read_stat(one->process, &stat) || stat.parent != waiting) continue;
    one->own.stands = false;
    ptrace(PTRACE_CONT, one->thread, 0, 0);
  }
}

/* All stand, or have ended. Whatever stops them meanwhile is let through when they go on. */
static bool all_stand(void) {
  for (int64_t latest = now_ms() + STAND_MS; now_ms() < latest;) {
    int status, standing = 0;
    for (pid_t thread; (thread = waitpid(-1, &status, __WALL | WNOHANG)) > 0;) hear_of_standing(thread, status);
    for (int i = 0; i < traced_count; i++)
      if (traced[i].own.stands) standing++;
      else if (is_in_vfork(traced[i].thread)) let_begin(traced[i].process);
    if (standing == traced_count && sum_of_unit(stop) == 0) return true;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  return false;
}

/* Whoever else is stopped meanwhile stays so. */
static void kill_and_end(const struct traced *one, int words) {
  pid_t process = one->process;
  int status;
  wait_for_onlooker(&onlooker, "stands", one->thread, words);
  kill(process, SIGKILL);
  for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;)
    if (thread == process && !WIFSTOPPED(status)) break;
  wait_for_onlooker(&onlooker, "ended", process, 1);
  exit(0);
}

/* At the beginning of a call that counts. */
static void decide(struct traced *one) {
  if (is_under_way) {
    one->own.waits = true;
    return;
  }
  // The first word on who stood before the last call ended may have been on its way by then.
  int words = one->own.waits ? 2 : 1;
  if (done == nth - 1) kill_and_end(one, words);
  if (kind == CALL_FSYNC) wait_for_onlooker(&onlooker, "stands", one->thread, words);
  if (kind != CALL_FSYNC) wait_for_watch(&onlooker, file_identity(one->process, path));
  one->own.calls = is_under_way = true;
  go_on(one, 0);
}

/* In turn, so that nobody waits for good. */
static void decide_waiting(void) {
  static unsigned next;
  for (int i = 0; i < traced_count && !is_under_way; i++) {
    struct traced *one = &traced[next++ % (unsigned)traced_count];
    if (one->own.waits) decide(one);
  }
}

static void at_call(struct traced *one) {
  struct __ptrace_syscall_info info;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, one->thread, sizeof info, &info) <= 0) return go_on(one, 0);
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    struct process_call call = {.number = (int64_t)info.entry.nr};
    memcpy(call.args, info.entry.args, sizeof call.args);
    one->own.counts_bytes = moves_bytes(&call);
    if (is_call(one->process, &call, kind, path)) return decide(one);
  }
  if (info.op == PTRACE_SYSCALL_INFO_EXIT && one->own.calls) {
    one->own.calls = is_under_way = false;
    if (!info.exit.is_error && (info.exit.rval > 0 || !one->own.counts_bytes)) done++;
    if (kind == CALL_FSYNC) wait_for_onlooker(&onlooker, "went", one->thread, 1);
    go_on(one, 0);
    return decide_waiting();
  }
  go_on(one, 0);
}

/* A thread whose first stop this is was begun by one of ours; one for which there is no room goes on as if nobody had looked. */
static void hear(pid_t thread, int status) {
  struct traced *one = known(thread);
  if (!WIFSTOPPED(status)) {
    if (one) forget(one);
    return decide_waiting();
  }
  if (!one) {
    ptrace(PTRACE_DETACH, thread, 0, 0);
    return;
  }
  int number = WSTOPSIG(status), event = status >> 16;
  if (number == (SIGTRAP | 0x80)) return at_call(one);
  if (is_group_stop(status)) {
    ptrace(PTRACE_LISTEN, thread, 0, 0);
    return;
  }
  if (event == PTRACE_EVENT_EXEC) one = after_exec(one);
  if (one) go_on(one, event == 0 ? number : 0);
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
  for (int i = 0; i < traced_count; i++)
    if (traced[i].own.is_halted) ptrace(PTRACE_LISTEN, traced[i].thread, 0, 0);
    else go_on(&traced[i], 0);
  for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;) hear(thread, status);
  for (;;) pause(); // all have ended before that
}

static int too_many(void) {
  printf("err 7 %s has more than %d threads\n", unit, MAX_TRACED);
  return 7;
}

static int arm(void) {
  int processes = 0;
  if (sum_of_unit(count_one) > MAX_TRACED) return too_many();
  if (sum_of_unit(stop) == 0) {
    printf("err 3 %s has no process that could be traced\n", unit);
    return 3;
  }
  bool is_standing = all_stand();
  if (lacks_room) return too_many(); // it began more of them meanwhile
  if (!is_standing) {
    printf("err 4 %s did not stand still within %d ms\n", unit, STAND_MS);
    return 4;
  }
  for (int i = 0; i < traced_count; i++) processes += traced[i].thread == traced[i].process;
  wait_for_onlooker(&onlooker, "armed", 0, 1);
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
    close(go[1]); /* where it may not be traced, it is told so by the end of input */
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
    if (!stop(child, child) || !all_stand() || write(go[1], "x", 1) != 1) _exit(1);
    follow();
  }
  close(go[1]);
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
