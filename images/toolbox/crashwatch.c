/*
 * crashwatch UNIT write|rename|fsync PATH: what becomes of the processes of a systemd unit that are stopped at such calls on PATH,
 * seen by what the kernel says of the path and of them, and not by who stops them (crashpoint.c). Says "ok" once it looks, then
 *
 *   armed PROCESSES            all of them stand, and from now on calls count
 *   stands PID STARTED COUNT   a process stands in such a call, and COUNT have been before it
 *   ended PID STARTED COUNT    one is gone, and COUNT calls had come to something by then
 *   released COUNT             nobody stops them any more, and so many have been made
 *   err …                      it cannot look, or missed something
 *
 * Writes and renames are counted by what the kernel tells of files (inotify: every change of what a file has, by whomever, its
 * truncation too), an fsync, which changes nothing, by processes that stand in one for 20 ms and go on. STARTED: clock ticks
 * since boot, which with the pid names a process for good.
 *
 * It looks every 2 ms, for processes that are new every 20, until stdin ends. It shares its pid namespace with the node, and
 * needs SYS_PTRACE, and DAC_OVERRIDE for folders of other accounts.
 */
#define _GNU_SOURCE
#include "onlooker.h"
#include "pathcall.h"
#include "process.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/inotify.h>

#define MAX_PROCESSES 512
#define LOOK_MS 2
/* To look at many threads takes a while: it rests for so many times as long, and leaves the processor to others. */
#define REST 4
#define SEARCH_MS 20
/* How long a thread stands in a call until it counts as standing: one that is stopped and goes on takes microseconds. */
#define STANDS_MS 20

static const char *unit, *path, *file_name;
static enum call_kind kind;
static int events, folder_watch, file_watch = -1, to_who_stops;
/* Changes of the path, or of those that stood in a call that leaves none all but the last. */
static int64_t counted;
static bool missed;

static struct process {
  int pid;
  unsigned long long started;
  /* Whether its end is told: of those that stood at the beginning, and of who stood in such a call. */
  bool is_told_of;
} processes[MAX_PROCESSES];
static int process_count;

/* The thread that was last seen standing in such a call: it has stood so since it was last given the processor. */
static struct {
  int thread, pid;
  long given;
  int64_t since_ms;
  bool is_told;
} standing;
static bool has_stood;

static int64_t count(void) { return missed ? -1 : counted; }

static int64_t last_seen_ms;
/* To who stops them; as soon as something is there to be seen, and then over and over, as it may not wait for it yet. */
static void seen(const char *what, int of) {
  if (now_ms() - last_seen_ms < STANDS_MS) return;
  say_seen(to_who_stops, unit, what, of);
  last_seen_ms = now_ms();
}

/* One that ended where it stood, or soon after: that is said for as long as who stopped it may wait. */
static int ended;
static int64_t end_seen_until_ms;

/* The file as the first process of the unit sees it. */
static void watch_file(int pid) {
  char full[PATH_MAX + 64];
  snprintf(full, sizeof full, "/proc/%d/root%s", pid, path);
  int watch = inotify_add_watch(events, full, IN_MODIFY);
  if (watch >= 0) file_watch = watch;
}

static bool watch_folder(int pid) {
  char full[PATH_MAX + 64];
  snprintf(full, sizeof full, "/proc/%d/root%.*s", pid, file_name == path + 1 ? 1 : (int)(file_name - path - 1), path);
  folder_watch = inotify_add_watch(events, full, IN_MODIFY | IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR);
  return folder_watch >= 0;
}

/*
 * A change of what the file has is told to who watches the file as well as to who watches its folder. Two that are alike and
 * follow each other would be told as one; since both are watched, there is always another one between.
 */
static void hear_events(void) {
  char text[65536] __attribute__((aligned(__alignof__(struct inotify_event))));
  for (ssize_t length; (length = read(events, text, sizeof text)) > 0;) {
    for (char *at = text; at < text + length;) {
      const struct inotify_event *one = (const struct inotify_event *)at;
      at += sizeof *one + one->len;
      if (one->mask & IN_Q_OVERFLOW) missed = true;
      if (one->wd != folder_watch || one->len == 0 || strcmp(one->name, file_name) != 0) continue;
      if (kind == CALL_WRITE && (one->mask & IN_MODIFY)) counted++;
      if (kind == CALL_RENAME && (one->mask & (IN_MOVED_FROM | IN_MOVED_TO))) counted++;
      if (kind == CALL_WRITE && (one->mask & (IN_CREATE | IN_MOVED_TO)) && process_count > 0) watch_file(processes[0].pid);
    }
  }
}

static bool is_known(int pid) {
  for (int i = 0; i < process_count; i++)
    if (processes[i].pid == pid) return true;
  return false;
}

static void search(void) {
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    struct process_stat stat;
    int pid = atoi(entry->d_name);
    if (pid <= 1 || process_count == MAX_PROCESSES || is_known(pid) || !is_in_unit(pid, unit) || !read_stat(pid, &stat)) continue;
    processes[process_count++] = (struct process){.pid = pid, .started = stat.started};
  }
  if (folder) closedir(folder);
}

