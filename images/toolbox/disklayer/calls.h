/* What the kernel asks, answered from the disk. Each half of the answers fills in its own calls. */
#pragma once
#include <fuse_lowlevel.h>
#include <stdbool.h>

/* Names, and what there is to know of a file but its data. */
void answer_names(struct fuse_lowlevel_ops *calls);
/* What is in files and folders. */
void answer_contents(struct fuse_lowlevel_ops *calls);

/* For a call that changes the disk: waits as long as a fault has it wait; whether it has failed by that, and been answered. */
bool fails_to_change(fuse_req_t req, fuse_ino_t ino);
/* What is new belongs to who made it; in a folder that gives its group, the folder's. A code of errno, 0 for none. */
int give_to_maker(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode);
