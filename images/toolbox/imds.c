/*
 * imds serve required|optional ADDRESS PATH=VALUE...: the instance metadata service of EC2 on ADDRESS, port 80, until stdin ends
 * or a signal comes. Each PATH, below /latest/meta-data/, is answered with its VALUE, and what stands above it with a list.
 *
 * imds interruption ACTION TIME | imds rebalance TIME: a notice that the service above gives, from this side-car too, until
 * stdin ends or a signal comes: spot/instance-action (and spot/termination-time, where it ends) or
 * events/recommendations/rebalance. Without one these are not there, as on EC2.
 *
 * Each says "ok" once that is so, else "err …". Of EC2: version 2 with tokens (PUT /latest/api/token with a time to live of 1 to
 * 21600 s, answered with a hop limit of 1), version 1 where tokens are optional; 400 for a time to live that is none, 401
 * without a token or with one that has expired, 403 for a forwarded request for a token, 404 for what is not there.
 * Whoever asks gets one answer a connection.
 */
#define _GNU_SOURCE
#include "clocktime.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_CLIENTS 256
#define MAX_REQUEST 8192
#define MAX_ENTRIES 64
/* More than software asks for in six hours, one a second; then the oldest is forgotten. */
#define MAX_TOKENS 32768
#define LONGEST_TTL_S 21600
/* For a request to arrive, and for its sender to take the answer. */
#define PATIENCE_MS 5000

static const char notices[] = "/run/understudy-imds";
static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

/* What the service knows: what it was started with, and the notices that are there at this moment. */
struct entry {
  char path[128];
  char value[256];
};
static struct entry known[MAX_ENTRIES];
static int known_count, started_with;

static void add(const char *path, size_t length, const char *value) {
  if (known_count == MAX_ENTRIES) return;
  struct entry *one = &known[known_count++];
  snprintf(one->path, sizeof one->path, "%.*s", (int)length, path);
  snprintf(one->value, sizeof one->value, "%s", value);
}

/* Each notice is a file that has its path for a name, with ":" for "/". */
static void look_for_notices(void) {
  known_count = started_with;
  DIR *folder = opendir(notices);
  for (struct dirent *one; folder && (one = readdir(folder));) {
    char name[sizeof known->path], value[sizeof known->value] = "";
    if (one->d_name[0] == '.') continue;
    int file = openat(dirfd(folder), one->d_name, O_RDONLY | O_CLOEXEC);
    if (file < 0 || read(file, value, sizeof value - 1) <= 0) value[0] = 0;
    if (file >= 0) close(file);
    if (!value[0]) continue; /* it goes, or is not written yet */
    snprintf(name, sizeof name, "%.*s", (int)sizeof name - 1, one->d_name);
    for (char *at = name; (at = strchr(at, ':'));) *at = '/';
    add(name, strlen(name), value);
  }
  if (folder) closedir(folder);
}

static int by_path(const void *a, const void *b) { return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path); }

/* The value of what is at `path`, or a list of what is below it; false where there is neither. */
static bool found(const char *path, char *text, size_t size) {
  struct entry all[MAX_ENTRIES];
  size_t length = strlen(path), said = 0;
  const char *last = "";
  while (length > 0 && path[length - 1] == '/') length--;
  memcpy(all, known, sizeof all);
  qsort(all, (size_t)known_count, sizeof *all, by_path);
  for (int i = 0; i < known_count; i++) {
    const char *one = all[i].path;
    if (strncmp(one, path, length) != 0) continue;
    if (length > 0 && !one[length]) {
      snprintf(text, size, "%s", all[i].value);
      return true;
    }
    if (length > 0 && one[length] != '/') continue;
    const char *name = one + length + (length > 0);
    size_t part = strcspn(name, "/") + (strchr(name, '/') != NULL);
    if (said > 0 && strlen(last) >= part && strncmp(last, name, part) == 0) continue;
    last = name;
    said += (size_t)snprintf(text + said, size - said, "%s%.*s", said > 0 ? "\n" : "", (int)part, name);
  }
  return said > 0;
}

struct token {
  char text[57];
  int64_t until_ms;
};
static struct token tokens[MAX_TOKENS];
static unsigned made_tokens;
static bool tokens_required;

static const char *new_token(int ttl_s) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  struct token *one = &tokens[made_tokens++ % MAX_TOKENS];
  unsigned char bytes[sizeof one->text - 1];
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) exit(1);
  for (size_t i = 0; i < sizeof bytes; i++) one->text[i] = letters[bytes[i] % 64];
  one->until_ms = clock_ms(CLOCK_BOOTTIME) + (int64_t)ttl_s * 1000;
  return one->text;
}

static bool is_valid(const char *text) {
  unsigned count = made_tokens < MAX_TOKENS ? made_tokens : MAX_TOKENS;
  for (unsigned i = 0; i < count; i++)
    if (strcmp(tokens[i].text, text) == 0) return tokens[i].until_ms > clock_ms(CLOCK_BOOTTIME);
  return false;
}

