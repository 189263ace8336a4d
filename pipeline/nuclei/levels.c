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
    const size_t labels = (size_t)stm_nuclei_label_room(f->w, f->h) + 1;
    f->base = stm_arena_take(f->scratch, room * sizeof *f->base, "foreground runs", err);
    f->level_of = stm_arena_take(f->scratch, LIGHTS, "levels", err);
    f->boundary = stm_arena_take(f->scratch, labels * sizeof *f->boundary, "boundaries", err);
    if (!f->base || !f->level_of || !f->boundary) return false;
    while (f->levels) {
        if (!stm_nuclei_threshold(f, f->base, room, &f->bases, f->floor, err)) return false;
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
    size_t n = 0;
    f->patches = 0;
    if (!all || !parent) return false;
    if (f->levels && !stm_nuclei_threshold(f, all, room, &n, f->level[1], err)) return false;
    const uint32_t patches = n <= room ? stm_components(all, n, 4, parent) : UINT32_MAX;
    if (patches <= (uint32_t)stm_nuclei_node_room(f->w, f->h)) {
        stm_runs_group(run, first, all, n, patches);
        f->patches = (int32_t)patches;
    }
    stm_arena_reset(f->scratch, mark);
    return true;
}

static void fetch(const struct stm_finder *f, const struct stm_segment *run)
{
    stm_nuclei_fetch(f->light.px + run->y * f->light.stride, run->x0, run->x1, sizeof *f->light.px);
    stm_nuclei_fetch(f->depth.px + run->y * f->depth.stride, run->x0, run->x1, sizeof *f->depth.px);
}

static void fill_depths(const struct stm_finder *f, const struct stm_segment *run, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint16_t *px = f->light.px + run[i].y * f->light.stride;
        uint8_t *depth = f->depth.px + run[i].y * f->depth.stride;
        if (i + STM_NUCLEI_AHEAD < n) fetch(f, &run[i + STM_NUCLEI_AHEAD]);
        for (int x = run[i].x0; x < run[i].x1; x++)
            depth[x] = f->level_of[px[x]];
    }
}

/* Runs that a list grows by; it is `full` when there is no room for one. */
struct list {
    struct stm_level_run *run;
    size_t n, room;
    bool full;
};

static inline void add(struct list *list, int32_t y, int32_t x0, int32_t x1, int32_t below)
{
    if (list->n < list->room)
        list->run[list->n++] = (struct stm_level_run){y, x0, x1, -1, below};
    else
        list->full = true;
}

/* Pixels of run `i` at level k or above. Most rows go up to a top and down again, so that there is one run.
 */
static void add_within(struct list *list, const struct stm_finder *f, int32_t i, int k)
{
    const struct stm_level_run in = list->run[i];
    const uint8_t *depth = f->depth.px + in.y * f->depth.stride;
    int open = -1;
    for (int x = in.x0; x < in.x1; x += 64) {
        uint64_t bits;
        f->kernels->at_least_row(&bits, depth + x, (uint8_t)k, in.x1 - x < 64 ? in.x1 - x : 64);
        uint64_t edges = bits ^ (bits << 1 | (uint64_t)(open >= 0));
        for (; edges; edges &= edges - 1) {
            const int at = x + __builtin_ctzll(edges);
            if (open >= 0) add(list, in.y, open, at, i);
            open = open >= 0 ? -1 : at;
        }
    }
    if (open >= 0) add(list, in.y, open, in.x1, i);
}

bool stm_nuclei_patch_levels(struct stm_finder *f, const struct stm_segment *run, size_t n, int32_t *first)
{
    struct list list = {f->run, f->runs, stm_nuclei_run_room(f->w, f->h), false};
    fill_depths(f, run, n);
    first[1] = (int32_t)list.n;
    for (size_t i = 0; i < n; i++)
        add(&list, run[i].y, run[i].x0, run[i].x1, -1);
    first[2] = (int32_t)list.n;
    for (int k = 2; k <= f->depths; k++) {
        for (int32_t i = first[k - 1]; i < first[k] && !list.full; i++)
            add_within(&list, f, i, k);
        first[k + 1] = (int32_t)list.n;
    }
    if (list.full) return false;
    f->runs = list.n;
    return true;
}
