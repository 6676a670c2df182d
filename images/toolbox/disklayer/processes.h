/* The processes of the node: we share their pid namespace, and have a mount namespace of our own. */
#pragma once
#include <sys/types.h>

/* Calls `each` for all of them. */
void each_process(void (*each)(const char *pid, dev_t device), dev_t device);
/* Does the work in the mount namespace of one; what it returns, or a code of errno. */
int in_namespace(const char *pid, int (*work)(void *), void *argument);
/* Prints a line for each thing of the device that any of them has open. */
void name_holders(dev_t device);
