/*
 * dnsfault WHAT VALUE [NAME…]: what this network namespace is answered when it asks the engine's name server (127.0.0.11),
 * for as long as stdin is open and no signal comes:
 *
 *   dnsfault slow MS                          what it always is, MS milliseconds later
 *   dnsfault fail servfail|nxdomain|none      an error, or nothing
 *   dnsfault wrong ADDRESS                    ADDRESS, for every question after an IPv4 address; those after an IPv6 one
 *                                             have an answer that is empty
 *
 * With NAMEs only questions after these are met, whatever their case. All others are asked of the engine, and so are those
 * whose answer is to be the real one.
 *
 * It says "ok" once the fault is in force, else "err …". The engine's own rules send what goes to 127.0.0.11:53 elsewhere, by
 * connection tracking. Ours let it be, so that it comes to us, who listen there: no address is changed, so a socket that
 * asked before the fault, or asks on after it, meets whoever answers then. Our own questions carry a mark, and go the engine's
 * way. The rules are in a table that the kernel takes away when we are gone (nftables: flags owner), whoever kills us.
 */
#define _GNU_SOURCE
#include "clocktime.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <nftables/libnftables.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define MARK 0x75646e73
#define MOST_BYTES 65535
#define MOST_WAITING 4096
#define MOST_CONNECTIONS 256
/* For an answer of the engine: who asked asks again by then. */
#define PATIENCE_MS 30000
/* After the fault, for those who asked while it went. */
#define LEAVE_MS 300

#define HEADER 12
#define TYPE_A 1
#define TYPE_AAAA 28
#define SERVFAIL 2
#define NXDOMAIN 3

static const char rules[] =
    "table ip understudy_names {\n"
    "  flags owner\n"
    "  chain out {\n"
    "    type filter hook output priority -300; policy accept;\n"
    "    meta mark 0x75646e73 return\n"
    "    ip daddr 127.0.0.11 udp dport 53 notrack\n"
    "    ip daddr 127.0.0.11 tcp dport 53 notrack\n"
    "    ip saddr 127.0.0.11 udp sport 53 notrack\n"
    "    ip saddr 127.0.0.11 tcp sport 53 notrack\n"
    "  }\n"
    "}\n";

static enum { slow, fail, wrong } what;
static int delay_ms, rcode; /* -1: no answer at all */
static struct in_addr address;
static char **names;
static int name_count;

/* Its other end is closed when the fault ends: all who wait for something wait for this, too. */
static int ending[2];
static volatile sig_atomic_t told_to_end;
static int connections;

/* A question over UDP: under way to the engine, or with an answer that is held back. */
struct waiting {
  struct sockaddr_in asker;
  unsigned char id[2];
  int64_t due_ms, latest_ms;
  unsigned char *answer; /* NULL: it has not come */
  size_t length;
  int used;
};
static struct waiting waiting[MOST_WAITING];
static int next_waiting;

static void end(int signal) {
  (void)signal;
  told_to_end = 1;
}

static struct sockaddr_in server(void) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(53), .sin_addr = {inet_addr("127.0.0.11")}};
}

/* Goes the engine's way. */
static int to_engine(int kind) {
  int one = socket(AF_INET, kind | SOCK_CLOEXEC, 0), mark = MARK;
  struct sockaddr_in there = server();
  if (setsockopt(one, SOL_SOCKET, SO_MARK, &mark, sizeof mark) == 0 && connect(one, (struct sockaddr *)&there, sizeof there) == 0)
    return one;
  close(one);
  return -1;
}

