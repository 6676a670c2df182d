/*
 * What becomes of one path, counted by what the kernel tells of files (man 7 inotify): every change of what the file has, by whomever,
 * its truncation too, or each time that it gets or loses its name by a rename.
 */
#pragma once
#include "pathcall.h"
#include <sys/inotify.h>

struct path_changes {
  enum call_kind kind;
  const char *path;
  int events, folder_watch;
  /* The file of that path that is watched (file_identity); 0: none yet. */
  uint64_t watched;
  int64_t counted;
  /* The kernel had more to tell than it kept. */
  bool missed;
};

static inline const char *file_name_of(const char *path) { return strrchr(path, '/') + 1; }

/* The file as a process sees it, where it is not yet watched. */
static inline void watch_file(struct path_changes *of, int pid) {
  char full[PATH_MAX + 64];
  uint64_t file = file_identity(pid, of->path);
  if (file == 0 || file == of->watched) return;
  snprintf(full, sizeof full, "/proc/%d/root%s", pid, of->path);
  if (inotify_add_watch(of->events, full, IN_MODIFY | IN_ATTRIB) >= 0 && file_identity(pid, of->path) == file) of->watched = file;
}

/* As a process sees the path; false: its folder cannot be watched. */
static inline bool begin_changes(struct path_changes *of, enum call_kind kind, const char *path, int pid) {
  char full[PATH_MAX + 64];
  int length = (int)(file_name_of(path) - path);
  *of = (struct path_changes){.kind = kind, .path = path, .events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
  snprintf(full, sizeof full, "/proc/%d/root%.*s", pid, length, path);
  of->folder_watch = inotify_add_watch(of->events, full, IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR);
  if (of->folder_watch >= 0) watch_file(of, pid);
  return of->folder_watch >= 0;
}

/*
 * A change of what the file has is told to who watches the file as well as to who watches its folder, and that it goes (another one
 * gets its name) as a change of its links. Two changes that are alike and follow each other would be told as one; since both are
 * watched, there is always another one between. So who stops those that make the calls keeps them from a file that is new until
 * it is watched, and lets them through one at a time.
 */
static inline void hear_changes(struct path_changes *of, int pid) {
  char text[65536] __attribute__((aligned(__alignof__(struct inotify_event))));
  for (ssize_t length; (length = read(of->events, text, sizeof text)) > 0;) {
    for (char *at = text; at < text + length;) {
      const struct inotify_event *one = (const struct inotify_event *)at;
      at += sizeof *one + one->len;
      if (one->mask & IN_Q_OVERFLOW) of->missed = true;
      if (one->wd != of->folder_watch || one->len == 0 || strcmp(one->name, file_name_of(of->path)) != 0) continue;
      if (of->kind == CALL_WRITE && (one->mask & IN_MODIFY)) of->counted++;
      if (of->kind == CALL_RENAME && (one->mask & (IN_MOVED_FROM | IN_MOVED_TO))) of->counted++;
      if (one->mask & (IN_CREATE | IN_MOVED_TO)) of->watched = 0;
    }
  }
  watch_file(of, pid);
}
