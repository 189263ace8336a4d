/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage bodies: cells in the channel that stains their bodies, around the nuclei or, without a channel of
 * these, by themselves. The method is in pipeline/bodies, docs/bodies.md tells it. */
#include "pipeline/bodies/bodies.h"

#include "kernels/runs.h"
#include "pipeline/stage.h"

#include <string.h>

struct knobs {
    double deviations, edge, neck, least_um2;
};

static const struct stm_param params[] = {
    STM_REAL(knobs, deviations, "", 1, 100, 5,
             "stained is what stands out of the ground by this many of its deviations"),
    STM_REAL(knobs, edge, "", 0, 0.9, 0.2, "a cell ends where its light falls below this part of its mean"),
    STM_REAL(
        knobs, neck, "", 0.05, 0.98, 0.85,
        "without nuclei: what is joined by a passage wider than this part of the narrower side is one cell"),
    STM_REAL(knobs, least_um2, "um2", 1, 100000, 25, "without nuclei: smaller ones are no cells"),
    {0},
};

enum { COVERED, GROUND, DEVIATION, THRESHOLD, BARE, UNCLAIMED, COLUMNS };
static const struct stm_measure columns[COLUMNS + 1] = {
    [COVERED] = {"Bodies_Covered", "%", 2,
                 "part of the field that cells cover, in the stain of their bodies"},
    [GROUND] = {"Bodies_Ground", "counts", 1, "light of the body channel where no cell is"},
    [DEVIATION] = {"Bodies_Deviation", "counts", 2,
                   "deviation of the ground after smoothing: noise and unevenness"},
    [THRESHOLD] = {"Bodies_Threshold", "counts", 1, "light above the ground from which a pixel is stained"},
    [BARE] = {"Bodies_BareNuclei", "", 0,
              "nuclei (not debris) of which less than half is stained: they have no cell"},
    [UNCLAIMED] = {"Bodies_Unclaimed", "%", 2,
                   "part of the stained area that belongs to no cell: dimmer than bodies.edge, or without a "
                   "nucleus"},
};

/* For least_um2 where no pixel size is known. */
static const double usual_um = 0.65;

static size_t scratch_bytes(const void *unused, const struct stm_geometry *geo)
{
    (void)unused;
    const size_t px = (size_t)geo->width * (size_t)geo->height;
    return stm_arena_cost(px * 4 + STM_ALIGN) + stm_arena_cost(px / 16 + 256) +
           stm_bodies_bytes(geo->width, geo->height, geo->pixel_um);
}

static struct stm_bodies_options options_of(const struct knobs *k, double um)
{
    const double size = um > 0 ? um : usual_um;
    return (struct stm_bodies_options){.deviations = k->deviations,
                                       .edge = k->edge,
                                       .neck = k->neck,
                                       .least_px = k->least_um2 / (size * size),
                                       .pixel_um = um};
}

/* The labels as runs in the site's memory. */
static bool list_cells(struct stm_segment **run, size_t *n, struct stm_site *site, struct stm_cu32 label,
                       struct stm_error *err)
{
    *n = stm_label_runs(NULL, 0, label, 0, 0);
    *run = stm_arena_take(site->arena, (*n + 1) * sizeof **run, "runs of cells", err);
    if (*run) stm_label_runs(*run, *n, label, 0, 0);
    return *run;
}

static uint64_t area_of(const struct stm_segment *run, size_t n)
{
    uint64_t area = 0;
    for (size_t i = 0; i < n; i++)
        area += (uint64_t)(run[i].x1 - run[i].x0);
    return area;
}

static void grow_box(struct stm_object *o, const struct stm_segment *s)
{
    o->x0 = s->x0 < o->x0 ? s->x0 : o->x0;
    o->x1 = s->x1 > o->x1 ? s->x1 : o->x1;
    o->y0 = s->y < o->y0 ? s->y : o->y0;
    o->y1 = s->y + 1;
}

