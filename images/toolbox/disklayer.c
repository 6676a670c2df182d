/*
 * disklayer PATH: puts a file system in front of the disk that the node has at PATH, which passes every call on to the disk
 * until it is told not to (diskfault.c), and stays until stdin ends or a signal comes. Says "ok" once all that comes by PATH
 * goes through it.
 * disklayer past PATH: who in the node has something of the disk itself open, and so goes past the layer; a line each.
 * disklayer try: whether the kernel has what it takes.
 * disklayer gone PATH: waits until the layer at PATH has ended, or names who keeps it with "err 16".
 *
 * Calls are of three sorts: reading data, writing (data, and whatever changes names, sizes or modes), and fsync. What the
 * kernel answers from memory (names, sizes, pages that were read before) is no call: as on a disk.
 *
 * A keeper puts the layer there and takes it away, and a server answers. The keeper takes away the mount in every mount
 * namespace of the node, lazily: who has files open keeps the server until they are closed. Each notices when the other is gone: without a
 * server calls are answered with errors by the kernel and the mount goes; without a keeper the server takes the mount away.
 */
#define _GNU_SOURCE
#define FUSE_USE_VERSION 312
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <fuse_lowlevel.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>
#include "disklayer.h"

#define MAX_FAULTS 16
#define BUCKETS 4096
#define BLOCK 4096
/* Each call that waits or hangs has a thread. */
#define MAX_THREADS 2048
/* Nobody else changes the disk, so what the kernel knows of names and sizes stays true. */
#define KNOWN_SECONDS 1.0
/* Who had files open has ended by then, or never will. */
#define GONE_MS 5000
#define END_MS 1000

/* ---- what is on the disk, as the kernel has been told of it ---- */

struct node {
  int fd; /* O_PATH */
  dev_t dev;
  ino_t ino;
  uint64_t looked_up;
  /* How many calls of each sort the fault `counted_for` has seen on it. */
  uint64_t counted_for;
  unsigned counts[3];
  /* What the file holds that is not on the disk: a file in our memory, -1 where there is none. Kept until it is written. */
  int held;
  pthread_rwlock_t holding;
  struct node *next;
};

static struct node root = {.fd = -1, .looked_up = 2, .held = -1, .holding = PTHREAD_RWLOCK_INITIALIZER};
static struct node *buckets[BUCKETS];
static pthread_mutex_t tree = PTHREAD_MUTEX_INITIALIZER;
static struct fuse_session *session;
static const char *path;
static dev_t own_device;

static struct node *node_of(fuse_ino_t ino) { return ino == FUSE_ROOT_ID ? &root : (struct node *)(uintptr_t)ino; }
static int fd_of(fuse_ino_t ino) { return node_of(ino)->fd; }
static fuse_ino_t ino_of(const struct node *node) { return node == &root ? FUSE_ROOT_ID : (fuse_ino_t)(uintptr_t)node; }

static void proc_name(char name[64], int fd) { snprintf(name, 64, "/proc/self/fd/%d", fd); }

/* Of a file that is not on the disk as it is. */
static void with_held_size(struct node *node, struct stat *status) {
  struct stat held;
  pthread_rwlock_rdlock(&node->holding);
  if (node->held >= 0 && !fstat(node->held, &held)) {
    status->st_size = held.st_size;
    status->st_blocks = held.st_blocks;
    status->st_mtim = held.st_mtim;
  }
  pthread_rwlock_unlock(&node->holding);
}

