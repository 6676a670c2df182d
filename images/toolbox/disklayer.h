#include <stdio.h>

/* Where the layer in front of the disk at `path` is told of faults: a socket of the side-car's own. */
static inline void socket_name(char name[108], const char *path) {
  size_t used = (size_t)snprintf(name, 108, "/run/disklayer");
  for (; *path && used < 100; path++) name[used++] = *path == '/' ? '-' : *path;
  name[used] = 0;
}
