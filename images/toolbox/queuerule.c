/*
 * queuerule TABLE CHAIN SET QUEUE: in a chain of ours (family ip), what comes from an address of SET goes to NFQUEUE, past
 * it while nobody listens there. nft cannot write this rule where the kernel has no queue of nftables' own
 * (CONFIG_NFT_QUEUE), and iptables writes into tables that are everybody's: so it is iptables' target in a table of ours.
 * Says nothing, or "err CODE MESSAGE".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned char message[4096];
static size_t used;

static struct nlmsghdr *begin(uint16_t type, uint16_t flags, uint8_t family, uint16_t resource) {
  struct nlmsghdr *header = (struct nlmsghdr *)(message + used);
  *header = (struct nlmsghdr){.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = 1};
  struct nfgenmsg *about = NLMSG_DATA(header);
  *about = (struct nfgenmsg){.nfgen_family = family, .version = NFNETLINK_V0, .res_id = htons(resource)};
  used += NLMSG_LENGTH(sizeof *about);
  return header;
}

static void end(struct nlmsghdr *header) { header->nlmsg_len = (uint32_t)((message + used) - (unsigned char *)header); }

static void put(uint16_t type, const void *value, size_t length) {
  struct nlattr attribute = {.nla_len = (uint16_t)(NLA_HDRLEN + length), .nla_type = type};
  memcpy(message + used, &attribute, sizeof attribute);
  memcpy(message + used + NLA_HDRLEN, value, length);
  used += NLA_ALIGN(NLA_HDRLEN + length);
}

static void put_text(uint16_t type, const char *text) { put(type, text, strlen(text) + 1); }

static void put_number(uint16_t type, uint32_t number) {
  number = htonl(number);
  put(type, &number, sizeof number);
}

static size_t nest(uint16_t type) {
  size_t at = used;
  put(type | NLA_F_NESTED, NULL, 0);
  return at;
}

static void close_nest(size_t at) { ((struct nlattr *)(message + at))->nla_len = (uint16_t)(used - at); }

static size_t expression[2];

static void begin_expression(const char *name) {
  expression[0] = nest(NFTA_LIST_ELEM);
  put_text(NFTA_EXPR_NAME, name);
  expression[1] = nest(NFTA_EXPR_DATA);
}

static void end_expression(void) {
  close_nest(expression[1]);
  close_nest(expression[0]);
}

static void put_rule(const char *table, const char *chain, const char *set, uint16_t queue) {
  put_text(NFTA_RULE_TABLE, table);
  put_text(NFTA_RULE_CHAIN, chain);
  size_t list = nest(NFTA_RULE_EXPRESSIONS);
  begin_expression("payload");
  put_number(NFTA_PAYLOAD_DREG, NFT_REG_1);
  put_number(NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
  put_number(NFTA_PAYLOAD_OFFSET, 12); /* the source's address */
  put_number(NFTA_PAYLOAD_LEN, 4);
  end_expression();
  begin_expression("lookup");
  put_text(NFTA_LOOKUP_SET, set);
  put_number(NFTA_LOOKUP_SREG, NFT_REG_1);
  end_expression();
  begin_expression("target");
  struct xt_NFQ_info_v3 asked = {.queuenum = queue, .queues_total = 1, .flags = NFQ_FLAG_BYPASS};
  put_text(NFTA_TARGET_NAME, "NFQUEUE");
  put_number(NFTA_TARGET_REV, 3);
  put(NFTA_TARGET_INFO, &asked, sizeof asked);
  end_expression();
  close_nest(list);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    puts("err 64 usage: queuerule TABLE CHAIN SET QUEUE");
    return 64;
  }
  end(begin(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
  struct nlmsghdr *rule =
      begin(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, NFPROTO_IPV4, 0);
  put_rule(argv[1], argv[2], argv[3], (uint16_t)atoi(argv[4]));
  end(rule);
  end(begin(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));

  int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  static unsigned char answer[8192];
  ssize_t got = -1;
  if (netlink >= 0 && sendto(netlink, message, used, 0, (struct sockaddr *)&kernel, sizeof kernel) >= 0)
    got = recv(netlink, answer, sizeof answer, 0);
  int code = errno;
  struct nlmsghdr *header = (struct nlmsghdr *)answer;
  if (got > 0 && header->nlmsg_type == NLMSG_ERROR) code = -((struct nlmsgerr *)NLMSG_DATA(header))->error;
  if (got > 0 && code == 0) return 0;
  printf("err %d no rule for queue %s in table %s: %s\n", code, argv[4], argv[1], strerror(code));
  return 1;
}
