/* Locks between processes: advisory, on a file of their own, given up by the system when the process ends. */
#ifndef STM_CORE_LOCK_H
#define STM_CORE_LOCK_H

#include "pipeline/core/error.h"

enum { STM_LOCK_FREE = -1 };

/* Takes the lock `path` (made when missing) into *fd. Without `wait`, when somebody else has it: false, with
 * err->status STM_OK. */
bool stm_lock_take(int *fd, const char *path, bool wait, struct stm_error *err);

/* Gives it up; one that is not held is fine. */
void stm_lock_release(int *fd);

/* The same, and the file is gone; whoever waits for it makes a new one. */
void stm_lock_remove(int *fd, const char *path);

#endif
