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
 * truncation too), an fsync, which changes nothing, by threads that stand in one for 20 ms and then are seen behind it. Several
 * may stand at once; where COUNT changes meanwhile, it is said again of who still stands. STARTED: clock ticks since boot, which
 * with the pid names a process for good.
 *
 * It looks every 2 ms, for processes that are new every 20, until stdin ends. It shares its pid namespace with the node, and
 * needs SYS_PTRACE, and DAC_OVERRIDE for folders of other accounts.
 */
#define _GNU_SOURCE
#include "onlooker.h"
#include "pathchanges.h"
#include "threadstate.h"
#include "unitprocesses.h"
#include <errno.h>
#include <stdlib.h>

#define MAX_STANDING 4096
#define LOOK_MS 2
/* To look at many threads takes a while: it rests for so many times as long, and leaves the processor to others. */
#define REST 4
#define SEARCH_MS 20
/* How often it says what it sees. */
#define SAY_MS 5
/* How long a thread stands in a call until it counts as standing: one that is stopped and goes on takes microseconds. */
#define STANDS_MS 20

static const char *unit, *path;
static enum call_kind kind;
static int to_who_stops;
/* Of an fsync, which leaves none, it counts who stood in one and is seen behind it. */
static struct path_changes changes;

/* A thread that stands in such a call: it has stood so since it was last given the processor. */
static struct standing {
  int thread;
  long given;
  int64_t since_ms, said_ms;
  /* Told, with how many calls; and, where those leave no trace, seen behind it. */
  bool is_told, is_behind;
  int64_t told_count;
  /* Looked at in this round, in which it still was there. */
  bool is_there;
} standing[MAX_STANDING];
static int standing_count;

static int64_t count(void) { return changes.missed ? -1 : changes.counted; }

/* To who stops them; over and over, as it may not wait for it yet. */
static void seen(const char *what, int of, int64_t *said_ms) {
  if (now_ms() - *said_ms < SAY_MS) return;
  say_seen(to_who_stops, unit, what, (uint64_t)of);
  *said_ms = now_ms();
}

/* Who stood and ended, of late: that is said for as long as who stopped it may wait. */
static struct {
  int pid;
  int64_t until_ms, said_ms;
} ended[16];
static unsigned ended_count;
static int64_t end_seen_until_ms;

/* And tells once of each file that is watched. */
static void hear_events(void) {
  static uint64_t watch_said;
  if (kind == CALL_FSYNC) return;
  hear_changes(&changes, process_count > 0 ? processes[0].pid : 0);
  if (changes.watched != watch_said && say_seen(to_who_stops, unit, "watches", changes.watched)) watch_said = changes.watched;
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
    if (!one.has_stood) continue;
    end_seen_until_ms = now_ms() + ONLOOKER_MS;
    ended[ended_count++ % 16].pid = one.pid;
    ended[(ended_count - 1) % 16].until_ms = end_seen_until_ms;
  }
}

static struct standing *standing_thread(int thread) {
  for (int i = 0; i < standing_count; i++)
    if (standing[i].thread == thread) return &standing[i];
  return NULL;
}

static struct standing *new_standing(void) {
  if (standing_count < MAX_STANDING) return &standing[standing_count++];
  changes.missed = true;
  return NULL;
}

static void tell_of(struct standing *at, struct process *one) {
  hear_events();
  if (!at->is_told || at->told_count != count())
    printf("stands %d %llu %lld\n", one->pid, one->started, (long long)(at->told_count = count()));
  at->is_told = one->is_told_of = one->has_stood = true;
  seen("stands", at->thread, &at->said_ms);
}

