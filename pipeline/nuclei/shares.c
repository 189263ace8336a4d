/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Patches are dealt out to the members of the team, one share each: nothing in a patch depends on anything
 * outside, so that the tree and the flood are the same however they are dealt. (Vectors may look at bytes of
 * the plane of depths behind a run, where another member writes at the time; they count for nothing.) */
#include "pipeline/nuclei/finder.h"

static size_t node_bytes(int w, int h)
{
    return (size_t)stm_nuclei_node_room(w, h) * sizeof(struct stm_node);
}

static size_t run_bytes(int w, int h)
{
    return stm_nuclei_run_room(w, h) * sizeof(struct stm_level_run);
}

size_t stm_nuclei_share_bytes(int w, int h)
{
    return stm_arena_cost(node_bytes(w, h)) + stm_arena_cost(run_bytes(w, h));
}

/* Hulls take less than the flood. */
size_t stm_nuclei_member_share_bytes(int w, int h)
{
    return stm_nuclei_share_bytes(w, h) + stm_nuclei_left_bytes(w, h) +
           2 * stm_arena_cost(2 * (size_t)h * sizeof(int32_t)) + stm_nuclei_flood_bytes(w, h);
}

static bool make_share(const struct stm_finder *f, int i, struct stm_error *err)
{
    struct stm_finder *const s = &f->share[i];
    *s = *f;
    s->scratch = stm_nuclei_arena(f, i);
    s->node = stm_arena_take(s->scratch, node_bytes(f->w, f->h), "the tree of levels", err);
    s->run = stm_arena_take(s->scratch, run_bytes(f->w, f->h), "level runs", err);
    if (i > 0)
        s->left = stm_arena_take(s->scratch, stm_nuclei_run_room(f->w, f->h) * sizeof *s->left,
                                 "what is left", err);
    return s->node && s->run && (!i || s->left);
}

bool stm_nuclei_make_shares(struct stm_finder *f, struct stm_error *err)
{
    f->shares = f->team ? f->team->n : 1;
    f->share = stm_arena_take(f->scratch, (size_t)f->shares * sizeof *f->share, "shares of the work", err);
    for (int i = 0; f->share && i < f->shares; i++)
        if (!make_share(f, i, err)) return false;
    return f->share != NULL;
}

void stm_nuclei_deal(struct stm_finder *f, const size_t *first)
{
    const size_t runs = f->patches ? first[f->patches + 1] : 0;
    for (int32_t i = 0, next = 0; i < f->shares; i++) {
        const size_t end = runs * ((size_t)i + 1) / (size_t)f->shares;
        struct stm_finder *const s = &f->share[i];
        s->patch = f->patch + next;
        while (next < f->patches && first[next + 1] < end)
            next++;
        s->patches = (int32_t)(f->patch + next - s->patch);
    }
}

bool stm_nuclei_each_share(const struct stm_finder *f, void *context,
                           bool (*work)(void *context, int worker, int item, struct stm_error *err),
                           struct stm_error *err)
{
    if (f->team) return stm_team_run(f->team, f->shares, context, work, err);
    return work(context, 0, 0, err);
}
