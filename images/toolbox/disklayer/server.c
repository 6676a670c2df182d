#define _GNU_SOURCE
#include "server.h"
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "calls.h"
#include "control.h"
#include "faults.h"
#include "tree.h"

/* Each call that waits or hangs has a thread. */
#define MAX_THREADS 2048
#define IDLE_THREADS 16

static void *watch_keeper(void *argument) {
  int keeper = (int)(intptr_t)argument;
  char word, number[32];
  dev_t device;
  if (read(keeper, &device, sizeof device) != sizeof device) return NULL;
  say_device(device);
  if (read(keeper, &word, 1) == 1) return NULL;
  snprintf(number, sizeof number, "%llu", (unsigned long long)device);
  pid_t child = fork();
  if (child == 0) {
    execl("/proc/self/exe", "disklayer", "remove", number, NULL);
    _exit(127);
  }
  waitpid(child, NULL, 0);
  return NULL;
}

void serve(const char *path, struct handed_over from) {
  char *names[] = {"disklayer", NULL};
  struct fuse_args arguments = FUSE_ARGS_INIT(1, names);
  struct fuse_lowlevel_ops calls = {0};
  char point[64];
  pthread_t watching;
  prepare_faults();
  umask(0);
  signal(SIGPIPE, SIG_IGN);
  plant(from.disk);
  answer_names(&calls);
  answer_contents(&calls);
  snprintf(point, sizeof point, "/dev/fd/%d", from.fuse);
  struct fuse_session *session = fuse_session_new(&arguments, &calls, sizeof calls, NULL);
  if (!session || fuse_session_mount(session, point)) _exit(1);
  struct fuse_loop_config *loop = fuse_loop_cfg_create();
  fuse_loop_cfg_set_max_threads(loop, MAX_THREADS);
  fuse_loop_cfg_set_idle_threads(loop, IDLE_THREADS);
  if (!listen_for_faults(from.listening, session) || pthread_create(&watching, NULL, watch_keeper, (void *)(intptr_t)from.keeper)) _exit(1);
  fuse_session_loop_mt(session, loop);
  write_all_back();
  stop_listening(path);
  _exit(0);
}
