/*
 * portprobe: which packets of one protocol, to one port or from it, arrive over links, whoever uses that port meanwhile.
 *
 *   portprobe listen TAG LANES                                for each sender: one line "ADDRESS COUNT…" of what came, at end of input
 *   portprobe send TAG COUNT EVERY_US LANE… -- ADDRESS…       COUNT probes of each lane to each address, EVERY_US apart
 *
 * A lane is tcp:FROM:TO or udp:FROM:TO (ports), or icmp:0:0. Probes are counted by raw sockets, which get what has passed all
 * rules of a node's own, and a copy of it: nothing must listen at a port, and who does is not disturbed, since none of them is
 * taken by anybody. Those of TCP reset a connection that there is not, those of UDP say that they are longer than they are,
 * and those of ICMP answer what nobody asked.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/ip.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAGIC 0x75647074u
#define MOST_LANES 64
#define MOST_SENDERS 256
#define MOST_KINDS 3

struct lane {
  uint8_t protocol;
  uint16_t from, to;
};
/* In the byte order of the network. */
struct probe {
  uint32_t magic, tag, lane;
};
struct sender {
  uint32_t address;
  long counts[MOST_LANES];
};

static const struct {
  const char *name;
  uint8_t protocol;
  size_t header;
} kinds[MOST_KINDS] = {{"tcp", IPPROTO_TCP, 20}, {"udp", IPPROTO_UDP, 8}, {"icmp", IPPROTO_ICMP, 8}};
static struct sender senders[MOST_SENDERS];
static int sender_count;

static size_t header_of(uint8_t protocol) { return protocol == IPPROTO_TCP ? 20 : 8; }

static int lane_of(const char *text, struct lane *lane) {
  char name[8];
  unsigned from, to;
  if (sscanf(text, "%7[a-z]:%u:%u", name, &from, &to) != 3 || from > 65535 || to > 65535) return 0;
  for (int i = 0; i < MOST_KINDS; i++)
    if (strcmp(name, kinds[i].name) == 0) {
      *lane = (struct lane){kinds[i].protocol, (uint16_t)from, (uint16_t)to};
      return 1;
    }
  return 0;
}

