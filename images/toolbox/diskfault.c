/*
 * diskfault PATH FAULT…: a fault of the disk that a layer stands in front of (disklayer.c), for as long as stdin is open and
 * no signal comes. FAULT is one of
 *
 *   slow CALLS MS      each of these calls takes so much longer
 *   rate CALLS BYTES   what these calls carry goes by at so many bytes a second, together
 *   hang CALLS         none of these calls returns
 *   error CALLS EVERY  each so many of these calls of each file says EIO, and of each file each so many of its blocks of
 *                      4096 bytes cannot be read
 *   flip FILES         of what is read of files with such a name (a pattern) one bit is another
 *   zeros FILES        the second half of such files reads as zeros
 *   forget HOW         what is written is on the disk when it has been synchronised, or with HOW "lies" when the fault is
 *                      over, and not before: who loses the layer (node.kill) loses it; HOW "honestly"
 *
 * CALLS are letters: r reading data, w whatever changes the disk, f fsync. It says "ok" once the fault is in force, else
 * "err …", and ends when the fault is gone.
 */
#define _GNU_SOURCE
#include "disklayer.h"
#include "held.h"
#include <errno.h>
#include <sys/un.h>

/* Pages that the kernel has are dropped first, which waits for calls on their way. */
#define PATIENCE_MS 8000

int main(int argc, char **argv) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  char line[512] = "";
  if (argc < 4) {
    puts("err 64 usage: diskfault PATH FAULT…");
    return 64;
  }
  prepare_to_hold();
  for (int i = 2; i < argc; i++) {
    strncat(line, argv[i], sizeof line - strlen(line) - 2);
    if (i + 1 < argc) strcat(line, " ");
  }
  socket_name(to.sun_path, argv[1]);
  int layer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(layer, (struct sockaddr *)&to, sizeof to)) {
    printf("err %d there is no layer in front of %s: %s\n", errno, argv[1], strerror(errno));
    return 3;
  }
  return hold_fault(layer, line, "layer", PATIENCE_MS);
}
