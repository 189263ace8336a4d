/* Connected components of runs. */
#ifndef STM_COMPONENTS_H
#define STM_COMPONENTS_H

#include "kernels/view.h"

/* Labels the runs (raster order, fewer than 2^32) 1, 2, … in raster order of each component's first pixel and
 * returns how many components there are. connectivity is 4 or 8; parent has n entries of scratch. */
uint32_t stm_components(struct stm_segment *run, size_t n, int connectivity, uint32_t *parent);

/* Keeps the components for which keep[label] != 0 (labels + 1 entries) and numbers them 1, 2, … in the order
 * they have. Returns the new number of runs; *labels becomes the number of components kept; keep[] ends up
 * with the new label of each old one (0 = dropped). */
size_t stm_components_keep(struct stm_segment *run, size_t n, uint32_t *labels, uint32_t *keep);

#endif
