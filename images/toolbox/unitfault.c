/*
 * unitfault pause UNIT: every process of a systemd unit stands still until stdin ends or a signal comes; then those that
 * it stopped go on. What the unit starts meanwhile is stopped too (every 20 ms).
 *
 * unitfault crash UNIT AFTER_MS: every process of the unit is killed once it has lived for AFTER_MS, until then as well; all
 * that run already are killed at once.
 *
 * unitfault files UNIT N: every process of the unit may have no more than N open files (its soft limit; the hard one stays,
 * since nobody could raise it again) until stdin ends or a signal comes; then each may have as many as before, and what was
 * started meanwhile as many as those.
 *
 * It says "ok N" once N processes stand still, were killed, or are limited; where the unit has none, "err 3 …". It shares its pid
 * namespace with the node, and needs KILL for processes of other accounts, or SETUID and SETGID to change their limits.
 */
#define _GNU_SOURCE
#include "clocktime.h"
#include "process.h"
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define EVERY_MS 20
#define MAX_PROCESSES 4096
/* Until a stop is seen: the signal is sent at once, and taken when the process next runs. */
#define STOP_ROUNDS 100
/* Who waits for what it started to begin its program (man 2 vfork) cannot be stopped before that: so often that goes on for a moment. */
#define STUCK_ROUNDS 5

struct process {
  int pid, parent;
  char state;
  /* In clock ticks since boot: with the pid it names one process for good. */
  unsigned long long started;
  /* How many files it might have open before. */
  int64_t files;
};

static const char *unit;
/* Those that we stopped, or limited. */
static struct process stopped[MAX_PROCESSES];
static int stopped_count;
static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

static int is_over(int wait_ms) {
  struct pollfd input = {.fd = 0, .events = POLLIN};
  char ignored[256];
  if (!ended && poll(&input, 1, wait_ms) > 0 && read(0, ignored, sizeof ignored) <= 0) ended = 1;
  return ended;
}

static bool look_at(int pid, struct process *one) {
  struct process_stat stat;
  if (!read_stat(pid, &stat)) return false;
  one->pid = pid;
  one->parent = stat.parent;
  one->state = stat.state;
  one->started = stat.started;
  return true;
}

static int list(struct process *all) {
  int count = 0;
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; folder && count < MAX_PROCESSES && (entry = readdir(folder));) {
    int pid = atoi(entry->d_name);
    if (pid > 1 && is_in_unit(pid, unit) && look_at(pid, &all[count])) count++;
  }
  if (folder) closedir(folder);
  return count;
}

static bool stands(const struct process *one) { return one->state == 'T' || one->state == 't'; }

static bool is_ours(const struct process *one) {
  for (int i = 0; i < stopped_count; i++)
    if (stopped[i].pid == one->pid && stopped[i].started == one->started) return true;
  return false;
}

/* How many of the unit's processes do not stand still yet; those are told to. `found`: how many there are. */
static int stop_all(int *found) {
  static struct process all[MAX_PROCESSES];
  int running = 0;
  *found = list(all);
  for (int i = 0; i < *found; i++) {
    if (stands(&all[i])) continue;
    running++;
    if (!is_ours(&all[i]) && stopped_count < MAX_PROCESSES) stopped[stopped_count++] = all[i];
    kill(all[i].pid, SIGSTOP);
  }
  return running;
}

/* Those that we stopped, and that still are what they were. */
static void continue_all(void) {
  struct process now;
  for (int i = 0; i < stopped_count; i++)
    if (look_at(stopped[i].pid, &now) && now.started == stopped[i].started) kill(now.pid, SIGCONT);
}

/* Those that stand, and whose parent does not yet. */
static void let_begin(void) {
  static struct process all[MAX_PROCESSES];
  int found = list(all);
  for (int i = 0; i < found; i++)
    for (int j = 0; j < found && stands(&all[i]); j++)
      if (all[j].pid == all[i].parent && !stands(&all[j])) kill(all[i].pid, SIGCONT);
}

static int pause_unit(void) {
  int found = 0, round = 0;
  while (stop_all(&found) > 0 && round++ < STOP_ROUNDS && !is_over(EVERY_MS))
    if (round % STUCK_ROUNDS == 0) {
      let_begin();
      is_over(EVERY_MS);
    }
  if (found == 0) {
    printf("err 3 %s has no process\n", unit);
    return 3;
  }
  if (ended || round > STOP_ROUNDS) printf("err 4 %s did not stand still\n", unit);
  else printf("ok %d\n", found);
  while (!is_over(EVERY_MS)) stop_all(&found);
  continue_all();
  return 0;
}

