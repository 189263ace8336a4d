/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage segment of assay adherent: covered area becomes cells, one by one. Every method fills the label image
 * with numbers of cells; what follows is common to all. */
#include "pipeline/cells/divide.h"
#include "kernels/runs.h"
#include "pipeline/cells/view.h"
#include "pipeline/stage.h"

#include <math.h>
#include <string.h>

static const char *const methods[] = {"classical", NULL};
enum method { CLASSICAL };

struct knobs {
    int method;
    double neck, least_um2;
};

static const struct stm_param params[] = {
    STM_CHOICE(knobs, method, methods, CLASSICAL,
               "by necks, and by the bright lines along which cells touch (docs/adherent.md)"),
    STM_REAL(knobs, neck, "", 0.05, 0.95, 0.55,
             "what is joined by a passage wider than this part of the narrower side is one cell"),
    STM_REAL(knobs, least_um2, "um2", 1, 100000, 120,
             "smaller parts, or below a fifth of the usual cell, belong to their neighbour"),
    {0},
};

static const struct stm_measure columns[] = {
    {"Segment_Cells", "", 0, "cells found, whether cut by an edge or not"},
    {0},
};

static size_t scratch_bytes(const void *unused, const struct stm_geometry *geo)
{
    (void)unused;
    const struct stm_cells_size s = stm_cells_size(geo->width, geo->height, geo->pixel_um);
    const size_t numbers = stm_arena_cost(((size_t)s.w * (size_t)s.h / 4 + 256) * 4),
                 divide = stm_cells_divide_bytes(s.w, s.h);
    const size_t areas = stm_arena_cost(((size_t)s.w * (size_t)s.h / 4 + 256) * 8);
    return stm_arena_cost((size_t)s.w * (size_t)s.h * 5 + STM_ALIGN) +
           (numbers + areas > divide ? numbers + areas : divide);
}

/* dst = src at the nearest pixel. */
static void sample(struct stm_u32 dst, struct stm_cu32 src)
{
    for (int y = 0; y < dst.h; y++) {
        const uint32_t *from = src.px + (ptrdiff_t)((2 * (int64_t)y + 1) * src.h / (2 * dst.h)) * src.stride;
        uint32_t *to = dst.px + y * dst.stride;
        for (int x = 0; x < dst.w; x++)
            to[x] = from[(2 * (int64_t)x + 1) * src.w / (2 * dst.w)];
    }
}

static bool classical(struct stm_u32 cells, double um, uint32_t *n, const struct stm_stage_env *env,
                      struct stm_error *err)
{
    const struct knobs *k = env->params;
    return stm_cells_divide(n, cells, k->neck, (uint32_t)(k->least_um2 / (um * um) + 0.5), env->kernels,
                            env->scratch, err);
}

/* Labels at full size: those of the nearest pixels, within the covered area. */
static void enlarge(struct stm_site *site, struct stm_cu32 cells)
{
    sample(site->labels, cells);
    for (int y = 0; y < site->labels.h; y++)
        for (int x = 0; x < site->labels.w; x++)
            if (!site->mask.px[y * site->mask.stride + x]) site->labels.px[y * site->labels.stride + x] = 0;
}

/* Numbers in raster order of the first pixel; those of cells that are gone are not used. Returns how many. */
static int renumber(struct stm_u32 labels, uint32_t *number, uint32_t n)
{
    uint32_t next = 0;
    memset(number, 0, ((size_t)n + 1) * sizeof *number);
    for (int y = 0; y < labels.h; y++)
        for (int x = 0; x < labels.w; x++) {
            uint32_t *px = &labels.px[y * labels.stride + x];
            if (!*px) continue;
            if (!number[*px]) number[*px] = ++next;
            *px = number[*px];
        }
    return (int)next;
}

static void grow_box(struct stm_object *o, const struct stm_segment *s)
{
    o->x0 = s->x0 < o->x0 ? s->x0 : o->x0;
    o->x1 = s->x1 > o->x1 ? s->x1 : o->x1;
    o->y0 = s->y < o->y0 ? s->y : o->y0;
    o->y1 = s->y + 1;
}