static int find(fuse_ino_t parent, const char *name, struct fuse_entry_param *entry) {
  memset(entry, 0, sizeof *entry);
  entry->attr_timeout = entry->entry_timeout = KNOWN_SECONDS;
  int fd = openat(fd_of(parent), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return errno;
  if (fstatat(fd, "", &entry->attr, AT_EMPTY_PATH)) {
    int code = errno;
    close(fd);
    return code;
  }
  dev_t dev = entry->attr.st_dev;
  ino_t ino = entry->attr.st_ino;
  pthread_mutex_lock(&tree);
  struct node **bucket = &buckets[ino % BUCKETS], *node = *bucket;
  while (node && (node->ino != ino || node->dev != dev)) node = node->next;
  if (node) {
    node->looked_up++;
    close(fd);
  } else if ((node = calloc(1, sizeof *node))) {
    *node = (struct node){.fd = fd, .dev = dev, .ino = ino, .looked_up = 1, .held = -1, .next = *bucket};
    pthread_rwlock_init(&node->holding, NULL);
    *bucket = node;
  }
  pthread_mutex_unlock(&tree);
  if (!node) {
    close(fd);
    return ENOMEM;
  }
  entry->ino = ino_of(node);
  with_held_size(node, &entry->attr);
  return 0;
}

static void let_go(fuse_ino_t ino, uint64_t count) {
  struct node *node = node_of(ino);
  if (node == &root) return;
  pthread_mutex_lock(&tree);
  node->looked_up -= count < node->looked_up ? count : node->looked_up;
  /* What is not on the disk yet is remembered. */
  int over = node->looked_up == 0 && node->held < 0;
  if (over) {
    struct node **at = &buckets[node->ino % BUCKETS];
    while (*at != node) at = &(*at)->next;
    *at = node->next;
  }
  pthread_mutex_unlock(&tree);
  if (!over) return;
  close(node->fd);
  pthread_rwlock_destroy(&node->holding);
  free(node);
}

/* ---- faults ---- */

enum call { READ, WRITE, FSYNC };

struct fault {
  uint64_t id;
  enum { SLOW, RATE, HANG, ERROR, FLIP, ZEROS, HOLD } kind;
  int lies;
  unsigned calls; /* a bit each */
  int64_t delay_ns;
  int64_t bytes_per_second;
  int64_t free_at; /* when what goes at that rate will be done */
  unsigned every;
  char files[128];
};

static struct fault faults[MAX_FAULTS];
static int fault_count;
static uint64_t last_id;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static const struct fault *fault_with(uint64_t id) {
  for (int i = 0; i < fault_count; i++)
    if (faults[i].id == id) return &faults[i];
  return NULL;
}

/* Of data that is read, blocks count and not calls: a block that cannot be read cannot be read a second time either. */
static int fails(const struct fault *fault, enum call call, struct node *node, off_t offset, size_t bytes) {
  if (call == READ) {
    off_t first = offset / BLOCK, last = (offset + (off_t)bytes - 1) / BLOCK;
    return bytes > 0 && (last + 1) / fault->every > first / fault->every;
  }
  if (node->counted_for != fault->id) {
    node->counted_for = fault->id;
    memset(node->counts, 0, sizeof node->counts);
  }
  return ++node->counts[call] % fault->every == 0;
}

/* What a call meets: it waits here for as long as it has to; the code that it fails with, or 0. */
static int meets(enum call call, fuse_ino_t ino, off_t offset, size_t bytes) {
  struct {
    uint64_t id;
    int64_t until;
  } waits[MAX_FAULTS];
  int count = 0, code = 0;
  pthread_mutex_lock(&lock);
  int64_t now = fault_count ? now_ns() : 0;
  int64_t until = now;
  for (int i = 0; i < fault_count; i++) {
    struct fault *fault = &faults[i];
    if (!(fault->calls & 1U << call)) continue;
    if (fault->kind == ERROR && fails(fault, call, node_of(ino), offset, bytes)) code = EIO;
    if (fault->kind != RATE) continue;
    if (fault->free_at < now) fault->free_at = now;
    fault->free_at += (int64_t)((double)bytes * 1e9 / (double)fault->bytes_per_second);
    if (fault->free_at > until) until = fault->free_at;
    waits[count].id = fault->id;
    waits[count++].until = fault->free_at;
  }
  /* What takes longer does so beside what goes by slowly. */
  for (int i = 0; i < fault_count; i++) {
    const struct fault *fault = &faults[i];
    if (!(fault->calls & 1U << call) || (fault->kind != SLOW && fault->kind != HANG)) continue;
    if (fault->kind == SLOW) until += fault->delay_ns;
    waits[count].id = fault->id;
    waits[count++].until = fault->kind == HANG ? INT64_MAX : until;
  }
  for (;;) {
    until = 0;
    for (int i = 0; i < count; i++)
      if (waits[i].until > until && fault_with(waits[i].id)) until = waits[i].until;
    if (until <= (count ? now_ns() : 0)) break;
    if (until == INT64_MAX) {
      pthread_cond_wait(&changed, &lock);
      continue;
    }
    struct timespec at = {.tv_sec = until / 1000000000LL, .tv_nsec = until % 1000000000LL};
    pthread_cond_timedwait(&changed, &lock, &at);
  }
  pthread_mutex_unlock(&lock);
  return code;
}

/* The file's name, as it is or was: without folders. */
static int name_of(int fd, char *name, size_t size) {
  static const char deleted[] = " (deleted)";
  char link[64], whole[4096];
  proc_name(link, fd);
  ssize_t length = readlink(link, whole, sizeof whole - 1);
  if (length <= 0) return 0;
  whole[length] = 0;
  size_t tail = sizeof deleted - 1;
  if ((size_t)length > tail && !strcmp(whole + length - tail, deleted)) whole[(size_t)length - tail] = 0;
  const char *last = strrchr(whole, '/');
  return last && snprintf(name, size, "%s", last + 1) < (int)size;
}

static uint64_t hash_of(const char *text) {
  uint64_t hash = 1469598103934665603ULL;
  for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
  return hash ^ hash >> 29;
}

/* What was read of a file is changed on its way; the same bit of the same file each time. */
static void spoil(int fd, off_t offset, char *bytes, size_t length) {
  char name[256];
  struct stat status;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < fault_count; i++) {
    const struct fault *fault = &faults[i];
    if (fault->kind != FLIP && fault->kind != ZEROS) continue;
    if (!name_of(fd, name, sizeof name) || fnmatch(fault->files, name, 0)) continue;
    if (fstat(fd, &status) || status.st_size == 0) continue;
    if (fault->kind == FLIP) {
      uint64_t bit = hash_of(name) % ((uint64_t)status.st_size * 8);
      off_t at = (off_t)(bit / 8);
      if (at >= offset && at < offset + (off_t)length) bytes[at - offset] ^= (char)(1 << bit % 8);
    } else {
      off_t from = status.st_size / 2 > offset ? status.st_size / 2 - offset : 0;
      if (from < (off_t)length) memset(bytes + from, 0, length - (size_t)from);
    }
  }
  pthread_mutex_unlock(&lock);
}

