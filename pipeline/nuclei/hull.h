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

static inline struct stm_hull stm_hull_begin(int32_t *x, int32_t *y, int rows)
{
    return (struct stm_hull){x, y, 2 * rows, 0, 2 * rows};
}

/* Twice the area of the triangle of corners a, b and (x, y); positive when (x, y) lies clockwise of the way
 * from a to b (y downwards). */
static inline int64_t stm_hull_turn(const int32_t *px, const int32_t *py, int a, int b, int32_t x, int32_t y)
{
    return ((int64_t)px[b] - px[a]) * ((int64_t)y - py[a]) - ((int64_t)py[b] - py[a]) * ((int64_t)x - px[a]);
}

/* Row y, below all rows so far, has pixels from x0 to x1 (both included). */
static inline void stm_hull_row(struct stm_hull *h, int32_t y, int32_t x0, int32_t x1)
{
    int32_t *const px = h->x, *const py = h->y;
    const int room = h->room;
    int right = h->right, left = h->left;
    while (right >= 2 && stm_hull_turn(px, py, right - 2, right - 1, x1, y) <= 0)
        right--;
    px[right] = x1;
    py[right] = y;
    while (room - left >= 2 && stm_hull_turn(px, py, left + 1, left, x0, y) >= 0)
        left++;
    px[left - 1] = x0;
    py[left - 1] = y;
    h->right = right + 1;
    h->left = left - 1;
}

/* Pixels whose centres lie in the hull of the centres, by Pick's theorem; a set that is convex in the digital
 * sense has exactly as many pixels. */
int64_t stm_hull_pixels(const struct stm_hull *hull);

/* How far (x, y) lies inside the hull of the centres: the least distance to the line through a side, 0
 * outside. */
double stm_hull_depth(const struct stm_hull *hull, int32_t x, int32_t y);

#endif
