/*
 * powerless PROGRAM ARGUMENT…: runs a program of the node's own, in the node's own root, and lends it nothing of what the side-car
 * may: it begins without any capability, and gets none by whatever it or its children run (no_new_privs); of what is open here it
 * has but where to say something.
 *
 * The bounding set stays as it is: to take from it needs SETPCAP, which a side-car is not given for that, and only what may get
 * new privileges by an exec gets anything out of it (man 7 capabilities).
 *
 * It shares its pid namespace with the node, and needs SYS_PTRACE and SYS_CHROOT to come to its files. Where the program cannot be
 * run it ends as env(1) does, with 126 or 127.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int failed(const char *what) {
  int error = errno;
  fprintf(stderr, "%s: %s\n", what, strerror(error));
  return error == ENOENT ? 127 : 126;
}

/* The permitted, effective and inheritable ones, and with these the ambient ones. */
static int drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
  return (int)syscall(SYS_capset, &header, none);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fputs("usage: powerless PROGRAM ARGUMENT…\n", stderr);
    return 64;
  }
  int nothing = open("/dev/null", O_RDONLY);
  if (nothing < 0 || dup2(nothing, 0) < 0) return failed("/dev/null");
  if (chroot("/proc/1/root") || chdir("/")) return failed("the root of the node");
  closefrom(3);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || drop_capabilities()) return failed("its capabilities");
  execvp(argv[1], argv + 1);
  return failed(argv[1]);
}
