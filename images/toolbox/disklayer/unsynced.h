/* What of one file is not on the disk: its contents as programs have written them, kept in our memory. */
#pragma once
#include <fuse_lowlevel.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

struct unsynced {
  /* A file in memory with all of its contents; -1 where what is on the disk is all that there is. */
  _Atomic int held;
  pthread_rwlock_t holding;
};

#define NOTHING_UNSYNCED {.held = -1, .holding = PTHREAD_RWLOCK_INITIALIZER}

/*
 * `disk` is the file on the disk, by a descriptor that may be O_PATH; `fd` is the same file as a program has it open, which is
 * what its calls are on where nothing is kept back. What is returned is a code of errno, 0 for none, unless it says otherwise.
 */
static inline bool is_held(const struct unsynced *of) { return of->held >= 0; }
void with_held_size(struct unsynced *of, struct stat *status);
/* How many bytes; -1 with errno. */
ssize_t read_data(struct unsynced *of, int fd, char *bytes, size_t size, off_t offset);
/* How many bytes; a code below 0. They are kept back while `keeps` says so. */
ssize_t write_data(struct unsynced *of, int disk, int fd, struct fuse_bufvec *bytes, off_t offset, bool (*keeps)(void));
/* Where it is; -1 with errno. */
off_t seek_data(struct unsynced *of, int fd, off_t offset, int whence);
/* What the disk has been told is told to what is kept back. */
int resize_held(struct unsynced *of, off_t size);
int allocate_held(struct unsynced *of, int mode, off_t offset, off_t length);
void retime_held(struct unsynced *of, const struct timespec times[2]);
/* Onto the disk; what is written next is still kept back. */
int synchronise(struct unsynced *of, int disk);
/* Onto the disk as far as that has room, and nothing is kept back any more. */
void give_back(struct unsynced *of, int disk);
