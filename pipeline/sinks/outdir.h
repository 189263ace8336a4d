/* Where outputs go: single files, and folders with one file a site. */
#ifndef STM_SINKS_OUTDIR_H
#define STM_SINKS_OUTDIR_H

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/core/file.h"

/* Begins directory/name; it appears when it is committed. */
bool stm_outdir_file(struct stm_file **file, const char *directory, const char *name, struct stm_error *err);

/* A folder of files that appear together: they are complete on disk, in directory/.name.part/, before the
 * first of them is moved to directory/name/. */
struct stm_outdir {
    char *path, *part; /* one allocation */
};

/* Clears what a run that died left behind. On failure there is nothing to discard. */
bool stm_outdir_open(struct stm_outdir *outdir, const char *directory, const char *name,
                     struct stm_error *err);

/* Writes one file. Thread-safety: any thread, each name once. */
bool stm_outdir_put(const struct stm_outdir *outdir, const char *name, const struct stm_bytes *bytes,
                    struct stm_error *err);

/* Moves all files to where they belong (replacing older ones), frees; what fails is discarded. */
bool stm_outdir_publish(struct stm_outdir *outdir, struct stm_error *err);
void stm_outdir_discard(struct stm_outdir *outdir);

#endif
