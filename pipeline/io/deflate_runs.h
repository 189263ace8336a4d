/* zlib streams of run-length data, written from the runs: the time goes with their number, not with the bytes
 * they stand for. The bytes are the same on every machine and do not depend on a library's version. */
#ifndef STM_IO_DEFLATE_RUNS_H
#define STM_IO_DEFLATE_RUNS_H

#include "pipeline/core/bytes.h"

enum { STM_DEFLATE_SYMBOLS = 286 };

/* One stream being appended to `out`. Thread-safety: one per thread. */
struct stm_deflate_runs {
    struct stm_bytes *out;
    int width;        /* bytes a value, little-endian: 1, 2 or 4 */
    uint64_t pending; /* bits not written yet, lowest first */
    int n_pending;
    uint64_t a, b; /* Adler-32 so far */
    uint16_t code[STM_DEFLATE_SYMBOLS];
};

/* Running out of memory shows in out->failed. */
void stm_deflate_runs_begin(struct stm_deflate_runs *d, struct stm_bytes *out, int width);
void stm_deflate_runs_put(struct stm_deflate_runs *d, uint32_t value, uint64_t count);
void stm_deflate_runs_end(struct stm_deflate_runs *d);

#endif
