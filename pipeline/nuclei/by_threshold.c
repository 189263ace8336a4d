/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nuclei/by_threshold.h"

#include "kernels/components.h"
#include "kernels/gauss.h"
#include "kernels/histogram.h"
#include "kernels/runs.h"
#include "pipeline/nets/objects.h"
#include "pipeline/nuclei/blob.h"
#include "pipeline/nuclei/by_size.h"
#include "pipeline/nuclei/sample.h"
#include "pipeline/nuclei/split.h"

#include <math.h>
#include <string.h>

/* Background: a Gaussian much wider than a nucleus; smoothing: one much narrower. Of white noise
 * 1 / (2 sqrt(pi) sigma) is left. What is this many deviations of the noise above the background is more.
 * Holes up to this part of a nucleus (0.1 of its disc) are filled; larger ones are what is between the nuclei
 * of a closed layer. */
static const double usual_um = 16, wide = 2, widest_px = 1000, narrowest_px = 8, narrow = 0.08,
                    least_sigma = 0.7, most_sigma = 4, left = 0.28209479177387814, clear = 4, hole = 0.08;
enum { BINS = 65536, SHIFT = 4 };

/* A neck is narrower than both parts by half a pixel all around: less is a rough edge. A closed
 * layer is one object before it is cut. */
static const struct stm_nuclei_cuts cuts = {.rise = 8, .window = 1 << 22, .seeds = 1 << 14};

static double between(double x, double least, double greatest)
{
    return x < least ? least : x > greatest ? greatest : x;
}

/* As large as nuclei are when no size is given, or, when pixels have none, as those in the image seem to be.
 */
static bool find_diameter(struct stm_finder *f, struct stm_error *err)
{
    f->diameter = f->options->diameter_px > 0 ? f->options->diameter_px : usual_um / f->options->pixel_um;
    return f->diameter > 0 || stm_nuclei_scale(f, err);
}

static bool take_background(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    const double far = between(wide * f->diameter, narrowest_px, widest_px),
                 sigma = between(narrow * f->diameter, least_sigma, most_sigma);
    const struct stm_gauss gauss = stm_gauss_make(sigma);
    const struct stm_cu16 light = STM_CONST(f->light);
    void *grid = stm_arena_take(f->scratch, stm_gauss_grid_scratch(f->w, f->h, far), "the background", err);
    if (!grid) return false;
    const struct stm_grid background = stm_gauss_grid(f->kernels, light, far, grid);
    if (!stm_nuclei_smooth(f, &gauss, &background, err)) return false;
    f->noise *= left / sigma;
    stm_arena_reset(f->scratch, mark);
    return true;
}

/* Otsu's level of some rows; 65535 when nothing there is clear of the noise. */
static bool find_level(uint16_t *level, struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    const int step = stm_sample_step(f->w, f->h), n = BINS >> SHIFT;
    uint32_t *bins = stm_arena_take(f->scratch, (size_t)n * sizeof *bins, "a histogram", err);
    if (!bins) return false;
    memset(bins, 0, (size_t)n * sizeof *bins);
    for (int y = 0; y < f->h; y += step)
        for (int x = 0; x < f->w; x++)
            bins[f->light.px[y * f->light.stride + x] >> SHIFT]++;
    const int least = (stm_otsu(bins, n) + 1) << SHIFT;
    *level = (uint16_t)(least - 1 > clear * f->noise ? least - 1 : 65535);
    stm_arena_reset(f->scratch, mark);
    return true;
}

/* f->base: what is above the level, its holes filled; f->seeds: how many connected parts that is. */
static bool find_parts(struct stm_finder *f, uint16_t level, struct stm_error *err)
{
    const size_t room = stm_nuclei_run_room(f->w, f->h);
    f->base = stm_arena_take(f->scratch, room * sizeof *f->base, "the foreground", err);
    const size_t mark = stm_arena_mark(f->scratch);
    if (!f->base) return false;
    size_t n;
    if (!stm_nuclei_threshold(f, f->base, room, &n, level + 1, err)) return false;
    f->crowded = n > room;
    if (f->crowded) return true;
    void *holes = stm_arena_take(f->scratch, stm_fill_holes_scratch(n, f->h), "holes", err);
    uint32_t *parent = stm_arena_take(f->scratch, (n + 1) * sizeof *parent, "parts", err);
    if (!holes || !parent) return false;
    f->bases = stm_fill_holes(f->base, n, f->w, f->h, 8, (uint64_t)(hole * f->diameter * f->diameter), holes);
    f->seeds = stm_components(f->base, f->bases, 8, parent);
    f->crowded = f->seeds > stm_nuclei_label_room(f->w, f->h);
    stm_arena_reset(f->scratch, mark);
    return true;
}

