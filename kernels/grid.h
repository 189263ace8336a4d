/* Coarse grids: one value a cell of 2^shift x 2^shift pixels, interpolated bilinearly where it is used. They
 * carry illumination gain, dark level, background and local thresholds without a full-size image. */
#ifndef STM_GRID_H
#define STM_GRID_H

#include "kernels/view.h"

struct stm_kernels;

/* A node lies in the centre of its cell and is held constant beyond the outermost centres; a grid of one node
 * is a constant. With N = 2^(shift+1), q = x + N/4, j = q >> shift, f = 2 (q mod N/2) + 1 (and alike in y), a
 * pixel is (sum over the four nodes j-1, j of (N-f or f)(N-f or f) node + N^2/2) >> 2 (shift+1). */
struct stm_grid {
    struct stm_cu16 node;
    int shift; /* 1 … STM_GRID_MAX_SHIFT */
};

/* The sum above stays within 32 bits up to shift 7. */
enum { STM_GRID_MAX_SHIFT = 7, STM_GRID_CHUNK = 1024 };

/* Cells that cover n pixels. */
static inline int stm_grid_cells(int n, int shift)
{
    return (int)(((int64_t)n + (1 << shift) - 1) >> shift);
}

/* dst = the grid at every pixel. */
void stm_grid_upsample(const struct stm_kernels *k, struct stm_u16 dst, struct stm_grid grid);

/* dst = max(min(src + pedestal, 65535) - grid, 0); dst may be src. */
void stm_grid_subtract(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
                       struct stm_grid grid, uint16_t pedestal);

/* The same for rows [y0, y1) of them alone. */
void stm_grid_subtract_rows(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
                            struct stm_grid grid, uint16_t pedestal, int y0, int y1);

/* Pixels [x, x + n) of row y of the grid: x a multiple of STM_GRID_CHUNK, n at most that. */
void stm_grid_row(const struct stm_kernels *k, uint16_t *dst, struct stm_grid grid, int x, int n, int y);

#endif
