/* A folder of outputs, one file a site. Files are complete on disk before any of them appears: they are
 * written to directory/.name.part/ and moved to directory/name/ together. */
#ifndef STM_SINKS_OUTDIR_H
#define STM_SINKS_OUTDIR_H

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"

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