static bool look_whether_standing(struct process *one, int thread) {
  struct standing *at = standing_thread(thread);
  bool may_come_through = at && kind == CALL_FSYNC && at->is_told && !at->is_behind;
  if (!is_stopped(thread)) {
    if (at) at->is_there = may_come_through; // whether it did shows where it stops again
    return true;
  }
  long given = times_given(thread);
  if (at && at->given == given) {
    at->is_there = true;
  } else if (may_come_through) {
    at->is_there = true;
    if (!is_stopped(thread)) return true; // it may be about to end
    at->is_behind = true, at->given = given, at->said_ms = 0;
    changes.counted++;
  } else if (is_in_call(thread, one->pid, kind, path) && (at || (at = new_standing()))) {
    *at = (struct standing){.thread = thread, .given = given, .since_ms = now_ms(), .is_there = true};
  } else {
    return true;
  }
  if (at->is_behind) seen("went", thread, &at->said_ms);
  else if (now_ms() - at->since_ms >= STANDS_MS) tell_of(at, one);
  return true;
}

/* Those that stand no more, or in another call. */
static void forget_standing(void) {
  for (int i = standing_count - 1; i >= 0; i--)
    if (!standing[i].is_there) standing[i] = standing[--standing_count];
    else standing[i].is_there = false;
}

static bool all_stand;
/* Of all their threads: as long as it is the same none of them went on. */
static long given_to_all;
static bool look_whether_stopped(struct process *one, int thread) {
  (void)one;
  given_to_all += times_given(thread);
  return all_stand = is_stopped(thread);
}

static int64_t armed_said_ms;
/* Whether it is over. */
static bool look_while_armed(long *given_at_first) {
  if (*given_at_first >= 0) {
    given_to_all = 0;
    each_thread(look_whether_stopped);
    if (all_stand && given_to_all == *given_at_first) {
      seen("armed", 0, &armed_said_ms);
      return false;
    }
    *given_at_first = -1;
  }
  each_thread(look_whether_standing);
  forget_standing();
  for (int i = 0; now_ms() >= end_seen_until_ms && i < process_count; i++)
    if (is_traced(processes[i].pid)) return false;
  forget_ended(true); // none of them may be traced because it ended just now
  if (now_ms() < end_seen_until_ms) {
    for (int i = 0; i < 16; i++)
      if (ended[i].until_ms > now_ms()) seen("ended", ended[i].pid, &ended[i].said_ms);
    return false;
  }
  hear_events();
  for (int i = 0; i < standing_count; i++) // nobody holds them any more
    if (kind == CALL_FSYNC && standing[i].is_told && !standing[i].is_behind) changes.counted++;
  printf("released %lld\n", (long long)count());
  return true;
}

static bool look_before(long *given_at_first) {
  // Once more with those that it has begun meanwhile.
  for (int round = 0; round < 2; round++, search(unit)) {
    all_stand = false;
    given_to_all = 0;
    each_thread(look_whether_stopped);
    if (!all_stand) return false;
  }
  *given_at_first = given_to_all;
  hear_events();
  changes.counted = 0, changes.missed = false;
  for (int i = 0; i < process_count; i++) processes[i].is_told_of = true;
  printf("armed %d\n", process_count);
  return true;
}

static void look_on(void) {
  bool is_armed = false, is_over = false;
  long given_at_first = 0;
  int64_t next_look_ms = 0, next_search_ms = 0;
  struct pollfd both[2] = {{.fd = 0, .events = POLLIN}, {.fd = kind == CALL_FSYNC ? -1 : changes.events, .events = POLLIN}};
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
      search(unit);
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
  unit = argv[1], path = argv[3];
  setvbuf(stdout, NULL, _IOLBF, 0);
  to_who_stops = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  search(unit);
  if (process_count == 0) {
    printf("err 3 %s has no process\n", unit);
    return 3;
  }
  if (to_who_stops < 0 || (kind != CALL_FSYNC && !begin_changes(&changes, kind, path, processes[0].pid))) {
    printf("err %d the folder of %s: %s\n", errno, path, strerror(errno));
    return 4;
  }
  puts("ok");
  look_on();
  return 0;
}
