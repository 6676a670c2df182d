/*
 * dependencyfault FAULT: a fault of the dependency in this network namespace (images/dependency), for as long as stdin is
 * open and no signal comes. FAULT is one line of JSON, passed on as it is.
 *
 * It says "ok" once the fault is in force, else "err …". It ends when the dependency has closed the connection, which is
 * when the fault is gone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_MS 3000

static const char name[] = "understudy-dependency";
static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

/* An abstract name: a zero first, and none at its end. */
static int connected(void) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  memcpy(to.sun_path + 1, name, sizeof name - 1);
  int dependency = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(dependency, (struct sockaddr *)&to, offsetof(struct sockaddr_un, sun_path) + sizeof name) == 0) return dependency;
  printf("err %d no dependency here: %s\n", errno, strerror(errno));
  return -1;
}

static int send_all(int to, const char *text, size_t length) {
  while (length > 0) {
    ssize_t sent = write(to, text, length);
    if (sent <= 0) return 0;
    text += sent;
    length -= (size_t)sent;
  }
  return 1;
}

/* 0: it has closed. */
static int heard(int dependency, char *text, size_t size) {
  struct pollfd one = {.fd = dependency, .events = POLLIN};
  if (poll(&one, 1, PATIENCE_MS) <= 0) return -1;
  ssize_t length = read(dependency, text, size - 1);
  text[length > 0 ? length : 0] = 0;
  return length > 0;
}

/* Until our input ends, a signal comes, or the dependency is gone and the fault with it. */
static void wait_for_end(int dependency) {
  struct pollfd both[2] = {{.fd = 0, .events = POLLIN}, {.fd = dependency, .events = POLLIN}};
  char ignored[256];
  while (!ended) {
    if (poll(both, 2, -1) < 0) continue;
    if (both[1].revents) return;
    if (both[0].revents && read(0, ignored, sizeof ignored) <= 0) return;
  }
}

int main(int argc, char **argv) {
  char said[512];
  if (argc != 2) {
    puts("err 64 usage: dependencyfault FAULT");
    return 64;
  }
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  int dependency = connected();
  if (dependency < 0) return 3;
  if (!send_all(dependency, argv[1], strlen(argv[1])) || !send_all(dependency, "\n", 1) || heard(dependency, said, sizeof said) <= 0) {
    puts("err 4 the dependency said nothing");
    return 4;
  }
  fputs(said, stdout);
  if (strncmp(said, "ok", 2) != 0) return 5;
  wait_for_end(dependency);
  shutdown(dependency, SHUT_WR);
  while (heard(dependency, said, sizeof said) > 0) continue;
  if (heard(dependency, said, sizeof said) == 0) return 0;
  puts("err 6 the dependency holds on to the fault");
  return 6;
}
