/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Passes that the members of the team share: rows of pixels, lists of runs. */
#include "kernels/gauss.h"
#include "kernels/runs.h"
#include "kernels/shrink.h"
#include "pipeline/nuclei/finder.h"

#include <string.h>

struct shrinking {
    const struct stm_finder *f;
    struct stm_u16 dst;
    int shift;
};

static bool shrink_rows(void *context, int part, int64_t from, int64_t end, struct stm_error *err)
{
    const struct shrinking *const s = context;
    const struct stm_u16 *const light = &s->f->light;
    const ptrdiff_t y = (ptrdiff_t)from << s->shift;
    const struct stm_u16 dst = {s->dst.px + from * s->dst.stride, s->dst.stride, s->dst.w, (int)(end - from)};
    (void)part;
    (void)err;
    stm_shrink_mean(
        s->f->kernels, dst,
        (struct stm_cu16){light->px + y * light->stride, light->stride, light->w, light->h - (int)y},
        s->shift);
    return true;
}

bool stm_nuclei_shrink(const struct stm_finder *f, struct stm_u16 dst, int shift, struct stm_error *err)
{
    struct shrinking s = {f, dst, shift};
    return stm_team_share(f->team, dst.h, 1, &s, shrink_rows, err);
}

/* In place: `around` has what lies around the rows of each part, unless it has all. */
struct smoothing {
    const struct stm_finder *f;
    const struct stm_gauss *gauss;
    const struct stm_grid *less;
    uint16_t *around[STM_TEAM_MOST];
};

static bool look_around(void *context, int part, int64_t from, int64_t end, struct stm_error *err)
{
    struct smoothing *const s = context;
    const struct stm_finder *const f = s->f;
    if (end - from == f->h) return true;
    s->around[part] = stm_arena_take(stm_nuclei_arena(f, part), stm_gauss_around_bytes(f->w, s->gauss),
                                     "rows to smooth", err);
    if (!s->around[part]) return false;
    stm_gauss_around(s->around[part], (struct stm_cu16)STM_CONST(f->light), s->gauss, (int)from, (int)end);
    return true;
}

static bool smooth_rows(void *context, int part, int64_t from, int64_t end, struct stm_error *err)
{
    const struct smoothing *const s = context;
    const struct stm_finder *const f = s->f;
    void *rows =
        stm_arena_take(stm_nuclei_arena(f, part), stm_gauss_scratch(f->w, s->gauss), "rows to smooth", err);
    if (!rows) return false;
    stm_gauss_rows(f->kernels, f->light, (struct stm_cu16)STM_CONST(f->light), s->gauss, s->less, (int)from,
                   (int)end, s->around[part], rows);
    return true;
}

bool stm_nuclei_smooth(const struct stm_finder *f, const struct stm_gauss *gauss, const struct stm_grid *less,
                       struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    struct smoothing s = {.f = f, .gauss = gauss, .less = less};
    if (!stm_team_share(f->team, f->h, 2, &s, look_around, err) ||
        !stm_team_share(f->team, f->h, 2, &s, smooth_rows, err))
        return false;
    stm_arena_reset(f->scratch, mark);
    stm_nuclei_rest_members(f);
    return true;
}

size_t stm_nuclei_smooth_bytes(int w)
{
    const struct stm_gauss widest = stm_gauss_make(8);
    return stm_arena_cost(stm_gauss_around_bytes(w, &widest)) + stm_arena_cost(stm_gauss_scratch(w, &widest));
}

struct subtraction {
    const struct stm_finder *f;
    struct stm_grid grid;
};

static bool subtract_rows(void *context, int part, int64_t from, int64_t end, struct stm_error *err)
{
    const struct subtraction *const s = context;
    const struct stm_finder *const f = s->f;
    (void)part;
    (void)err;
    stm_grid_subtract_rows(f->kernels, f->light, (struct stm_cu16)STM_CONST(f->light), s->grid, 0, (int)from,
                           (int)end);
    return true;
}

bool stm_nuclei_subtract(const struct stm_finder *f, struct stm_grid grid, struct stm_error *err)
{
    struct subtraction s = {f, grid};
    return stm_team_share(f->team, f->h, 1, &s, subtract_rows, err);
}

/* Each part's runs; the first part's are where all will be. */
struct listing {
    const struct stm_finder *f;
    stm_nuclei_runs_fn *make;
    int level;
    size_t room;
    struct stm_segment *run[STM_TEAM_MOST];
    size_t n[STM_TEAM_MOST], mark[STM_TEAM_MOST];
};

static bool list_part(void *context, int part, int64_t from, int64_t end, struct stm_error *err)
{
    struct listing *const l = context;
    if (part) {
        struct stm_arena *const arena = stm_nuclei_arena(l->f, part);
        l->mark[part] = stm_arena_mark(arena);
        l->run[part] = stm_arena_take(arena, l->room * sizeof *l->run[part], "runs", err);
        if (!l->run[part]) return false;
    }
    l->n[part] = l->make(l->f, l->run[part], l->room, from, end, l->level);
    return true;
}

bool stm_nuclei_list(const struct stm_finder *f, struct stm_segment *run, size_t room, size_t *n,
                     stm_nuclei_runs_fn *make, int64_t items, int level, struct stm_error *err)
{
    struct listing l = {.f = f, .make = make, .level = level, .room = room, .run = {run}};
    if (!stm_team_share(f->team, items, 1, &l, list_part, err)) return false;
    *n = l.n[0];
    for (int i = 1; f->team && i < f->team->n; i++) {
        if (!l.run[i]) continue;
        if (*n + l.n[i] <= room) memcpy(run + *n, l.run[i], l.n[i] * sizeof *run);
        *n += l.n[i];
        stm_arena_reset(f->team->arena[i], l.mark[i]);
    }
    return true;
}

static size_t threshold_rows(const struct stm_finder *f, struct stm_segment *run, size_t room, int64_t from,
                             int64_t end, int level)
{
    const struct stm_cu16 rows = {f->light.px + from * f->light.stride, f->light.stride, f->w,
                                  (int)(end - from)};
    const size_t n = stm_threshold_runs(f->kernels, run, room, rows, (uint16_t)(level - 1));
    for (size_t i = 0; from && i < n && i < room; i++)
        run[i].y += (int32_t)from;
    return n;
}

bool stm_nuclei_threshold(const struct stm_finder *f, struct stm_segment *run, size_t room, size_t *n,
                          int level, struct stm_error *err)
{
    return stm_nuclei_list(f, run, room, n, threshold_rows, f->h, level, err);
}

void stm_nuclei_rest_members(const struct stm_finder *f)
{
    for (int i = 1; f->team && i < f->team->n; i++)
        stm_arena_reset(f->team->arena[i], 0);
}
