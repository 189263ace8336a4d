/* INI files: sections, "name = value" lines, comments behind ; or #. The only file that uses inih. */
#ifndef STM_CORE_INI_H
#define STM_CORE_INI_H

#include "pipeline/core/error.h"

#include <stddef.h>

enum {
    STM_INI_BYTES = 65536, /* of a file */
    STM_INI_LINES = 2000,  /* of a file */
    STM_INI_LINE = 195,    /* bytes of a line: inih cuts longer ones without a word */
    STM_INI_SECTION = 48   /* bytes of a section's name: the same */
};

/* Called for each value in order; `section` is "" before the first one. Text lives during the call. Returning
 * false with `err` filled ends the reading. */
typedef bool stm_ini_entry(void *context, const char *section, const char *name, const char *value, int line,
                           struct stm_error *err);

/* Reads a file. Errors carry the file and the line: what is neither a section nor a value, a line that is too
 * long, a name given twice in one section, and what `entry` finds. */
bool stm_ini_read(const char *path, stm_ini_entry *entry, void *context, struct stm_error *err);

/* The same for `n` bytes in memory. */
bool stm_ini_parse(const char *text, size_t n, stm_ini_entry *entry, void *context, struct stm_error *err);

#endif
