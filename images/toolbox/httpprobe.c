/*
 * httpprobe ADDRESS PORT METHOD PATH AGENT COUNT AT_ONCE PATIENCE_MS: asks a server of HTTP, as asking.h has it. STATUS is 0
 * where there was none, BYTES and CRC32 are of the body, and it is cut where it ended before the length that the answer
 * itself gave.
 */
#define _GNU_SOURCE
#include "asking.h"

static struct sockaddr_in to = {.sin_family = AF_INET};
static char question[4096];
static int patience_ms;

static struct answer understood(char *text, size_t length, int ended) {
  struct answer one = {.how = "silent"};
  text[length] = 0;
  char *body = strstr(text, "\r\n\r\n");
  if (!body || sscanf(text, "HTTP/%*s %d", &one.status) != 1) {
    if (ended) one.how = "cut";
    return one;
  }
  *body = 0;
  body += 4;
  one.bytes = length - (size_t)(body - text);
  one.crc = crc32(body, one.bytes);
  char *given = strcasestr(text, "\r\nContent-Length:");
  size_t wanted = given ? strtoul(given + 17, NULL, 10) : one.bytes;
  if (ended) one.how = one.bytes < wanted ? "cut" : "whole";
  return one;
}

static struct answer ask(double until) {
  static char text[MOST_BYTES + 1];
  size_t length = 0;
  int ended = 0, reset = 0, server = connected(&to, 0, until);
  if (server < 0) return (struct answer){.how = how_not()};
  reset = write(server, question, strlen(question)) < 0;
  while (!ended && !reset && length < MOST_BYTES && waits(server, POLLIN, until)) {
    ssize_t got = read(server, text + length, MOST_BYTES - length);
    if (got > 0) length += (size_t)got;
    else if (got == 0) ended = 1;
    else reset = errno != EAGAIN;
  }
  struct answer one = understood(text, length, ended);
  if (reset) one.how = "reset";
  return one;
}

static struct answer ask_in_time(int number) {
  (void)number;
  double began = now_exact_ms();
  struct answer one = ask(began + patience_ms);
  one.ms = now_exact_ms() - began;
  return one;
}

int main(int argc, char **argv) {
  if (argc != 9) {
    fputs("usage: httpprobe ADDRESS PORT METHOD PATH AGENT COUNT AT_ONCE PATIENCE_MS\n", stderr);
    return 64;
  }
  to.sin_port = htons((uint16_t)atoi(argv[2]));
  if (inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) return 64;
  snprintf(question, sizeof question, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nConnection: close\r\n%s\r\n", argv[3], argv[4],
           argv[1], argv[5], strcmp(argv[3], "GET") ? "Content-Length: 0\r\n" : "");
  patience_ms = atoi(argv[8]);
  return ask_all(atoi(argv[6]), atoi(argv[7]), ask_in_time);
}
