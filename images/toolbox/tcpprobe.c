/*
 * tcpprobe ADDRESS PORT QUESTION FROM_PORT COUNT AT_ONCE ENOUGH QUIET_MS PATIENCE_MS: asks a server of whatever is over TCP, as
 * asking.h has it. QUESTION is in hex, and "-" where the server speaks first. It is said as soon as there is a connection,
 * and what comes then is the answer: whole when ENOUGH bytes of it have come, or some, and no more for QUIET_MS (ENOUGH 0: only
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

static struct answer ask(int number) {
  static char text[MOST_BYTES];
  double began = now_ms(), until = began + patience_ms, last = began;
  struct answer one = {.how = "silent"};
  struct linger at_once = {1, 0};
  size_t length = 0;
  int server = connected(&to, from_port + number % PORTS, until);
  if (server < 0) return (struct answer){.how = how_not(), .ms = now_ms() - began};
  setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  if (asked && write(server, question, asked) != (ssize_t)asked) one.how = "reset";
  while (strcmp(one.how, "silent") == 0) {
    if (!waits(server, POLLIN, length ? last + quiet_ms : until)) {
      if (length) one.how = "whole";
      break;
    }
    ssize_t got = read(server, text + length, sizeof text - length);
    if (got < 0 && errno == EAGAIN) continue;
    last = now_ms();
    if (got <= 0) one.how = got == 0 ? "cut" : "reset";
    else if ((length += (size_t)got) == sizeof text || (enough && length >= enough)) one.how = "whole";
  }
  one.bytes = length;
  one.crc = crc32(text, length);
  one.ms = (strcmp(one.how, "silent") == 0 ? now_ms() : last) - began;
  close(server);
  return one;
}

/* 0: that is no hex. */
static int read_question(const char *hex) {
  if (strcmp(hex, "-") == 0) return 1;
  for (; *hex && asked < sizeof question; hex += 2) {
    unsigned byte;
    if (sscanf(hex, "%2x", &byte) != 1 || !hex[1]) return 0;
    question[asked++] = (char)byte;
  }
  return asked > 0 && !*hex;
}

int main(int argc, char **argv) {
  if (argc != 10 || !read_question(argv[3])) {
    fputs("usage: tcpprobe ADDRESS PORT QUESTION FROM_PORT COUNT AT_ONCE ENOUGH QUIET_MS PATIENCE_MS\n", stderr);
    return 64;
  }
  to.sin_port = htons((uint16_t)atoi(argv[2]));
  if (inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) return 64;
  from_port = atoi(argv[4]);
  enough = strtoul(argv[7], NULL, 10);
  quiet_ms = atoi(argv[8]);
  patience_ms = atoi(argv[9]);
  return ask_all(atoi(argv[5]), atoi(argv[6]), ask);
}
