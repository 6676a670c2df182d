/*
 * dependencyfault FAULT: a fault of the dependency in this network namespace (images/dependency), for as long as stdin is
 * open and no signal comes. FAULT is one line of JSON, passed on as it is.
 *
 * It says "ok" once the fault is in force, else "err …". It ends when the dependency has closed the connection, which is
 * when the fault is gone.
 */
#define _GNU_SOURCE
#include "held.h"
#include <errno.h>
#include <stddef.h>
#include <sys/un.h>

#define PATIENCE_MS 3000

static const char name[] = "understudy-dependency";

/* An abstract name: a zero first, and none at its end. */
static int connected(void) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  memcpy(to.sun_path + 1, name, sizeof name - 1);
  int dependency = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(dependency, (struct sockaddr *)&to, offsetof(struct sockaddr_un, sun_path) + sizeof name) == 0) return dependency;
  printf("err %d no dependency here: %s\n", errno, strerror(errno));
  return -1;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    puts("err 64 usage: dependencyfault FAULT");
    return 64;
  }
  prepare_to_hold();
  int dependency = connected();
  return dependency < 0 ? 3 : hold_fault(dependency, argv[1], "dependency", PATIENCE_MS);
}
