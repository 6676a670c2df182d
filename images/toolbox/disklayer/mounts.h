/* Where the layer is mounted: in the node's mount namespace, and in those that came of it. Codes are those of errno. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

/* As the node's topmost mount at `path` is mounted (mount(2)); false where there is none. */
bool options_at(const char *path, unsigned long *flags);
/* By a descriptor of /dev/fuse, with such flags. */
int mounted(const char *path, int fuse, unsigned long flags);
/* Once somebody answers for it: what the node has at `path`. */
int device_at(const char *path, dev_t *device);
/* Lazily, wherever it is. */
int removed(dev_t device);
/* Of a layer that never answered its device is not known. */
int topmost_removed(const char *path);
