/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage measure: columns of every object. */
#include "pipeline/core/team.h"
#include "pipeline/stage.h"
#include "pipeline/stages/feature.h"

#include <math.h>
#include <string.h>

struct knobs {
    double ring_gap_um, ring_width_um;
};

static const struct stm_param params[] = {
    STM_REAL(knobs, ring_gap_um, "um", 0, 20, 0.7, "distance that the local background keeps to all objects"),
    STM_REAL(knobs, ring_width_um, "um", 0.5, 50, 2.5,
             "width of the ring of local background beyond the gap"),
    {0},
};

/* Pixel size that lengths are converted with when none is known: 20x objective, 6.5 um camera pixels. */
static const double usual_pixel_um = 0.325;
enum { MOST_GAP = 16, MOST_REACH = 32 };

static int to_pixels(double um, double pixel_um, int low, int high)
{
    const double px = um / (isnan(pixel_um) ? usual_pixel_um : pixel_um) + 0.5;
    return px < low ? low : px > high ? high : (int)px;
}

/* Runs grouped by object, raster order within each: those of object i + 1 are run[start[i] … start[i + 1]).
 */
struct groups {
    struct stm_segment *run;
    uint32_t *start;
};

static bool group_runs(struct groups *g, const struct stm_site *site, struct stm_arena *arena,
                       struct stm_error *err)
{
    const size_t n = (size_t)site->n_objects;
    g->run = stm_arena_take(arena, (site->n_segments + 1) * sizeof *g->run, "runs by object", err);
    g->start = g->run ? stm_arena_take(arena, (n + 2) * sizeof *g->start, "runs by object", err) : NULL;
    if (!g->start) return false;
    memset(g->start, 0, (n + 2) * sizeof *g->start);
    for (size_t i = 0; i < site->n_segments; i++) {
        const uint32_t label = site->segments[i].label;
        if (label < 1 || label > n)
            return stm_fail(err, STM_INTERNAL, "a run belongs to object %u, there are %zu", label, n);
        g->start[label + 1]++;
    }
    for (size_t i = 2; i < n + 2; i++)
        g->start[i] += g->start[i - 1];
    /* start[i + 1] is where object i + 1 begins and moves to its end, which is where i + 2 begins */
    for (size_t i = 0; i < site->n_segments; i++)
        g->run[g->start[site->segments[i].label]++] = site->segments[i];
    return true;
}

static void fill_object(struct stm_object *o, const struct stm_blob *b, const double *value)
{
    o->x0 = b->x0, o->x1 = b->x1;
    o->y0 = b->y0, o->y1 = b->y1;
    o->cx = value[STM_CENTER_X], o->cy = value[STM_CENTER_Y];
}

/* Pixels to the file's own unit: stored = offset + scale * pixel. */
static void to_stored(double *value, const struct stm_channel *channel, double area)
{
    const double scale = channel->scale != 0 ? channel->scale : 1, offset = channel->offset;
    for (int i = 0; i < STM_CHANNEL_FEATURES; i++) {
        const bool spread = i == STM_INTENSITY_STD || i == STM_RING_MAD;
        value[i] = value[i] * scale + (spread ? 0 : i == STM_INTENSITY_INTEGRATED ? offset * area : offset);
    }
}

/* What all objects of a site share. */
struct work {
    const struct stm_site *site;
    const struct stm_kernels *kernels;
    struct stm_arena *arena;
    struct stm_cover cover;
    const uint32_t *neighbors;
    int reach, nuclei;
    int last_channel; /* measured channels are 0 … last_channel - 1 */
};

static bool measure_shape(const struct work *w, const struct stm_blob *b, double *value,
                          struct stm_error *err)
{
    stm_feature_moments(b, w->site->geo.pixel_um, value);
    stm_feature_outline(b, value);
    if (w->nuclei >= 0) stm_feature_mass(b, (struct stm_cu16)STM_CONST(w->site->plane[w->nuclei]), value);
    return stm_feature_hull(b, w->arena, value, err) &&
           stm_feature_radius(b, w->kernels, w->arena, value, err);
}

static bool measure_channels(const struct work *w, const struct stm_blob *b, double *value,
                             struct stm_error *err)
{
    struct stm_ring ring;
    if (!stm_ring_make(&ring, b, &w->cover, w->reach, w->arena, err)) return false;
    const size_t mark = stm_arena_mark(w->arena);
    for (int c = 0; c < w->last_channel; c++, value += STM_CHANNEL_FEATURES) {
        if (!w->site->plane[c].px) continue;
        const struct stm_cu16 plane = STM_CONST(w->site->plane[c]);
        stm_arena_reset(w->arena, mark);
        if (!stm_feature_intensity(b, plane, w->kernels, w->arena, value, err)) return false;
        stm_feature_ring(&ring, plane, w->kernels, value);
        to_stored(value, &w->site->row.channel[c], (double)b->area);
    }
    return true;
}

/* The rows around the next object begin to come from memory while this one is measured: they are short pieces
 * far apart, which the processor does not foresee. */
static void fetch(const struct work *w, const struct groups *g, int i)
{
    enum { LINE = 32 }; /* pixels of a cache line */
    if (i >= w->site->n_objects) return;
    for (uint32_t r = g->start[i]; r < g->start[i + 1]; r++)
        for (int c = 0; c < w->last_channel; c++) {
            const struct stm_u16 plane = w->site->plane[c];
            const uint16_t *row = plane.px ? plane.px + g->run[r].y * plane.stride : NULL;
            for (int x = g->run[r].x0; row && x < g->run[r].x1 + LINE; x += LINE)
                __builtin_prefetch(row + x);
        }
}

