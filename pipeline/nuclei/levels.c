/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Foreground, patches of it, and the runs of pixels at or above each level in a patch: a run of level k opens
 * where the light rises to it and closes where it falls below. */
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

/* Levels of the patch's pixels; count[k] = runs of level k. Counts are differences first: a rise from a to b
 * opens a run on each of the levels a + 1 … b. */
static void count_runs(const struct stm_finder *f, const struct stm_segment *run, size_t n, int32_t *count)
{
    memset(count, 0, (size_t)(f->depths + 2) * sizeof *count);
    for (size_t i = 0; i < n; i++) {
        const uint16_t *px = f->light.px + run[i].y * f->light.stride;
        uint8_t *depth = f->depth.px + run[i].y * f->depth.stride;
        for (int x = run[i].x0, was = 0; x < run[i].x1; x++) {
            const int now = f->level_of[px[x]];
            depth[x] = (uint8_t)now;
            if (now > was) {
                count[was + 1]++;
                count[now + 1]--;
            }
            was = now;
        }
    }
    for (int k = 1; k <= f->depths; k++)
        count[k] += count[k - 1];
}

static void emit(struct stm_finder *f, struct stm_segment run, int32_t *next, int32_t *open)
{
    const uint8_t *depth = f->depth.px + run.y * f->depth.stride;
    int was = 0;
    for (int x = run.x0; x <= run.x1; x++) {
        const int now = x < run.x1 ? depth[x] : 0;
        for (int k = was + 1; k <= now; k++)
            open[k] = x;
        for (int k = was; k > now; k--)
            f->run[next[k]++] = (struct stm_level_run){run.y, open[k], x, -1, -1};
        was = now;
    }
}

bool stm_nuclei_patch_levels(struct stm_finder *f, const struct stm_segment *run, size_t n, int32_t *first)
{
    int32_t count[STM_NUCLEI_LEVELS + 2], open[STM_NUCLEI_LEVELS + 2];
    size_t runs = f->runs;
    count_runs(f, run, n, count);
    for (int k = 1; k <= f->depths; k++) {
        first[k] = (int32_t)runs;
        runs += (size_t)count[k];
        count[k] = first[k];
    }
    if (runs > stm_nuclei_run_room(f->w, f->h)) return false;
    first[f->depths + 1] = (int32_t)runs;
    for (size_t i = 0; i < n; i++)
        emit(f, run[i], count, open);
    f->runs = runs;
    return true;
}
