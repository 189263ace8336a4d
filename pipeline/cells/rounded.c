/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/cells/rounded.h"

#include "kernels/gauss.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Found on annotated phase contrast, where rounded cells have at least 45 % of contrast, the usual cell 25 %,
 * and an axis ratio below 1.4: contrast as part of the ground, taken over the cell; `sure` counts where all
 * cells of a field are rounded, so that none stands out. Area is in parts of the usual cell's, fill that of
 * the ellipse with the same moments. */
static const double stands_out = 1.6, sure = 0.4, most_axes = 1.5, least_fill = 0.85, most_area = 0.8;
static const double pi = 3.14159265358979323846;

/* The ground is the light around, over this many usual cells. */
static const double reach = 1.5, least_sigma = 2, most_sigma = 500;

struct sums {
    uint64_t n, x, y, xx, yy, xy, difference, ground;
};

size_t stm_cells_rounded_bytes(int w, int h, size_t n)
{
    size_t grid = 0;
    for (double sigma = least_sigma; sigma <= most_sigma; sigma *= 1.1) {
        const size_t bytes = stm_gauss_grid_scratch(w, h, sigma);
        grid = bytes > grid ? bytes : grid;
    }
    return stm_arena_cost((n + 1) * sizeof(struct sums)) + stm_arena_cost((n + 1) * sizeof(double)) +
           stm_arena_cost(grid);
}

static uint64_t squares_below(uint64_t n)
{
    return n ? (n - 1) * n * (2 * n - 1) / 6 : 0;
}

/* Pixels [x0, x1) of row y: sums over x in closed form. */
static void add_run(struct sums *s, uint64_t x0, uint64_t x1, uint64_t y, const uint16_t *light,
                    const uint16_t *around)
{
    const uint64_t n = x1 - x0, x = (x0 + x1 - 1) * n / 2;
    uint32_t difference = 0, ground = 0; /* of at most STM_GRID_CHUNK pixels */
    for (uint64_t i = 0; i < n; i++) {
        difference += (uint32_t)abs(light[i] - around[i]);
        ground += around[i];
    }
    s->n += n;
    s->x += x;
    s->y += n * y;
    s->xx += squares_below(x1) - squares_below(x0);
    s->yy += n * y * y;
    s->xy += x * y;
    s->difference += difference;
    s->ground += ground;
}

static void add_up(struct sums *sum, struct stm_cu32 labels, struct stm_cu16 plane, struct stm_grid ground,
                   const struct stm_kernels *kernels)
{
    uint16_t around[STM_GRID_CHUNK];
    for (int y = 0; y < labels.h; y++)
        for (int x0 = 0; x0 < labels.w; x0 += STM_GRID_CHUNK) {
            const int n = labels.w - x0 < STM_GRID_CHUNK ? labels.w - x0 : STM_GRID_CHUNK;
            const uint32_t *label = labels.px + y * labels.stride + x0;
            const uint16_t *light = plane.px + y * plane.stride + x0;
            stm_grid_row(kernels, around, ground, x0, n, y);
            for (int i = 0, end; i < n; i = end) {
                for (end = i + 1; end < n && label[end] == label[i];)
                    end++;
                if (label[i])
                    add_run(&sum[label[i]], (uint64_t)(x0 + i), (uint64_t)(x0 + end), (uint64_t)y, light + i,
                            around + i);
            }
        }
}

static double contrast_of(const struct sums *s)
{
    return (double)s->difference / (double)(s->ground + 1);
}

/* By its moments: short axis, long axis, how much of their ellipse is cell. */
static bool is_round(const struct sums *s)
{
    const double n = (double)s->n, mx = (double)s->x / n, my = (double)s->y / n;
    const double xx = (double)s->xx / n - mx * mx + 1.0 / 12, yy = (double)s->yy / n - my * my + 1.0 / 12,
                 xy = (double)s->xy / n - mx * my;
    const double mean = (xx + yy) / 2, half = sqrt((xx - yy) * (xx - yy) / 4 + xy * xy);
    const double least = mean - half, most = mean + half;
    if (!(least > 0)) return false;
    return most <= most_axes * most_axes * least && n >= least_fill * 4 * pi * sqrt(least * most);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double usual_contrast(const struct sums *sum, uint32_t n, double *list)
{
    size_t m = 0;
    for (uint32_t i = 1; i <= n; i++)
        if (sum[i].n) list[m++] = contrast_of(&sum[i]);
    qsort(list, m, sizeof *list, by_value);
    return m ? list[m / 2] : 0;
}

static bool make_ground(struct stm_grid *ground, struct stm_cu16 plane, double usual_px,
                        const struct stm_kernels *kernels, struct stm_arena *scratch, struct stm_error *err)
{
    const double wide = reach * usual_px, sigma = wide < least_sigma  ? least_sigma
                                                  : wide > most_sigma ? most_sigma
                                                                      : wide;
    void *grid = stm_arena_take(scratch, stm_gauss_grid_scratch(plane.w, plane.h, sigma), "a grid", err);
    if (!grid) return false;
    *ground = stm_gauss_grid(kernels, plane, sigma, grid);
    return true;
}

bool stm_cells_judge_rounded(uint8_t *rounded, uint32_t n, struct stm_cu32 labels, struct stm_cu16 plane,
                             double usual_px, const struct stm_kernels *kernels, struct stm_arena *scratch,
                             struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    memset(rounded, 0, (size_t)n + 1);
    if (!n || !(usual_px > 0)) return true;
    struct stm_grid ground;
    struct sums *sum = stm_arena_take(scratch, ((size_t)n + 1) * sizeof *sum, "sums of cells", err);
    double *list = stm_arena_take(scratch, ((size_t)n + 1) * sizeof *list, "contrasts", err);
    if (!sum || !list || !make_ground(&ground, plane, usual_px, kernels, scratch, err)) return false;
    memset(sum, 0, ((size_t)n + 1) * sizeof *sum);
    add_up(sum, labels, plane, ground, kernels);
    const double relative = stands_out * usual_contrast(sum, n, list),
                 limit = relative < sure ? relative : sure;
    const double area = most_area * pi / 4 * usual_px * usual_px;
    for (uint32_t i = 1; i <= n; i++)
        rounded[i] =
            sum[i].n && (double)sum[i].n <= area && contrast_of(&sum[i]) >= limit && is_round(&sum[i]);
    stm_arena_reset(scratch, mark);
    return true;
}