/* Whether data is kept back, and what is said to be synchronised too. */
static int keeps_back(int *lies) {
  int keeps = 0;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < fault_count; i++)
    if (faults[i].kind == HOLD) {
      keeps = 1;
      if (lies) *lies = faults[i].lies;
    }
  pthread_mutex_unlock(&lock);
  return keeps;
}

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

static int opened(fuse_ino_t ino, int flags);

/* The file as it is now, in memory: from here on what is written goes there. With `holding` taken for writing. */
static int hold_back(struct node *node) {
  if (node->held >= 0) return 0;
  int held = memfd_create("held", MFD_CLOEXEC), fd = opened(ino_of(node), O_RDONLY);
  if (held < 0 || fd < 0 || copied(fd, held)) {
    int code = errno;
    if (held >= 0) close(held);
    if (fd >= 0) close(fd);
    return code ? code : EIO;
  }
  close(fd);
  node->held = held;
  return 0;
}

/* Onto the disk; it is still held until the fault is over. With `holding` taken for writing. */
static int write_back(struct node *node) {
  if (node->held < 0) return 0;
  int fd = opened(ino_of(node), O_WRONLY);
  struct stat held;
  int code = fd < 0 || copied(node->held, fd) || fstat(node->held, &held) ? errno : 0;
  if (!code) futimens(fd, (struct timespec[]){{.tv_nsec = UTIME_OMIT}, held.st_mtim});
  if (fd >= 0) close(fd);
  return code;
}

/* The fault is over, and all that was kept back is on the disk, as far as it has room. */
static void write_all_back(void) {
  for (;;) {
    struct node *found = NULL;
    pthread_mutex_lock(&tree);
    for (int i = 0; i < BUCKETS && !found; i++)
      for (found = buckets[i]; found && found->held < 0;) found = found->next;
    if (found) found->looked_up++;
    pthread_mutex_unlock(&tree);
    if (!found) return;
    pthread_rwlock_wrlock(&found->holding);
    write_back(found);
    close(found->held);
    found->held = -1;
    pthread_rwlock_unlock(&found->holding);
    let_go(ino_of(found), 1);
  }
}

/* What the kernel has read already is read anew. */
static void forget_pages(void) {
  static fuse_ino_t known[1 << 16];
  size_t count = 0;
  pthread_mutex_lock(&tree);
  for (int i = 0; i < BUCKETS; i++)
    for (struct node *one = buckets[i]; one && count < sizeof known / sizeof *known; one = one->next) known[count++] = ino_of(one);
  pthread_mutex_unlock(&tree);
  for (size_t i = 0; i < count; i++) fuse_lowlevel_notify_inval_inode(session, known[i], 0, 0);
}

static int parse(char *line, struct fault *fault) {
  char *rest, *words[4] = {0};
  int count = 0;
  for (char *word = strtok_r(line, " \n", &rest); word && count < 4; word = strtok_r(NULL, " \n", &rest)) words[count++] = word;
  if (count < 2) return 0;
  const char *kind = words[0], *calls = words[1], *value = words[2];
  if (!strcmp(kind, "flip") || !strcmp(kind, "zeros")) {
    fault->kind = kind[0] == 'f' ? FLIP : ZEROS;
    return snprintf(fault->files, sizeof fault->files, "%s", calls) < (int)sizeof fault->files;
  }
  if (!strcmp(kind, "forget")) return fault->kind = HOLD, fault->lies = *calls == 'l', 1;
  for (; *calls; calls++) fault->calls |= *calls == 'r' ? 1U << READ : *calls == 'w' ? 1U << WRITE : *calls == 'f' ? 1U << FSYNC : 0;
  if (!fault->calls) return 0;
  if (!strcmp(kind, "hang")) return fault->kind = HANG, 1;
  long long number = value ? atoll(value) : 0;
  if (number <= 0) return 0;
  if (!strcmp(kind, "slow")) return fault->kind = SLOW, fault->delay_ns = number * 1000000LL, 1;
  if (!strcmp(kind, "rate")) return fault->kind = RATE, fault->bytes_per_second = number, 1;
  if (!strcmp(kind, "error")) return fault->kind = ERROR, fault->every = (unsigned)number, 1;
  return 0;
}

static int add(struct fault *fault) {
  pthread_mutex_lock(&lock);
  int room = fault_count < MAX_FAULTS;
  if (room) {
    fault->id = ++last_id;
    faults[fault_count++] = *fault;
  }
  pthread_mutex_unlock(&lock);
  return room;
}

