/* Nuclei as the network sees them: labels of an image of light. docs/nets.md tells the method. */
#ifndef STM_NETS_NUCLEI_NET_H
#define STM_NETS_NUCLEI_NET_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"

struct stm_kernels;

/* Fills `labels` (the light's size) with 0 or 1 … *count. `diameter` is a first idea of that of the usual
 * nucleus, in pixels; when the network sees others it looks again at their scale. Fails only when memory runs
 * out; gives it back. Thread-safety: safe on separate arguments. */
bool stm_nuclei_net_label(struct stm_u32 labels, uint32_t *count, struct stm_cu16 light, double diameter,
                          const struct stm_kernels *kernels, struct stm_arena *scratch,
                          struct stm_error *err);
size_t stm_nuclei_net_scratch(int w, int h);

#endif
