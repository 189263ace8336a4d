/* How rows of a network's layers are made. */
#ifndef STM_NETS_LAYERS_H
#define STM_NETS_LAYERS_H

#include "pipeline/nets/rings.h"

/* Row y of layer i, and those that are made at once with it, from what is in the rings. */
void stm_net_make_rows(struct stm_net_rings *rings, int i, int y);

/* Row y of the outputs, from the last layer's. */
void stm_net_head_row(int16_t *const dst[STM_NET_OUTPUTS], const struct stm_net_rings *rings, int y);

#endif
