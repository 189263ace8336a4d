/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/tiles.h"

#include "kernels/order.h"

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

static uint32_t band_mean(const struct stm_kernels *k, const uint16_t *v, int n, struct stm_band band)
{
    const int from = n * band.lo / 16, to = n * band.hi / 16;
    const uint64_t sum = stm_rank_sum(k, v, n, from, to);
    return (uint32_t)((sum * STM_LEVEL_ONE + (uint64_t)(to - from) / 2) / (uint64_t)(to - from));
}

/* Where sample i along an axis lies. */
static int place(int from, int to, int i)
{
    return from + i * (to - from) / SAMPLES_AXIS;
}

static int take_samples(uint16_t *v, struct stm_cu16 plane, int x0, int y0, int x1, int y1)
{
    int n = 0;
    for (int j = 0; j < SAMPLES_AXIS; j++) {
        const uint16_t *const row = plane.px + place(y0, y1, j) * plane.stride;
        for (int i = 0; i < SAMPLES_AXIS; i++)
            v[n++] = row[place(x0, x1, i)];
    }
    return n;
}

/* Where tile i of n begins; no overflow for any image an int can measure. */
static int edge(int i, int pixels, int n)
{
    return (int)((int64_t)i * pixels / n);
}

void stm_tiles_rows(struct stm_tiles tiles, uint8_t *wanted)
{
    for (int j = 0; j < tiles.ny; j++)
        for (int i = 0; i < SAMPLES_AXIS; i++)
            wanted[place(edge(j, tiles.h, tiles.ny), edge(j + 1, tiles.h, tiles.ny), i)] = 1;
}

void stm_tiles_levels(const struct stm_kernels *kernels, struct stm_tiles tiles, struct stm_cu16 plane,
                      const struct stm_band *band, int bands, uint32_t *level)
{
    uint16_t v[SAMPLES_AXIS * SAMPLES_AXIS];
    const int all = tiles.nx * tiles.ny;
    for (int j = 0; j < tiles.ny; j++)
        for (int i = 0; i < tiles.nx; i++, level++) {
            const int n = take_samples(v, plane, edge(i, tiles.w, tiles.nx), edge(j, tiles.h, tiles.ny),
                                       edge(i + 1, tiles.w, tiles.nx), edge(j + 1, tiles.h, tiles.ny));
            for (int b = 0; b < bands; b++)
                level[b * all] = band_mean(kernels, v, n, band[b]);
        }
}
