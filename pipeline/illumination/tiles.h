/* An image divided into tiles, and a robust level for each: how bright the ground is where, with the cells
 * left out. */
#ifndef STM_TILES_H
#define STM_TILES_H

#include "kernels/view.h"

struct stm_kernels;

enum {
    STM_TILES_MAX = 32, /* along an axis: shading is smooth, and 32 * 32 * 64 sites stay small */
    STM_TILES_MOST = STM_TILES_MAX * STM_TILES_MAX,
    STM_LEVEL_ONE = 256 /* levels are in 1/256 counts, since 8-bit ground is only a few counts high */
};

struct stm_tiles {
    int w, h;   /* pixels covered */
    int nx, ny; /* tiles; 0 when the image is too small to be divided */
};

/* Which part of a tile's sorted pixels is averaged, in sixteenths. */
struct stm_band {
    int lo, hi;
};
extern const struct stm_band stm_band_dark;   /* objects brighter than the ground: 2/16 to 6/16 */
extern const struct stm_band stm_band_middle; /* objects on both sides of the ground: 4/16 to 12/16 */
extern const struct stm_band stm_band_bright; /* the brightest sixteenth: objects, where there are any */

/* At most `most` tiles along an axis (<= STM_TILES_MAX) of at least 16 x 16 pixels. */
struct stm_tiles stm_tiles_over(int w, int h, int most);

/* Sets wanted[y] of the rows that levels are made of. */
void stm_tiles_rows(struct stm_tiles tiles, uint8_t *wanted);

/* level[b * ny * nx + tile]: mean of each of the bands over 144 evenly spaced pixels of the tile, in 1/256
 * counts. `plane` has the size that was divided. */
void stm_tiles_levels(const struct stm_kernels *kernels, struct stm_tiles tiles, struct stm_cu16 plane,
                      const struct stm_band *band, int bands, uint32_t *level);

#endif