/* Without nuclei cells are the objects. */
static bool take_objects(struct stm_site *site, struct stm_cu32 label, uint32_t n, struct stm_error *err)
{
    const int w = site->geo.width, h = site->geo.height;
    site->objects = stm_arena_take(site->arena, ((size_t)n + 1) * sizeof *site->objects, "cells", err);
    if (!site->objects || !list_cells(&site->segments, &site->n_segments, site, label, err)) return false;
    site->n_objects = (int)n;
    for (uint32_t i = 0; i < n; i++)
        site->objects[i] = (struct stm_object){.number = i + 1, .x0 = w, .y0 = h};
    for (size_t i = 0; i < site->n_segments; i++)
        grow_box(&site->objects[site->segments[i].label - 1], &site->segments[i]);
    return true;
}

static bool alone(struct stm_site *site, const struct stm_bodies *b, const struct stm_bodies_options *options,
                  const struct stm_stage_env *env, uint64_t *claimed, struct stm_error *err)
{
    uint32_t n;
    if (!stm_bodies_alone(site->labels, &n, b, options, env->kernels, env->scratch, err) ||
        !take_objects(site, (struct stm_cu32)STM_CONST(site->labels), n, err))
        return false;
    *claimed = area_of(site->segments, site->n_segments);
    return true;
}

/* Nuclei (not debris) that no cell has; -1 when memory runs out. */
static int count_bare(const struct stm_site *site, struct stm_arena *scratch, struct stm_error *err)
{
    int n = 0;
    uint8_t *has = stm_arena_take(scratch, (size_t)site->n_objects + 1, "nuclei", err);
    if (!has) return -1;
    memset(has, 0, (size_t)site->n_objects + 1);
    for (size_t i = 0; i < site->n_cells; i++)
        has[site->cells[i].label] = 1;
    for (int i = 0; i < site->n_objects; i++)
        n += site->objects[i].class != STM_CLASS_DEBRIS && !has[i + 1];
    return n;
}

static bool around(struct stm_site *site, const struct stm_bodies *b,
                   const struct stm_bodies_options *options, const struct stm_stage_env *env,
                   uint64_t *claimed, struct stm_error *err)
{
    const int w = site->geo.width, h = site->geo.height;
    const struct stm_u32 label = {
        stm_arena_take(env->scratch, (size_t)w * (size_t)h * 4 + STM_ALIGN, "cells", err), w, w, h};
    if (!label.px) return false;
    for (int y = 0; y < h; y++)
        memcpy(label.px + (ptrdiff_t)y * w, site->labels.px + y * site->labels.stride, (size_t)w * 4);
    if (!stm_bodies_around(label, (uint32_t)site->n_objects, b, options, env->scratch, err) ||
        !list_cells(&site->cells, &site->n_cells, site, (struct stm_cu32)STM_CONST(label), err))
        return false;
    const int bare = count_bare(site, env->scratch, err);
    site->site_values[env->site_first + BARE] = bare;
    *claimed = area_of(site->cells, site->n_cells);
    return bare >= 0;
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const struct stm_bodies_options options = options_of(env->params, site->geo.pixel_um);
    double *const value = site->site_values + env->site_first;
    const int c = stm_site_channel(site, STM_ROLE_BODY);
    struct stm_bodies b;
    uint64_t claimed;
    if (c < 0) return stm_fail(err, STM_BAD_INPUT, "the image of the cell bodies is missing");
    if (!stm_bodies_look(&b, (struct stm_cu16)STM_CONST(site->plane[c]), &options, env->kernels, env->scratch,
                         err))
        return false;
    if (!(stm_site_channel(site, STM_ROLE_NUCLEI) >= 0 ? around : alone)(site, &b, &options, env, &claimed,
                                                                         err))
        return false;
    value[COVERED] = 100.0 * (double)claimed / ((double)site->geo.width * site->geo.height);
    value[GROUND] = b.ground;
    value[DEVIATION] = b.deviation;
    value[THRESHOLD] = b.threshold;
    value[UNCLAIMED] = b.stained > claimed ? 100.0 * (double)(b.stained - claimed) / (double)b.stained : 0;
    return true;
}

const struct stm_stage stm_stage_bodies = {
    .name = "bodies",
    .summary = "the cells in the stain of their bodies, around the nuclei or by themselves",
    .roles = 1u << STM_ROLE_BODY,
    .reads = STM_SLOT_RAW | STM_SLOT_FLAT,
    .writes = STM_SLOT_LABELS | STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .site_columns = columns,
    .scratch_bytes = scratch_bytes,
    .run = run,
};
