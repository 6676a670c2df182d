/*
 * A fault that somebody else brings about for as long as a connection to it is open: a line says which, "ok" is the answer
 * once it is in force, and the other end closes when it is gone.
 */
#pragma once
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

/* 0: it has closed. */
static int heard(int from, char *text, size_t size, int patience_ms) {
  struct pollfd one = {.fd = from, .events = POLLIN};
  if (poll(&one, 1, patience_ms) <= 0) return -1;
  ssize_t length = read(from, text, size - 1);
  text[length > 0 ? length : 0] = 0;
  return length > 0;
}

/* Until our input ends, a signal comes, or the other end is gone and the fault with it. */
static void wait_for_end(int other) {
  struct pollfd both[2] = {{.fd = 0, .events = POLLIN}, {.fd = other, .events = POLLIN}};
  char ignored[256];
  while (!ended) {
    if (poll(both, 2, -1) < 0) continue;
    if (both[1].revents) return;
    if (both[0].revents && read(0, ignored, sizeof ignored) <= 0) return;
  }
}

/* Before anything is said, or connected to. */
static void prepare_to_hold(void) {
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
}

/* From the line to the end of the fault, of `whom`; what is to be exited with. */
static int hold_fault(int other, const char *line, const char *whom, int patience_ms) {
  char said[512];
  if (dprintf(other, "%s\n", line) < 0 || heard(other, said, sizeof said, patience_ms) <= 0) {
    printf("err 4 the %s said nothing\n", whom);
    return 4;
  }
  fputs(said, stdout);
  if (strncmp(said, "ok", 2) != 0) return 5;
  wait_for_end(other);
  shutdown(other, SHUT_WR);
  while (heard(other, said, sizeof said, patience_ms) > 0) continue;
  if (heard(other, said, sizeof said, patience_ms) == 0) return 0;
  printf("err 6 the %s holds on to the fault\n", whom);
  return 6;
}
