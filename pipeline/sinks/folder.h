/* A folder of outputs, one file a site. Files are complete on disk before any of them appears: they are
 * written to directory/.name.part/ and moved to directory/name/ together. */
#ifndef STM_SINKS_FOLDER_H
#define STM_SINKS_FOLDER_H

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

struct stm_folder {
    char *path, *part; /* one allocation */
};

/* Clears what a run that died left behind. On failure there is nothing to discard. */
bool stm_folder_open(struct stm_folder *folder, const char *directory, const char *name,
                     struct stm_error *err);

/* Writes one file. Thread-safety: any thread, each name once. */
bool stm_folder_put(const struct stm_folder *folder, const char *name, const struct stm_bytes *bytes,
                    struct stm_error *err);

/* Moves all files to where they belong (replacing older ones), frees; what fails is discarded. */
bool stm_folder_publish(struct stm_folder *folder, struct stm_error *err);
void stm_folder_discard(struct stm_folder *folder);

#endif