static void take_out(uint64_t id) {
  pthread_mutex_lock(&lock);
  for (int i = 0; i < fault_count; i++)
    if (faults[i].id == id) {
      memmove(&faults[i], &faults[i + 1], (size_t)(fault_count - i - 1) * sizeof *faults);
      fault_count--;
      break;
    }
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

/* One connection, one fault: as long as it is open. */
static void *serve_fault(void *argument) {
  int peer = (int)(intptr_t)argument;
  char line[512];
  struct fault fault = {0};
  ssize_t length = read(peer, line, sizeof line - 1);
  line[length > 0 ? length : 0] = 0;
  if (!strncmp(line, "device", 6)) {
    dprintf(peer, "device %llu\n", (unsigned long long)own_device);
  } else if (!parse(line, &fault)) {
    dprintf(peer, "err 64 no fault of a disk\n");
  } else {
    int spoils = fault.kind == FLIP || fault.kind == ZEROS;
    /* What waits for a slow or hung disk must not be waited for here. */
    if (!spoils) forget_pages();
    if (!add(&fault)) {
      dprintf(peer, "err 12 too many faults on one disk\n");
    } else {
      if (spoils) forget_pages();
      dprintf(peer, "ok\n");
      while (read(peer, line, sizeof line) > 0) continue;
      take_out(fault.id);
      if (fault.kind == HOLD) write_all_back();
      if (spoils) forget_pages();
    }
  }
  close(peer);
  return NULL;
}

static void *listen_for_faults(void *argument) {
  int listening = (int)(intptr_t)argument;
  for (;;) {
    pthread_t thread;
    int peer = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    if (peer < 0) continue;
    if (pthread_create(&thread, NULL, serve_fault, (void *)(intptr_t)peer)) close(peer);
    else pthread_detach(thread);
  }
  return NULL;
}

/* ---- calls ---- */

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
  with_held_size(node_of(ino), &status);
  fuse_reply_attr(req, &status, KNOWN_SECONDS);
}

/* A size that is set is on the disk at once. */
static int resize_held(struct node *node, off_t size) {
  pthread_rwlock_wrlock(&node->holding);
  int code = node->held >= 0 ? ftruncate(node->held, size) : 0;
  pthread_rwlock_unlock(&node->holding);
  return code;
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
    if (resize_held(node_of(ino), to->st_size)) return errno;
  }
  if (what & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME)) {
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_OMIT}};
    if (what & FUSE_SET_ATTR_ATIME_NOW) times[0].tv_nsec = UTIME_NOW;
    else if (what & FUSE_SET_ATTR_ATIME) times[0] = to->st_atim;
    if (what & FUSE_SET_ATTR_MTIME_NOW) times[1].tv_nsec = UTIME_NOW;
    else if (what & FUSE_SET_ATTR_MTIME) times[1] = to->st_mtim;
    if (utimensat(AT_FDCWD, name, times, 0)) return errno;
    pthread_rwlock_wrlock(&node_of(ino)->holding);
    if (node_of(ino)->held >= 0) futimens(node_of(ino)->held, times);
    pthread_rwlock_unlock(&node_of(ino)->holding);
  }
  return 0;
}

static void do_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *to, int what, struct fuse_file_info *info) {
  int code = meets(WRITE, ino, 0, 0);
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

/* What is new belongs to who made it; in a folder that gives its group, the folder's. */
static int give_to_maker(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode) {
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

#define OR_FAILS(req, ino)                       \
  do {                                           \
    int met = meets(WRITE, ino, 0, 0);           \
    if (met) {                                   \
      fuse_reply_err(req, met);                  \
      return;                                    \
    }                                            \
  } while (0)

static void do_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t device) {
  OR_FAILS(req, parent);
  reply_made(req, parent, name, mode, mknodat(fd_of(parent), name, mode, device));
}

static void do_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode) {
  OR_FAILS(req, parent);
  reply_made(req, parent, name, mode | S_IFDIR, mkdirat(fd_of(parent), name, mode));
}

static void do_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name) {
  OR_FAILS(req, parent);
  reply_made(req, parent, name, S_IFLNK, symlinkat(target, fd_of(parent), name));
}

static void do_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name) {
  char from[64];
  OR_FAILS(req, parent);
  proc_name(from, fd_of(ino));
  if (linkat(AT_FDCWD, from, fd_of(parent), name, AT_SYMLINK_FOLLOW)) fuse_reply_err(req, errno);
  else reply_found(req, parent, name);
}

static void do_unlink(fuse_req_t req, fuse_ino_t parent, const char *name) {
  OR_FAILS(req, parent);
  fuse_reply_err(req, unlinkat(fd_of(parent), name, 0) ? errno : 0);
}

static void do_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name) {
  OR_FAILS(req, parent);
  fuse_reply_err(req, unlinkat(fd_of(parent), name, AT_REMOVEDIR) ? errno : 0);
}

static void do_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t to, const char *as, unsigned flags) {
  OR_FAILS(req, parent);
  fuse_reply_err(req, renameat2(fd_of(parent), name, fd_of(to), as, flags) ? errno : 0);
}

