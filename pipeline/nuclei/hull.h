/* Convex hulls of sets of pixels, from the ends of their rows. */
#ifndef STM_NUCLEI_HULL_H
#define STM_NUCLEI_HULL_H

#include <stdint.h>

/* A hull that is built row by row, downwards. `x` and `y` have room for 2 x rows corners each: the right
 * chain from the front, the left chain from the back. */
struct stm_hull {
    int32_t *x, *y;
    int room, right, left;
};

struct stm_hull stm_hull_begin(int32_t *x, int32_t *y, int rows);

/* Row y, below all rows so far, has pixels from x0 to x1 (both included). */
void stm_hull_row(struct stm_hull *hull, int32_t y, int32_t x0, int32_t x1);

/* Pixels whose centres lie in the hull of the centres, by Pick's theorem; a set that is convex in the digital
 * sense has exactly as many pixels. */
int64_t stm_hull_pixels(const struct stm_hull *hull);

/* How far (x, y) lies inside the hull of the centres: the least distance to the line through a side, 0
 * outside. */
double stm_hull_depth(const struct stm_hull *hull, int32_t x, int32_t y);

#endif
