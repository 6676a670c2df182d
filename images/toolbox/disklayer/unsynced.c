#define _GNU_SOURCE
#include "unsynced.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "descriptor.h"

static int copied(int from, int to) {
  static const size_t part = 1 << 20;
  char *bytes = malloc(part);
  off_t at = 0;
  ssize_t length = bytes ? 0 : -1;
  while (bytes && (length = pread(from, bytes, part, at)) > 0) {
    for (ssize_t done = 0, one; done < length; done += one)
      if ((one = pwrite(to, bytes + done, (size_t)(length - done), at + done)) <= 0) goto failed;
    at += length;
  }
  if (length == 0 && ftruncate(to, at)) length = -1;
  free(bytes);
  return length == 0 ? 0 : -1;
failed:
  free(bytes);
  return -1;
}

/* The file as it is now, in memory: from here on what is written goes there. With `holding` taken for writing. */
static int hold_back(struct unsynced *of, int disk) {
  if (is_held(of)) return 0;
  int held = memfd_create("held", MFD_CLOEXEC), fd = opened(disk, O_RDONLY);
  if (held < 0 || fd < 0 || copied(fd, held)) {
    int code = errno;
    if (held >= 0) close(held);
    if (fd >= 0) close(fd);
    return code ? code : EIO;
  }
  close(fd);
  of->held = held;
  return 0;
}

/* With `holding` taken for writing. */
static int write_back(struct unsynced *of, int disk) {
  if (!is_held(of)) return 0;
  int fd = opened(disk, O_WRONLY);
  struct stat held;
  int code = fd < 0 || copied(of->held, fd) || fstat(of->held, &held) ? errno : 0;
  if (!code) futimens(fd, (struct timespec[]){{.tv_nsec = UTIME_OMIT}, held.st_mtim});
  if (fd >= 0) close(fd);
  return code;
}

/* With `holding` taken for writing. */
static void let_go_of_held(struct unsynced *of) {
  close(of->held);
  of->held = -1;
}

/* With `holding` taken. */
static int data_of(const struct unsynced *of, int fd) { return is_held(of) ? of->held : fd; }

void with_held_size(struct unsynced *of, struct stat *status) {
  struct stat held;
  pthread_rwlock_rdlock(&of->holding);
  if (is_held(of) && !fstat(of->held, &held)) {
    status->st_size = held.st_size;
    status->st_blocks = held.st_blocks;
    status->st_mtim = held.st_mtim;
  }
  pthread_rwlock_unlock(&of->holding);
}

ssize_t read_data(struct unsynced *of, int fd, char *bytes, size_t size, off_t offset) {
  pthread_rwlock_rdlock(&of->holding);
  ssize_t length = pread(data_of(of, fd), bytes, size, offset);
  pthread_rwlock_unlock(&of->holding);
  return length;
}

ssize_t write_data(struct unsynced *of, int disk, int fd, struct fuse_bufvec *bytes, off_t offset, bool (*keeps)(void)) {
  size_t size = fuse_buf_size(bytes);
  pthread_rwlock_wrlock(&of->holding);
  int code = keeps() ? hold_back(of, disk) : 0;
  struct fuse_bufvec to = FUSE_BUFVEC_INIT(size);
  to.buf[0] = (struct fuse_buf){.size = size, .flags = FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK, .fd = data_of(of, fd), .pos = offset};
  ssize_t length = code ? -code : fuse_buf_copy(&to, bytes, 0);
  /* It may have been over, and all files given back, while this one was taken into memory. */
  if (is_held(of) && !keeps()) {
    code = write_back(of, disk);
    let_go_of_held(of);
    if (code) length = -code;
  }
  pthread_rwlock_unlock(&of->holding);
  return length;
}

off_t seek_data(struct unsynced *of, int fd, off_t offset, int whence) {
  pthread_rwlock_rdlock(&of->holding);
  off_t at = lseek(data_of(of, fd), offset, whence);
  pthread_rwlock_unlock(&of->holding);
  return at;
}

int resize_held(struct unsynced *of, off_t size) {
  pthread_rwlock_wrlock(&of->holding);
  int code = is_held(of) && ftruncate(of->held, size) ? errno : 0;
  pthread_rwlock_unlock(&of->holding);
  return code;
}

int allocate_held(struct unsynced *of, int mode, off_t offset, off_t length) {
  pthread_rwlock_wrlock(&of->holding);
  int code = is_held(of) && fallocate(of->held, mode, offset, length) ? errno : 0;
  pthread_rwlock_unlock(&of->holding);
  return code;
}

void retime_held(struct unsynced *of, const struct timespec times[2]) {
  pthread_rwlock_wrlock(&of->holding);
  if (is_held(of)) futimens(of->held, times);
  pthread_rwlock_unlock(&of->holding);
}

int synchronise(struct unsynced *of, int disk) {
  pthread_rwlock_wrlock(&of->holding);
  int code = write_back(of, disk);
  pthread_rwlock_unlock(&of->holding);
  return code;
}

void give_back(struct unsynced *of, int disk) {
  pthread_rwlock_wrlock(&of->holding);
  if (is_held(of)) {
    write_back(of, disk);
    let_go_of_held(of);
  }
  pthread_rwlock_unlock(&of->holding);
}
