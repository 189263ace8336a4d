/* A coarse grid over an image and a robust level for each of its cells: what the ground looks like where,
 * with the cells of the culture left out. */
#ifndef STM_ILLUMINATION_GRID_H
#define STM_ILLUMINATION_GRID_H

#include "kernels/view.h"

enum {
    STM_GRID_MAX = 32, /* cells along an axis: shading is smooth, and 32 * 32 * 64 sites stay small */
    STM_GRID_CELLS = STM_GRID_MAX * STM_GRID_MAX,
    STM_LEVEL_ONE = 256 /* levels are in 1/256 counts, since 8-bit ground is only a few counts high */
};

struct stm_grid {
    int w, h;   /* pixels covered */
    int nx, ny; /* cells; 0 when the image is too small to be divided */
};

/* Which part of a cell's sorted pixels is averaged, in sixteenths. */
struct stm_band {
    int lo, hi;
};
extern const struct stm_band stm_band_dark;   /* objects brighter than the ground: 2/16 to 6/16 */
extern const struct stm_band stm_band_middle; /* objects on both sides of the ground: 4/16 to 12/16 */

/* At most `most` cells along an axis (<= STM_GRID_MAX) of at least 16 x 16 pixels. */
struct stm_grid stm_grid_over(int w, int h, int most);

/* level[ny * nx]: mean of the band over at most 256 evenly spaced pixels of each cell, in 1/256 counts.
 * `plane` has the grid's size. */
void stm_grid_levels(struct stm_grid grid, struct stm_cu16 plane, struct stm_band band, uint32_t *level);

#endif
