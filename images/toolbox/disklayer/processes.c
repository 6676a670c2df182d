#define _GNU_SOURCE
#include "processes.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static int is_number(const char *name) { return *name >= '1' && *name <= '9'; }

static ino_t namespace_of(const char *pid) {
  char name[300];
  struct stat status;
  snprintf(name, sizeof name, "/proc/%s/ns/mnt", pid);
  return stat(name, &status) ? 0 : status.st_ino;
}

void each_process(void (*each)(const char *pid, dev_t device), dev_t device) {
  ino_t own = namespace_of("self");
  DIR *processes = opendir("/proc");
  for (struct dirent *one; processes && (one = readdir(processes));)
    if (is_number(one->d_name) && namespace_of(one->d_name) != own) each(one->d_name, device);
  if (processes) closedir(processes);
}

/* Runs in a process of its own: where a namespace has been entered, all is seen from there. */
int in_namespace(const char *pid, int (*work)(void *), void *argument) {
  char name[64];
  int status;
  snprintf(name, sizeof name, "/proc/%.20s/ns/mnt", pid);
  pid_t child = fork();
  if (child == 0) {
    int space = open(name, O_RDONLY | O_CLOEXEC);
    _exit(space < 0 || setns(space, CLONE_NEWNS) ? errno : work(argument));
  }
  if (child < 0 || waitpid(child, &status, 0) < 0) return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static void name_holder(const char *pid, const char *what) {
  char name[300], who[64] = "?";
  snprintf(name, sizeof name, "/proc/%s/comm", pid);
  FILE *comm = fopen(name, "r");
  if (comm) {
    if (fgets(who, sizeof who, comm)) who[strcspn(who, "\n")] = 0;
    fclose(comm);
  }
  printf("%s (process %s) has %s open\n", who, pid, what);
}

/* Descriptors, folders, and what is mapped. */
static void look_for_holder(const char *pid, dev_t device) {
  static const char *const folders[] = {"cwd", "root", "exe"};
  char name[600], target[4096], line[4096];
  struct stat status;
  unsigned major, minor;
  for (int i = 0; i < 3; i++) {
    snprintf(name, sizeof name, "/proc/%s/%s", pid, folders[i]);
    if (stat(name, &status) || status.st_dev != device) continue;
    ssize_t length = readlink(name, target, sizeof target - 1);
    target[length < 0 ? 0 : length] = 0;
    name_holder(pid, target);
  }
  snprintf(name, sizeof name, "/proc/%s/fd", pid);
  DIR *descriptors = opendir(name);
  for (struct dirent *one; descriptors && (one = readdir(descriptors));) {
    snprintf(name, sizeof name, "/proc/%s/fd/%s", pid, one->d_name);
    if (one->d_name[0] == '.' || stat(name, &status) || status.st_dev != device) continue;
    ssize_t length = readlink(name, target, sizeof target - 1);
    target[length < 0 ? 0 : length] = 0;
    name_holder(pid, target);
  }
  if (descriptors) closedir(descriptors);
  snprintf(name, sizeof name, "/proc/%s/maps", pid);
  FILE *maps = fopen(name, "r");
  while (maps && fgets(line, sizeof line, maps))
    if (sscanf(line, "%*s %*s %*s %x:%x %*u %4095s", &major, &minor, target) == 3 && makedev(major, minor) == device) name_holder(pid, target);
  if (maps) fclose(maps);
}

void name_holders(dev_t device) { each_process(look_for_holder, device); }