struct client {
  int socket;
  int64_t until_ms;
  size_t length;
  bool answered;
  char request[MAX_REQUEST + 1];
};
static struct client clients[MAX_CLIENTS];
static int client_count;

/* The value of a header, without spaces around it; false where there is none. */
static bool header(const char *request, const char *name, char *value, size_t size) {
  size_t length = strlen(name);
  for (const char *line = strstr(request, "\r\n"); line && line[2] != '\r'; line = strstr(line + 2, "\r\n")) {
    if (strncasecmp(line + 2, name, length) != 0 || line[2 + length] != ':') continue;
    const char *text = line + 3 + length + strspn(line + 3 + length, " \t");
    size_t whole = strcspn(text, "\r\n");
    while (whole > 0 && isspace((unsigned char)text[whole - 1])) whole--;
    snprintf(value, size, "%.*s", (int)whole, text);
    return true;
  }
  return false;
}

static const char *words_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    default: return "Error";
  }
}

/* `headers`: each with its end of line. It fits into the socket's buffer, which is empty. */
static void answer(const struct client *to, int status, const char *headers, const char *body, bool without_body) {
  char text[12288], page[256];
  if (status != 200) {
    snprintf(page, sizeof page, "<html><head><title>%d - %s</title></head><body><h1>%d - %s</h1></body></html>\n", status,
             words_of(status), status, words_of(status));
    body = page;
  }
  int length = snprintf(text, sizeof text, "HTTP/1.1 %d %s\r\nServer: EC2ws\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%sConnection: close\r\n\r\n%s",
                        status, words_of(status), status == 200 ? "text/plain" : "text/html", strlen(body), headers, without_body ? "" : body);
  send(to->socket, text, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT);
  /* Closed at once, what it sends still would make the kernel throw our answer away. */
  shutdown(to->socket, SHUT_WR);
}

static void give_token(const struct client *to) {
  char text[32], headers[96], *rest;
  int hops = 1;
  setsockopt(to->socket, IPPROTO_IP, IP_TTL, &hops, sizeof hops);
  if (header(to->request, "X-Forwarded-For", text, sizeof text)) return answer(to, 403, "", "", false);
  if (!header(to->request, "X-aws-ec2-metadata-token-ttl-seconds", text, sizeof text) || !isdigit((unsigned char)text[0]))
    return answer(to, 400, "", "", false);
  long ttl_s = strtol(text, &rest, 10);
  if (*rest || ttl_s < 1 || ttl_s > LONGEST_TTL_S) return answer(to, 400, "", "", false);
  snprintf(headers, sizeof headers, "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: %ld\r\n", ttl_s);
  answer(to, 200, headers, new_token((int)ttl_s), false);
}

/* What follows a version, "latest" or a date; NULL where there is none. */
static const char *below_version(const char *path) {
  if (strncmp(path, "/latest", 7) == 0) path += 7;
  else if (strspn(path, "/0123456789-") >= 11 && path[5] == '-' && path[8] == '-') path += 11;
  else return NULL;
  return *path && *path != '/' ? NULL : path + strspn(path, "/");
}

static void understand(const struct client *from) {
  char method[16], path[1024], token[128], text[8192];
  if (sscanf(from->request, "%15s %1023s HTTP/1.", method, path) != 2 || path[0] != '/') return answer(from, 400, "", "", false);
  path[strcspn(path, "?")] = 0;
  const char *below = below_version(path);
  bool is_head = strcmp(method, "HEAD") == 0, is_put = strcmp(method, "PUT") == 0;
  if (below && strcmp(below, "api/token") == 0) return is_put ? give_token(from) : answer(from, 405, "", "", is_head);
  if (!is_head && strcmp(method, "GET") != 0) return answer(from, 405, "", "", false);
  bool has_token = header(from->request, "X-aws-ec2-metadata-token", token, sizeof token);
  if (has_token ? !is_valid(token) : tokens_required) return answer(from, 401, "", "", is_head);
  if (strspn(path, "/") == strlen(path)) return answer(from, 200, "", "latest", is_head);
  if (!below) return answer(from, 404, "", "", is_head);
  if (!*below) return answer(from, 200, "", "meta-data", is_head);
  if (strncmp(below, "meta-data", 9) != 0 || (below[9] && below[9] != '/')) return answer(from, 404, "", "", is_head);
  look_for_notices();
  below += 9 + strspn(below + 9, "/");
  if (found(below, text, sizeof text)) answer(from, 200, "", text, is_head);
  else answer(from, 404, "", "", is_head);
}

/* False: it is done with. */
static bool go_on(struct client *with) {
  char ignored[1024];
  ssize_t got = with->answered ? read(with->socket, ignored, sizeof ignored) : read(with->socket, with->request + with->length, MAX_REQUEST - with->length);
  if (got <= 0) return got < 0 && errno == EAGAIN;
  if (with->answered) return true;
  with->length += (size_t)got;
  with->request[with->length] = 0;
  if (!strstr(with->request, "\r\n\r\n")) {
    if (with->length < MAX_REQUEST) return true;
    answer(with, 400, "", "", false);
  } else understand(with);
  with->answered = true;
  with->until_ms = clock_ms(CLOCK_BOOTTIME) + PATIENCE_MS;
  return true;
}

