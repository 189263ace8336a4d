/* Seeds and marker-controlled watershed of a landscape of 16-bit levels. Level 0 is outside; the first and
 * last row and column of the landscape must be 0, so that every pixel inside has neighbours. Neighbours are
 * the 8 around a pixel, in raster order. Landscapes have fewer than 2^31 pixels; those of one
 * component each stay in cache. */
#ifndef STM_WATERSHED_H
#define STM_WATERSHED_H

#include "kernels/view.h"

struct stm_kernels;

struct stm_seed {
    int32_t x, y;   /* the peak's first pixel in raster order */
    uint16_t level; /* of the peak */
    uint16_t rise;  /* above the highest pass to a peak that stands higher (or equal and first); the highest
                       peak of a component has rise = level */
};

/* The peaks with rise >= h (h >= 1), in raster order: the h-maxima. Returns how many there are, writes at
 * most `capacity`. max_level bounds the landscape's levels. */
size_t stm_seeds(const struct stm_kernels *k, struct stm_seed *seed, size_t capacity, struct stm_cu16 level,
                 uint16_t h, uint16_t max_level, void *scratch);

/* On entry label is the seeds' labels (non-zero under level > 0) and 0 elsewhere; on return every pixel
 * inside that can be reached has one. Pixels are taken from the highest level down and at equal level in the
 * order in which they were reached (seeds first, in raster order); each gives its label to its unlabelled
 * neighbours. A neighbour that stands higher is taken at the present level. label and level have the same
 * size. */
void stm_watershed(struct stm_u32 label, struct stm_cu16 level, uint16_t max_level, void *scratch);

/* Bytes for either function, for a w x h landscape. */
size_t stm_watershed_scratch(int w, int h, uint16_t max_level);

#endif
