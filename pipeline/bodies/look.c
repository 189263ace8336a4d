/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is stained: the ground is the densest place of the histogram, its deviation what lies below it. */
#include "kernels/gauss.h"
#include "kernels/histogram.h"
#include "kernels/kernels.h"
#include "kernels/runs.h"
#include "pipeline/bodies/bodies.h"
#include "pipeline/cells/patches.h"

#include <math.h>
#include <string.h>

/* One part in GLARE of the mean light about a pixel is taken for glare. */
enum { BINS = 65536, GLARE = 4 };

/* Smoothing, micrometres and pixels: half of what a thin process of a spread cell is wide. Holes up to the
 * area of a large nucleus are filled: stains of membranes leave it dark. Specks are below a tenth of a small
 * rounded cell. */
static const double smooth_um = 0.6, least_sigma = 0.7, most_sigma = 3, hole_um2 = 350, speck_um2 = 20,
                    usual_um = 0.65, glare_um = 20, most_glare = 100;

static double known(double pixel_um)
{
    return pixel_um > 0 ? pixel_um : usual_um;
}

static double glare_sigma(double um)
{
    return fmin(fmax(glare_um / um, 2), most_glare);
}

static bool smooth(struct stm_bodies *b, struct stm_cu16 plane, double um, const struct stm_kernels *kernels,
                   struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    const struct stm_gauss gauss = stm_gauss_make(fmin(fmax(smooth_um / um, least_sigma), most_sigma));
    void *rows = stm_arena_take(scratch, stm_gauss_scratch(plane.w, &gauss), "rows", err);
    if (!rows) return false;
    stm_gauss(kernels, b->light, plane, &gauss, rows);
    stm_arena_reset(scratch, mark);
    return true;
}

/* The middle of the shortest interval among the lowest bins that holds `need` pixels. */
static int densest(const uint32_t *bins, int end, uint64_t need)
{
    uint64_t held = 0;
    int best = BINS, at = 0;
    for (int a = 0, i = 0; i <= end; i++) {
        held += bins[i];
        while (held - bins[a] >= need)
            held -= bins[a++];
        if (held >= need && i - a < best) {
            best = i - a;
            at = (a + i) / 2;
        }
    }
    return at;
}

/* How far below `at` the nearest 68.3 % of what lies below are; half a count at least. */
static double deviation_below(const uint32_t *bins, int at)
{
    uint64_t below = 0, seen = 0;
    for (int i = 0; i <= at; i++)
        below += bins[i];
    for (int i = at; i > 0; i--)
        if ((seen += bins[i]) * 1000 >= below * 683) return fmax(at - i, 0.5);
    return fmax(at, 0.5);
}

/* Ground: a tenth of what Otsu's level leaves below it lies as close together as nowhere else. */
static bool find_ground(struct stm_bodies *b, struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    uint32_t *bins = stm_arena_take(scratch, BINS * sizeof *bins, "a histogram", err);
    void *more = stm_arena_take(scratch, stm_histogram_scratch(0), "a histogram", err);
    if (!bins || !more) return false;
    memset(bins, 0, BINS * sizeof *bins);
    stm_histogram(bins, (struct stm_cu16)STM_CONST(b->light), 0, more);
    const int otsu = stm_otsu(bins, BINS);
    const int at = densest(bins, otsu, stm_bins_total(bins, otsu + 1) / 10 + 1);
    b->ground = at;
    b->deviation = deviation_below(bins, at);
    stm_arena_reset(scratch, mark);
    return true;
}

static void subtract_ground(struct stm_bodies *b)
{
    const int ground = (int)b->ground;
    for (int y = 0; y < b->light.h; y++) {
        uint16_t *row = b->light.px + y * b->light.stride;
        for (int x = 0; x < b->light.w; x++)
            row[x] = row[x] > ground ? (uint16_t)(row[x] - ground) : 0;
    }
}

/* Light scattered from bright cells around is no stain: a part of the mean light about a pixel is taken for
 * it. */
static bool compare(struct stm_bodies *b, double um, const struct stm_kernels *kernels,
                    struct stm_arena *scratch, struct stm_error *err)
{
    const int w = b->light.w, h = b->light.h;
    const size_t mark = stm_arena_mark(scratch);
    const double sigma = glare_sigma(um);
    const struct stm_u16 mean = {stm_arena_take(scratch, (size_t)w * (size_t)h * 2, "glare", err), w, w, h};
    void *more = stm_arena_take(scratch, stm_gauss_grid_scratch(w, h, sigma), "glare", err);
    if (!mean.px || !more) return false;
    stm_gauss_wide(kernels, mean, (struct stm_cu16)STM_CONST(b->light), sigma, more);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            b->mask.px[y * b->mask.stride + x] =
                b->light.px[y * b->light.stride + x] > b->threshold + mean.px[y * w + x] / GLARE ? 255 : 0;
    stm_arena_reset(scratch, mark);
    return true;
}

