/* From an image of transmitted light to what the network of cells takes in. */
#ifndef STM_NETS_CONTRAST_H
#define STM_NETS_CONTRAST_H

#include "kernels/view.h"

#include <stddef.h>

struct stm_kernels;

/* Four bytes a pixel, 0 … 127, rows without gaps, of an image at the network's scale. With d the difference
 * to a Gaussian of STM_CONTRAST_SIGMA pixels and x = d over the 99 % rank of |d|, clipped to -1 … 1: the
 * nearest of 127 (1 + x) / 2; of 127 (1 + sign(x) |x|^(1/2)) / 2; of 127 (2 s)^(1/2), at most 127, with s the
 * standard deviation of x in 5 x 5 pixels; 0. Twin of see() in train/cells.py. */
enum { STM_CONTRAST_SIGMA = 48 };
void stm_net_contrast(uint8_t (*out)[4], struct stm_cu16 image, const struct stm_kernels *kernels,
                      void *scratch);
size_t stm_net_contrast_scratch(int w, int h);

#endif
