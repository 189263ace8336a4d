/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The light of the bare surface, divided out. Phase contrast moves light from cells into their halos and back
 * and loses little of it, and unstained cells absorb nothing: so the mean of an area is close to its bare
 * surface even where cells cover all of it. Where bare surface is seen, its own light is better. */
#include "kernels/flat_field.h"
#include "kernels/gauss.h"
#include "kernels/kernels.h"
#include "kernels/local.h"
#include "pipeline/cells/view.h"
#include "pipeline/illumination/surface.h"

#include <stdlib.h>
#include <string.h>

/* Tiles have 64 pixels a side. A tile shows bare surface when so much of it has little texture (in percent of
 * the ground) and is not further from the ground than this. Rounded cells gather light: what is brighter than
 * `rounded` grounds is left out. */
enum { TILE = 64, TILES = 64, SHIFT = 6, GAIN_ONE = 1 << 14, BINS = 512 };
static const double least_bare = 0.3, rounded = 1.8, bare_texture = 2.2, bare_off = 0.08;
static const double blur = 0.8, noise_rank = 0.1;
enum { WINDOW = 3 };

struct tiles {
    int nx, ny;
    double level[TILES * TILES];
};

static struct tiles tiles_over(int w, int h)
{
    struct tiles t = {.nx = w / TILE, .ny = h / TILE};
    t.nx = t.nx < 1 ? 1 : t.nx > TILES ? TILES : t.nx;
    t.ny = t.ny < 1 ? 1 : t.ny > TILES ? TILES : t.ny;
    return t;
}

/* Mean light of a tile: of what is bare (`even`), or of all. 0 when the tile is outside. */
static double level_of(const struct stm_cells_view *v, struct stm_cu16 light, int x0, int x1, int y0, int y1,
                       bool even)
{
    const int glare = (int)(rounded * STM_CELLS_GROUND);
    const int calm = (int)(bare_texture / 100 * STM_CELLS_GROUND), off = (int)(bare_off * STM_CELLS_GROUND);
    uint64_t all = 0, n = 0, bare = 0, bares = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            const size_t i = (size_t)y * (size_t)v->w + (size_t)x;
            if (v->outside.px[i] || (even && v->smooth.px[i] > glare)) continue;
            all += light.px[i], n++;
            if (!even || v->texture.px[i] >= calm || abs(v->smooth.px[i] - STM_CELLS_GROUND) > off) continue;
            bare += light.px[i], bares++;
        }
    if (n * 2 < (uint64_t)(x1 - x0) * (uint64_t)(y1 - y0)) return 0;
    return (double)bares >= least_bare * (double)n ? (double)bare / (double)bares : (double)all / (double)n;
}

/* Tiles outside get the mean of the others, so that the surface runs through them. */
static double fill_levels(struct tiles *t, const struct stm_cells_view *v, struct stm_cu16 light, bool even)
{
    double sum = 0;
    int n = 0;
    for (int j = 0; j < t->ny; j++)
        for (int i = 0; i < t->nx; i++) {
            const double level = level_of(v, light, i * v->w / t->nx, (i + 1) * v->w / t->nx,
                                          j * v->h / t->ny, (j + 1) * v->h / t->ny, even);
            t->level[j * t->nx + i] = level;
            sum += level, n += level > 0;
        }
    const double mean = n ? sum / n : 1;
    for (int i = 0; i < t->nx * t->ny; i++)
        if (!(t->level[i] > 0)) t->level[i] = mean;
    return mean > 1 ? mean : 1;
}

static uint16_t gain_for(double ground, double mean, double unit)
{
    const double low = mean / 4, g = unit * GAIN_ONE / (ground > low ? ground : low);
    return (uint16_t)(g < 65535 ? g + 0.5 : 65535);
}