static bool fill_mask(struct stm_bodies *b, double um, struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch), room = (size_t)(b->light.w + 1) / 2 * (size_t)b->light.h;
    struct stm_segment *run = stm_arena_take(scratch, (room + 1) * sizeof *run, "runs", err);
    if (!run) return false;
    size_t n = stm_mask_runs(run, room, (struct stm_cu8)STM_CONST(b->mask));
    void *more = stm_arena_take(scratch, stm_fill_holes_scratch(n, b->light.h), "holes", err);
    if (!more) return false;
    n = stm_fill_holes(run, n, b->light.w, b->light.h, 8, (uint64_t)(hole_um2 / (um * um)), more);
    memset(b->mask.px, 0, (size_t)b->mask.stride * (size_t)b->mask.h);
    stm_runs_fill8(b->mask, 0, 0, run, n, 255);
    stm_arena_reset(scratch, mark);
    return stm_mask_drop_small(b->mask, (uint32_t)(speck_um2 / (um * um)), 8, scratch, err);
}

/* Holes that were filled count as just stained. */
static void lift_holes(struct stm_bodies *b)
{
    for (int y = 0; y < b->light.h; y++)
        for (int x = 0; x < b->light.w; x++) {
            uint16_t *light = &b->light.px[y * b->light.stride + x];
            if (b->mask.px[y * b->mask.stride + x] && *light < b->threshold) *light = b->threshold;
        }
}

static bool count_stained(struct stm_bodies *b, struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    uint32_t *bins = stm_arena_take(scratch, BINS * sizeof *bins, "a histogram", err);
    if (!bins) return false;
    memset(bins, 0, BINS * sizeof *bins);
    for (int y = 0; y < b->light.h; y++)
        for (int x = 0; x < b->light.w; x++)
            if (b->mask.px[y * b->mask.stride + x]) bins[b->light.px[y * b->light.stride + x]]++;
    b->stained = stm_bins_total(bins, BINS);
    b->height = b->stained ? stm_bins_quantile(bins, BINS, 0.5) : 0;
    stm_arena_reset(scratch, mark);
    return true;
}

bool stm_bodies_look(struct stm_bodies *b, struct stm_cu16 plane, const struct stm_bodies_options *options,
                     const struct stm_kernels *kernels, struct stm_arena *scratch, struct stm_error *err)
{
    const size_t px = (size_t)plane.w * (size_t)plane.h;
    const double um = known(options->pixel_um);
    *b = (struct stm_bodies){
        .light = {stm_arena_take(scratch, px * 2 + STM_ALIGN, "light", err), plane.w, plane.w, plane.h},
        .mask = {stm_arena_take(scratch, px + STM_ALIGN, "a mask", err), plane.w, plane.w, plane.h}};
    if (!b->light.px || !b->mask.px || !smooth(b, plane, um, kernels, scratch, err) ||
        !find_ground(b, scratch, err))
        return false;
    subtract_ground(b);
    b->threshold = (uint16_t)fmin(options->deviations * b->deviation + 0.5, 65534);
    if (!compare(b, um, kernels, scratch, err) || !fill_mask(b, um, scratch, err)) return false;
    lift_holes(b);
    return count_stained(b, scratch, err);
}

size_t stm_bodies_bytes(int w, int h, double pixel_um)
{
    const size_t px = (size_t)w * (size_t)h, room = (size_t)(w + 1) / 2 * (size_t)h;
    const struct stm_gauss gauss = stm_gauss_make(most_sigma);
    const size_t look[] = {stm_arena_cost(stm_gauss_scratch(w, &gauss)),
                           stm_arena_cost(BINS * 4) + stm_arena_cost(stm_histogram_scratch(0)),
                           stm_arena_cost((room + 1) * sizeof(struct stm_segment)) +
                               stm_arena_cost(stm_fill_holes_scratch(room, h)),
                           stm_arena_cost(px * 2) +
                               stm_arena_cost(stm_gauss_grid_scratch(w, h, glare_sigma(known(pixel_um)))),
                           stm_patches_bytes(w, h),
                           stm_bodies_cells_bytes(w, h)};
    size_t most = 0;
    for (size_t i = 0; i < sizeof look / sizeof *look; i++)
        most = look[i] > most ? look[i] : most;
    return stm_arena_cost(px * 2 + STM_ALIGN) + stm_arena_cost(px + STM_ALIGN) + most;
}
