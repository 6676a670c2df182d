/*
 * runner: runs programs for whoever is at the other end of stdin and stdout, many at a time. The engine takes some 50 ms of a
 * processor for each program that it runs in a container; this takes one.
 *
 * Both ways go frames: one byte that says what it is, the number of the program and the length of what follows, four bytes
 * each, the highest first. What is asked:
 *
 *   s  start: its words, each with a zero behind it      i  these bytes are its input
 *   e  its input ends                                    c  nobody listens to it any more: its streams are closed
 *
 * and what is answered:
 *
 *   b  it has begun         f  it could not be started, and why
 *   o  it wrote that        r  it wrote that to stderr      x  it has ended: its code, or 128 and its signal
 *
 * At the end of our input theirs ends too, and we go when the last of them has.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEADER 9
#define PIECE 65536
#define LONGEST (64u << 20)
#define ATMOST 1024

struct bytes {
  char *at;
  size_t length, room;
};

struct program {
  uint32_t id;
  pid_t pid;
  int in, out, err; /* -1: closed */
  struct bytes input; /* to be written yet */
  bool input_ends;
};

extern char **environ;
static struct program programs[ATMOST];
static size_t running;

static void append(struct bytes *to, const char *from, size_t length) {
  if (to->length + length > to->room) {
    to->room = (to->length + length) * 2;
    to->at = realloc(to->at, to->room);
    if (!to->at) _exit(71);
  }
  memcpy(to->at + to->length, from, length);
  to->length += length;
}

static void consume(struct bytes *from, size_t length) {
  from->length -= length;
  memmove(from->at, from->at + length, from->length);
}

/* Nobody there to be told: what runs is told the same way, by the end of its streams. */
static void write_all(const char *from, size_t length) {
  while (length > 0) {
    ssize_t written = write(1, from, length);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(0);
    from += written;
    length -= (size_t)written;
  }
}

static void answer(char what, uint32_t id, const void *payload, size_t length) {
  char header[HEADER] = {what};
  uint32_t numbers[2] = {htonl(id), htonl((uint32_t)length)};
  memcpy(header + 1, numbers, sizeof numbers);
  write_all(header, sizeof header);
  write_all(payload, length);
}

static void close_once(int *file) {
  if (*file >= 0) close(*file);
  *file = -1;
}

static void close_streams(struct program *one) {
  close_once(&one->in);
  close_once(&one->out);
  close_once(&one->err);
}

static struct program *program_of(uint32_t id) {
  for (size_t at = 0; at < running; at++)
    if (programs[at].id == id) return &programs[at];
  return NULL;
}

/* Ours are not inherited by any other program: each end of a pipe has one owner. */
static int piped(int *ours, int *theirs, bool is_input) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return errno;
  *ours = ends[is_input ? 1 : 0];
  *theirs = ends[is_input ? 0 : 1];
  fcntl(*ours, F_SETFL, O_NONBLOCK);
  return 0;
}

static int spawned(struct program *one, char **argv) {
  int in = -1, out = -1, err = -1;
  int failed = piped(&one->in, &in, true);
  if (!failed) failed = piped(&one->out, &out, false);
  if (!failed) failed = piped(&one->err, &err, false);
  if (!failed) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_adddup2(&files, err, 2);
    posix_spawnattr_t manner;
    posix_spawnattr_init(&manner);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&manner, &none);
    posix_spawnattr_setsigdefault(&manner, &all);
    posix_spawnattr_setflags(&manner, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    failed = posix_spawnp(&one->pid, argv[0], &files, &manner, argv, environ);
    posix_spawnattr_destroy(&manner);
    posix_spawn_file_actions_destroy(&files);
  }
  close_once(&in);
  close_once(&out);
  close_once(&err);
  if (failed) close_streams(one);
  return failed;
}

static void start(uint32_t id, char *words, size_t length) {
  char *argv[512];
  size_t count = 0;
  for (size_t at = 0; at < length && count < 511; at += strlen(words + at) + 1) argv[count++] = words + at;
  argv[count] = NULL;
  struct program one = {.id = id, .in = -1, .out = -1, .err = -1};
  int failed = count == 0 || length == 0 || words[length - 1] != 0 ? EINVAL : running == ATMOST ? EAGAIN : spawned(&one, argv);
  if (failed) {
    const char *why = strerror(failed);
    answer('f', id, why, strlen(why));
    return;
  }
  programs[running++] = one;
  answer('b', id, NULL, 0);
}

