/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Smoothing, and what is under the nuclei: an opening of the mean light of 8 x 8 cells over a little more
 * than a nucleus, so that haze, tissue and glare count as ground and only nuclei stand out. */
#include "kernels/gauss.h"
#include "kernels/histogram.h"
#include "pipeline/nuclei/finder.h"
#include "pipeline/nuclei/sample.h"

#include <math.h>
#include <string.h>

enum { CELL_SHIFT = 3, BINS = 65536, OFFSET = 16384, OTSU_SHIFT = 4 };

/* Smoothing in pixels, and the part of nuclei's height that noise may be before there is more. */
/* The lowest level, and where the foreground begins, over the height of nuclei. */
static const double lowest = 0.18, faintest = 0.09;

static const double first_sigma = 0.5, most_noise = 0.03;

enum op { LEAST, MOST, MEAN };

struct ground {
    struct stm_u16 node, other;
    uint32_t *sum;
    int radius;
};

static void combine(uint16_t *dst, uint32_t *sum, const uint16_t *src, int n, enum op op)
{
    if (op == LEAST)
        for (int i = 0; i < n; i++)
            dst[i] = src[i] < dst[i] ? src[i] : dst[i];
    else if (op == MOST)
        for (int i = 0; i < n; i++)
            dst[i] = src[i] > dst[i] ? src[i] : dst[i];
    else
        for (int i = 0; i < n; i++)
            sum[i] += src[i];
}

static void mean_of_sums(uint16_t *dst, const uint32_t *sum, int n, int count)
{
    for (int i = 0; i < n; i++)
        dst[i] = (uint16_t)((sum[i] + (uint32_t)count / 2) / (uint32_t)count);
}

/* Over the 2 radius + 1 nodes above and below, fewer at the border. */
static void vertical(struct ground *g, enum op op)
{
    for (int y = 0; y < g->node.h; y++) {
        uint16_t *out = g->other.px + y * g->other.stride;
        const int a = y > g->radius ? y - g->radius : 0;
        const int b = y + g->radius < g->node.h ? y + g->radius + 1 : g->node.h;
        memset(g->sum, 0, (size_t)g->node.w * sizeof *g->sum);
        memcpy(out, g->node.px + y * g->node.stride, (size_t)g->node.w * sizeof *out);
        for (int i = a; i < b; i++)
            combine(out, g->sum, g->node.px + i * g->node.stride, g->node.w, op);
        if (op == MEAN) mean_of_sums(out, g->sum, g->node.w, b - a);
    }
}

static void transpose(struct ground *g)
{
    struct stm_u16 out = {g->node.px, g->other.h, g->other.h, g->other.w};
    for (int y = 0; y < g->other.h; y++)
        for (int x = 0; x < g->other.w; x++)
            out.px[x * out.stride + y] = g->other.px[y * g->other.stride + x];
    g->node = out;
    g->other = (struct stm_u16){g->other.px, out.stride, out.w, out.h};
}

size_t stm_nuclei_ground_bytes(int w, int h)
{
    const size_t n = (size_t)stm_grid_cells(w, CELL_SHIFT) * (size_t)stm_grid_cells(h, CELL_SHIFT);
    return stm_arena_cost(BINS * sizeof(uint32_t)) + 2 * stm_arena_cost(n * 2) + stm_arena_cost(n * 4) +
           stm_nuclei_smooth_bytes(w);
}

static bool make_grid(struct ground *g, struct stm_finder *f, struct stm_error *err)
{
    const int w = stm_grid_cells(f->w, CELL_SHIFT), h = stm_grid_cells(f->h, CELL_SHIFT);
    const size_t n = (size_t)w * (size_t)h;
    g->node = (struct stm_u16){f->ground.px, w, w, h};
    g->other = (struct stm_u16){stm_arena_take(f->scratch, n * 2, "the ground", err), w, w, h};
    g->sum = stm_arena_take(f->scratch, (size_t)(w > h ? w : h) * sizeof *g->sum, "the ground", err);
    g->radius = (int)(f->diameter / (1 << CELL_SHIFT));
    if (g->radius < 2) g->radius = 2;
    if (!g->other.px || !g->sum) return false;
    if (!stm_nuclei_shrink(f, g->node, CELL_SHIFT, err)) return false;
    for (int i = 0; i < 6; i++) {
        vertical(g, (enum op)(i / 2));
        transpose(g);
    }
    return true;
}

/* Light minus ground, in some rows; bin OFFSET is 0. */
static uint64_t residuals(const struct stm_finder *f, struct stm_grid grid, uint32_t *bins)
{
    const int step = stm_sample_step(f->w, f->h);
    uint16_t row[STM_GRID_CHUNK];
    uint64_t n = 0;
    for (int y = 0; y < f->h; y += step)
        for (int x = 0; x < f->w; x += STM_GRID_CHUNK) {
            const int m = f->w - x < STM_GRID_CHUNK ? f->w - x : STM_GRID_CHUNK;
            stm_grid_row(f->kernels, row, grid, x, m, y);
            for (int i = 0; i < m; i++, n++) {
                const int v = f->light.px[y * f->light.stride + x + i] - row[i] + OFFSET;
                bins[v < 0 ? 0 : v < BINS ? v : BINS - 1]++;
            }
        }
    return n;
}

/* The middle of the shortest interval that holds a fifth of all pixels: the ground, as long as a fifth of the
 * field shows it. */
static int densest(const uint32_t *bins, uint64_t n)
{
    const uint64_t need = n / 5 + 1;
    uint64_t held = 0;
    int best = BINS, at = 0;
    for (int a = 0, b = 0; b < BINS; b++) {
        held += bins[b];
        while (held - bins[a] >= need)
            held -= bins[a++];
        if (held >= need && b - a < best) {
            best = b - a;
            at = (a + b) / 2;
        }
    }
    return at;
}

