/* Grey reconstruction: what of an image can be reached from a marker without climbing. */
#ifndef STM_RECONSTRUCT_H
#define STM_RECONSTRUCT_H

#include "kernels/view.h"

/* The marker, first cut to the mask, spreads to the 8 neighbours of each pixel as far as the mask is as high:
 * reconstruction by dilation (Vincent 1993, his hybrid of two raster passes and a queue). Sizes are equal,
 * w x h below 2^31. */
void stm_reconstruct(struct stm_u16 marker, struct stm_cu16 mask, void *scratch);
size_t stm_reconstruct_scratch(int w, int h);

/* dst = src with peaks cut off that rise less than h above the pass to a higher one, and all others by h: the
 * h-maxima transform. dst and src are different images. */
void stm_cut_peaks(struct stm_u16 dst, struct stm_cu16 src, uint16_t h, void *scratch);

#endif
