/* The socket by which a layer is told of faults and asked which device it is (disklayer.h has its name). */
#pragma once
#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <sys/types.h>

/* -1 with errno where there is none. */
int listening_socket(const char *path);
/* From here on faults come and go as they are told, in threads of their own; whether that is so. */
bool listen_for_faults(int listening, struct fuse_session *session);
/* What is answered to who asks. */
void say_device(dev_t device);
void stop_listening(const char *path);
/* Which device the layer in front of `path` is that still serves; 0 where none does. */
dev_t serving(const char *path);
