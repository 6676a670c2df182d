#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "calls.h"
#include "descriptor.h"
#include "faults.h"
#include "tree.h"

bool fails_to_change(fuse_req_t req, fuse_ino_t ino) {
  int met = meets(WRITE, &node_of(ino)->tally, 0, 0);
  if (met) fuse_reply_err(req, met);
  return met != 0;
}

static void reply_found(fuse_req_t req, fuse_ino_t parent, const char *name) {
  struct fuse_entry_param entry;
  int code = find(parent, name, &entry);
  if (code) fuse_reply_err(req, code);
  else fuse_reply_entry(req, &entry);
}

static void do_lookup(fuse_req_t req, fuse_ino_t parent, const char *name) { reply_found(req, parent, name); }

static void do_forget(fuse_req_t req, fuse_ino_t ino, uint64_t count) {
  let_go(ino, count);
  fuse_reply_none(req);
}

static void do_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *all) {
  for (size_t i = 0; i < count; i++) let_go(all[i].ino, all[i].nlookup);
  fuse_reply_none(req);
}

static void do_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  struct stat status;
  (void)info;
  if (fstatat(fd_of(ino), "", &status, AT_EMPTY_PATH)) {
    fuse_reply_err(req, errno);
    return;
  }
  with_held_size(&node_of(ino)->unsynced, &status);
  fuse_reply_attr(req, &status, KNOWN_SECONDS);
}

static int change(fuse_ino_t ino, const struct stat *to, int what, const struct fuse_file_info *info) {
  char name[64];
  int fd = fd_of(ino);
  proc_name(name, fd);
  if (what & FUSE_SET_ATTR_MODE && chmod(name, to->st_mode)) return errno;
  if (what & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)) {
    uid_t uid = what & FUSE_SET_ATTR_UID ? to->st_uid : (uid_t)-1;
    gid_t gid = what & FUSE_SET_ATTR_GID ? to->st_gid : (gid_t)-1;
    if (fchownat(fd, "", uid, gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) return errno;
  }
  if (what & FUSE_SET_ATTR_SIZE) {
    if (info ? ftruncate((int)info->fh, to->st_size) : truncate(name, to->st_size)) return errno;
    int code = resize_held(&node_of(ino)->unsynced, to->st_size);
    if (code) return code;
  }
  if (what & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME)) {
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_OMIT}};
    if (what & FUSE_SET_ATTR_ATIME_NOW) times[0].tv_nsec = UTIME_NOW;
    else if (what & FUSE_SET_ATTR_ATIME) times[0] = to->st_atim;
    if (what & FUSE_SET_ATTR_MTIME_NOW) times[1].tv_nsec = UTIME_NOW;
    else if (what & FUSE_SET_ATTR_MTIME) times[1] = to->st_mtim;
    if (utimensat(AT_FDCWD, name, times, 0)) return errno;
    retime_held(&node_of(ino)->unsynced, times);
  }
  return 0;
}

static void do_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *to, int what, struct fuse_file_info *info) {
  int code = meets(WRITE, &node_of(ino)->tally, 0, 0);
  if (!code) code = change(ino, to, what, info);
  if (code) fuse_reply_err(req, code);
  else do_getattr(req, ino, info);
}

static void do_readlink(fuse_req_t req, fuse_ino_t ino) {
  char target[4097];
  ssize_t length = readlinkat(fd_of(ino), "", target, sizeof target - 1);
  if (length < 0) {
    fuse_reply_err(req, errno);
    return;
  }
  target[length] = 0;
  fuse_reply_readlink(req, target);
}

int give_to_maker(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode) {
  const struct fuse_ctx *maker = fuse_req_ctx(req);
  struct stat folder;
  if (fstatat(fd_of(parent), "", &folder, AT_EMPTY_PATH)) return errno;
  gid_t gid = folder.st_mode & S_ISGID ? (gid_t)-1 : maker->gid;
  if (fchownat(fd_of(parent), name, maker->uid, gid, AT_SYMLINK_NOFOLLOW)) return errno;
  return mode & 06000 && S_ISREG(mode) && fchmodat(fd_of(parent), name, mode & 07777, 0) ? errno : 0;
}