static int opened(fuse_ino_t ino, int flags) {
  char name[64];
  proc_name(name, fd_of(ino));
  return open(name, (flags & ~(O_NOFOLLOW | O_DIRECT | O_CREAT | O_EXCL)) | O_CLOEXEC);
}

static void do_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  if (info->flags & O_TRUNC) OR_FAILS(req, ino);
  int fd = opened(ino, info->flags);
  if (fd < 0) {
    fuse_reply_err(req, errno);
    return;
  }
  if (info->flags & O_TRUNC) resize_held(node_of(ino), 0);
  info->fh = (uint64_t)fd;
  if (fuse_reply_open(req, info)) close(fd);
}

static void do_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *info) {
  struct fuse_entry_param entry;
  OR_FAILS(req, parent);
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

/* With `holding` taken. */
static int data_of(fuse_ino_t ino, const struct fuse_file_info *info) {
  int held = node_of(ino)->held;
  return held >= 0 ? held : (int)info->fh;
}

static void do_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *info) {
  int code = meets(READ, ino, offset, size);
  char *bytes = code ? NULL : malloc(size);
  if (!bytes) {
    fuse_reply_err(req, code ? code : ENOMEM);
    return;
  }
  pthread_rwlock_rdlock(&node_of(ino)->holding);
  ssize_t length = pread(data_of(ino, info), bytes, size, offset);
  pthread_rwlock_unlock(&node_of(ino)->holding);
  if (length < 0) fuse_reply_err(req, errno);
  else {
    spoil((int)info->fh, offset, bytes, (size_t)length);
    fuse_reply_buf(req, bytes, (size_t)length);
  }
  free(bytes);
}

static void do_write(fuse_req_t req, fuse_ino_t ino, struct fuse_bufvec *bytes, off_t offset, struct fuse_file_info *info) {
  size_t size = fuse_buf_size(bytes);
  int code = meets(WRITE, ino, offset, size);
  struct node *node = node_of(ino);
  pthread_rwlock_wrlock(&node->holding);
  if (!code && keeps_back(NULL)) code = hold_back(node);
  struct fuse_bufvec to = FUSE_BUFVEC_INIT(size);
  to.buf[0] = (struct fuse_buf){.size = size, .flags = FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK, .fd = data_of(ino, info), .pos = offset};
  ssize_t length = code ? -code : fuse_buf_copy(&to, bytes, 0);
  pthread_rwlock_unlock(&node->holding);
  if (length < 0) fuse_reply_err(req, (int)-length);
  else fuse_reply_write(req, (size_t)length);
}

static void do_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info) {
  (void)ino;
  close((int)info->fh);
  fuse_reply_err(req, 0);
}

static void do_fsync(fuse_req_t req, fuse_ino_t ino, int data_only, struct fuse_file_info *info) {
  int code = meets(FSYNC, ino, 0, 0);
  if (!code && (data_only ? fdatasync((int)info->fh) : fsync((int)info->fh))) code = errno;
  int lies = 0;
  if (!code && keeps_back(&lies) && !lies) {
    pthread_rwlock_wrlock(&node_of(ino)->holding);
    code = write_back(node_of(ino));
    pthread_rwlock_unlock(&node_of(ino)->holding);
  }
  fuse_reply_err(req, code);
}

static void do_fallocate(fuse_req_t req, fuse_ino_t ino, int mode, off_t offset, off_t length, struct fuse_file_info *info) {
  OR_FAILS(req, ino);
  int code = fallocate((int)info->fh, mode, offset, length) ? errno : 0;
  pthread_rwlock_wrlock(&node_of(ino)->holding);
  if (!code && node_of(ino)->held >= 0 && fallocate(node_of(ino)->held, mode, offset, length)) code = errno;
  pthread_rwlock_unlock(&node_of(ino)->holding);
  fuse_reply_err(req, code);
}

static void do_lseek(fuse_req_t req, fuse_ino_t ino, off_t offset, int whence, struct fuse_file_info *info) {
  pthread_rwlock_rdlock(&node_of(ino)->holding);
  off_t at = lseek(data_of(ino, info), offset, whence);
  pthread_rwlock_unlock(&node_of(ino)->holding);
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
  int code = meets(FSYNC, ino, 0, 0);
  if (!code && fsync(dirfd((DIR *)(uintptr_t)info->fh))) code = errno;
  fuse_reply_err(req, code);
}

static void do_statfs(fuse_req_t req, fuse_ino_t ino) {
  struct statvfs status;
  if (fstatvfs(fd_of(ino), &status)) fuse_reply_err(req, errno);
  else fuse_reply_statfs(req, &status);
}

static void do_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name, const char *value, size_t size, int flags) {
  char file[64];
  OR_FAILS(req, ino);
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
  OR_FAILS(req, ino);
  proc_name(file, fd_of(ino));
  fuse_reply_err(req, removexattr(file, name) ? errno : 0);
}

