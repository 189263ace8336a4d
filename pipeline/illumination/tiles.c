/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/tiles.h"

enum {
    TILE_LEAST = 16,  /* pixels; fewer have no quantiles worth the name */
    SAMPLES_AXIS = 12 /* samples along each axis of a tile */
};

const struct stm_band stm_band_dark = {2, 6}, stm_band_middle = {4, 12}, stm_band_bright = {15, 16};

static int tiles_along(int pixels, int most)
{
    const int n = pixels / TILE_LEAST;
    return n < most ? n : most;
}

struct stm_tiles stm_tiles_over(int w, int h, int most)
{
    struct stm_tiles tiles = {w, h, tiles_along(w, most), tiles_along(h, most)};
    if (!tiles.nx || !tiles.ny) tiles.nx = tiles.ny = 0;
    return tiles;
}

/* Hoare's selection: afterwards v[k] is in its sorted place, smaller values before it, greater ones behind.
 * At most 144 values, so the worst case is bounded too. */
static void select_place(uint16_t *v, int lo, int hi, int k)
{
    while (lo < hi) {
        const uint16_t pivot = v[lo + (hi - lo) / 2];
        int i = lo - 1, j = hi + 1;
        for (;;) {
            while (v[++i] < pivot)
                ;
            while (v[--j] > pivot)
                ;
            if (i >= j) break;
            const uint16_t t = v[i];
            v[i] = v[j];
            v[j] = t;
        }
        if (k <= j)
            hi = j;
        else
            lo = j + 1;
    }
}

static uint32_t band_mean(uint16_t *v, int n, struct stm_band band)
{
    const int from = n * band.lo / 16, to = n * band.hi / 16;
    uint64_t sum = 0;
    select_place(v, 0, n - 1, from);
    if (to < n) select_place(v, from, n - 1, to);
    for (int i = from; i < to; i++)
        sum += v[i];
    return (uint32_t)((sum * STM_LEVEL_ONE + (uint64_t)(to - from) / 2) / (uint64_t)(to - from));
}

static uint32_t tile_level(struct stm_cu16 plane, int x0, int y0, int x1, int y1, struct stm_band band)
{
    uint16_t v[SAMPLES_AXIS * SAMPLES_AXIS];
    int n = 0;
    for (int j = 0; j < SAMPLES_AXIS; j++) {
        const uint16_t *const row = plane.px + (y0 + j * (y1 - y0) / SAMPLES_AXIS) * plane.stride;
        for (int i = 0; i < SAMPLES_AXIS; i++)
            v[n++] = row[x0 + i * (x1 - x0) / SAMPLES_AXIS];
    }
    return band_mean(v, n, band);
}

/* Where tile i of n begins; no overflow for any image an int can measure. */
static int edge(int i, int pixels, int n)
{
    return (int)((int64_t)i * pixels / n);
}

void stm_tiles_levels(struct stm_tiles tiles, struct stm_cu16 plane, struct stm_band band, uint32_t *level)
{
    for (int j = 0; j < tiles.ny; j++)
        for (int i = 0; i < tiles.nx; i++)
            *level++ = tile_level(plane, edge(i, tiles.w, tiles.nx), edge(j, tiles.h, tiles.ny),
                                  edge(i + 1, tiles.w, tiles.nx), edge(j + 1, tiles.h, tiles.ny), band);
}
