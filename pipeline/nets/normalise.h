/* From counts to what networks take in. */
#ifndef STM_NETS_NORMALISE_H
#define STM_NETS_NORMALISE_H

#include "kernels/view.h"

enum { STM_NET_LEVELS = 65536, STM_NET_ROOTS = 3 };

/* The four input bytes of each count: with x = (count - low) / (high - low), clipped to 0 … 1, the nearest of
 * 127 x, 127 x^(1/2), 127 x^(1/4); 0. Low and high are the image's ranks of 1 % and 99.8 %. */
void stm_net_normalise(uint8_t (*input)[4], struct stm_cu16 image, void *scratch);
size_t stm_net_normalise_scratch(void);

#endif