/* Those that are gone; `tells` of each. */
static void forget_ended(bool tells) {
  for (int i = process_count - 1; i >= 0; i--) {
    struct process_stat stat;
    if (read_stat(processes[i].pid, &stat) && stat.started == processes[i].started) continue;
    struct process one = processes[i];
    processes[i] = processes[--process_count];
    if (!tells || !one.is_told_of) continue;
    hear_events();
    printf("ended %d %llu %lld\n", one.pid, one.started, (long long)count());
    if (standing.is_told && standing.pid == one.pid) ended = one.pid, end_seen_until_ms = now_ms() + ONLOOKER_MS;
  }
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

static bool is_stopped(int thread) {
  struct process_stat stat;
  return read_stat(thread, &stat) && stat.state == 't';
}


static bool is_in_call(const struct process *one, int thread) {
  char text[512];
  struct process_call call;
  unsigned long long args[6];
  long long number;
  if (read_proc(thread, "syscall", text, sizeof text) < 0) return false;
  if (sscanf(text, "%lld %llx %llx %llx %llx %llx %llx", &number, &args[0], &args[1], &args[2], &args[3], &args[4], &args[5]) != 7) return false;
  call.number = number;
  for (int i = 0; i < 6; i++) call.args[i] = args[i];
  return is_call(one->pid, &call, kind, path);
}

/* How often it gave up the processor, or had to: each stop is another time. */
static long times_given(int thread) {
  char text[4096], *at;
  if (read_proc(thread, "status", text, sizeof text) < 0 || !(at = strstr(text, "\nvoluntary_ctxt_switches:"))) return -1;
  return atol(at + strlen("\nvoluntary_ctxt_switches:"));
}

static bool look_whether_standing(struct process *one, int thread) {
  if (!is_stopped(thread) || !is_in_call(one, thread)) return true;
  long given = times_given(thread);
  if (standing.thread != thread || standing.given != given) {
    standing.thread = thread, standing.pid = one->pid, standing.given = given;
    standing.since_ms = now_ms(), standing.is_told = false;
  } else if (now_ms() - standing.since_ms >= STANDS_MS) {
    if (!standing.is_told) {
      hear_events();
      if (kind == CALL_FSYNC && has_stood) counted++; // the one before went on
      has_stood = true;
      printf("stands %d %llu %lld\n", one->pid, one->started, (long long)count());
    }
    standing.is_told = one->is_told_of = true;
    seen("stands", thread);
  }
  return true;
}

static bool is_traced(int pid) {
  char text[4096];
  return read_proc(pid, "status", text, sizeof text) > 0 && strstr(text, "\nTracerPid:\t") && !strstr(text, "\nTracerPid:\t0\n");
}

static bool all_stand;
/* Of all their threads: as long as it is the same none of them went on. */
static long given_to_all;
static bool look_whether_stopped(struct process *one, int thread) {
  (void)one;
  given_to_all += times_given(thread);
  return all_stand = is_stopped(thread);
}

/* Whether it is over. */
static bool look_while_armed(long *given_at_first) {
  if (*given_at_first >= 0) {
    given_to_all = 0;
    each_thread(look_whether_stopped);
    if (all_stand && given_to_all == *given_at_first) {
      seen("armed", 0);
      return false;
    }
    *given_at_first = -1;
  }
  each_thread(look_whether_standing);
  for (int i = 0; now_ms() >= end_seen_until_ms && i < process_count; i++)
    if (is_traced(processes[i].pid)) return false;
  forget_ended(true); // none of them may be traced because it ended just now
  if (now_ms() < end_seen_until_ms) {
    seen("ended", ended);
    return false;
  }
  hear_events();
  if (kind == CALL_FSYNC && has_stood) counted++; // of the last that stood nobody stands any more
  printf("released %lld\n", (long long)count());
  return true;
}

static bool look_before(long *given_at_first) {
  // Once more with those that it has begun meanwhile.
  for (int round = 0; round < 2; round++, search()) {
    all_stand = false;
    given_to_all = 0;
    each_thread(look_whether_stopped);
    if (!all_stand) return false;
  }
  *given_at_first = given_to_all;
  hear_events();
  counted = 0;
  for (int i = 0; i < process_count; i++) processes[i].is_told_of = true;
  printf("armed %d\n", process_count);
  return true;
}

static void look_on(void) {
  bool is_armed = false, is_over = false;
  long given_at_first = 0;
  int64_t next_look_ms = 0, next_search_ms = 0;
  struct pollfd both[2] = {{.fd = 0, .events = POLLIN}, {.fd = events, .events = POLLIN}};
  char ignored[256];
  for (;;) {
    int64_t began_ms = now_ms();
    poll(both, is_over ? 1 : 2, is_over ? -1 : next_look_ms > began_ms ? (int)(next_look_ms - began_ms) : 0);
    if (both[0].revents && read(0, ignored, sizeof ignored) <= 0) return;
    if (is_over) continue;
    hear_events();
    began_ms = now_ms();
    if (began_ms < next_look_ms) continue;
    forget_ended(is_armed);
    if (began_ms >= next_search_ms) {
      search();
      next_search_ms = began_ms + SEARCH_MS;
    }
    if (is_armed) is_over = look_while_armed(&given_at_first);
    else is_armed = look_before(&given_at_first);
    int64_t rest_ms = REST * (now_ms() - began_ms);
    next_look_ms = now_ms() + (rest_ms > LOOK_MS ? rest_ms : LOOK_MS);
  }
}

int main(int argc, char **argv) {
  if (argc != 4 || (kind = call_kind_named(argv[2])) == CALL_NONE || argv[3][0] != '/') {
    puts("err 64 usage: crashwatch UNIT write|rename|fsync PATH");
    return 64;
  }
  unit = argv[1], path = argv[3], file_name = strrchr(path, '/') + 1;
  setvbuf(stdout, NULL, _IOLBF, 0);
  to_who_stops = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  search();
  if (process_count == 0) {
    printf("err 3 %s has no process\n", unit);
    return 3;
  }
  if (events < 0 || to_who_stops < 0 || (kind != CALL_FSYNC && !watch_folder(processes[0].pid))) {
    printf("err %d the folder of %s: %s\n", errno, path, strerror(errno));
    return 4;
  }
  if (kind == CALL_WRITE) watch_file(processes[0].pid);
  puts("ok");

  look_on();
  return 0;
}