/* The soft limit of its open files; -1 where there is none, or none that could be read. */
static int64_t files_of(int pid) {
  char text[4096], *at;
  if (read_proc(pid, "limits", text, sizeof text) < 0 || !(at = strstr(text, "\nMax open files "))) return -1;
  at += strlen("\nMax open files ") + strspn(at + strlen("\nMax open files "), " ");
  return *at >= '0' && *at <= '9' ? strtoll(at, NULL, 10) : -1;
}

/* As the account of that process: for another's it takes a capability that containers do not get. 0, or an error. */
static int set_files(int pid, int64_t files) {
  char text[4096], *uid, *gid;
  if (read_proc(pid, "status", text, sizeof text) < 0) return ESRCH;
  if (!(uid = strstr(text, "\nUid:")) || !(gid = strstr(text, "\nGid:"))) return EINVAL;
  uid_t u = strtoul(uid + 5, NULL, 10);
  gid_t g = strtoul(gid + 5, NULL, 10);
  pid_t child = fork();
  if (child == 0) {
    struct rlimit limit;
    if (setresgid(g, g, g) || setresuid(u, u, u) || prlimit(pid, RLIMIT_NOFILE, NULL, &limit)) _exit(errno);
    limit.rlim_cur = files;
    _exit(prlimit(pid, RLIMIT_NOFILE, &limit, NULL) ? errno : 0);
  }
  int status;
  if (child < 0 || waitpid(child, &status, 0) < 0) return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

/* How many more of the unit's processes were limited; -1 with `error` where one could not be. */
static int limit_all(int64_t most, int *error) {
  static struct process all[MAX_PROCESSES];
  int found = list(all), limited = 0;
  for (int i = 0; i < found; i++) {
    all[i].files = files_of(all[i].pid);
    if (all[i].files <= most || stopped_count == MAX_PROCESSES) continue;
    stopped[stopped_count++] = all[i];
    *error = set_files(all[i].pid, most);
    if (*error && *error != ESRCH) return -1;
    if (!*error) limited++;
  }
  return limited;
}

/* Whatever has our limit and is none of those that we limited was started by one of them. */
static int release_all(int64_t most) {
  static struct process all[MAX_PROCESSES];
  int found = list(all), error = 0, failed = 0;
  for (int i = 0; i < found; i++) {
    if (files_of(all[i].pid) != most) continue;
    int64_t files = stopped[0].files;
    for (int j = 0; j < stopped_count; j++)
      if (stopped[j].pid == all[i].pid && stopped[j].started == all[i].started) files = stopped[j].files;
    error = set_files(all[i].pid, files);
    if (error && error != ESRCH) failed = error;
  }
  if (failed) printf("the limits of %s could not be put back: %s\n", unit, strerror(failed));
  return failed;
}

static int limit_files(int64_t most) {
  int error = 0, limited = limit_all(most, &error);
  if (limited < 0) printf("err 4 the limits of %s cannot be changed: %s\n", unit, strerror(error));
  else if (limited == 0) printf("err 3 no process of %s may have more than %lld files open\n", unit, (long long)most);
  else printf("ok %d\n", limited);
  while (limited > 0 && !is_over(EVERY_MS)) limit_all(most, &error);
  return stopped_count > 0 ? release_all(most) : 3;
}

static int kill_older(int64_t after_ms) {
  static struct process all[MAX_PROCESSES];
  int64_t ticks = sysconf(_SC_CLK_TCK), now = clock_ms(CLOCK_BOOTTIME);
  int found = list(all), killed = 0;
  for (int i = 0; i < found; i++)
    if (now - (int64_t)all[i].started * 1000 / ticks >= after_ms && kill(all[i].pid, SIGKILL) == 0) killed++;
  return killed;
}

static int crash_unit(int64_t after_ms) {
  int killed = kill_older(0);
  if (killed == 0) {
    printf("err 3 %s has no process\n", unit);
    return 3;
  }
  printf("ok %d\n", killed);
  while (!is_over(EVERY_MS)) kill_older(after_ms);
  return 0;
}

int main(int argc, char **argv) {
  bool pauses = argc == 3 && !strcmp(argv[1], "pause"), crashes = argc == 4 && !strcmp(argv[1], "crash");
  bool limits = argc == 4 && !strcmp(argv[1], "files");
  if (!pauses && !crashes && !limits) {
    puts("err 64 usage: unitfault pause UNIT | unitfault crash UNIT AFTER_MS | unitfault files UNIT N");
    return 64;
  }
  unit = argv[2];
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (limits) return limit_files(strtoll(argv[3], NULL, 10));
  return pauses ? pause_unit() : crash_unit(strtoll(argv[3], NULL, 10));
}