/* As much of its input as it takes now. */
static void feed(struct program *one) {
  while (one->in >= 0 && one->input.length > 0) {
    ssize_t written = write(one->in, one->input.at, one->input.length);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) return;
    if (written < 0) close_once(&one->in); /* it reads no more */
    else consume(&one->input, (size_t)written);
  }
  if (one->input_ends) close_once(&one->in);
}

static void obey(char what, uint32_t id, char *payload, size_t length) {
  struct program *one = what == 's' ? NULL : program_of(id);
  if (what == 's') start(id, payload, length);
  if (!one) return;
  if (what == 'i') append(&one->input, payload, length);
  if (what == 'e') one->input_ends = true;
  if (what == 'c') close_streams(one);
  feed(one);
}

static void obey_frames(struct bytes *asked) {
  while (asked->length >= HEADER) {
    uint32_t numbers[2];
    memcpy(numbers, asked->at + 1, sizeof numbers);
    uint32_t id = ntohl(numbers[0]), length = ntohl(numbers[1]);
    if (length > LONGEST) _exit(65);
    if (asked->length < HEADER + length) return;
    obey(asked->at[0], id, asked->at + HEADER, length);
    consume(asked, HEADER + length);
  }
}

/* What it has written by now: more than a pipe holds, and no more than keeps others waiting for a moment. */
static void relay(struct program *one, int *from, char what) {
  static char piece[PIECE];
  for (int pieces = 0; pieces < 16 && *from >= 0; pieces++) {
    ssize_t length = read(*from, piece, sizeof piece);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0 && errno == EAGAIN) return;
    if (length <= 0) close_once(from);
    else answer(what, one->id, piece, (size_t)length);
  }
}

static void end_of(struct program *one, int status) {
  relay(one, &one->out, 'o');
  relay(one, &one->err, 'r');
  close_streams(one);
  uint32_t code = htonl((uint32_t)(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)));
  answer('x', one->id, &code, sizeof code);
  free(one->input.at);
  *one = programs[--running];
}

static void reap(void) {
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
    for (size_t at = 0; at < running; at++)
      if (programs[at].pid == pid) {
        end_of(&programs[at], status);
        break;
      }
}

static void end_inputs(void) {
  for (size_t at = 0; at < running; at++) {
    programs[at].input_ends = true;
    feed(&programs[at]);
  }
}

int main(void) {
  static struct pollfd polled[2 + 3 * ATMOST];
  static char piece[PIECE];
  struct bytes asked = {0};
  bool open = true;
  sigset_t ended;
  sigemptyset(&ended);
  sigaddset(&ended, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ended, NULL);
  signal(SIGPIPE, SIG_IGN);
  int ends = signalfd(-1, &ended, SFD_CLOEXEC | SFD_NONBLOCK);
  while (open || running > 0) {
    polled[0] = (struct pollfd){.fd = open ? 0 : -1, .events = POLLIN};
    polled[1] = (struct pollfd){.fd = ends, .events = POLLIN};
    size_t count = running;
    for (size_t at = 0; at < count; at++) {
      const struct program *one = &programs[at];
      polled[2 + 3 * at] = (struct pollfd){.fd = one->out, .events = POLLIN};
      polled[3 + 3 * at] = (struct pollfd){.fd = one->err, .events = POLLIN};
      polled[4 + 3 * at] = (struct pollfd){.fd = one->input.length > 0 ? one->in : -1, .events = POLLOUT};
    }
    if (poll(polled, 2 + 3 * count, -1) < 0) continue;
    for (size_t at = 0; at < count; at++) {
      if (polled[2 + 3 * at].revents) relay(&programs[at], &programs[at].out, 'o');
      if (polled[3 + 3 * at].revents) relay(&programs[at], &programs[at].err, 'r');
      if (polled[4 + 3 * at].revents) feed(&programs[at]);
    }
    if (polled[1].revents) {
      struct signalfd_siginfo ignored;
      while (read(ends, &ignored, sizeof ignored) > 0) continue;
      reap();
    }
    if (!polled[0].revents) continue;
    ssize_t length = read(0, piece, sizeof piece);
    if (length < 0 && errno == EINTR) continue;
    open = length > 0;
    if (open) append(&asked, piece, (size_t)length);
    obey_frames(&asked);
    if (!open) end_inputs();
  }
  return 0;
}
