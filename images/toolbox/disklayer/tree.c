#define _GNU_SOURCE
#include "tree.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUCKETS 4096

static struct node root = {.fd = -1, .looked_up = 2, .unsynced = NOTHING_UNSYNCED};
static struct node *buckets[BUCKETS];
static pthread_mutex_t tree = PTHREAD_MUTEX_INITIALIZER;

void plant(int root_fd) { root.fd = root_fd; }

struct node *node_of(fuse_ino_t ino) { return ino == FUSE_ROOT_ID ? &root : (struct node *)(uintptr_t)ino; }
int fd_of(fuse_ino_t ino) { return node_of(ino)->fd; }
static fuse_ino_t ino_of(const struct node *node) { return node == &root ? FUSE_ROOT_ID : (fuse_ino_t)(uintptr_t)node; }

int find(fuse_ino_t parent, const char *name, struct fuse_entry_param *entry) {
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
    *node = (struct node){.fd = fd, .dev = dev, .ino = ino, .looked_up = 1, .unsynced = NOTHING_UNSYNCED, .next = *bucket};
    *bucket = node;
  }
  pthread_mutex_unlock(&tree);
  if (!node) {
    close(fd);
    return ENOMEM;
  }
  entry->ino = ino_of(node);
  with_held_size(&node->unsynced, &entry->attr);
  return 0;
}

void let_go(fuse_ino_t ino, uint64_t count) {
  struct node *node = node_of(ino);
  if (node == &root) return;
  pthread_mutex_lock(&tree);
  node->looked_up -= count < node->looked_up ? count : node->looked_up;
  /* What is not on the disk yet is remembered. */
  int over = node->looked_up == 0 && !is_held(&node->unsynced);
  if (over) {
    struct node **at = &buckets[node->ino % BUCKETS];
    while (*at != node) at = &(*at)->next;
    *at = node->next;
  }
  pthread_mutex_unlock(&tree);
  if (!over) return;
  close(node->fd);
  pthread_rwlock_destroy(&node->unsynced.holding);
  free(node);
}

void write_all_back(void) {
  for (;;) {
    struct node *found = NULL;
    pthread_mutex_lock(&tree);
    for (int i = 0; i < BUCKETS && !found; i++)
      for (found = buckets[i]; found && !is_held(&found->unsynced);) found = found->next;
    if (found) found->looked_up++;
    pthread_mutex_unlock(&tree);
    if (!found) return;
    give_back(&found->unsynced, found->fd);
    let_go(ino_of(found), 1);
  }
}

void forget_pages(struct fuse_session *session) {
  size_t count = 0, room = 0;
  fuse_ino_t *known = NULL;
  pthread_mutex_lock(&tree);
  for (int i = 0; i < BUCKETS; i++)
    for (struct node *one = buckets[i]; one; one = one->next) room++;
  if ((known = malloc((room + 1) * sizeof *known)))
    for (int i = 0; i < BUCKETS; i++)
      for (struct node *one = buckets[i]; one; one = one->next) known[count++] = ino_of(one);
  pthread_mutex_unlock(&tree);
  /* What the kernel has let go of meanwhile it does not know, and says so: nothing to do. */
  for (size_t i = 0; i < count; i++) fuse_lowlevel_notify_inval_inode(session, known[i], 0, 0);
  free(known);
}