static bool measure_object(const struct work *w, const struct groups *g, int i, struct stm_object *o,
                           double *value, struct stm_error *err)
{
    struct stm_blob b = {.run = g->run + g->start[i], .n_runs = g->start[i + 1] - g->start[i]};
    if (!b.n_runs) return stm_fail(err, STM_INTERNAL, "object %d has no pixels", i + 1);
    const size_t start = stm_arena_mark(w->arena);
    bool ok = stm_blob_make(&b, w->arena, err);
    const size_t mark = stm_arena_mark(w->arena);
    ok = ok && measure_shape(w, &b, value, err);
    stm_arena_reset(w->arena, mark);
    ok = ok && measure_channels(w, &b, value + STM_FEATURES, err);
    stm_arena_reset(w->arena, start);
    if (!ok) return false;
    value[STM_NEIGHBORS] = w->neighbors[i];
    fill_object(o, &b, value);
    return true;
}

static bool prepare(struct work *w, const struct knobs *k, struct stm_error *err)
{
    const struct stm_site *site = w->site;
    const int gap = to_pixels(k->ring_gap_um, site->geo.pixel_um, 1, MOST_GAP);
    uint32_t *counts =
        stm_arena_take(w->arena, (size_t)(site->n_objects + 1) * sizeof *counts, "neighbours", err);
    if (!counts) return false;
    w->neighbors = counts;
    w->reach = gap + to_pixels(k->ring_width_um, site->geo.pixel_um, 3, MOST_REACH);
    w->nuclei = stm_site_channel(site, STM_ROLE_NUCLEI);
    w->last_channel = site->row.channels;
    const size_t mark = stm_arena_mark(w->arena);
    if (!stm_feature_neighbors(site->segments, site->n_segments, counts, site->n_objects, w->arena, err))
        return false;
    stm_arena_reset(w->arena, mark);
    return stm_cover_make(&w->cover, site->segments, site->n_segments, site->geo.width, site->geo.height, gap,
                          w->arena, err);
}

/* Objects are measured in shares, by as many threads as there are. */
struct shares {
    const struct work *work;
    const struct groups *groups;
    struct stm_site *site;
    double *value; /* of the first object's first column */
    int columns;
    struct stm_team team;
};

enum { SHARE = 64 }; /* objects */

static bool measure_share(void *context, int worker, int item, struct stm_error *err)
{
    const struct shares *const s = context;
    struct work w = *s->work;
    const struct stm_site *const site = s->site;
    const int end = site->n_objects - item * SHARE < SHARE ? site->n_objects : (item + 1) * SHARE;
    w.arena = s->team.arena[worker];
    for (int i = item * SHARE; i < end; i++) {
        struct stm_object *const o = site->objects + i;
        fetch(&w, s->groups, i + 1);
        if (!measure_object(&w, s->groups, i, o, s->value + (ptrdiff_t)i * s->columns, err)) return false;
    }
    return true;
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const struct knobs *k = env->params;
    struct work w = {.site = site, .kernels = env->kernels, .arena = env->scratch};
    struct groups groups;
    if (!site->n_objects) return true;
    if (!group_runs(&groups, site, w.arena, err) || !prepare(&w, k, err)) return false;
    struct shares s = {.work = &w,
                       .groups = &groups,
                       .site = site,
                       .value = site->object_values + env->object_first,
                       .columns = env->object_columns->n};
    const int n = (site->n_objects + SHARE - 1) / SHARE;
    stm_team_gather(&s.team, env->scratch, n, env->scratch->size - env->scratch->used);
    const bool good = stm_team_run(&s.team, n, &s, measure_share, err);
    stm_team_dismiss(&s.team);
    return good;
}

/* Room for a run in every 4th pixel, an object in every 16th, and one object as large as the image. */
static size_t scratch_bytes(const void *unused, const struct stm_geometry *geo)
{
    (void)unused;
    const size_t px = (size_t)geo->width * (size_t)geo->height, runs = px / 4 + 64, objects = px / 16 + 64;
    const size_t rows = (size_t)geo->height + 2 + 4 * MOST_REACH * 2,
                 row_bytes = ((size_t)geo->width + 65) / 64 * 8;
    const size_t long_lived = stm_arena_cost(runs * sizeof(struct stm_segment)) +
                              2 * stm_arena_cost(objects * 4) + 2 * stm_arena_cost(rows * row_bytes);
    const size_t pairs = stm_arena_cost(objects * 4 * 8) + 2 * stm_arena_cost(objects * 4);
    const size_t bitmaps = 3 * stm_arena_cost(rows * (row_bytes + 8));
    const size_t hull =
        stm_arena_cost(4 * rows * 4) + stm_arena_cost(8 * rows * 8) + stm_arena_cost(4 * rows * 4);
    const size_t radius = stm_arena_cost(px * 2 + (rows + (size_t)geo->width) * 2 + 4096) +
                          2 * stm_arena_cost(px + 64) + stm_arena_cost(((size_t)geo->width + 1024) * 8);
    const size_t object = bitmaps + hull + radius; /* its pixels, later, need less than the radius did */
    return long_lived + (pairs > object ? pairs : object);
}

const struct stm_stage stm_stage_measure = {
    .name = "measure",
    .summary = "shape, intensity and place of every object",
    .reads = STM_SLOT_FLAT | STM_SLOT_LABELS | STM_SLOT_OBJECTS,
    .writes = STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .object_columns = stm_feature_columns,
    .scratch_bytes = scratch_bytes,
    .run = run,
};