static const struct fuse_lowlevel_ops calls = {
    .lookup = do_lookup,
    .forget = do_forget,
    .forget_multi = do_forget_multi,
    .getattr = do_getattr,
    .setattr = do_setattr,
    .readlink = do_readlink,
    .mknod = do_mknod,
    .mkdir = do_mkdir,
    .symlink = do_symlink,
    .link = do_link,
    .unlink = do_unlink,
    .rmdir = do_rmdir,
    .rename = do_rename,
    .open = do_open,
    .create = do_create,
    .read = do_read,
    .write_buf = do_write,
    .release = do_release,
    .fsync = do_fsync,
    .fallocate = do_fallocate,
    .lseek = do_lseek,
    .opendir = do_opendir,
    .readdir = do_readdir,
    .releasedir = do_releasedir,
    .fsyncdir = do_fsyncdir,
    .statfs = do_statfs,
    .setxattr = do_setxattr,
    .getxattr = do_getxattr,
    .listxattr = do_listxattr,
    .removexattr = do_removexattr,
};

/* ---- the node's processes and mounts ---- */

static int is_number(const char *name) { return *name >= '1' && *name <= '9'; }

static ino_t namespace_of(const char *pid) {
  char name[300];
  struct stat status;
  snprintf(name, sizeof name, "/proc/%s/ns/mnt", pid);
  return stat(name, &status) ? 0 : status.st_ino;
}

/* Calls `each` for each process of the node: those that are not in our own mount namespace. */
static void each_process(void (*each)(const char *pid, dev_t device), dev_t device) {
  ino_t own = namespace_of("self");
  DIR *processes = opendir("/proc");
  for (struct dirent *one; processes && (one = readdir(processes));)
    if (is_number(one->d_name) && namespace_of(one->d_name) != own) each(one->d_name, device);
  if (processes) closedir(processes);
}

static unsigned long flags_of(char *options) {
  static const struct {
    const char *name;
    unsigned long flag;
  } known[] = {{"ro", MS_RDONLY},           {"nosuid", MS_NOSUID},         {"nodev", MS_NODEV},      {"noexec", MS_NOEXEC},
               {"noatime", MS_NOATIME},     {"nodiratime", MS_NODIRATIME}, {"relatime", MS_RELATIME}};
  unsigned long flags = 0;
  char *rest;
  for (char *one = strtok_r(options, ",", &rest); one; one = strtok_r(NULL, ",", &rest))
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
      if (!strcmp(one, known[i].name)) flags |= known[i].flag;
  return flags;
}

/* The options of the topmost mount at `path` in the node; 0 where there is none. */
static int options_at(unsigned long *flags) {
  char line[8192], point[4096], options[1024];
  int found = 0;
  FILE *list = fopen("/proc/1/mountinfo", "r");
  while (list && fgets(line, sizeof line, list)) {
    if (sscanf(line, "%*d %*d %*s %*s %4095s %1023s", point, options) != 2 || strcmp(point, path)) continue;
    *flags = flags_of(options);
    found = 1;
  }
  if (list) fclose(list);
  return found;
}

