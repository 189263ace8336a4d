/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/team.h"

#include "pipeline/core/workers.h"

void stm_team_gather(struct stm_team *team, struct stm_arena *own, int most, size_t bytes)
{
    struct stm_error ignored;
    const int allowed = own->threads < STM_TEAM_MOST ? own->threads : STM_TEAM_MOST;
    team->arena[0] = own;
    for (team->n = 1; team->n < allowed && team->n < most; team->n++) {
        struct stm_arena *const arena = &team->more[team->n];
        if (!stm_arena_create(arena, bytes, &ignored)) return;
        team->arena[team->n] = arena;
    }
}

void stm_team_dismiss(struct stm_team *team)
{
    while (team->n > 1)
        stm_arena_destroy(&team->more[--team->n]);
}

bool stm_team_run(const struct stm_team *team, int n, void *context,
                  bool (*work)(void *context, int worker, int item, struct stm_error *err),
                  struct stm_error *err)
{
    const struct stm_job job = {n, team->n, n, context, work, NULL};
    if (team->n > 1) return stm_workers_run(&job, err);
    for (int i = 0; i < n; i++)
        if (!work(context, 0, i, err)) return false;
    return true;
}

struct shared {
    int64_t n;
    int parts, unit;
    void *context;
    stm_team_part_fn *work;
};

static bool do_part(void *context, int worker, int item, struct stm_error *err)
{
    const struct shared *const s = context;
    const int64_t units = s->n / s->unit;
    const int64_t from = units * item / s->parts * s->unit;
    const int64_t end = item + 1 == s->parts ? s->n : units * (item + 1) / s->parts * s->unit;
    (void)worker;
    return from == end || s->work(s->context, item, from, end, err);
}

bool stm_team_share(const struct stm_team *team, int64_t n, int unit, void *context, stm_team_part_fn *work,
                    struct stm_error *err)
{
    struct shared s = {n, team ? team->n : 1, unit, context, work};
    return s.parts > 1 ? stm_team_run(team, s.parts, &s, do_part, err) : do_part(&s, 0, 0, err);
}

struct bands {
    struct stm_team team;
    void *context;
    stm_team_band_fn *work;
};

static bool do_band(void *context, int part, int64_t from, int64_t end, struct stm_error *err)
{
    const struct bands *const b = context;
    return b->work(b->context, b->team.arena[part], (int)from, (int)end, err);
}

bool stm_team_bands(struct stm_arena *own, int h, size_t bytes, void *context, stm_team_band_fn *work,
                    struct stm_error *err)
{
    struct bands b = {.context = context, .work = work};
    stm_team_gather(&b.team, own, h / STM_TEAM_ROWS, bytes);
    const bool good = stm_team_share(&b.team, h, 1, &b, do_band, err);
    stm_team_dismiss(&b.team);
    return good;
}
