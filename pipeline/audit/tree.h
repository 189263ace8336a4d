/* All files of a folder. */
#ifndef STM_AUDIT_TREE_H
#define STM_AUDIT_TREE_H

#include "pipeline/core/error.h"
#include "pipeline/core/lines.h"

/* Paths relative to `directory`, '/' between parts, sorted by bytes. Links are listed, not followed. */
bool stm_tree_list(struct stm_lines *paths, const char *directory, struct stm_error *err);

/* "directory/name" into `path`, of 4096 bytes; false when it is too long. */
enum { STM_PATH = 4096 };
bool stm_tree_path(char *path, const char *directory, const char *name, struct stm_error *err);

#endif
