/*
 * Calls of a process that write to, rename or synchronise one path, known by what the kernel has of a call (man 2 syscall): its
 * number and arguments. For who stops a process at such a call, and for who looks on from beside.
 */
#pragma once
#define _GNU_SOURCE
#include "fnv.h"
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum call_kind { CALL_NONE, CALL_WRITE, CALL_RENAME, CALL_FSYNC };

static inline enum call_kind call_kind_named(const char *name) {
  return !strcmp(name, "write") ? CALL_WRITE : !strcmp(name, "rename") ? CALL_RENAME : !strcmp(name, "fsync") ? CALL_FSYNC : CALL_NONE;
}

struct process_call {
  int64_t number;
  uint64_t args[6];
};

/* What /proc/PID/fd/N or /proc/PID/cwd is; false where there is none. */
static inline bool read_link(int pid, const char *name, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/%d/%s", pid, name);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  path[length > 0 ? length : 0] = 0;
  return length > 0;
}

static inline bool is_file(int pid, uint64_t descriptor, const char *path) {
  char name[32], found[PATH_MAX];
  snprintf(name, sizeof name, "fd/%d", (int)descriptor);
  return read_link(pid, name, found) && !strcmp(found, path);
}

/* A string in the memory of a process; page by page, as what is behind its end may not be there. */
static inline bool read_text(int pid, uint64_t at, char *text) {
  for (size_t have = 0; have < PATH_MAX;) {
    size_t size = 4096 - (at + have) % 4096;
    if (size > PATH_MAX - have) size = PATH_MAX - have;
    struct iovec here = {text + have, size}, there = {(void *)(uintptr_t)(at + have), size};
    if (process_vm_readv(pid, &here, 1, &there, 1, 0) != (ssize_t)size) return false;
    if (memchr(text + have, 0, size)) return true;
    have += size;
  }
  return false;
}

/* Without ".", ".." and empty parts; what links there are on the way stay. */
static inline void tidy(char *path) {
  char *out = path;
  for (char *part = path, *next; *part; part = next) {
    while (*part == '/') part++;
    next = part + strcspn(part, "/");
    size_t length = (size_t)(next - part);
    if (length == 0 || (length == 1 && part[0] == '.')) continue;
    if (length == 2 && part[0] == '.' && part[1] == '.') {
      while (out > path && *--out != '/') continue;
      continue;
    }
    *out++ = '/';
    memmove(out, part, length);
    out += length;
  }
  *out = 0;
}

/* Whether a name that a process gives, from a folder that it has open, is that path. */
static inline bool is_named(int pid, uint64_t folder, uint64_t at, const char *path) {
  char text[PATH_MAX], name[32], full[2 * PATH_MAX];
  if (!read_text(pid, at, text)) return false;
  full[0] = 0;
  if (text[0] != '/') {
    if ((int)folder == AT_FDCWD) snprintf(name, sizeof name, "cwd");
    else snprintf(name, sizeof name, "fd/%d", (int)folder);
    if (!read_link(pid, name, full)) return false;
  }
  snprintf(full + strlen(full), sizeof full - strlen(full), "/%s", text);
  tidy(full);
  return !strcmp(full, path);
}

/*
 * What tells a file at that path from another one that had the name before, as a process sees it; 0: there is none. An inode's number
 * may be given again at once, so that it takes the moment at which it was made, too.
 */
static inline uint64_t file_identity(int pid, const char *path) {
  char full[PATH_MAX + 64];
  struct statx is;
  snprintf(full, sizeof full, "/proc/%d/root%s", pid, path);
  if (statx(AT_FDCWD, full, 0, STATX_INO | STATX_BTIME, &is) != 0) return 0;
  uint64_t hash = FNV_BEGIN, parts[3] = {is.stx_ino, (uint64_t)is.stx_btime.tv_sec, is.stx_btime.tv_nsec};
  for (int i = 0; i < 3; i++) hash = fnv_with(hash, parts[i]);
  return hash;
}

/* Of a file that is there already: what it has goes. */
static inline bool truncates(int pid, uint64_t flags, const char *path) {
  char full[PATH_MAX + 64];
  snprintf(full, sizeof full, "/proc/%d/root%s", pid, path);
  return (flags & O_TRUNC) && (flags & O_ACCMODE) != O_RDONLY && access(full, F_OK) == 0;
}

static inline bool is_write(int pid, const struct process_call *call, const char *path) {
  const uint64_t *args = call->args;
  switch (call->number) {
    case SYS_write:
    case SYS_pwrite64:
    case SYS_writev:
    case SYS_pwritev:
    case SYS_pwritev2:
    case SYS_ftruncate:
    case SYS_fallocate:
    case SYS_sendfile:
      return is_file(pid, args[0], path);
    case SYS_copy_file_range:
    case SYS_splice:
      return is_file(pid, args[2], path);
    case SYS_truncate:
      return is_named(pid, (uint64_t)AT_FDCWD, args[0], path);
    case SYS_openat:
      return truncates(pid, args[2], path) && is_named(pid, args[0], args[1], path);
#ifdef SYS_open
    case SYS_open:
      return truncates(pid, args[1], path) && is_named(pid, (uint64_t)AT_FDCWD, args[0], path);
    case SYS_creat:
      return truncates(pid, O_TRUNC | O_WRONLY, path) && is_named(pid, (uint64_t)AT_FDCWD, args[0], path);
#endif
    default:
      return false;
  }
}

/* Whether it says how many bytes it moved, so that 0 of them are no write. */
static inline bool moves_bytes(const struct process_call *call) {
  switch (call->number) {
    case SYS_write:
    case SYS_pwrite64:
    case SYS_writev:
    case SYS_pwritev:
    case SYS_pwritev2:
    case SYS_sendfile:
    case SYS_copy_file_range:
    case SYS_splice:
      return true;
    default:
      return false;
  }
}

/* From that path, or to it. */
static inline bool is_rename(int pid, const struct process_call *call, const char *path) {
  const uint64_t *args = call->args, here = (uint64_t)AT_FDCWD;
  switch (call->number) {
#ifdef SYS_rename
    case SYS_rename:
      return is_named(pid, here, args[0], path) || is_named(pid, here, args[1], path);
#endif
#ifdef SYS_renameat
    case SYS_renameat:
#endif
    case SYS_renameat2:
      return is_named(pid, args[0], args[1], path) || is_named(pid, args[2], args[3], path);
    default:
      return false;
  }
}

static inline bool is_call(int pid, const struct process_call *call, enum call_kind kind, const char *path) {
  switch (kind) {
    case CALL_WRITE:
      return is_write(pid, call, path);
    case CALL_RENAME:
      return is_rename(pid, call, path);
    case CALL_FSYNC:
      return (call->number == SYS_fsync || call->number == SYS_fdatasync) && is_file(pid, call->args[0], path);
    default:
      return false;
  }
}
