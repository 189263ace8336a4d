/* Files: written so that they are complete or not there, read with a limit. */
#ifndef STM_CORE_FILE_H
#define STM_CORE_FILE_H

#include "pipeline/core/error.h"

#include <stddef.h>

/* A file being written. Until it is committed it is `path`.part, in the same folder; what `path` was before
 * stays. Thread-safety: one thread at a time. */
struct stm_file;

/* Begins `path`, replacing a .part that a run which died has left. On failure *file is NULL. */
bool stm_file_create(struct stm_file **file, const char *path, struct stm_error *err);

/* Buffered. Once one of them failed the following ones fail too; the file can only be discarded then. */
bool stm_file_write(struct stm_file *file, const void *data, size_t n, struct stm_error *err);
bool stm_file_printf(struct stm_file *file, struct stm_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Brings the file to disk under its name; frees it and sets *file to NULL, also on failure, after which
 * `path` is what it was before. */
bool stm_file_commit(struct stm_file **file, struct stm_error *err);

/* Removes what was written, frees, sets *file to NULL. An empty one is fine. */
void stm_file_discard(struct stm_file **file);

/* A whole file at once: create, write, commit. */
bool stm_file_save(const char *path, const void *data, size_t n, struct stm_error *err);

/* Reads a whole file of at most `limit` bytes into memory the caller frees; a NUL follows the last byte. */
bool stm_file_read_all(const char *path, size_t limit, char **data, size_t *size, struct stm_error *err);

/* Makes the folder and those above it, as far as they are not there. */
bool stm_file_mkdirs(const char *path, struct stm_error *err);

#endif
