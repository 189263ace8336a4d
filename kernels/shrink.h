/* Smaller images: one value for each cell of 2^shift x 2^shift pixels (fewer at the right and bottom edge).
 */
#ifndef STM_SHRINK_H
#define STM_SHRINK_H

#include "kernels/view.h"

struct stm_kernels;

/* All three: shift 0 … 7 and dst of stm_grid_cells(w, shift) x stm_grid_cells(h, shift) nodes (grid.h). */

/* Mean of the cell, rounded half up. */
void stm_shrink_mean(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int shift);

/* Least value of the cell. */
void stm_shrink_min(struct stm_u16 dst, struct stm_cu16 src, int shift);

/* The value of rank ceil(n * permille / 1000), at least 1, among the cell's n pixels: 500 is the (lower)
 * median. */
void stm_shrink_rank(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, int shift,
                     int permille);

#endif
