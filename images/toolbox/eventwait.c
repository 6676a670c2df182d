/*
 * eventwait file PATH: says "there" once the node has that file or folder, and ends.
 * eventwait port PORT: the same once something listens on that port of the node.
 *
 * Looks every 10 ms, at what the kernel knows; nothing in the node is touched or told. Ends without a word when stdin does. Says
 * "err ERRNO MESSAGE" where it cannot look. For a file it shares its pid namespace with the node, and needs SYS_PTRACE and
 * SYS_CHROOT to come to its root; for a port it shares its network namespace.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EVERY_MS = 10 };

static int failed(const char *what) {
  int error = errno;
  printf("err %d %s: %s\n", error, what, strerror(error));
  return error;
}

/* proc(5): local address and port in hex, remote address, and the state, of which 0A is LISTEN. */
static int listens(const char *table, unsigned port) {
  FILE *file = fopen(table, "re");
  if (!file) return 0; /* without IPv6 there is no table of it */
  char line[512];
  int found = 0;
  while (!found && fgets(line, sizeof line, file)) {
    unsigned local, state;
    found = sscanf(line, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x", &local, &state) == 2 && local == port && state == 0x0A;
  }
  fclose(file);
  return found;
}

int main(int argc, char **argv) {
  int isFile = argc == 3 && !strcmp(argv[1], "file") && argv[2][0] == '/';
  char *rest = "";
  unsigned long port = argc == 3 && !strcmp(argv[1], "port") ? strtoul(argv[2], &rest, 10) : 0;
  if (!isFile && (port < 1 || port > 65535 || *rest)) {
    puts("err 64 usage: eventwait file PATH | port PORT");
    return 64;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (isFile && (chroot("/proc/1/root") || chdir("/"))) return failed("the root of the node");

  struct pollfd input = {.fd = 0, .events = POLLIN};
  char ignored[256];
  struct stat there;
  for (;;) {
    if (isFile ? !lstat(argv[2], &there)
               : listens("/proc/self/net/tcp", (unsigned)port) || listens("/proc/self/net/tcp6", (unsigned)port)) {
      puts("there");
      return 0;
    }
    if (poll(&input, 1, EVERY_MS) > 0 && read(0, ignored, sizeof ignored) <= 0) return 0;
  }
}
