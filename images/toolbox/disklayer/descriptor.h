/* An open file, also one with O_PATH, by the name that the kernel gives it. */
#pragma once
#include <fcntl.h>
#include <stdio.h>

static inline void proc_name(char name[64], int fd) { snprintf(name, 64, "/proc/self/fd/%d", fd); }

/* Opened anew: never made, and by us, who need no care for links and alignment. */
static inline int opened(int fd, int flags) {
  char name[64];
  proc_name(name, fd);
  return open(name, (flags & ~(O_NOFOLLOW | O_DIRECT | O_CREAT | O_EXCL)) | O_CLOEXEC);
}
