/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs of pixels at or above each level, of all levels in one pass over the foreground: a run of level k
 * opens where the light rises to it and closes where it falls below. */
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

size_t stm_nuclei_levels_bytes(int w, int h)
{
    return stm_arena_cost(stm_nuclei_run_room(w, h) * sizeof(struct stm_level_run));
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

static void fill_level_of(struct stm_finder *f)
{
    for (int k = 0, v = 0; k <= f->levels; k++) {
        const int end = k < f->levels ? f->level[k + 1] : LIGHTS;
        memset(f->level_of + v, k, (size_t)(end - v));
        v = end;
    }
}

/* f->level_first[k + 1] = runs of level k. Counts are differences first: a rise from a to b opens a run on
 * each of the levels a + 1 … b. */
static size_t count_runs(struct stm_finder *f)
{
    int32_t *count = f->level_first + 1;
    size_t sum = 0;
    memset(f->level_first, 0, sizeof f->level_first);
    for (size_t i = 0; i < f->bases; i++) {
        const uint16_t *px = f->light.px + f->base[i].y * f->light.stride;
        for (int x = f->base[i].x0, was = 0; x < f->base[i].x1; x++) {
            const int now = f->level_of[px[x]];
            if (now > was) {
                count[was + 1]++;
                count[now + 1]--;
            }
            was = now;
        }
    }
    for (int k = 1; k <= f->levels; k++) {
        count[k] += count[k - 1];
        sum += (size_t)count[k];
    }
    return sum;
}

/* Every second level; the lowest stays. */
static void halve_levels(struct stm_finder *f)
{
    for (int k = 2; 2 * k - 1 <= f->levels; k++)
        f->level[k] = f->level[2 * k - 1];
    f->levels = (f->levels + 1) / 2;
    fill_level_of(f);
}

static void emit_base(struct stm_finder *f, struct stm_segment base, int32_t *next, int32_t *open)
{
    const uint16_t *px = f->light.px + base.y * f->light.stride;
    int was = 0;
    for (int x = base.x0; x <= base.x1; x++) {
        const int now = x < base.x1 ? f->level_of[px[x]] : 0;
        for (int k = was + 1; k <= now; k++)
            open[k] = x;
        for (int k = was; k > now; k--)
            f->run[next[k]++] = (struct stm_level_run){base.y, open[k], x, -1, -1};
        was = now;
    }
}

bool stm_nuclei_levels(struct stm_finder *f, struct stm_error *err)
{
    const size_t room = stm_nuclei_run_room(f->w, f->h);
    int32_t next[STM_NUCLEI_LEVELS + 2], open[STM_NUCLEI_LEVELS + 2];
    fill_level_of(f);
    size_t runs = count_runs(f);
    for (; runs > room && f->levels > 1; runs = count_runs(f))
        halve_levels(f);
    f->run = stm_arena_take(f->scratch, room * sizeof *f->run, "level runs", err);
    if (!f->run) return false;
    for (int k = 1; k <= f->levels; k++)
        f->level_first[k + 1] += f->level_first[k];
    memcpy(next, f->level_first, sizeof next);
    for (size_t i = 0; i < f->bases; i++)
        emit_base(f, f->base[i], next, open);
    return true;
}
