/* Structure tensor: which way the pattern of an image runs, cell by cell. */
#ifndef STM_TENSOR_H
#define STM_TENSOR_H

#include "kernels/grid.h"

/* Sums over n pixels of the products of the Sobel slopes (weights 1 2 1, so 8 times the slope); exact up to
 * 2^24 pixels. */
struct stm_tensor {
    uint64_t n, xx, yy;
    int64_t xy;
};

/* One for each cell of 2^shift x 2^shift pixels (fewer at the right and bottom edge), row by row:
 * stm_grid_cells(w, shift) x stm_grid_cells(h, shift) of them. Borders are mirrored. shift 1 … 12. */
void stm_tensor_cells(const struct stm_kernels *k, struct stm_tensor *cell, struct stm_cu16 src, int shift,
                      void *scratch);
size_t stm_tensor_scratch(int w);

/* How much one direction prevails: 0 = slopes point everywhere alike, 1 = all along one line; 0 without
 * slopes. (a, b) is the direction along the pattern (across the slopes) at twice its angle from the x axis,
 * of length 1: cos and sin of 2 phi. Of several cells take the sums. */
double stm_tensor_coherence(const struct stm_tensor *tensor, double *a, double *b);

#endif
