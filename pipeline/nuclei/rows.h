/* Passes over rows and runs, shared by the members of the team. */
#ifndef STM_NUCLEI_ROWS_H
#define STM_NUCLEI_ROWS_H

#include "kernels/gauss.h"
#include "pipeline/core/team.h"

struct stm_finder;

/* Has the processor fetch pixels that a loop over runs comes to soon. Runs are short and rows far apart, so
 * it cannot foresee them: waiting for them costs more than what is done with them. A run ahead is as far as
 * pays. */
enum { STM_NUCLEI_AHEAD = 8 };
static inline void stm_nuclei_fetch(const void *row, int x0, int x1, int size)
{
    const char *const px = row;
    const ptrdiff_t end = (ptrdiff_t)x1 * size, most = (ptrdiff_t)x0 * size + 256;
    for (ptrdiff_t at = (ptrdiff_t)x0 * size; at < end && at < most; at += 64)
        __builtin_prefetch(px + at);
}

/* dst = means of cells of the light, as stm_shrink_mean. */
bool stm_nuclei_shrink(const struct stm_finder *f, struct stm_u16 dst, int shift, struct stm_error *err);

/* The light smoothed in place, `less` taken away from it before (NULL: nothing); `grid` taken away from it.
 */
bool stm_nuclei_smooth(const struct stm_finder *f, const struct stm_gauss *gauss, const struct stm_grid *less,
                       struct stm_error *err);
bool stm_nuclei_subtract(const struct stm_finder *f, struct stm_grid grid, struct stm_error *err);

/* The runs of items [from, end), in order: writes at most `room` and returns how many there are. */
typedef size_t stm_nuclei_runs_fn(const struct stm_finder *f, struct stm_segment *run, size_t room,
                                  int64_t from, int64_t end, int level);
/* Those of all items, in order; *n is more than `room` when not all fit: the list is of no use then. Other
 * members take as much memory as the list. */
bool stm_nuclei_list(const struct stm_finder *f, struct stm_segment *run, size_t room, size_t *n,
                     stm_nuclei_runs_fn *make, int64_t items, int level, struct stm_error *err);
/* Pixels of the light at or above `level`. */
bool stm_nuclei_threshold(const struct stm_finder *f, struct stm_segment *run, size_t room, size_t *n,
                          int level, struct stm_error *err);

/* What smoothing (sigma 8 at most) and a band of rows (scale.c) take for each member, in bytes. */
size_t stm_nuclei_smooth_bytes(int w);
size_t stm_nuclei_band_bytes(int w);

/* All memory of the other members is free again. */
void stm_nuclei_rest_members(const struct stm_finder *f);

#endif
