/*
 * nodepath PATH: where a file of the node is for us: the path below /proc/1/root to which its links lead within the node's own
 * root. By its name below /proc/1/root alone a link that begins at the root would lead into the side-car's.
 *
 * nodepath strays <PATHS: whether any of these paths (one a line, as from the root of the node) leads elsewhere from here, by such
 * a link of its own or of a folder on the way: says which, and ends with ELOOP (40). What is not there leads nowhere.
 *
 * It shares its pid namespace with the node, and needs SYS_PTRACE and SYS_CHROOT for that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT "/proc/1/root"

/* One that is asked about, and where it leads from here; inode 0: nowhere. */
struct asked {
  char *path;
  dev_t device;
  ino_t inode;
};
static struct asked *all;
static size_t count, room;

static int failed(const char *what) {
  int error = errno;
  printf("%s: %s\n", what, strerror(error));
  return error;
}

static bool enters_node(void) { return chroot(ROOT) == 0 && chdir("/") == 0; }

/* By a path without its first slash, from the folder that we are in. */
static void look(const char *path, struct asked *at) {
  struct stat found;
  bool is_there = stat(path, &found) == 0;
  at->device = is_there ? found.st_dev : 0;
  at->inode = is_there ? found.st_ino : 0;
}

static void add(const char *path, size_t length) {
  if (count == room) all = realloc(all, (room = room ? 2 * room : 1024) * sizeof *all);
  char *copy = strndup(path, length);
  if (!all || !copy) exit(ENOMEM);
  all[count] = (struct asked){.path = copy};
  look(copy, &all[count++]);
}

/* It, and each folder on its way; those that it shares with the line before are known already. */
static void add_way(const char *path, const char *before) {
  size_t alike = 0;
  while (path[alike] && path[alike] == before[alike]) alike++;
  for (size_t end = 1; path[0]; end++) {
    if ((path[end] == '/' || !path[end]) && end >= alike) add(path, end);
    if (!path[end]) return;
  }
}

static int strays(void) {
  char *line = NULL, *before = strdup("");
  size_t size = 0;
  if (chdir(ROOT)) return failed("the root of the node");
  for (ssize_t length; (length = getline(&line, &size, stdin)) > 0;) {
    line[strcspn(line, "\n")] = 0;
    const char *path = line + strspn(line, "/");
    add_way(path, before);
    free(before);
    before = strdup(path);
  }
  if (!enters_node()) return failed("the root of the node");
  for (size_t i = 0; i < count; i++) {
    struct asked within;
    look(all[i].path, &within);
    if (within.device == all[i].device && within.inode == all[i].inode) continue;
    printf("/%s is, or is behind, a link of the node that begins at its root, and cannot be followed from here\n", all[i].path);
    return ELOOP;
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "strays")) return strays();
  if (argc != 2 || argv[1][0] != '/') {
    puts("usage: nodepath PATH | nodepath strays");
    return 64;
  }
  char found[PATH_MAX];
  if (!enters_node()) return failed("the root of the node");
  if (!realpath(argv[1], found)) return failed(argv[1]);
  printf(ROOT "%s\n", strcmp(found, "/") ? found : "");
  return 0;
}