static bool list_objects(struct stm_site *site, int n, struct stm_error *err)
{
    const struct stm_cu32 labels = STM_CONST(site->labels);
    const size_t runs = stm_label_runs(NULL, 0, labels, 0, 0);
    site->segments = stm_arena_take(site->arena, (runs + 1) * sizeof *site->segments, "runs of cells", err);
    site->objects = stm_arena_take(site->arena, ((size_t)n + 1) * sizeof *site->objects, "cells", err);
    if (!site->segments || !site->objects) return false;
    site->n_segments = stm_label_runs(site->segments, runs, labels, 0, 0);
    site->n_objects = n;
    for (int i = 0; i < n; i++)
        site->objects[i] = (struct stm_object){
            .number = (uint32_t)i + 1, .counted = 1, .x0 = site->geo.width, .y0 = site->geo.height};
    for (size_t i = 0; i < site->n_segments; i++)
        grow_box(&site->objects[site->segments[i].label - 1], &site->segments[i]);
    for (int i = 0; i < n; i++)
        site->objects[i].counted =
            site->objects[i].x1 < site->geo.width && site->objects[i].y1 < site->geo.height;
    return true;
}

/* Rounded cells are known by what they are made of. */
static bool mark_round(struct stm_site *site, struct stm_cu8 round, struct stm_arena *scratch,
                       struct stm_error *err)
{
    uint32_t *count =
        stm_arena_take(scratch, ((size_t)site->n_objects + 1) * 2 * sizeof *count, "areas", err);
    if (!count) return false;
    memset(count, 0, ((size_t)site->n_objects + 1) * 2 * sizeof *count);
    for (size_t i = 0; i < site->n_segments; i++) {
        const struct stm_segment *s = &site->segments[i];
        const uint8_t *row =
            round.px + (2 * (int64_t)s->y + 1) * round.h / (2 * site->geo.height) * round.stride;
        for (int x = s->x0; x < s->x1; x++)
            count[2 * (s->label - 1)] += row[(2 * (int64_t)x + 1) * round.w / (2 * site->geo.width)];
        count[2 * (s->label - 1) + 1] += (uint32_t)(s->x1 - s->x0);
    }
    for (int i = 0; i < site->n_objects; i++)
        if (2 * count[2 * i] > count[2 * i + 1]) site->objects[i].class = STM_CLASS_ROUNDED;
    return true;
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const struct stm_cells_size s = stm_cells_size(site->geo.width, site->geo.height, site->geo.pixel_um);
    const double um = site->geo.pixel_um > 0 ? site->geo.pixel_um * site->geo.width / s.w : stm_cells_um;
    const struct stm_u32 cells = {stm_arena_take(env->scratch, (size_t)s.w * (size_t)s.h * 4, "cells", err),
                                  s.w, s.w, s.h};
    const struct stm_u8 round = {
        stm_arena_take(env->scratch, (size_t)s.w * (size_t)s.h, "rounded cells", err), s.w, s.w, s.h};
    uint32_t n = 0;
    if (!cells.px || !round.px) return false;
    sample(cells, (struct stm_cu32)STM_CONST(site->labels));
    for (size_t i = 0; i < (size_t)s.w * (size_t)s.h; i++)
        round.px[i] = cells.px[i] == STM_PART_ROUND;
    if (!classical(cells, um, &n, env, err)) return false;
    enlarge(site, (struct stm_cu32)STM_CONST(cells));
    uint32_t *number = stm_arena_take(env->scratch, ((size_t)n + 1) * sizeof *number, "numbers", err);
    if (!number) return false;
    const int found = renumber(site->labels, number, n);
    site->site_values[env->site_first] = found;
    return list_objects(site, found, err) &&
           mark_round(site, (struct stm_cu8)STM_CONST(round), env->scratch, err);
}

const struct stm_stage stm_stage_divide = {
    .name = "segment",
    .summary = "tell cells apart, one by one",
    .reads = STM_SLOT_FOREGROUND | STM_SLOT_LABELS,
    .writes = STM_SLOT_LABELS | STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .site_columns = columns,
    .scratch_bytes = scratch_bytes,
    .run = run,
};
