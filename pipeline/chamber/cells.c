/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/moments.h"
#include "kernels/runs.h"
#include "pipeline/chamber/finder.h"

#include <string.h>

/* Between half of the option and all of it, as the noise asks; never within four times the noise. */
static double level_of(const struct stm_cell_finder *f, double most)
{
    const double noise = f->chamber->noise, wanted = f->options->noise * noise, least = most / 2;
    const double level = wanted < least ? least : wanted > most ? most : wanted;
    return level < 4 * noise ? 4 * noise : level;
}

static void set_levels(struct stm_cell_finder *f)
{
    const double dark = level_of(f, f->options->dark), bright = level_of(f, f->options->bright);
    f->dark = (int)(STM_CHAMBER_LIGHT * (1 - (dark < 0.9 ? dark : 0.9)) + 0.5);
    f->bright = (int)(STM_CHAMBER_LIGHT * (1 + (bright < 6 ? bright : 6)) + 0.5);
}

/* Labels are numbered body by body; objects are numbered in raster order of their first pixel. */
static bool number(struct stm_cell_finder *f, struct stm_cells *out, struct stm_arena *keep,
                   struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    uint32_t *const to = stm_arena_take(f->scratch, ((size_t)f->cells + 1) * sizeof *to, "numbers", err);
    size_t *const rows = stm_arena_take(f->scratch, stm_runs_sort_scratch(f->h), "rows", err);
    out->segments = f->crowded ? 0 : f->n_kept;
    out->segment = stm_arena_take(keep, out->segments * sizeof *out->segment + 1, "runs of cells", err);
    if (!to || !rows || !out->segment) return false;
    struct stm_segment *const run = out->segment;
    memset(to, 0, ((size_t)f->cells + 1) * sizeof *to);
    stm_runs_sort(run, f->kept, out->segments, f->h, rows);
    uint32_t next = 0;
    for (size_t i = 0; i < out->segments; i++) {
        uint32_t *const number = &to[run[i].label];
        *number = *number ? *number : ++next;
        run[i].label = *number;
    }
    out->objects = (int)next;
    out->cell = stm_arena_take(keep, (size_t)next * sizeof *out->cell + 1, "cells", err);
    if (!out->cell) return false;
    for (uint32_t i = 1; i <= f->cells; i++)
        if (to[i]) out->cell[to[i] - 1] = f->cell[i - 1];
    stm_runs_paint(f->labels, 0, 0, out->segment, out->segments);
    stm_arena_reset(f->scratch, mark);
    return true;
}

static bool make_objects(struct stm_cell_finder *f, struct stm_cells *out, struct stm_arena *keep,
                         struct stm_error *err)
{
    const size_t n = (size_t)out->objects + 1;
    struct stm_moments *const m = stm_arena_take(f->scratch, n * sizeof *m, "moments", err);
    out->object = stm_arena_take(keep, n * sizeof *out->object, "cells", err);
    if (!m || !out->object) return false;
    memset(m, 0, n * sizeof *m);
    stm_moments_runs(m, out->segment, out->segments);
    for (int i = 0; i < out->objects; i++) {
        const struct stm_shape shape = stm_moments_shape(&m[i + 1]);
        out->object[i] = (struct stm_object){.number = (uint32_t)i + 1,
                                             .counted = 1,
                                             .x0 = m[i + 1].x0,
                                             .y0 = m[i + 1].y0,
                                             .x1 = m[i + 1].x1,
                                             .y1 = m[i + 1].y1,
                                             .cx = shape.cx,
                                             .cy = shape.cy};
    }
    return true;
}

size_t stm_cells_scratch(int w, int h)
{
    const size_t room = stm_cell_room(w, h);
    return stm_cell_bodies_bytes(w, h) + stm_cell_split_bytes(w, h) +
           stm_arena_cost(stm_runs_sort_scratch(h)) + stm_arena_cost((room + 1) * 4) +
           stm_arena_cost((room + 1) * sizeof(struct stm_moments));
}

bool stm_cells_find(struct stm_cells *out, struct stm_u32 labels, const struct stm_chamber *chamber,
                    const struct stm_cu16 *planes, const struct stm_kernels *kernels,
                    const struct stm_cells_options *options, struct stm_arena *scratch,
                    struct stm_arena *keep, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct stm_cell_finder f = {.kernels = kernels,
                                .options = options,
                                .chamber = chamber,
                                .planes = planes,
                                .scratch = scratch,
                                .light = STM_CONST(chamber->light),
                                .labels = labels,
                                .w = labels.w,
                                .h = labels.h};
    *out = (struct stm_cells){0};
    for (int y = 0; y < labels.h; y++)
        memset(labels.px + y * labels.stride, 0, (size_t)labels.w * sizeof *labels.px);
    set_levels(&f);
    if (!stm_cell_bodies(&f, err) || !stm_cell_split(&f, err) || !number(&f, out, keep, err) ||
        !make_objects(&f, out, keep, err))
        return false;
    out->crowded = f.crowded;
    stm_arena_reset(scratch, mark);
    return true;
}
