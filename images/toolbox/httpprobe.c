/*
 * httpprobe ADDRESS PORT METHOD PATH AGENT COUNT AT_ONCE PATIENCE_MS: asks a server COUNT times, each over a connection of
 * its own, AT_ONCE of them at a time (1: one after the other, in order), and says of each as it ends
 *
 *   STATUS MS BYTES CRC32 HOW
 *
 * STATUS is 0 where there was none, BYTES and CRC32 (hex) are of the body. HOW: whole; cut, where it ended before the
 * length that the answer itself gave; silent, where it had not ended after PATIENCE_MS; refused, where there was no
 * connection.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_BYTES (2 << 20)

struct answer {
  int status;
  size_t bytes;
  uint32_t crc;
  const char *how;
};

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static int waits(int of, short events, double until) {
  double left = until - now_ms();
  struct pollfd one = {.fd = of, .events = events};
  return left > 0 && poll(&one, 1, (int)left + 1) > 0;
}

/* -1: there is none. */
static int connected(const struct sockaddr_in *to, double until) {
  int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;
  socklen_t size = sizeof error;
  if (connect(server, (const struct sockaddr *)to, sizeof *to) == 0) return server;
  if (errno != EINPROGRESS || !waits(server, POLLOUT, until)) return -1;
  getsockopt(server, SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? server : -1;
}

/* The polynomial of zlib and Ethernet. */
static uint32_t crc32(const char *bytes, size_t length) {
  uint32_t crc = 0xffffffff;
  for (size_t i = 0; i < length; i++) {
    crc ^= (uint8_t)bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

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

static struct answer ask(const struct sockaddr_in *to, const char *question, double until) {
  static char text[MOST_BYTES + 1];
  size_t length = 0;
  int ended = 0, server = connected(to, until);
  if (server < 0) return (struct answer){.how = "refused"};
  if (write(server, question, strlen(question)) < 0) return (struct answer){.how = "cut"};
  while (!ended && length < MOST_BYTES && waits(server, POLLIN, until)) {
    ssize_t got = read(server, text + length, MOST_BYTES - length);
    if (got > 0) length += (size_t)got;
    else ended = got == 0 || errno != EAGAIN;
  }
  return understood(text, length, ended);
}

static void ask_and_say(const struct sockaddr_in *to, const char *question, int patience_ms) {
  char line[128];
  double began = now_ms();
  struct answer one = ask(to, question, began + patience_ms);
  int length = snprintf(line, sizeof line, "%d %.3f %zu %08x %s\n", one.status, now_ms() - began, one.bytes, one.crc, one.how);
  if (write(1, line, (size_t)length) < 0) _exit(1);
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc != 9) {
    fputs("usage: httpprobe ADDRESS PORT METHOD PATH AGENT COUNT AT_ONCE PATIENCE_MS\n", stderr);
    return 64;
  }
  static char question[4096];
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
  if (inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) return 64;
  snprintf(question, sizeof question, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nConnection: close\r\n%s\r\n", argv[3], argv[4],
           argv[1], argv[5], strcmp(argv[3], "GET") ? "Content-Length: 0\r\n" : "");
  int count = atoi(argv[6]), at_once = atoi(argv[7]), running = 0;
  for (int i = 0; i < count; i++) {
    if (running == at_once && wait(NULL) > 0) running--;
    pid_t child = fork();
    if (child == 0) ask_and_say(&to, question, atoi(argv[8]));
    if (child < 0) return 1;
    running++;
  }
  while (wait(NULL) > 0) continue;
  return 0;
}