static uint16_t folded(uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

static uint32_t sum_of(const unsigned char *bytes, size_t length) {
  uint32_t sum = 0;
  for (size_t i = 0; i + 1 < length; i += 2) sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
  return sum;
}

static void put(unsigned char *at, unsigned value) {
  at[0] = (unsigned char)(value >> 8);
  at[1] = (unsigned char)value;
}

/* Without an IP header, which the kernel puts before it. Returns its length. */
static size_t written(unsigned char *bytes, struct lane lane, struct probe probe, uint32_t from, uint32_t to) {
  size_t header = header_of(lane.protocol), length = header + sizeof probe;
  memset(bytes, 0, header);
  memcpy(bytes + header, &probe, sizeof probe);
  if (lane.protocol == IPPROTO_ICMP) {
    put(bytes + 2, folded(sum_of(bytes, length))); /* type 0: an answer to an echo request */
    return length;
  }
  put(bytes, lane.from);
  put(bytes + 2, lane.to);
  if (lane.protocol == IPPROTO_UDP) {
    put(bytes + 4, (unsigned)length + 64);
    return length;
  }
  bytes[12] = 5 << 4;
  bytes[13] = 4; /* RST */
  unsigned char ends[12] = {0};
  memcpy(ends, &from, 4);
  memcpy(ends + 4, &to, 4);
  ends[9] = IPPROTO_TCP;
  put(ends + 10, (unsigned)length);
  put(bytes + 16, folded(sum_of(ends, sizeof ends) + sum_of(bytes, length)));
  return length;
}

/* The address that this node sends from. */
static uint32_t own_address(const struct sockaddr_in *to) {
  struct sockaddr_in here = {0}, there = *to;
  socklen_t size = sizeof here;
  int one = socket(AF_INET, SOCK_DGRAM, 0);
  there.sin_port = htons(9);
  if (connect(one, (struct sockaddr *)&there, sizeof there) == 0) getsockname(one, (struct sockaddr *)&here, &size);
  close(one);
  return here.sin_addr.s_addr;
}

static int send_probes(int argc, char **argv) {
  static struct lane lanes[MOST_LANES];
  static struct sockaddr_in to[MOST_SENDERS];
  static uint32_t from[MOST_SENDERS];
  int lane_count = 0, count = atoi(argv[3]), every_us = atoi(argv[4]), at = 5, targets = 0, raw[MOST_KINDS];
  for (; at < argc && strcmp(argv[at], "--") != 0; at++)
    if (lane_count == MOST_LANES || !lane_of(argv[at], &lanes[lane_count++])) return 64;
  for (at++; at < argc && targets < MOST_SENDERS; at++) {
    to[targets].sin_family = AF_INET;
    if (inet_pton(AF_INET, argv[at], &to[targets].sin_addr) != 1) return 64;
    from[targets] = own_address(&to[targets]);
    targets++;
  }
  for (int i = 0; i < MOST_KINDS; i++)
    if ((raw[i] = socket(AF_INET, SOCK_RAW, kinds[i].protocol)) < 0) {
      perror("raw socket");
      return 1;
    }
  for (int n = 0; n < count; n++) {
    for (int t = 0; t < targets; t++)
      for (int l = 0; l < lane_count; l++) {
        unsigned char bytes[64];
        struct probe probe = {htonl(MAGIC), htonl((uint32_t)atoi(argv[2])), htonl((uint32_t)l)};
        size_t length = written(bytes, lanes[l], probe, from[t], to[t].sin_addr.s_addr);
        for (int i = 0; i < MOST_KINDS; i++)
          if (kinds[i].protocol == lanes[l].protocol)
            sendto(raw[i], bytes, length, 0, (struct sockaddr *)&to[t], sizeof to[t]);
      }
    usleep((useconds_t)every_us);
  }
  return 0;
}

/* Only probes wake us, whatever else the node is sent: what comes before them is an IP header without options. */
static int listener(int kind) {
  int one = socket(AF_INET, SOCK_RAW, kinds[kind].protocol), size = 4 * 1024 * 1024;
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 20 + (uint32_t)kinds[kind].header),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MAGIC, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_fprog filter = {sizeof code / sizeof *code, code};
  setsockopt(one, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
  setsockopt(one, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  return one;
}

static struct sender *sender_of(uint32_t address) {
  for (int i = 0; i < sender_count; i++)
    if (senders[i].address == address) return &senders[i];
  if (sender_count == MOST_SENDERS) return NULL;
  senders[sender_count].address = address;
  return &senders[sender_count++];
}

static void count(const unsigned char *packet, size_t length, uint32_t tag, int lanes) {
  size_t at = 20 + header_of(packet[9]);
  struct probe probe;
  uint32_t from;
  if (length < at + sizeof probe) return;
  memcpy(&probe, packet + at, sizeof probe);
  memcpy(&from, packet + 12, 4);
  struct sender *one = sender_of(from);
  int lane = (int)ntohl(probe.lane);
  if (one && ntohl(probe.magic) == MAGIC && ntohl(probe.tag) == tag && lane >= 0 && lane < lanes) one->counts[lane]++;
}

static int listen_for(uint32_t tag, int lanes) {
  struct pollfd all[MOST_KINDS + 1] = {[MOST_KINDS] = {0, POLLIN, 0}};
  unsigned char packet[2048];
  for (int i = 0; i < MOST_KINDS; i++) {
    all[i] = (struct pollfd){listener(i), POLLIN, 0};
    if (all[i].fd < 0) {
      perror("raw socket");
      return 1;
    }
  }
  puts("listening");
  fflush(stdout);
  while (!all[MOST_KINDS].revents) {
    poll(all, MOST_KINDS + 1, -1);
    for (int i = 0; i < MOST_KINDS; i++)
      for (ssize_t got; (got = recv(all[i].fd, packet, sizeof packet, MSG_DONTWAIT)) >= 20;)
        count(packet, (size_t)got, tag, lanes);
  }
  for (int i = 0; i < sender_count; i++) {
    char name[INET_ADDRSTRLEN];
    printf("%s", inet_ntop(AF_INET, &senders[i].address, name, sizeof name));
    for (int lane = 0; lane < lanes; lane++) printf(" %ld", senders[i].counts[lane]);
    puts("");
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 4 && strcmp(argv[1], "listen") == 0 && atoi(argv[3]) > 0 && atoi(argv[3]) <= MOST_LANES)
    return listen_for((uint32_t)atoi(argv[2]), atoi(argv[3]));
  if (argc > 7 && strcmp(argv[1], "send") == 0) return send_probes(argc, argv);
  fputs("usage: portprobe listen TAG LANES | send TAG COUNT EVERY_US LANE… -- ADDRESS…\n", stderr);
  return 64;
}
