/*
 * diskfault PATH FAULT…: a fault of the disk that a layer stands in front of (disklayer.c), for as long as stdin is open and
 * no signal comes. FAULT is one of
 *
 *   slow CALLS MS      each of these calls takes so much longer
 *   rate CALLS BYTES   what these calls carry goes by at so many bytes a second, together
 *   hang CALLS         none of these calls returns
 *   error CALLS EVERY  each so many of these calls of each file says EIO, and of each file each so many of its blocks of
 *                      4096 bytes cannot be read
 *   flip FILES         of what is read of files with such a name (a pattern) one bit is another
 *   zeros FILES        the second half of such files reads as zeros
 *   forget HOW         what is written is on the disk when it has been synchronised, or with HOW "lies" when the fault is
 *                      over, and not before: who loses the layer (node.kill) loses it; HOW "honestly"
 *
 * CALLS are letters: r reading data, w whatever changes the disk, f fsync. It says "ok" once the fault is in force, else
 * "err …", and ends when the fault is gone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "disklayer.h"

/* Pages that the kernel has are dropped first, which waits for calls on their way. */
#define PATIENCE_MS 8000

static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

/* 0: it has closed. */
static int heard(int layer, char *text, size_t size) {
  struct pollfd one = {.fd = layer, .events = POLLIN};
  if (poll(&one, 1, PATIENCE_MS) <= 0) return -1;
  ssize_t length = read(layer, text, size - 1);
  text[length > 0 ? length : 0] = 0;
  return length > 0;
}

static void wait_for_end(int layer) {
  struct pollfd both[2] = {{.fd = 0, .events = POLLIN}, {.fd = layer, .events = POLLIN}};
  char ignored[256];
  while (!ended) {
    if (poll(both, 2, -1) < 0) continue;
    if (both[1].revents) return;
    if (both[0].revents && read(0, ignored, sizeof ignored) <= 0) return;
  }
}

int main(int argc, char **argv) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  char line[512] = "", said[512];
  if (argc < 4) {
    puts("err 64 usage: diskfault PATH FAULT…");
    return 64;
  }
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int i = 2; i < argc; i++) {
    strncat(line, argv[i], sizeof line - strlen(line) - 2);
    strcat(line, i + 1 < argc ? " " : "\n");
  }
  socket_name(to.sun_path, argv[1]);
  int layer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(layer, (struct sockaddr *)&to, sizeof to)) {
    printf("err %d there is no layer in front of %s: %s\n", errno, argv[1], strerror(errno));
    return 3;
  }
  if (write(layer, line, strlen(line)) < 0 || heard(layer, said, sizeof said) <= 0) {
    puts("err 4 the layer said nothing");
    return 4;
  }
  fputs(said, stdout);
  if (strncmp(said, "ok", 2)) return 5;
  wait_for_end(layer);
  shutdown(layer, SHUT_WR);
  while (heard(layer, said, sizeof said) > 0) continue;
  if (heard(layer, said, sizeof said) == 0) return 0;
  puts("err 6 the layer holds on to the fault");
  return 6;
}
