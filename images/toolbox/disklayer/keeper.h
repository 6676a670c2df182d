/* What puts a layer in front of a disk and takes it away again, when its input ends or a signal comes. */
#pragma once

/* Says that there is an error, and its code. */
int failed(const char *what, int code);
/* From the layer's beginning to its end, at `path`; what to exit with. */
int keep(const char *path);
