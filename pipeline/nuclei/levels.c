/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Foreground, patches of it, and the runs of pixels at or above each level in a patch: those of level k lie
 * in those of level k - 1, and nowhere else are they looked for. */
#include "kernels/components.h"
#include "kernels/runs.h"
#include "pipeline/nuclei/finder.h"

#include <string.h>

enum { LIGHTS = 65536 };

size_t stm_nuclei_run_room(int w, int h)
{
    return ((size_t)w * (size_t)h + (size_t)h) / 4 + 64;
}

size_t stm_nuclei_base_bytes(int w, int h)
{
    const size_t labels = (size_t)stm_nuclei_label_room(w, h) + 1;
    return stm_arena_cost(stm_nuclei_run_room(w, h) * sizeof(struct stm_segment)) + stm_arena_cost(LIGHTS) +
           stm_arena_cost(labels * sizeof(uint16_t));
}

/* Base runs; the lowest level is raised as long as there are too many for nuclei of three pixels. */
bool stm_nuclei_base(struct stm_finder *f, struct stm_error *err)
{
    const size_t room = stm_nuclei_run_room(f->w, f->h);
    const struct stm_cu16 light = STM_CONST(f->light);
    const size_t labels = (size_t)stm_nuclei_label_room(f->w, f->h) + 1;
    f->base = stm_arena_take(f->scratch, room * sizeof *f->base, "foreground runs", err);
    f->level_of = stm_arena_take(f->scratch, LIGHTS, "levels", err);
    f->boundary = stm_arena_take(f->scratch, labels * sizeof *f->boundary, "boundaries", err);
    if (!f->base || !f->level_of || !f->boundary) return false;
    while (f->levels) {
        f->bases = stm_threshold_runs(f->kernels, f->base, room, light, (uint16_t)(f->floor - 1));
        if (f->bases <= room) return true;
        if (f->floor < f->level[1]) {
            f->floor = f->level[1];
            continue;
        }
        memmove(f->level + 1, f->level + 2, (size_t)--f->levels * sizeof *f->level);
        f->floor = f->level[1];
    }
    f->bases = 0;
    return true;
}

void stm_nuclei_fill_level_of(struct stm_finder *f)
{
    f->depths = f->levels;
    for (int k = 0, v = 0; k <= f->levels; k++) {
        const int end = k < f->levels ? f->level[k + 1] : LIGHTS;
        memset(f->level_of + v, k, (size_t)(end - v));
        v = end;
    }
}

void stm_nuclei_halve_levels(struct stm_finder *f)
{
    for (int k = 2; 2 * k - 1 <= f->levels; k++)
        f->level[k] = f->level[2 * k - 1];
    f->levels = (f->levels + 1) / 2;
    stm_nuclei_fill_level_of(f);
}

bool stm_nuclei_patches(struct stm_finder *f, struct stm_segment *run, size_t *first, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch), room = stm_nuclei_run_room(f->w, f->h);
    struct stm_segment *all = stm_arena_take(f->scratch, room * sizeof *all, "the lowest level", err);
    uint32_t *parent = stm_arena_take(f->scratch, room * sizeof *parent, "the lowest level", err);
    f->patches = 0;
    if (!all || !parent) return false;
    const struct stm_cu16 light = STM_CONST(f->light);
    const size_t n =
        f->levels ? stm_threshold_runs(f->kernels, all, room, light, (uint16_t)(f->level[1] - 1)) : 0;
    const uint32_t patches = n <= room ? stm_components(all, n, 4, parent) : UINT32_MAX;
    if (patches <= (uint32_t)stm_nuclei_node_room(f->w, f->h)) {
        stm_runs_group(run, first, all, n, patches);
        f->patches = (int32_t)patches;
    }
    stm_arena_reset(f->scratch, mark);
    return true;
}

/* Pixels asked about at once, and what their number is rounded up to: whole vectors need no care at the end.
 */
enum { WORD = 64, VECTOR = 16 };

/* The runs of pixels above `level` in one run of the level below; returns the end of the list. What is in
 * `next` for now is the node that holds them. */
static inline struct stm_level_run *rise(struct stm_level_run *out, const struct stm_level_run *below,
                                         const uint16_t *px, uint16_t level, stm_threshold_row_fn *threshold)
{
    const int32_t y = below->y, x1 = below->x1, node = below->node;
    uint64_t left = 0;
    for (int32_t x = below->x0; x < x1; x += WORD) {
        const int n = x1 - x < WORD ? x1 - x : WORD;
        uint64_t is;
        threshold(&is, px + x, level, (n + VECTOR - 1) / VECTOR * VECTOR);
        is &= ~UINT64_C(0) >> (WORD - n);
        for (uint64_t edges = is ^ (is << 1 | left >> (WORD - 1)); edges; edges &= edges - 1) {
            const int32_t at = x + __builtin_ctzll(edges);
            const bool begins = is & edges & -edges;
            out->x0 = begins ? at : out->x0;
            out->x1 = at;
            out += !begins;
            out->y = y;
            out->next = node;
        }
        left = is;
    }
    out->x1 = x1;
    return out + (left >> (WORD - 1));
}

bool stm_nuclei_patch_level(struct stm_finder *f, int k, int32_t a, int32_t e)
{
    struct stm_level_run *const room = f->run + stm_nuclei_run_room(f->w, f->h), *out = f->run + f->runs;
    const struct stm_level_run *const end = f->run + e;
    const uint16_t level = (uint16_t)(f->level[k] - 1);
    for (const struct stm_level_run *run = f->run + a; run < end && out <= room; run++)
        out = rise(out, run, f->light.px + run->y * f->light.stride, level, f->kernels->threshold_row);
    f->runs = (size_t)(out - f->run);
    return out <= room;
}

static void fetch(const struct stm_finder *f, const struct stm_segment *run)
{
    stm_nuclei_fetch(f->light.px + run->y * f->light.stride, run->x0, run->x1, sizeof *f->light.px);
    stm_nuclei_fetch(f->depth.px + run->y * f->depth.stride, run->x0, run->x1, sizeof *f->depth.px);
}

bool stm_nuclei_patch_base(struct stm_finder *f, const struct stm_segment *run, size_t n)
{
    if (n > stm_nuclei_run_room(f->w, f->h) - f->runs) return false;
    for (size_t i = 0; i < n; i++) {
        if (i + STM_NUCLEI_AHEAD < n) fetch(f, &run[i + STM_NUCLEI_AHEAD]);
        const uint16_t *px = f->light.px + run[i].y * f->light.stride;
        uint8_t *depth = f->depth.px + run[i].y * f->depth.stride;
        for (int x = run[i].x0; x < run[i].x1; x++)
            depth[x] = f->level_of[px[x]];
        f->run[f->runs++] = (struct stm_level_run){run[i].y, run[i].x0, run[i].x1, -1, -1};
    }
    return true;
}
