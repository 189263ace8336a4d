/* A text file that grows while the run goes on and appears under its name only when it is complete. */
#ifndef STM_SINKS_PART_H
#define STM_SINKS_PART_H

#include "pipeline/core/file.h"

struct stm_part {
    struct stm_file *file;
};

/* Begins directory/name, writing to directory/name.part. On failure there is nothing to discard. */
bool stm_part_open(struct stm_part *part, const char *directory, const char *name, struct stm_error *err);
bool stm_part_write(struct stm_part *part, const char *text, size_t n, struct stm_error *err);

/* Syncs, renames, frees; what fails is discarded. */
bool stm_part_publish(struct stm_part *part, struct stm_error *err);
void stm_part_discard(struct stm_part *part);

#endif