static void let_in(int listener) {
  int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) return;
  /* The one that waits for longest makes room. */
  if (client_count == MAX_CLIENTS) {
    close(clients[0].socket);
    memmove(clients, clients + 1, sizeof *clients * (size_t)--client_count);
  }
  clients[client_count++] = (struct client){.socket = socket, .until_ms = clock_ms(CLOCK_BOOTTIME) + PATIENCE_MS};
}

static void serve(int listener) {
  while (!ended) {
    struct pollfd all[MAX_CLIENTS + 2] = {{.fd = 0, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
    int count = client_count;
    char ignored[256];
    for (int i = 0; i < count; i++) all[i + 2] = (struct pollfd){.fd = clients[i].socket, .events = POLLIN};
    if (poll(all, (nfds_t)count + 2, count > 0 ? 1000 : -1) < 0) continue;
    if (all[0].revents && read(0, ignored, sizeof ignored) <= 0) return;
    int kept = 0;
    for (int i = 0; i < count; i++) {
      bool stays = clock_ms(CLOCK_BOOTTIME) < clients[i].until_ms && (!all[i + 2].revents || go_on(&clients[i]));
      if (!stays) close(clients[i].socket);
      else if (kept++ < i) clients[kept - 1] = clients[i];
    }
    client_count = kept;
    if (all[1].revents) let_in(listener);
  }
}

static int run_service(const char *address, char **given, int count) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(80)};
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
  if (inet_pton(AF_INET, address, &at.sin_addr) != 1) {
    printf("err 64 %s is no address\n", address);
    return 64;
  }
  for (int i = 0; i < count; i++) {
    const char *value = strchr(given[i], '=');
    if (value) add(given[i], (size_t)(value - given[i]), value + 1);
  }
  started_with = known_count;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 64) != 0) {
    printf("err %d port 80 of %s cannot be had: %s%s\n", errno, address, strerror(errno),
           errno == EADDRINUSE ? " (a program of the node listens on port 80 of all its addresses: give it one of them)" : "");
    return 3;
  }
  puts("ok");
  serve(listener);
  return 0;
}

/* A notice is there as a whole or not at all, and once. */
static bool put(const char *name, const char *text) {
  char path[256], beside[300];
  snprintf(path, sizeof path, "%s/%s", notices, name);
  snprintf(beside, sizeof beside, "%s/.%s.%d", notices, name, (int)getpid());
  mkdir(notices, 0700);
  int file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool is_there = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text) && link(beside, path) == 0;
  int error = errno;
  if (file >= 0) close(file);
  unlink(beside);
  if (!is_there) printf("err %d %s: %s\n", error, name, error == EEXIST ? "there is such a notice already" : strerror(error));
  return is_there;
}

static void take_away(const char *name) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", notices, name);
  unlink(path);
}

static void wait_for_end(void) {
  struct pollfd input = {.fd = 0, .events = POLLIN};
  char ignored[256];
  while (!ended)
    if (poll(&input, 1, -1) > 0 && read(0, ignored, sizeof ignored) <= 0) return;
}

static int announce_interruption(const char *action, const char *time) {
  static const char name[] = "spot:instance-action", old_name[] = "spot:termination-time";
  char text[256];
  bool terminates = strcmp(action, "terminate") == 0;
  snprintf(text, sizeof text, "{\"action\": \"%s\", \"time\": \"%s\"}", action, time);
  if (!put(name, text)) return 4;
  if (terminates && !put(old_name, time)) {
    take_away(name);
    return 4;
  }
  puts("ok");
  wait_for_end();
  take_away(name);
  if (terminates) take_away(old_name);
  return 0;
}

static int announce_rebalance(const char *time) {
  static const char name[] = "events:recommendations:rebalance";
  char text[256];
  snprintf(text, sizeof text, "{\"noticeTime\": \"%s\"}", time);
  if (!put(name, text)) return 4;
  puts("ok");
  wait_for_end();
  take_away(name);
  return 0;
}

int main(int argc, char **argv) {
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (argc >= 4 && !strcmp(argv[1], "serve")) {
    tokens_required = strcmp(argv[2], "required") == 0;
    return run_service(argv[3], argv + 4, argc - 4);
  }
  if (argc == 4 && !strcmp(argv[1], "interruption")) return announce_interruption(argv[2], argv[3]);
  if (argc == 3 && !strcmp(argv[1], "rebalance")) return announce_rebalance(argv[2]);
  puts("err 64 usage: imds serve required|optional ADDRESS PATH=VALUE... | imds interruption ACTION TIME | imds rebalance TIME");
  return 64;
}
