/* What answers for the disk: a process of its own, until nobody has anything of the layer any more. */
#pragma once

/* What it is given by its keeper, each a descriptor. */
struct handed_over {
  int fuse;
  /* The folder where the disk is, with O_PATH. */
  int disk;
  int listening;
  /* From the keeper: the layer's device, then a byte once it has been taken away. Without that byte the server takes it away. */
  int keeper;
};

/* Of this disk; does not return. */
void serve(const char *path, struct handed_over from);
