/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/team.h"

#include "pipeline/core/workers.h"

#include <stdint.h>

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

struct bands {
    struct stm_team team;
    int h;
    void *context;
    bool (*work)(void *context, struct stm_arena *arena, int y0, int y1, struct stm_error *err);
};

static bool work_band(void *context, int worker, int item, struct stm_error *err)
{
    const struct bands *const b = context;
    const int64_t h = b->h;
    return b->work(b->context, b->team.arena[worker], (int)(h * item / b->team.n),
                   (int)(h * (item + 1) / b->team.n), err);
}

bool stm_team_bands(struct stm_arena *own, int h, int least, size_t bytes, void *context,
                    bool (*work)(void *context, struct stm_arena *arena, int y0, int y1,
                                 struct stm_error *err),
                    struct stm_error *err)
{
    struct bands b = {.h = h, .context = context, .work = work};
    stm_team_gather(&b.team, own, h / least, bytes);
    const bool good = stm_team_run(&b.team, b.team.n, &b, work_band, err);
    stm_team_dismiss(&b.team);
    return good;
}