/* Runs in a process of its own: where a namespace has been entered, all is seen from there. */
static int in_namespace(const char *pid, int (*work)(void *), void *argument) {
  char name[64];
  int status;
  snprintf(name, sizeof name, "/proc/%.20s/ns/mnt", pid);
  pid_t child = fork();
  if (child == 0) {
    int space = open(name, O_RDONLY | O_CLOEXEC);
    _exit(space < 0 || setns(space, CLONE_NEWNS) ? errno : work(argument));
  }
  if (child < 0 || waitpid(child, &status, 0) < 0) return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

struct placing {
  int device;
  unsigned long flags;
};

static int place(void *argument) {
  const struct placing *how = argument;
  char options[256];
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other", how->device);
  return mount("disklayer", path, "fuse.disklayer", how->flags, options) ? errno : 0;
}

/* Lazily, all that are of this device: also what a unit has from a folder below. */
static int take_away(void *argument) {
  dev_t device = *(dev_t *)argument;
  for (int left = 1, rounds = 0; left && rounds < 64; rounds++) {
    char line[8192], point[4096];
    unsigned major, minor;
    FILE *list = fopen("/proc/thread-self/mountinfo", "r");
    left = 0;
    while (list && !left && fgets(line, sizeof line, list))
      left = sscanf(line, "%*d %*d %u:%u %*s %4095s", &major, &minor, point) == 3 && makedev(major, minor) == device;
    if (list) fclose(list);
    if (left && umount2(point, MNT_DETACH)) return errno;
  }
  return 0;
}

/* Of a layer that never answered nothing else is known. */
static int take_topmost(void *argument) {
  (void)argument;
  return umount2(path, MNT_DETACH) ? errno : 0;
}

static int node_device(void *argument) {
  struct stat status;
  int *out = argument;
  if (stat(path, &status)) return errno;
  return write(*out, &status.st_dev, sizeof status.st_dev) == sizeof status.st_dev ? 0 : EIO;
}

static int has_mount(const char *pid, dev_t device) {
  char name[64], line[8192];
  unsigned major, minor;
  int found = 0;
  snprintf(name, sizeof name, "/proc/%.20s/mountinfo", pid);
  FILE *list = fopen(name, "r");
  while (list && !found && fgets(line, sizeof line, list)) found = sscanf(line, "%*d %*d %u:%u", &major, &minor) == 2 && makedev(major, minor) == device;
  if (list) fclose(list);
  return found;
}

/* A unit in a user namespace of its own cannot be helped: what it has goes when it does. */
static void take_away_from(const char *pid, dev_t device) {
  if (has_mount(pid, device)) in_namespace(pid, take_away, &device);
}

static int removed(dev_t device) {
  int code = in_namespace("1", take_away, &device);
  each_process(take_away_from, device);
  return code;
}

static int holder_count;

static void name_holder(const char *pid, const char *what) {
  char name[300], who[64] = "?";
  snprintf(name, sizeof name, "/proc/%s/comm", pid);
  FILE *comm = fopen(name, "r");
  if (comm) {
    if (fgets(who, sizeof who, comm)) who[strcspn(who, "\n")] = 0;
    fclose(comm);
  }
  printf("%s (process %s) has %s open\n", who, pid, what);
  holder_count++;
}

/* Descriptors, folders, and what is mapped. */
static void look_for_holder(const char *pid, dev_t device) {
  static const char *const folders[] = {"cwd", "root", "exe"};
  char name[600], target[4096], line[4096];
  struct stat status;
  unsigned major, minor;
  for (int i = 0; i < 3; i++) {
    snprintf(name, sizeof name, "/proc/%s/%s", pid, folders[i]);
    if (stat(name, &status) || status.st_dev != device) continue;
    ssize_t length = readlink(name, target, sizeof target - 1);
    target[length < 0 ? 0 : length] = 0;
    name_holder(pid, target);
  }
  snprintf(name, sizeof name, "/proc/%s/fd", pid);
  DIR *descriptors = opendir(name);
  for (struct dirent *one; descriptors && (one = readdir(descriptors));) {
    snprintf(name, sizeof name, "/proc/%s/fd/%s", pid, one->d_name);
    if (one->d_name[0] == '.' || stat(name, &status) || status.st_dev != device) continue;
    ssize_t length = readlink(name, target, sizeof target - 1);
    target[length < 0 ? 0 : length] = 0;
    name_holder(pid, target);
  }
  if (descriptors) closedir(descriptors);
  snprintf(name, sizeof name, "/proc/%s/maps", pid);
  FILE *maps = fopen(name, "r");
  while (maps && fgets(line, sizeof line, maps))
    if (sscanf(line, "%*s %*s %*s %x:%x %*u %4095s", &major, &minor, target) == 3 && makedev(major, minor) == device) name_holder(pid, target);
  if (maps) fclose(maps);
}

static int say_who_goes_past(void) {
  struct stat status;
  if (stat(path, &status)) {
    printf("err %d %s: %s\n", errno, path, strerror(errno));
    return 1;
  }
  each_process(look_for_holder, status.st_dev);
  return 0;
}

/* ---- keeper and server ---- */

static volatile sig_atomic_t ended;

static void end(int signal) {
  (void)signal;
  ended = 1;
}

/* The keeper tells the server which device the mount is, and once it is gone, that it is. */
static void *watch_keeper(void *argument) {
  int keeper = (int)(intptr_t)argument;
  char word, number[32];
  if (read(keeper, &own_device, sizeof own_device) != sizeof own_device || read(keeper, &word, 1) == 1) return NULL;
  snprintf(number, sizeof number, "%llu", (unsigned long long)own_device);
  pid_t child = fork();
  if (child == 0) {
    execl("/proc/self/exe", "disklayer", "remove", number, NULL);
    _exit(127);
  }
  waitpid(child, NULL, 0);
  return NULL;
}

/* Answers until nobody has anything of the layer any more. */
static void serve(int device, int source, int listening, int keeper) {
  char *names[] = {"disklayer", NULL};
  struct fuse_args arguments = FUSE_ARGS_INIT(1, names);
  char point[64], name[108];
  pthread_t thread;
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&changed, &monotonic);
  umask(0);
  signal(SIGPIPE, SIG_IGN);
  root.fd = source;
  snprintf(point, sizeof point, "/dev/fd/%d", device);
  session = fuse_session_new(&arguments, &calls, sizeof calls, NULL);
  if (!session || fuse_session_mount(session, point)) _exit(1);
  struct fuse_loop_config *loop = fuse_loop_cfg_create();
  fuse_loop_cfg_set_max_threads(loop, MAX_THREADS);
  fuse_loop_cfg_set_idle_threads(loop, 16);
  if (pthread_create(&thread, NULL, listen_for_faults, (void *)(intptr_t)listening) ||
      pthread_create(&thread, NULL, watch_keeper, (void *)(intptr_t)keeper))
    _exit(1);
  fuse_session_loop_mt(session, loop);
  write_all_back();
  socket_name(name, path);
  unlink(name);
  _exit(0);
}