/* contrast = light * STM_CELLS_GROUND / ground, by a grid of gains for light shifted so that they fit. */
static void divide(struct stm_cells_view *v, struct stm_cu16 light, const struct tiles *t, double mean,
                   uint16_t *node)
{
    struct stm_surface surface;
    const int nx = stm_grid_cells(v->w, SHIFT), ny = stm_grid_cells(v->h, SHIFT);
    int up = 0;
    const bool bent = stm_surface_fit(&surface, 2, t->level, t->nx, t->ny);
    while (mean * (1 << up) < STM_CELLS_GROUND && up < 15)
        up++;
    if (!(mean > 1)) up = 13; /* no light at all: any ground is as good */
    for (int y = 0; y < v->h; y++)
        for (int x = 0; x < v->w; x++) {
            const uint32_t l = (light.px[y * light.stride + x] + (uint32_t) !(mean > 1)) << up;
            v->contrast.px[y * v->w + x] = (uint16_t)(l < 65535 ? l : 65535);
        }
    for (int j = 0; j < ny; j++)
        for (int i = 0; i < nx; i++) {
            const double at = bent ? stm_surface_at(&surface, (i + 0.5) * (1 << SHIFT) / v->w,
                                                    (j + 0.5) * (1 << SHIFT) / v->h)
                                   : mean;
            node[j * nx + i] = gain_for(at * (1 << up), mean * (1 << up), STM_CELLS_GROUND);
        }
    const struct stm_grid gain = {{node, nx, nx, ny}, SHIFT};
    stm_amplify(v->kernels, v->contrast, (struct stm_cu16)STM_CONST(v->contrast), gain, 0);
}

static size_t rows_bytes(int w)
{
    const struct stm_gauss g = stm_gauss_make(blur);
    const size_t smooth = stm_gauss_scratch(w, &g), local = stm_local_scratch(w, WINDOW);
    return stm_arena_cost(smooth > local ? smooth : local);
}

static void filter(struct stm_cells_view *v, void *rows)
{
    const struct stm_gauss g = stm_gauss_make(blur);
    stm_gauss(v->kernels, v->smooth, (struct stm_cu16)STM_CONST(v->contrast), &g, rows);
    stm_local_deviation(v->texture, (struct stm_cu16)STM_CONST(v->smooth), WINDOW, WINDOW, 1, rows);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Noise of a tile, in percent of the ground, from the median of |left - 2 middle + right|: see
 * illumination/noise.c. */
static double tile_noise(const struct stm_cells_view *v, int x0, int x1, int y0, int y1)
{
    uint32_t bin[BINS] = {0}, n = 0, below = 0;
    int i = 0;
    for (int y = y0; y < y1; y += 2)
        for (int x = x0 + 1; x + 1 < x1; x++, n++) {
            const uint16_t *p = v->contrast.px + (size_t)y * (size_t)v->w + x;
            const int d = abs(p[-1] - 2 * p[0] + p[1]) >> 3;
            bin[d < BINS ? d : BINS - 1]++;
        }
    while (i < BINS - 1 && (below += bin[i]) <= n / 2)
        i++;
    return (i + 0.5) * 8 * 0.606 * 100 / STM_CELLS_GROUND;
}

/* Cells are textured: the calmest tiles show the noise. */
static double noise_of(const struct stm_cells_view *v)
{
    struct tiles t = tiles_over(v->w, v->h);
    const int n = t.nx * t.ny;
    for (int j = 0; j < t.ny; j++)
        for (int i = 0; i < t.nx; i++)
            t.level[j * t.nx + i] =
                tile_noise(v, i * v->w / t.nx, (i + 1) * v->w / t.nx, j * v->h / t.ny, (j + 1) * v->h / t.ny);
    qsort(t.level, (size_t)n, sizeof *t.level, by_size);
    return t.level[(int)(noise_rank * n)];
}

bool stm_cells_make_even(struct stm_cells_view *view, struct stm_cu16 light, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(view->scratch);
    const size_t nodes = (size_t)stm_grid_cells(view->w, SHIFT) * (size_t)stm_grid_cells(view->h, SHIFT);
    uint16_t *node = stm_arena_take(view->scratch, nodes * sizeof *node, "gains", err);
    void *rows = stm_arena_take(view->scratch, rows_bytes(view->w), "rows", err);
    if (!node || !rows) return false;
    struct tiles t = tiles_over(view->w, view->h);
    for (int pass = 0; pass < 3; pass++) {
        const double mean = fill_levels(&t, view, light, pass > 0);
        divide(view, light, &t, mean, node);
        filter(view, rows);
    }
    view->noise = noise_of(view);
    stm_arena_reset(view->scratch, mark);
    return true;
}

size_t stm_cells_even_bytes(int w, int h)
{
    const size_t nodes = (size_t)stm_grid_cells(w, SHIFT) * (size_t)stm_grid_cells(h, SHIFT);
    return stm_arena_cost(2 * nodes) + rows_bytes(w);
}