/* Cutting asks what is usual: the median of what is not a speck. */
static bool find_usual(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    uint32_t *area = stm_arena_take(f->scratch, ((size_t)f->seeds + 1) * sizeof *area, "areas", err);
    enum { SPECK = 30 };
    size_t n = 0;
    if (!area) return false;
    memset(area, 0, ((size_t)f->seeds + 1) * sizeof *area);
    for (size_t i = 0; i < f->bases; i++)
        area[f->base[i].label] += (uint32_t)(f->base[i].x1 - f->base[i].x0);
    for (uint32_t i = 1; i <= f->seeds; i++)
        if (area[i] >= SPECK) area[n++] = area[i];
    f->typical = n ? stm_net_median(area, n) : 0;
    stm_arena_reset(f->scratch, mark);
    return true;
}

static bool label(struct stm_finder *f, struct stm_error *err)
{
    uint16_t level;
    if (!find_level(&level, f, err) || !find_parts(f, level, err)) return false;
    if (f->crowded) {
        f->bases = f->seeds = 0;
        return true;
    }
    stm_runs_paint(f->labels, 0, 0, f->base, f->bases);
    return find_usual(f, err) && (!f->options->declump || stm_nuclei_split(f, &cuts, err));
}

/* Median over nuclei of their mean light above the background. */
static bool find_contrast(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    uint32_t *mean = stm_arena_take(f->scratch, ((size_t)f->blobs + 1) * sizeof *mean, "light", err);
    size_t n = 0;
    if (!mean) return false;
    for (uint32_t i = 1; i <= f->blobs; i++)
        if (f->blob[i].kind == STM_BLOB_NUCLEUS)
            mean[n++] = (uint32_t)(f->blob[i].light / (uint64_t)f->blob[i].area);
    f->contrast = n ? stm_net_median(mean, n) : 0;
    stm_arena_reset(f->scratch, mark);
    return true;
}

/* What another member of the team takes at most. */
static size_t member_bytes(int w, int h)
{
    return stm_arena_most(stm_arena_most(stm_nuclei_smooth_bytes(w), stm_nuclei_band_bytes(w)),
                          stm_nuclei_split_member_bytes(w, h, &cuts));
}

static bool search(struct stm_finder *f, struct stm_cu16 plane, struct stm_error *err)
{
    return stm_nuclei_light(f, plane, err) && find_diameter(f, err) && take_background(f, err) &&
           label(f, err) && stm_blobs_make(f, err) && stm_nuclei_judge_sizes(f, err) && find_contrast(f, err);
}

bool stm_nuclei_find_by_threshold(struct stm_nuclei *out, struct stm_u32 labels, struct stm_cu16 plane,
                                  const struct stm_kernels *kernels, const struct stm_nuclei_options *options,
                                  struct stm_arena *scratch, struct stm_arena *keep, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct stm_team team;
    struct stm_finder f = {.kernels = kernels,
                           .options = options,
                           .scratch = scratch,
                           .team = &team,
                           .w = plane.w,
                           .h = plane.h,
                           .labels = labels};
    *out = (struct stm_nuclei){.diameter_px = NAN};
    for (int y = 0; y < labels.h; y++)
        memset(labels.px + y * labels.stride, 0, (size_t)labels.w * sizeof *labels.px);
    stm_team_gather(&team, scratch, plane.h / STM_TEAM_ROWS, member_bytes(plane.w, plane.h));
    const bool good = search(&f, plane, err) && stm_nuclei_finish(&f, out, keep, err);
    stm_team_dismiss(&team);
    if (!good) return false;
    const double unit = 1 << f.up;
    out->noise = f.noise / unit;
    out->contrast = f.contrast / unit;
    out->dark = f.dark;
    out->crowded = f.crowded;
    out->diameter_px = stm_nuclei_usual_diameter(&f, out);
    stm_arena_reset(scratch, mark);
    return true;
}

size_t stm_nuclei_by_threshold_scratch(int w, int h)
{
    const size_t runs = stm_nuclei_run_room(w, h);
    const size_t smoothing =
        stm_arena_cost(stm_gauss_grid_scratch_from(w, h, narrowest_px)) + stm_nuclei_smooth_bytes(w);
    const size_t level = stm_arena_cost((BINS >> SHIFT) * sizeof(uint32_t));
    const size_t parts =
        stm_arena_cost(stm_fill_holes_scratch(runs, h)) + stm_arena_cost((runs + 1) * sizeof(uint32_t));
    const size_t blobs = stm_blobs_bytes(w, h) +
                         stm_arena_most(stm_nuclei_judge_sizes_bytes(w, h), stm_nuclei_finish_bytes(w, h));
    return stm_nuclei_light_bytes(w, h) +
           stm_arena_most(
               stm_arena_most(stm_arena_most(smoothing, level), stm_nuclei_scale_bytes(w, h)),
               stm_arena_cost(runs * sizeof(struct stm_segment)) +
                   stm_arena_most(parts, stm_arena_most(stm_nuclei_split_bytes(w, h, &cuts), blobs)));
}