/* -1: it cannot be had. */
static int listener(int kind) {
  int one = socket(AF_INET, kind | SOCK_CLOEXEC, 0), on = 1, size = 4 * 1024 * 1024;
  struct sockaddr_in here = server();
  setsockopt(one, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(one, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  if (bind(one, (struct sockaddr *)&here, sizeof here) == 0 && (kind == SOCK_DGRAM || listen(one, 64) == 0)) return one;
  close(one);
  return -1;
}

struct question {
  char name[256]; /* with dots between, and none at its end */
  int type;
  size_t end; /* where it ends in its message */
};

/* 0: there is none that we understand. */
static int question_of(const unsigned char *message, size_t length, struct question *one) {
  size_t at = HEADER, used = 0;
  if (length < HEADER || (message[2] & 0x80) || (message[4] << 8 | message[5]) != 1) return 0;
  while (at < length && message[at] != 0) {
    size_t label = message[at++];
    if (label > 63 || at + label > length || used + label + 2 > sizeof one->name) return 0;
    if (used) one->name[used++] = '.';
    memcpy(one->name + used, message + at, label);
    used += label;
    at += label;
  }
  if (at + 5 > length) return 0;
  one->name[used] = 0;
  one->type = message[at + 1] << 8 | message[at + 2];
  one->end = at + 5;
  return 1;
}

static int is_met(const struct question *one) {
  if (name_count == 0) return 1;
  for (int i = 0; i < name_count; i++)
    if (strcasecmp(one->name, names[i]) == 0) return 1;
  return 0;
}

/* Whether a question is answered by us, and then what: 0 bytes for nothing. */
static int is_forged(const unsigned char *asked, size_t length, unsigned char *answer, size_t *answered) {
  struct question one;
  *answered = 0;
  if (!question_of(asked, length, &one) || !is_met(&one) || what == slow) return 0;
  if (what == wrong && one.type != TYPE_A && one.type != TYPE_AAAA) return 0;
  if (what == fail && rcode < 0) return 1;
  memcpy(answer, asked, one.end);
  answer[2] = 0x80 | (asked[2] & 0x79); /* an answer; kind of question and "recursion desired" as they were */
  answer[3] = (unsigned char)(0x80 | (what == fail ? rcode : 0));
  memset(answer + 6, 0, 6); /* no records, and what the question had beyond itself is left out */
  *answered = one.end;
  if (what == fail || one.type == TYPE_AAAA) return 1;
  answer[7] = 1;
  /* The name that begins at byte 12; an address of the Internet; to be kept for 0 seconds. */
  static const unsigned char record[] = {0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4};
  memcpy(answer + one.end, record, sizeof record);
  memcpy(answer + one.end + sizeof record, &address, 4);
  *answered += sizeof record + 4;
  return 1;
}

static int is_delayed(const unsigned char *asked, size_t length) {
  struct question one;
  return what == slow && question_of(asked, length, &one) && is_met(&one);
}

static void forget(struct waiting *one) {
  free(one->answer);
  *one = (struct waiting){0};
}

/* -1: as many wait as can. One that waits in vain makes room. */
static int place(int64_t now) {
  for (int tried = 0; tried < MOST_WAITING; tried++) {
    int at = next_waiting++ % MOST_WAITING;
    if (waiting[at].used && !waiting[at].answer && waiting[at].latest_ms < now) forget(&waiting[at]);
    if (!waiting[at].used) return at;
  }
  return -1;
}

/* Its number among those that wait stands in for the question's own, so that its answer is known again. */
static void forward(int engine, unsigned char *asked, size_t length, struct sockaddr_in asker) {
  int64_t now = now_ms();
  int at = place(now), delayed = !told_to_end && is_delayed(asked, length);
  if (at < 0) return;
  waiting[at] = (struct waiting){.asker = asker, .used = 1, .due_ms = now + (delayed ? delay_ms : 0)};
  waiting[at].latest_ms = now + PATIENCE_MS;
  memcpy(waiting[at].id, asked, 2);
  asked[0] = (unsigned char)(at >> 8);
  asked[1] = (unsigned char)at;
  if (send(engine, asked, length, 0) < 0) forget(&waiting[at]);
}

static void on_question(int here, int engine) {
  static unsigned char asked[MOST_BYTES], answer[MOST_BYTES];
  struct sockaddr_in asker;
  socklen_t size = sizeof asker;
  size_t answered;
  ssize_t length = recvfrom(here, asked, sizeof asked, MSG_DONTWAIT, (struct sockaddr *)&asker, &size);
  if (length < HEADER) return;
  if (told_to_end || !is_forged(asked, (size_t)length, answer, &answered))
    forward(engine, asked, (size_t)length, asker);
  else if (answered > 0)
    sendto(here, answer, answered, 0, (struct sockaddr *)&asker, sizeof asker);
}

static void on_answer(int engine) {
  static unsigned char answer[MOST_BYTES];
  ssize_t length = recv(engine, answer, sizeof answer, MSG_DONTWAIT);
  if (length < HEADER) return;
  int at = answer[0] << 8 | answer[1];
  if (at >= MOST_WAITING || !waiting[at].used || waiting[at].answer) return;
  struct waiting *one = &waiting[at];
  one->answer = malloc((size_t)length);
  if (!one->answer) return;
  memcpy(one->answer, answer, (size_t)length);
  memcpy(one->answer, one->id, 2);
  one->length = (size_t)length;
}

/* Returns for how long none is due; -1: none waits. */
static int answer_due(int here) {
  int64_t now = now_ms(), next = -1;
  for (int at = 0; at < MOST_WAITING; at++) {
    struct waiting *one = &waiting[at];
    if (!one->used || !one->answer) continue;
    if (told_to_end || one->due_ms <= now) {
      sendto(here, one->answer, one->length, 0, (struct sockaddr *)&one->asker, sizeof one->asker);
      forget(one);
    } else if (next < 0 || one->due_ms < next)
      next = one->due_ms;
  }
  return next < 0 ? -1 : (int)(next - now);
}

/* 0: it does not come, since somebody has ended it or the fault ends. */
static int whole(int from, unsigned char *bytes, size_t length) {
  struct pollfd both[2] = {{from, POLLIN, 0}, {ending[0], POLLIN, 0}};
  while (length > 0) {
    if (poll(both, 2, PATIENCE_MS) <= 0 || both[1].revents) return 0;
    ssize_t got = read(from, bytes, length);
    if (got <= 0) return 0;
    bytes += got;
    length -= (size_t)got;
  }
  return 1;
}

/* Over TCP a message has its length before it. 0: there is none. */
static size_t message_from(int from, unsigned char *bytes) {
  if (!whole(from, bytes, 2)) return 0;
  size_t length = (size_t)(bytes[0] << 8 | bytes[1]);
  return length >= HEADER && whole(from, bytes + 2, length) ? length : 0;
}

static int sent(int to, unsigned char *bytes, size_t length) {
  bytes[0] = (unsigned char)(length >> 8);
  bytes[1] = (unsigned char)length;
  return send(to, bytes, length + 2, MSG_NOSIGNAL) == (ssize_t)(length + 2);
}

/* Question by question, for as long as somebody asks. Whose answer is to stay away keeps a connection that says nothing. */
static void *serve(void *given) {
  int asker = (int)(intptr_t)given, engine = -1;
  unsigned char *asked = malloc(MOST_BYTES + 2), *answer = malloc(MOST_BYTES + 2);
  size_t length, answered;
  while (asked && answer && (length = message_from(asker, asked)) > 0) {
    int64_t due = now_ms() + (is_delayed(asked + 2, length) ? delay_ms : 0);
    if (!is_forged(asked + 2, length, answer + 2, &answered)) {
      if (engine < 0) engine = to_engine(SOCK_STREAM);
      if (engine < 0 || !sent(engine, asked, length) || (answered = message_from(engine, answer)) == 0) break;
    }
    struct pollfd over = {ending[0], POLLIN, 0};
    int64_t left = due - now_ms();
    if (left > 0) poll(&over, 1, (int)left);
    if (answered > 0 && !sent(asker, answer, answered)) break;
  }
  if (engine >= 0) close(engine);
  close(asker);
  free(asked);
  free(answer);
  __atomic_sub_fetch(&connections, 1, __ATOMIC_RELAXED);
  return NULL;
}

static void on_connection(int here) {
  int asker = accept4(here, NULL, NULL, SOCK_CLOEXEC);
  pthread_t one;
  if (asker < 0) return;
  int many = __atomic_add_fetch(&connections, 1, __ATOMIC_RELAXED) > MOST_CONNECTIONS;
  if (!many && pthread_create(&one, NULL, serve, (void *)(intptr_t)asker) == 0) {
    pthread_detach(one);
    return;
  }
  __atomic_sub_fetch(&connections, 1, __ATOMIC_RELAXED);
  close(asker);
}

static int is_asked_for(int argc, char **argv) {
  if (argc < 3) return 0;
  names = argv + 3;
  name_count = argc - 3;
  if (strcmp(argv[1], "slow") == 0) {
    what = slow;
    delay_ms = atoi(argv[2]);
    return delay_ms >= 0;
  }
  if (strcmp(argv[1], "wrong") == 0) {
    what = wrong;
    return inet_pton(AF_INET, argv[2], &address) == 1;
  }
  what = fail;
  rcode = strcmp(argv[2], "servfail") == 0 ? SERVFAIL : strcmp(argv[2], "nxdomain") == 0 ? NXDOMAIN : -1;
  return strcmp(argv[1], "fail") == 0 && (rcode >= 0 || strcmp(argv[2], "none") == 0);
}

/* Until our input ends, a signal comes, or `latest_ms`. */
static void answer_on(int udp, int tcp, int engine, int64_t latest_ms) {
  struct pollfd all[4] = {{udp, POLLIN, 0}, {engine, POLLIN, 0}, {latest_ms ? -1 : 0, POLLIN, 0}, {latest_ms ? -1 : tcp, POLLIN, 0}};
  char ignored[256];
  int next = -1;
  while (latest_ms ? now_ms() < latest_ms : !told_to_end) {
    int left = latest_ms ? (int)(latest_ms - now_ms()) : next;
    if (poll(all, 4, left < 0 ? -1 : left) < 0) continue;
    if (all[0].revents) on_question(udp, engine);
    if (all[1].revents) on_answer(engine);
    if (all[3].revents) on_connection(tcp);
    if (all[2].revents && read(0, ignored, sizeof ignored) <= 0) return;
    next = answer_due(udp);
  }
}

int main(int argc, char **argv) {
  if (!is_asked_for(argc, argv)) {
    puts("err 64 usage: dnsfault slow MS | fail servfail|nxdomain|none | wrong ADDRESS, and NAMEs");
    return 64;
  }
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  setvbuf(stdout, NULL, _IOLBF, 0);
  int udp = listener(SOCK_DGRAM), tcp = udp < 0 ? -1 : listener(SOCK_STREAM), engine = to_engine(SOCK_DGRAM);
  if (udp < 0 || tcp < 0 || engine < 0 || pipe(ending) != 0) {
    printf("err %d 127.0.0.11:53 cannot be had, as where a name server of its own listens: %s\n", errno, strerror(errno));
    return 3;
  }
  struct nft_ctx *nftables = nft_ctx_new(NFT_CTX_DEFAULT);
  nft_ctx_buffer_error(nftables);
  if (nft_run_cmd_from_buffer(nftables, rules) != 0) {
    char *said = strdup(nft_ctx_get_error_buffer(nftables));
    printf("err 4 nftables: %s\n", strtok(said, "\n"));
    return 4;
  }
  puts("ok");
  answer_on(udp, tcp, engine, 0);
  /* Who still waits is answered by who knows, and so is who asks while the rules go. */
  told_to_end = 1;
  close(ending[1]);
  answer_due(udp);
  nft_ctx_free(nftables);
  answer_on(udp, tcp, engine, now_ms() + LEAVE_MS);
  return 0;
}
