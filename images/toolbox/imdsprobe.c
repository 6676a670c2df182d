/*
 * imdsprobe [EVERY_MS]: what the instance metadata service of EC2 answers in this network namespace, to a client that asks for
 * a token first. It looks once, or again every EVERY_MS until stdin ends, and says of each look, with tabs between,
 *
 *   AT_MS TOKEN WITHOUT INSTANCE ACTION ACTION_BODY REBALANCE REBALANCE_BODY
 *
 * AT_MS is of the real clock; TOKEN, WITHOUT, ACTION and REBALANCE are statuses, 0 where nobody answered: of the asking for a
 * token, and, of instance-id without one, spot/instance-action and events/recommendations/rebalance. INSTANCE is the
 * instance-id. A body that was not given with 200 is empty.
 */
#define _GNU_SOURCE
#include "clocktime.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE_S 2

struct answer {
  int status;
  char body[512];
};

/* `headers`: each with its end of line. */
static struct answer ask(const char *method, const char *path, const char *headers) {
  struct answer one = {0};
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
  struct timeval patience = {.tv_sec = PATIENCE_S};
  char text[4096];
  size_t length = 0;
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  inet_pton(AF_INET, "169.254.169.254", &to.sin_addr);
  setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(server, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  int size = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n%s\r\n", method, path, headers);
  if (connect(server, (struct sockaddr *)&to, sizeof to) == 0 && write(server, text, (size_t)size) == size)
    for (ssize_t got; length < sizeof text - 1 && (got = read(server, text + length, sizeof text - 1 - length)) > 0;) length += (size_t)got;
  close(server);
  text[length] = 0;
  char *body = length > 0 ? strstr(text, "\r\n\r\n") : NULL;
  if (!body || sscanf(text, "HTTP/%*s %d", &one.status) != 1) return (struct answer){0};
  if (one.status == 200) snprintf(one.body, sizeof one.body, "%.*s", (int)sizeof one.body - 1, body + 4);
  for (char *at = one.body; *at; at++)
    if (iscntrl((unsigned char)*at)) *at = ' ';
  return one;
}

static void look(void) {
  static char token[128];
  char headers[256];
  int64_t at_ms = clock_ms(CLOCK_REALTIME);
  struct answer asked = ask("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60\r\nContent-Length: 0\r\n");
  snprintf(token, sizeof token, "%.*s", (int)sizeof token - 1, asked.body);
  snprintf(headers, sizeof headers, "X-aws-ec2-metadata-token: %s\r\n", token);
  struct answer without = ask("GET", "/latest/meta-data/instance-id", "");
  struct answer instance = ask("GET", "/latest/meta-data/instance-id", headers);
  struct answer action = ask("GET", "/latest/meta-data/spot/instance-action", headers);
  struct answer rebalance = ask("GET", "/latest/meta-data/events/recommendations/rebalance", headers);
  printf("%lld\t%d\t%d\t%s\t%d\t%s\t%d\t%s\n", (long long)at_ms, asked.status, without.status, instance.body, action.status, action.body,
         rebalance.status, rebalance.body);
}

int main(int argc, char **argv) {
  int every_ms = argc == 2 ? atoi(argv[1]) : 0;
  struct pollfd input = {.fd = 0, .events = POLLIN};
  char ignored[256];
  if (argc > 2 || (argc == 2 && every_ms <= 0)) {
    fputs("usage: imdsprobe [EVERY_MS]\n", stderr);
    return 64;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (;;) {
    look();
    if (every_ms == 0 || (poll(&input, 1, every_ms) > 0 && read(0, ignored, sizeof ignored) <= 0)) return 0;
  }
}
