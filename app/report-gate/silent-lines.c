/*
 * silent-lines PORT MILLISECONDS: prints which established connections of a port have been silent for
 * so long, one a line: the peer's address, its port, and since when nothing has come from it, in
 * milliseconds. What is sent to the peer does not count, nor that it acknowledges.
 *
 * The kernel knows (tcp_info, tcpi_last_data_recv) and tells by sock_diag(7), to everybody and of the
 * own network namespace. Node has no sockets of that family. Linux only.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { established = 1, answerBytes = 64 * 1024 };

/* Null when there is none, or one that is too short. */
static const struct tcp_info *info_of(const struct nlmsghdr *message) {
  const char *at = (const char *)NLMSG_DATA(message) + NLMSG_ALIGN(sizeof(struct inet_diag_msg));
  const char *end = (const char *)message + message->nlmsg_len;
  while (at + NLA_HDRLEN <= end) {
    const struct nlattr *attribute = (const struct nlattr *)at;
    if (attribute->nla_len < NLA_HDRLEN || at + attribute->nla_len > end) return NULL;
    size_t bytes = attribute->nla_len - NLA_HDRLEN;
    if (attribute->nla_type == INET_DIAG_INFO)
      return bytes < offsetof(struct tcp_info, tcpi_last_ack_recv)
                 ? NULL
                 : (const struct tcp_info *)(at + NLA_HDRLEN);
    at += NLA_ALIGN(attribute->nla_len);
  }
  return NULL;
}

static void print_if_silent(const struct nlmsghdr *message, unsigned long milliseconds) {
  const struct inet_diag_msg *line = NLMSG_DATA(message);
  const struct tcp_info *info = info_of(message);
  if (!info || info->tcpi_last_data_recv < milliseconds) return;
  const struct in6_addr *peer = (const struct in6_addr *)line->id.idiag_dst;
  char address[INET6_ADDRSTRLEN];
  /* A listener for both families has peers of the old one under names of the new one. */
  if (line->idiag_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(peer))
    inet_ntop(AF_INET, &peer->s6_addr[12], address, sizeof address);
  else
    inet_ntop(line->idiag_family, peer, address, sizeof address);
  printf("%s %u %u\n", address, ntohs(line->id.idiag_dport), info->tcpi_last_data_recv);
}

/* 0, or an error number. */
static int print_family(int family, unsigned short port, unsigned long milliseconds) {
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 request;
  } question = {
      .header = {.nlmsg_len = sizeof question,
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
      .request = {.sdiag_family = family,
                  .sdiag_protocol = IPPROTO_TCP,
                  .idiag_ext = 1 << (INET_DIAG_INFO - 1),
                  .idiag_states = 1 << established,
                  .id = {.idiag_sport = htons(port)}},
  };
  static char answer[answerBytes] __attribute__((aligned(NLMSG_ALIGNTO)));
  int kernel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (kernel < 0) return errno;
  int problem = send(kernel, &question, sizeof question, 0) < 0 ? errno : 0;
  for (int done = problem != 0; !done;) {
    ssize_t bytes = recv(kernel, answer, sizeof answer, 0);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) {
      problem = bytes < 0 ? errno : EPIPE;
      break;
    }
    const struct nlmsghdr *message = (const struct nlmsghdr *)answer;
    for (; NLMSG_OK(message, (size_t)bytes); message = NLMSG_NEXT(message, bytes)) {
      done = message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR;
      if (message->nlmsg_type == NLMSG_ERROR)
        problem = -((const struct nlmsgerr *)NLMSG_DATA(message))->error;
      if (done) break;
      if (message->nlmsg_type == SOCK_DIAG_BY_FAMILY) print_if_silent(message, milliseconds);
    }
  }
  close(kernel);
  return problem;
}

/* The whole text as a number up to `most`; otherwise `most` + 1. */
static unsigned long number(const char *text, unsigned long most) {
  char *end;
  errno = 0;
  unsigned long value = strtoul(text, &end, 10);
  return *text < '0' || *text > '9' || *end || errno || value > most ? most + 1 : value;
}

int main(int count, char **words) {
  const unsigned long mostPort = 65535, mostMilliseconds = 4294967295UL;
  unsigned long port = count == 3 ? number(words[1], mostPort) : 0;
  unsigned long milliseconds = count == 3 ? number(words[2], mostMilliseconds) : 0;
  if (port < 1 || port > mostPort || milliseconds > mostMilliseconds) {
    fprintf(stderr, "usage: silent-lines PORT MILLISECONDS\n");
    return 2;
  }
  int problem = print_family(AF_INET, port, milliseconds);
  if (!problem) {
    problem = print_family(AF_INET6, port, milliseconds);
    /* A kernel without that family has no such lines. */
    if (problem == ENOENT) problem = 0;
  }
  if (problem) fprintf(stderr, "the kernel does not tell: %s\n", strerror(problem));
  return problem ? 1 : fflush(stdout) != 0;
}