static void reply_made(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, int failed) {
  int code = failed ? errno : give_to_maker(req, parent, name, mode);
  if (code) fuse_reply_err(req, code);
  else reply_found(req, parent, name);
}

static void do_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t device) {
  if (fails_to_change(req, parent)) return;
  reply_made(req, parent, name, mode, mknodat(fd_of(parent), name, mode, device));
}

static void do_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode) {
  if (fails_to_change(req, parent)) return;
  reply_made(req, parent, name, mode | S_IFDIR, mkdirat(fd_of(parent), name, mode));
}

static void do_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name) {
  if (fails_to_change(req, parent)) return;
  reply_made(req, parent, name, S_IFLNK, symlinkat(target, fd_of(parent), name));
}

static void do_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name) {
  char from[64];
  if (fails_to_change(req, parent)) return;
  proc_name(from, fd_of(ino));
  if (linkat(AT_FDCWD, from, fd_of(parent), name, AT_SYMLINK_FOLLOW)) fuse_reply_err(req, errno);
  else reply_found(req, parent, name);
}

static void do_unlink(fuse_req_t req, fuse_ino_t parent, const char *name) {
  if (fails_to_change(req, parent)) return;
  fuse_reply_err(req, unlinkat(fd_of(parent), name, 0) ? errno : 0);
}

static void do_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name) {
  if (fails_to_change(req, parent)) return;
  fuse_reply_err(req, unlinkat(fd_of(parent), name, AT_REMOVEDIR) ? errno : 0);
}

static void do_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t to, const char *as, unsigned flags) {
  if (fails_to_change(req, parent)) return;
  fuse_reply_err(req, renameat2(fd_of(parent), name, fd_of(to), as, flags) ? errno : 0);
}

static void do_statfs(fuse_req_t req, fuse_ino_t ino) {
  struct statvfs status;
  if (fstatvfs(fd_of(ino), &status)) fuse_reply_err(req, errno);
  else fuse_reply_statfs(req, &status);
}

static void do_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name, const char *value, size_t size, int flags) {
  char file[64];
  if (fails_to_change(req, ino)) return;
  proc_name(file, fd_of(ino));
  fuse_reply_err(req, setxattr(file, name, value, size, flags) ? errno : 0);
}

static void reply_value(fuse_req_t req, ssize_t length, const char *value, size_t size) {
  if (length < 0) fuse_reply_err(req, errno);
  else if (size == 0) fuse_reply_xattr(req, (size_t)length);
  else fuse_reply_buf(req, value, (size_t)length);
}

static void do_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size) {
  char file[64], *value = malloc(size + 1);
  proc_name(file, fd_of(ino));
  if (value) reply_value(req, getxattr(file, name, value, size), value, size);
  else fuse_reply_err(req, ENOMEM);
  free(value);
}

static void do_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size) {
  char file[64], *value = malloc(size + 1);
  proc_name(file, fd_of(ino));
  if (value) reply_value(req, listxattr(file, value, size), value, size);
  else fuse_reply_err(req, ENOMEM);
  free(value);
}

static void do_removexattr(fuse_req_t req, fuse_ino_t ino, const char *name) {
  char file[64];
  if (fails_to_change(req, ino)) return;
  proc_name(file, fd_of(ino));
  fuse_reply_err(req, removexattr(file, name) ? errno : 0);
}

void answer_names(struct fuse_lowlevel_ops *calls) {
  calls->lookup = do_lookup;
  calls->forget = do_forget;
  calls->forget_multi = do_forget_multi;
  calls->getattr = do_getattr;
  calls->setattr = do_setattr;
  calls->readlink = do_readlink;
  calls->mknod = do_mknod;
  calls->mkdir = do_mkdir;
  calls->symlink = do_symlink;
  calls->link = do_link;
  calls->unlink = do_unlink;
  calls->rmdir = do_rmdir;
  calls->rename = do_rename;
  calls->statfs = do_statfs;
  calls->setxattr = do_setxattr;
  calls->getxattr = do_getxattr;
  calls->listxattr = do_listxattr;
  calls->removexattr = do_removexattr;
}