/* How far below `at` the nearest 68.3 % of what lies below are: one deviation, of noise and unevenness. */
static double deviation_below(const uint32_t *bins, int at)
{
    uint64_t below = 0, seen = 0;
    for (int i = 0; i < at; i++)
        below += bins[i];
    for (int i = at; i > 0; i--)
        if ((seen += bins[i]) * 1000 >= below * 683) return at - i;
    return at;
}

/* Adds the ground's place among the residuals to the grid. */
static void shift_grid(struct stm_u16 node, int by)
{
    for (int i = 0; i < node.w * node.h; i++) {
        const int v = node.px[i] + by;
        node.px[i] = (uint16_t)(v < 0 ? 0 : v > 65535 ? 65535 : v);
    }
}

static void above_darkest(struct stm_u16 node)
{
    uint16_t least = 65535;
    for (int i = 0; i < node.w * node.h; i++)
        least = node.px[i] < least ? node.px[i] : least;
    for (int i = 0; i < node.w * node.h; i++)
        node.px[i] = (uint16_t)(node.px[i] - least);
}

/* Mean of what is above Otsu's level and clear of the ground's spread; 0 when nothing is. */
static double height_of(const struct stm_finder *f, uint32_t *bins)
{
    const int step = stm_sample_step(f->w, f->h), n = BINS >> OTSU_SHIFT;
    double sum = 0, count = 0;
    memset(bins, 0, BINS * sizeof *bins);
    for (int y = 0; y < f->h; y += step)
        for (int x = 0; x < f->w; x++)
            bins[f->light.px[y * f->light.stride + x] >> OTSU_SHIFT]++;
    const int otsu = stm_otsu(bins, n), clear = (int)(4 * f->spread) >> OTSU_SHIFT;
    for (int i = (otsu > clear ? otsu : clear) + 1; i < n; i++) {
        sum += (double)bins[i] * ((i << OTSU_SHIFT) + (1 << OTSU_SHIFT) / 2);
        count += bins[i];
    }
    return count > 0 ? sum / count : 0;
}

static void set_levels(struct stm_finder *f)
{
    const double doubt = 2 * (1 - f->options->sensitivity);
    double least = 4 * f->spread, dim = lowest * doubt * f->height;
    f->floor = (uint16_t)fmin(ceil(fmax(least, faintest * doubt * f->height)), 65535);
    if (dim > least) least = dim;
    uint32_t level = (uint32_t)ceil(least);
    for (f->levels = 0; f->levels < STM_NUCLEI_LEVELS && level < 65535; level += level < 20 ? 1 : level / 10)
        f->level[++f->levels] = (uint16_t)level;
}

/* What part of white noise is left: the root of the sum of the squared taps, in both directions. */
static double noise_left(const struct stm_gauss *g)
{
    double sum = 0;
    for (int i = -g->radius; i <= g->radius; i++) {
        const double tap = (double)g->tap[i < 0 ? -i : i] / (1 << g->shift);
        sum += tap * tap;
    }
    return sum;
}

static bool smooth(struct stm_finder *f, double sigma, struct stm_error *err)
{
    const struct stm_gauss gauss = stm_gauss_make(sigma);
    if (!stm_nuclei_smooth(f, &gauss, NULL, err)) return false;
    f->noise *= noise_left(&gauss);
    return true;
}

/* Once more, when noise is left above a certain part of the height of nuclei that are large enough to bear
 * it. What noise is taken away goes out of the ground's spread, too. */
static bool smooth_more(struct stm_finder *f, struct stm_error *err)
{
    const double before = f->noise;
    double sigma = first_sigma;
    while (sigma < 4 && sigma < f->diameter / 10 && f->noise * first_sigma > most_noise * f->height * sigma)
        sigma *= 1.25;
    if (sigma == first_sigma) return true;
    if (!smooth(f, sqrt(sigma * sigma - first_sigma * first_sigma), err)) return false;
    const double rest = f->spread * f->spread - before * before + f->noise * f->noise;
    f->spread = rest > f->noise * f->noise ? sqrt(rest) : f->noise;
    return true;
}

bool stm_nuclei_ground(struct stm_finder *f, struct stm_error *err)
{
    const int w = stm_grid_cells(f->w, CELL_SHIFT), h = stm_grid_cells(f->h, CELL_SHIFT);
    f->ground =
        (struct stm_u16){stm_arena_take(f->scratch, (size_t)w * (size_t)h * 2, "the ground", err), w, w, h};
    const size_t mark = stm_arena_mark(f->scratch);
    struct ground g;
    uint32_t *bins = stm_arena_take(f->scratch, BINS * sizeof *bins, "a histogram", err);
    if (!f->ground.px || !bins || !smooth(f, first_sigma, err) || !make_grid(&g, f, err)) return false;
    const struct stm_grid grid = {STM_CONST(g.node), CELL_SHIFT};
    const double unit = 1 << f->up;
    memset(bins, 0, BINS * sizeof *bins);
    const int at = densest(bins, residuals(f, grid, bins));
    f->spread = fmax(deviation_below(bins, at), 0.15 * unit);
    f->noise = fmax(f->noise, 0.08 * unit);
    shift_grid(g.node, at - OFFSET);
    if (!stm_nuclei_subtract(f, grid, err)) return false;
    above_darkest(f->ground);
    f->height = height_of(f, bins);
    if (!smooth_more(f, err)) return false;
    set_levels(f);
    stm_arena_reset(f->scratch, mark);
    return true;
}