static int listening_socket(void) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socket_name(at.sun_path, path);
  unlink(at.sun_path);
  return listening < 0 || bind(listening, (struct sockaddr *)&at, sizeof at) || listen(listening, MAX_FAULTS) ? -1 : listening;
}

static int failed(const char *what, int code) {
  printf("err %d %s: %s\n", code, what, strerror(code));
  return code;
}

static int keep(void) {
  /* Each file that the kernel knows of takes a descriptor. */
  struct rlimit descriptors;
  if (!getrlimit(RLIMIT_NOFILE, &descriptors)) {
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
  }
  struct placing how = {.device = open("/dev/fuse", O_RDWR | O_CLOEXEC)};
  if (how.device < 0) return failed("/dev/fuse", errno);
  int source = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (source < 0) return failed(path, errno);
  if (!options_at(&how.flags)) return failed("the node has no disk there", ENOENT);
  int listening = listening_socket(), to_server[2], from_server[2], answer[2];
  if (listening < 0 || pipe2(to_server, O_CLOEXEC) || pipe2(from_server, O_CLOEXEC) || pipe2(answer, O_CLOEXEC)) return failed("disklayer", errno);
  int code = in_namespace("1", place, &how);
  if (code) return failed("cannot be put in front of it", code);
  pid_t server = fork();
  if (server == 0) {
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) dup2(null, fd);
    close(to_server[1]);
    close(from_server[0]);
    prctl(PR_SET_NAME, "disklayer-serve");
    setsid();
    serve(how.device, source, listening, to_server[0]);
  }
  /* Only the server has it now: when that ends, the kernel answers for it. */
  close(how.device);
  close(from_server[1]);
  close(listening);
  dev_t device = 0;
  code = server < 0 ? errno : in_namespace("1", node_device, &answer[1]);
  if (!code && read(answer[0], &device, sizeof device) != sizeof device) code = EIO;
  if (code) {
    in_namespace("1", take_topmost, NULL);
    return failed("it does not answer", code);
  }
  if (write(to_server[1], &device, sizeof device) != sizeof device) ended = 1;
  printf("ok\n");

  struct pollfd both[2] = {{.fd = 0, .events = POLLIN}, {.fd = from_server[0], .events = POLLIN}};
  char ignored[256];
  int alone = 0;
  while (!ended && !alone) {
    if (poll(both, 2, -1) < 0) continue;
    alone = both[1].revents != 0;
    if (both[0].revents && read(0, ignored, sizeof ignored) <= 0) ended = 1;
  }
  for (int told = 0; (code = removed(device)) != 0; usleep(100000))
    if (!told++) printf("the layer cannot be taken away from %s: %s\n", path, strerror(code));
  if (alone) {
    printf("the layer in front of %s ended by itself\n", path);
    return 7;
  }
  if (write(to_server[1], "x", 1) != 1) return 7;
  /* What has nothing open lets it end at once; where something has, it ends later, by itself. */
  for (int waited = 0; waited < END_MS && waitpid(server, NULL, WNOHANG) == 0; waited += 10) usleep(10000);
  return 0;
}

/* Which device a layer is that still serves; 0 where none does. */
static dev_t serving(void) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  unsigned long long device = 0;
  char said[64] = "";
  int layer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socket_name(at.sun_path, path);
  if (layer >= 0 && !connect(layer, (struct sockaddr *)&at, sizeof at) && write(layer, "device\n", 7) == 7 && read(layer, said, sizeof said - 1) > 0)
    sscanf(said, "device %llu", &device);
  if (layer >= 0) close(layer);
  return (dev_t)device;
}

static int wait_until_gone(void) {
  dev_t device = 0;
  for (int waited = 0; (device = serving()) != 0; waited += 20) {
    if (waited >= GONE_MS) {
      printf("err 16 the layer in front of %s still serves:\n", path);
      each_process(look_for_holder, device);
      return 16;
    }
    usleep(20000);
  }
  puts("ok");
  return 0;
}

/* By a device file of our own: what there is of the host's says nothing of its driver. */
static int try_device(void) {
  static const char name[] = "/run/disklayer-try";
  if (mknod(name, S_IFCHR | 0600, makedev(10, 229))) return failed(name, errno);
  int device = open(name, O_RDWR | O_CLOEXEC);
  int code = device < 0 ? errno : 0;
  unlink(name);
  return code ? failed("FUSE", code) : 0;
}

int main(int argc, char **argv) {
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  setvbuf(stdout, NULL, _IOLBF, 0);
  path = argv[argc - 1];
  if (argc == 2 && *path == '/') return keep();
  if (argc == 2 && !strcmp(path, "try")) return try_device();
  if (argc == 3 && !strcmp(argv[1], "past")) return say_who_goes_past();
  if (argc == 3 && !strcmp(argv[1], "gone")) return wait_until_gone();
  if (argc == 3 && !strcmp(argv[1], "remove")) return removed((dev_t)strtoull(argv[2], NULL, 10));
  puts("err 64 usage: disklayer [past|gone] PATH, or disklayer try");
  return 64;
}
