/* Passes that the members of the team share. */
#ifndef STM_NUCLEI_ROWS_H
#define STM_NUCLEI_ROWS_H

#include "kernels/view.h"
#include "pipeline/core/team.h"

struct stm_finder;

/* dst = means of cells of the light, as stm_shrink_mean. */
bool stm_nuclei_shrink(const struct stm_finder *f, struct stm_u16 dst, int shift, struct stm_error *err);

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

/* All memory of the other members is free again. */
void stm_nuclei_rest_members(const struct stm_finder *f);

#endif
