#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "calls.h"
#include "descriptor.h"
#include "faults.h"
#include "tree.h"

static struct unsynced *unsynced_of(fuse_ino_t ino) { return &node_of(ino)->unsynced; }

static void do_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  if (info->flags & O_TRUNC && fails_to_change(req, ino)) return;
  int fd = opened(fd_of(ino), info->flags);
  if (fd < 0) {
    fuse_reply_err(req, errno);
    return;
  }
  if (info->flags & O_TRUNC) resize_held(unsynced_of(ino), 0);
  info->fh = (uint64_t)fd;
  if (fuse_reply_open(req, info)) close(fd);
}

static void do_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *info) {
  struct fuse_entry_param entry;
  if (fails_to_change(req, parent)) return;
  int flags = (info->flags & ~(O_DIRECT | O_NOFOLLOW)) | O_CLOEXEC;
  int fd = openat(fd_of(parent), name, flags | O_CREAT | O_EXCL, mode);
  int made = fd >= 0;
  if (!made && errno == EEXIST && !(info->flags & O_EXCL)) fd = openat(fd_of(parent), name, flags & ~O_CREAT, 0);
  int code = fd < 0 ? errno : made ? give_to_maker(req, parent, name, mode | S_IFREG) : 0;
  if (!code) code = find(parent, name, &entry);
  if (code) {
    if (fd >= 0) close(fd);
    fuse_reply_err(req, code);
    return;
  }
  info->fh = (uint64_t)fd;
  if (fuse_reply_create(req, &entry, info)) close(fd);
}

static void do_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *info) {
  int code = meets(READ, &node_of(ino)->tally, offset, size);
  char *bytes = code ? NULL : malloc(size);
  if (!bytes) {
    fuse_reply_err(req, code ? code : ENOMEM);
    return;
  }
  ssize_t length = read_data(unsynced_of(ino), (int)info->fh, bytes, size, offset);
  if (length < 0) fuse_reply_err(req, errno);
  else {
    spoil((int)info->fh, offset, bytes, (size_t)length);
    fuse_reply_buf(req, bytes, (size_t)length);
  }
  free(bytes);
}

static void do_write(fuse_req_t req, fuse_ino_t ino, struct fuse_bufvec *bytes, off_t offset, struct fuse_file_info *info) {
  size_t size = fuse_buf_size(bytes);
  int code = meets(WRITE, &node_of(ino)->tally, offset, size);
  ssize_t length = code ? -code : write_data(unsynced_of(ino), fd_of(ino), (int)info->fh, bytes, offset, keeps_back);
  if (length < 0) fuse_reply_err(req, (int)-length);
  else fuse_reply_write(req, (size_t)length);
}

static void do_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  (void)ino;
  close((int)info->fh);
  fuse_reply_err(req, 0);
}

static void do_fsync(fuse_req_t req, fuse_ino_t ino, int data_only, struct fuse_file_info *info) {
  int code = meets(FSYNC, &node_of(ino)->tally, 0, 0);
  if (!code && !lies_of_sync()) code = synchronise(unsynced_of(ino), fd_of(ino));
  if (!code && (data_only ? fdatasync((int)info->fh) : fsync((int)info->fh))) code = errno;
  fuse_reply_err(req, code);
}

static void do_fallocate(fuse_req_t req, fuse_ino_t ino, int mode, off_t offset, off_t length, struct fuse_file_info *info) {
  if (fails_to_change(req, ino)) return;
  int code = fallocate((int)info->fh, mode, offset, length) ? errno : 0;
  if (!code) code = allocate_held(unsynced_of(ino), mode, offset, length);
  fuse_reply_err(req, code);
}

static void do_lseek(fuse_req_t req, fuse_ino_t ino, off_t offset, int whence, struct fuse_file_info *info) {
  off_t at = seek_data(unsynced_of(ino), (int)info->fh, offset, whence);
  if (at < 0) fuse_reply_err(req, errno);
  else fuse_reply_lseek(req, at);
}

static void do_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  int fd = openat(fd_of(ino), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = fd < 0 ? NULL : fdopendir(fd);
  if (!folder) {
    fuse_reply_err(req, errno);
    if (fd >= 0) close(fd);
    return;
  }
  info->fh = (uint64_t)(uintptr_t)folder;
  if (fuse_reply_open(req, info)) closedir(folder);
}

static void do_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *info) {
  DIR *folder = (DIR *)(uintptr_t)info->fh;
  char *bytes = malloc(size);
  size_t used = 0;
  (void)ino;
  if (!bytes) {
    fuse_reply_err(req, ENOMEM);
    return;
  }
  if (telldir(folder) != offset) seekdir(folder, offset);
  errno = 0;
  for (struct dirent *one; (one = readdir(folder));) {
    struct stat status = {.st_ino = one->d_ino, .st_mode = (mode_t)one->d_type << 12};
    size_t needs = fuse_add_direntry(req, bytes + used, size - used, one->d_name, &status, telldir(folder));
    if (needs > size - used) break;
    used += needs;
  }
  if (errno && !used) fuse_reply_err(req, errno);
  else fuse_reply_buf(req, bytes, used);
  free(bytes);
}

static void do_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  (void)ino;
  closedir((DIR *)(uintptr_t)info->fh);
  fuse_reply_err(req, 0);
}

static void do_fsyncdir(fuse_req_t req, fuse_ino_t ino, int data_only, struct fuse_file_info *info) {
  (void)data_only;
  int code = meets(FSYNC, &node_of(ino)->tally, 0, 0);
  if (!code && fsync(dirfd((DIR *)(uintptr_t)info->fh))) code = errno;
  fuse_reply_err(req, code);
}

void answer_contents(struct fuse_lowlevel_ops *calls) {
  calls->open = do_open;
  calls->create = do_create;
  calls->read = do_read;
  calls->write_buf = do_write;
  calls->release = do_release;
  calls->fsync = do_fsync;
  calls->fallocate = do_fallocate;
  calls->lseek = do_lseek;
  calls->opendir = do_opendir;
  calls->readdir = do_readdir;
  calls->releasedir = do_releasedir;
  calls->fsyncdir = do_fsyncdir;
}
