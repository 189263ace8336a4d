/* A whole file at once. */
#ifndef STM_IO_SAVE_H
#define STM_IO_SAVE_H

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

/* Writes beside `path` under a temporary name, syncs, renames: `path` is complete or as it was before. */
bool stm_save(const char *path, const struct stm_bytes *bytes, struct stm_error *err);

#endif
