#define _GNU_SOURCE
#include "keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "control.h"
#include "mounts.h"
#include "server.h"

/* A server that nobody needs any more has ended by then. */
#define END_MS 1000

static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

int failed(const char *what, int code) {
  printf("err %d %s: %s\n", code, what, strerror(code));
  return code;
}

/* Each file that the kernel knows of takes a descriptor. */
static void allow_descriptors(void) {
  struct rlimit descriptors;
  if (getrlimit(RLIMIT_NOFILE, &descriptors)) return;
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);
}

/* Until our input ends, a signal comes, or the server is gone: whether that was it. */
static bool outlived(int from_server) {
  struct pollfd both[2] = {{.fd = 0, .events = POLLIN}, {.fd = from_server, .events = POLLIN}};
  char ignored[256];
  while (!ended) {
    if (poll(both, 2, -1) < 0) continue;
    if (both[1].revents) return true;
    if (both[0].revents && read(0, ignored, sizeof ignored) <= 0) ended = 1;
  }
  return false;
}

static pid_t start_server(const char *path, struct handed_over with, const int not_its[2]) {
  pid_t server = fork();
  if (server) return server;
  int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
  for (int i = 0; i < 2; i++) close(not_its[i]);
  prctl(PR_SET_NAME, "disklayer-serve");
  setsid();
  serve(path, with);
  _exit(1);
}

int keep(const char *path) {
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  allow_descriptors();
  unsigned long flags;
  int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (fuse < 0) return failed("/dev/fuse", errno);
  int disk = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (disk < 0) return failed(path, errno);
  if (!options_at(path, &flags)) return failed("the node has no disk there", ENOENT);
  int listening = listening_socket(path), to_server[2], from_server[2];
  if (listening < 0 || pipe2(to_server, O_CLOEXEC) || pipe2(from_server, O_CLOEXEC)) return failed("disklayer", errno);
  int code = mounted(path, fuse, flags);
  if (code) return failed("cannot be put in front of it", code);
  struct handed_over with = {.fuse = fuse, .disk = disk, .listening = listening, .keeper = to_server[0]};
  pid_t server = start_server(path, with, (int[]){to_server[1], from_server[0]});
  code = server < 0 ? errno : 0;
  /* Only the server has it now: when that ends, the kernel answers for it. */
  close(fuse);
  close(from_server[1]);
  close(listening);
  dev_t device = 0;
  if (!code) code = device_at(path, &device);
  if (code) {
    topmost_removed(path);
    return failed("it does not answer", code);
  }
  if (write(to_server[1], &device, sizeof device) != sizeof device) ended = 1;
  printf("ok\n");
  bool alone = outlived(from_server[0]);
  for (int told = 0; (code = removed(device)) != 0; usleep(100000))
    if (!told++) printf("the layer cannot be taken away from %s: %s\n", path, strerror(code));
  if (alone) {
    printf("the layer in front of %s ended by itself\n", path);
    return 7;
  }
  if (write(to_server[1], "x", 1) != 1) return 7;
  /* What has nothing open lets it end at once; where something has, it ends later, by itself. */
  for (int waited = 0; waited < END_MS && waitpid(server, NULL, WNOHANG) == 0; waited += 10) usleep(10000);
  return 0;
}
