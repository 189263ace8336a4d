/* Nuclei by the network instead of the levels of light. */
#ifndef STM_NUCLEI_BY_NET_H
#define STM_NUCLEI_BY_NET_H

#include "pipeline/nuclei/nuclei.h"

/* As stm_nuclei_find. That one is asked first, for the scale, the noise and the contrast; the size of a pixel
 * keeps the scale to what nuclei can be. `sensitivity`, `boundary` and `declump` have no effect. */
bool stm_nuclei_find_by_net(struct stm_nuclei *out, struct stm_u32 labels, struct stm_cu16 plane,
                            const struct stm_kernels *kernels, const struct stm_nuclei_options *options,
                            struct stm_arena *scratch, struct stm_arena *keep, struct stm_error *err);
size_t stm_nuclei_by_net_scratch(int w, int h);

#endif
