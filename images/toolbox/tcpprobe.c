/*
 * tcpprobe ADDRESS PORT FROM_PORT COUNT AT_ONCE ENOUGH QUIET_MS PATIENCE_MS: asks a server of whatever is over TCP, as
 * asking.h has it. The question comes on stdin, since it may hold a secret, and is empty where the server speaks first. It is
 * said as soon as there is a connection, and what comes then is the answer: whole when ENOUGH bytes of it have come, or some, and no more for QUIET_MS (ENOUGH 0: only
 * then); cut where the server closed before that. STATUS is always 0, MS is when the last byte came.
 *
 * The connections come from FROM_PORT and the ports after it, PORTS of them in turn, so that the server can tell them from others, and
 * are reset at the end, so that no port has to wait for its next one.
 */
#define _GNU_SOURCE
#include "asking.h"

#define PORTS 128
#define MOST_QUESTION 65536

static struct sockaddr_in to = {.sin_family = AF_INET};
static char question[MOST_QUESTION];
static size_t asked;
static size_t enough;
static int from_port, quiet_ms, patience_ms;

/* All of the question, of which the kernel may take a part at a time; 0: the connection was reset, or it took no more. */
static int said(int server, double until) {
  for (size_t length = 0; length < asked;) {
    ssize_t wrote = send(server, question + length, asked - length, MSG_NOSIGNAL);
    if (wrote > 0) length += (size_t)wrote;
    else if (errno != EAGAIN || !waits(server, POLLOUT, until)) return 0;
  }
  return 1;
}

static struct answer ask(int number) {
  static char text[MOST_BYTES];
  double began = now_exact_ms(), until = began + patience_ms, last = began;
  struct answer one = {.how = "silent"};
  struct linger at_once = {1, 0};
  size_t length = 0;
  int server = connected(&to, from_port + number % PORTS, until);
  if (server < 0) return (struct answer){.how = how_not(), .ms = now_exact_ms() - began};
  setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  if (!said(server, until)) one.how = "reset";
  while (strcmp(one.how, "silent") == 0) {
    if (!waits(server, POLLIN, length ? last + quiet_ms : until)) {
      if (length) one.how = "whole";
      break;
    }
    ssize_t got = read(server, text + length, sizeof text - length);
    if (got < 0 && errno == EAGAIN) continue;
    last = now_exact_ms();
    if (got <= 0) one.how = got == 0 ? "cut" : "reset";
    else if ((length += (size_t)got) == sizeof text || (enough && length >= enough)) one.how = "whole";
  }
  one.bytes = length;
  one.crc = crc32(text, length);
  one.ms = (strcmp(one.how, "silent") == 0 ? now_exact_ms() : last) - began;
  close(server);
  return one;
}

/* 0: it is longer than can be asked. */
static int read_question(void) {
  ssize_t got = 1;
  while (asked < sizeof question && (got = read(0, question + asked, sizeof question - asked)) > 0) asked += (size_t)got;
  char more;
  return got == 0 || read(0, &more, 1) == 0;
}

int main(int argc, char **argv) {
  if (argc != 9 || !read_question()) {
    fputs("usage: tcpprobe ADDRESS PORT FROM_PORT COUNT AT_ONCE ENOUGH QUIET_MS PATIENCE_MS <QUESTION\n", stderr);
    return 64;
  }
  to.sin_port = htons((uint16_t)atoi(argv[2]));
  if (inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) return 64;
  from_port = atoi(argv[3]);
  enough = strtoul(argv[6], NULL, 10);
  quiet_ms = atoi(argv[7]);
  patience_ms = atoi(argv[8]);
  return ask_all(atoi(argv[4]), atoi(argv[5]), ask);
}
