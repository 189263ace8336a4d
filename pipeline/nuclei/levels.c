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

static void fetch(const struct stm_finder *f, const struct stm_segment *run)
{
    stm_nuclei_fetch(f->light.px + run->y * f->light.stride, run->x0, run->x1, sizeof *f->light.px);
    stm_nuclei_fetch(f->depth.px + run->y * f->depth.stride, run->x0, run->x1, sizeof *f->depth.px);
}

/* Depths of the patch's pixels; count[k] = runs of level k. Counts are differences first: a rise from a to b
 * opens a run on each of the levels a + 1 … b. Whether the light rises cannot be foreseen, so there is no
 * branch.
 */
static void count_runs(const struct stm_finder *f, const struct stm_segment *run, size_t n, int32_t *count)
{
    memset(count, 0, (size_t)(f->depths + 2) * sizeof *count);
    for (size_t i = 0; i < n; i++) {
        const uint16_t *px = f->light.px + run[i].y * f->light.stride;
        uint8_t *depth = f->depth.px + run[i].y * f->depth.stride;
        if (i + STM_NUCLEI_AHEAD < n) fetch(f, &run[i + STM_NUCLEI_AHEAD]);
        for (int x = run[i].x0, was = 0; x < run[i].x1; x++) {
            const int now = f->level_of[px[x]], rises = now > was;
            depth[x] = (uint8_t)now;
            count[was + 1] += rises;
            count[now + 1] -= rises;
            was = now;
        }
    }
    for (int k = 1; k <= f->depths; k++)
        count[k] += count[k - 1];
}

/* Where the next run of each level goes, and where the present one began. */
struct emitter {
    struct stm_level_run *run;
    int32_t next[STM_NUCLEI_LEVELS + 2], open[STM_NUCLEI_LEVELS + 2 + 8];
};

/* Notes the run of level k that ends before x, as the next one if it does (`ends`). That of the level below,
 * in which it lies, has its place already, though it is not noted yet. */
static inline void note(struct emitter *e, int k, int32_t y, int32_t x, int ends)
{
    e->run[e->next[k]] = (struct stm_level_run){y, e->open[k], x, -1, e->next[k > 0 ? k - 1 : 0]};
    e->next[k] += ends;
}

/* Levels above the present one are not open, so it does no harm to open eight of them at each pixel, nor to
 * note a run that goes on and is noted once more: steps of none and of one go without a branch. */
static void emit(struct emitter *e, const uint8_t *depth, struct stm_segment run)
{
    int was = 0;
    for (int x = run.x0; x <= run.x1; x++) {
        const int now = x < run.x1 ? depth[x] : 0, ends = now < was;
        for (int i = 1; i <= 8; i++)
            e->open[was + i] = x;
        for (int k = was + 9; k <= now; k++)
            e->open[k] = x;
        note(e, was, run.y, x, ends);
        for (int k = was - 1; k > now; k--)
            note(e, k, run.y, x, 1);
        was = now;
    }
}

bool stm_nuclei_patch_levels(struct stm_finder *f, const struct stm_segment *run, size_t n, int32_t *first)
{
    struct emitter e = {.run = f->run};
    size_t runs = f->runs;
    count_runs(f, run, n, e.next);
    for (int k = 1; k <= f->depths; k++) {
        first[k] = (int32_t)runs;
        runs += (size_t)e.next[k];
        e.next[k] = first[k];
    }
    if (runs > stm_nuclei_run_room(f->w, f->h)) return false;
    first[f->depths + 1] = e.next[0] = (int32_t)runs;
    for (size_t i = 0; i < n; i++)
        emit(&e, f->depth.px + run[i].y * f->depth.stride, run[i]);
    f->runs = runs;
    return true;
}
