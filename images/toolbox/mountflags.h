/* Options of a mount, as mountinfo has them (man 5 proc), as the flags that mount(2) takes: those that a mount has of its own. */
#pragma once
#include <string.h>
#include <sys/mount.h>

static unsigned long mount_flags_of(char *options) {
  static const struct {
    const char *name;
    unsigned long flag;
  } known[] = {{"ro", MS_RDONLY},         {"nosuid", MS_NOSUID},         {"nodev", MS_NODEV},
               {"noexec", MS_NOEXEC},     {"noatime", MS_NOATIME},       {"nodiratime", MS_NODIRATIME},
               {"relatime", MS_RELATIME}, {"nosymfollow", 256}};
  unsigned long flags = 0;
  char *rest;
  for (char *one = strtok_r(options, ",", &rest); one; one = strtok_r(NULL, ",", &rest))
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
      if (!strcmp(one, known[i].name)) flags |= known[i].flag;
  return flags;
}
