/* What is on the disk, as the kernel has been told of it: a node for each file and folder that it knows, by descriptor. */
#pragma once
#include <fuse_lowlevel.h>
#include <stdint.h>
#include <sys/stat.h>
#include "faults.h"
#include "unsynced.h"

/* Nobody else changes the disk, so what the kernel knows of names and sizes stays true. */
#define KNOWN_SECONDS 1.0

struct node {
  int fd; /* O_PATH */
  dev_t dev;
  ino_t ino;
  uint64_t looked_up;
  struct tally tally;
  struct unsynced unsynced;
  struct node *next;
};

void plant(int root_fd);
struct node *node_of(fuse_ino_t ino);
int fd_of(fuse_ino_t ino);
/* Looks a name up for the kernel, which is to let go of it as often; a code of errno, 0 for none. */
int find(fuse_ino_t parent, const char *name, struct fuse_entry_param *entry);
void let_go(fuse_ino_t ino, uint64_t count);
/* No file is kept back any more, and all is on the disk, as far as that has room. */
void write_all_back(void);
/* What the kernel has read already is read anew. */
void forget_pages(struct fuse_session *session);
