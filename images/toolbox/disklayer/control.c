#define _GNU_SOURCE
#include "control.h"
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "../disklayer.h"
#include "faults.h"
#include "tree.h"

static struct fuse_session *told;
static _Atomic dev_t own_device;

void say_device(dev_t device) { own_device = device; }

/* One connection, one fault: as long as it is open. */
static void keep_fault(int peer, struct fault *fault) {
  char ignored[512];
  /* What waits for a slow or hung disk must not be waited for here. */
  if (!spoils(fault)) forget_pages(told);
  if (!add(fault)) {
    dprintf(peer, "err 12 too many faults on one disk\n");
    return;
  }
  if (spoils(fault)) forget_pages(told);
  dprintf(peer, "ok\n");
  while (read(peer, ignored, sizeof ignored) > 0) continue;
  take_out(fault->id);
  if (fault->kind == HOLD) write_all_back();
  if (spoils(fault)) forget_pages(told);
}

static void *serve_fault(void *argument) {
  int peer = (int)(intptr_t)argument;
  char line[512];
  struct fault fault = {0};
  ssize_t length = read(peer, line, sizeof line - 1);
  line[length > 0 ? length : 0] = 0;
  if (!strncmp(line, "device", 6)) dprintf(peer, "device %llu\n", (unsigned long long)own_device);
  else if (!parse(line, &fault)) dprintf(peer, "err 64 no fault of a disk\n");
  else keep_fault(peer, &fault);
  close(peer);
  return NULL;
}

static void *accept_faults(void *argument) {
  int listening = (int)(intptr_t)argument;
  for (;;) {
    pthread_t thread;
    int peer = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    if (peer < 0) continue;
    if (pthread_create(&thread, NULL, serve_fault, (void *)(intptr_t)peer)) close(peer);
    else pthread_detach(thread);
  }
  return NULL;
}

bool listen_for_faults(int listening, struct fuse_session *session) {
  pthread_t thread;
  told = session;
  return !pthread_create(&thread, NULL, accept_faults, (void *)(intptr_t)listening);
}

int listening_socket(const char *path) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socket_name(at.sun_path, path);
  unlink(at.sun_path);
  return listening < 0 || bind(listening, (struct sockaddr *)&at, sizeof at) || listen(listening, MAX_FAULTS) ? -1 : listening;
}

void stop_listening(const char *path) {
  char name[108];
  socket_name(name, path);
  unlink(name);
}

dev_t serving(const char *path) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  unsigned long long device = 0;
  char said[64] = "";
  int layer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socket_name(at.sun_path, path);
  if (layer >= 0 && !connect(layer, (struct sockaddr *)&at, sizeof at) && write(layer, "device\n", 7) == 7 && read(layer, said, sizeof said - 1) > 0)
    sscanf(said, "device %llu", &device);
  if (layer >= 0) close(layer);
  return (dev_t)device;
}
