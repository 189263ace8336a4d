/* Nuclei by one threshold for the whole field, as most programs find them. */
#ifndef STM_NUCLEI_BY_THRESHOLD_H
#define STM_NUCLEI_BY_THRESHOLD_H

#include "pipeline/nuclei/nuclei.h"

/* As stm_nuclei_find: what is above Otsu's threshold, its holes filled, is cut where the exact distance to
 * the edge has several peaks. `sensitivity` and `boundary` have no effect. */
bool stm_nuclei_find_by_threshold(struct stm_nuclei *out, struct stm_u32 labels, struct stm_cu16 plane,
                                  const struct stm_kernels *kernels, const struct stm_nuclei_options *options,
                                  struct stm_arena *scratch, struct stm_arena *keep, struct stm_error *err);
size_t stm_nuclei_by_threshold_scratch(int w, int h);

#endif
