/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts that touch are put together when the odds say they are one nucleus: in rounds, each part with the
 * neighbour that fits it best, if it fits that one best, too. */
#include "pipeline/nuclei/pair.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 40 };

struct merger {
    struct stm_finder *f;
    struct stm_hull_room room[STM_TEAM_MOST]; /* of each member of the team */
    struct stm_pairs pairs;
    uint32_t *best;              /* of each blob: pair + 1, 0 = none */
    int64_t work;                /* pieces that may still be looked at */
    int64_t left[STM_TEAM_MOST]; /* of them, while members look */
};

static void prefer(struct merger *m, uint32_t blob, size_t pair)
{
    const uint32_t best = m->best[blob];
    if (!best || m->pairs.pair[pair].odds < m->pairs.pair[best - 1].odds) m->best[blob] = (uint32_t)pair + 1;
}

/* Shares out n things to look at, unless they may take more than there is work left for: then the order in
 * which they are looked at matters. */
static bool look(struct merger *m, size_t n, int64_t most_work, stm_team_part_fn *work, struct stm_error *err)
{
    const int64_t before = m->work;
    for (int i = 0; i < STM_TEAM_MOST; i++)
        m->left[i] = before;
    if (!stm_team_share(most_work < before ? m->f->team : NULL, (int64_t)n, 1, m, work, err)) return false;
    for (int i = 0; i < STM_TEAM_MOST; i++)
        m->work -= before - m->left[i];
    return true;
}

static bool weigh_pairs(void *context, int part, int64_t from, int64_t end, struct stm_error *err)
{
    struct merger *const m = context;
    (void)err;
    for (int64_t i = from; i < end; i++) {
        struct stm_pair *p = &m->pairs.pair[i];
        if (!p->known) p->odds = stm_pair_odds(m->f, &m->room[part], p, &m->left[part]);
        p->known = true;
    }
    return true;
}

static int64_t pieces_of_pairs(const struct merger *m)
{
    const struct stm_blob *const blob = m->f->blob;
    int64_t sum = 0;
    for (size_t i = 0; i < m->pairs.n; i++) {
        const struct stm_pair *p = &m->pairs.pair[i];
        if (!p->known) sum += blob[p->a].pieces + blob[p->b].pieces;
    }
    return sum;
}

static bool find_best(struct merger *m, struct stm_error *err)
{
    if (!look(m, m->pairs.n, pieces_of_pairs(m), weigh_pairs, err)) return false;
    memset(m->best, 0, ((size_t)m->f->blobs + 1) * sizeof *m->best);
    for (size_t i = 0; i < m->pairs.n; i++) {
        prefer(m, m->pairs.pair[i].a, i);
        prefer(m, m->pairs.pair[i].b, i);
    }
    return true;
}

/* True when anything was merged. */
static bool merge_best(struct merger *m)
{
    struct stm_blob *blob = m->f->blob;
    bool any = false;
    for (size_t i = 0; i < m->pairs.n; i++) {
        const struct stm_pair *p = &m->pairs.pair[i];
        if (!(p->odds < 0) || m->best[p->a] != i + 1 || m->best[p->b] != i + 1) continue;
        stm_blob_join(m->f, &blob[p->a], &blob[p->b]);
        blob[p->b].into = p->a;
        blob[p->a].convex = stm_blob_convexity(m->f, &m->room[0], &blob[p->a], &m->work);
        blob[p->a].changed = any = true;
    }
    return any;
}

/* Pairs follow their blobs. */
static void relabel(struct merger *m)
{
    struct stm_blob *blob = m->f->blob;
    size_t n = 0;
    for (size_t i = 0; i < m->pairs.n; i++) {
        struct stm_pair p = m->pairs.pair[i];
        const uint32_t a = blob[p.a].into, b = blob[p.b].into;
        if (a == b) continue;
        p.a = a < b ? a : b;
        p.b = a < b ? b : a;
        p.known = p.known && !blob[a].changed && !blob[b].changed;
        m->pairs.pair[n++] = p;
    }
    m->pairs.n = n;
    stm_pairs_gather(&m->pairs);
    for (uint32_t i = 1; i <= m->f->blobs; i++)
        blob[i].changed = false;
}

/* `into` leads to the end in one step. */
static void settle(struct stm_finder *f)
{
    for (uint32_t i = 1; i <= f->blobs; i++) {
        uint32_t to = i;
        while (f->blob[to].into != to)
            to = f->blob[to].into;
        f->blob[i].into = to;
    }
}

static bool merge_all(struct merger *m, struct stm_error *err)
{
    bool good = find_best(m, err);
    for (int round = 0; good && round < ROUNDS && merge_best(m); round++) {
        relabel(m);
        good = find_best(m, err);
    }
    return good;
}

struct sized {
    int32_t area;
    uint64_t light;
};

static int by_area(const void *a, const void *b)
{
    const struct sized *x = a, *y = b;
    if (x->area != y->area) return x->area < y->area ? -1 : 1;
    return (x->light > y->light) - (x->light < y->light);
}

/* The area that half of all light of convex candidates lies in or below. */
static bool retypical(struct merger *m)
{
    struct stm_finder *f = m->f;
    const size_t mark = stm_arena_mark(f->scratch);
    struct stm_error err;
    struct sized *list = stm_arena_take(f->scratch, ((size_t)f->blobs + 1) * sizeof *list, "areas", &err);
    uint64_t sum = 0, seen = 0;
    size_t n = 0;
    double typical = 0;
    if (!list) return false;
    for (uint32_t i = 1; i <= f->blobs; i++)
        if (f->blob[i].into == i && f->blob[i].area >= 8 && f->blob[i].convex > 0.9) {
            list[n++] = (struct sized){f->blob[i].area, f->blob[i].light};
            sum += f->blob[i].light;
        }
    qsort(list, n, sizeof *list, by_area);
    for (size_t i = 0; i < n && n >= 3; i++)
        if ((seen += list[i].light) * 2 >= sum) {
            typical = list[i].area;
            break;
        }
    stm_arena_reset(f->scratch, mark);
    if (!(typical > 0)) return false;
    f->typical = typical;
    return true;
}

size_t stm_nuclei_merge_bytes(int w, int h)
{
    const size_t labels = stm_nuclei_label_room(w, h);
    return stm_arena_cost(stm_nuclei_run_room(w, h) * sizeof(struct stm_pair)) +
           stm_arena_cost((labels + 1) * sizeof(uint32_t)) + stm_hull_room_bytes(h);
}

static bool measure_convexity(void *context, int part, int64_t from, int64_t end, struct stm_error *err)
{
    struct merger *const m = context;
    (void)err;
    for (int64_t i = from; i < end; i++) {
        struct stm_blob *const b = &m->f->blob[i + 1];
        if (b->area) b->convex = stm_blob_convexity(m->f, &m->room[part], b, &m->left[part]);
    }
    return true;
}

static bool take_rooms(struct merger *m, struct stm_error *err)
{
    for (int i = 0; i < (m->f->team ? m->f->team->n : 1); i++)
        if (!stm_hull_room_take(&m->room[i], m->f->h, stm_nuclei_arena(m->f, i), err)) return false;
    return true;
}

/* Contacts for which there is no room, one for every four pixels, are not looked at. */
bool stm_nuclei_merge(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    struct merger m = {.f = f, .work = 64 * (int64_t)f->pieces + 1000000};
    m.pairs.room = stm_nuclei_run_room(f->w, f->h);
    m.pairs.pair = stm_arena_take(f->scratch, m.pairs.room * sizeof *m.pairs.pair, "contacts", err);
    m.best = stm_arena_take(f->scratch, ((size_t)f->blobs + 1) * sizeof *m.best, "contacts", err);
    if (!m.pairs.pair || !m.best || !take_rooms(&m, err)) return false;
    if (!look(&m, f->blobs, f->pieces, measure_convexity, err)) return false;
    stm_pairs_collect(&m.pairs, f);
    if (!merge_all(&m, err)) return false;
    if (retypical(&m)) {
        for (size_t i = 0; i < m.pairs.n; i++)
            m.pairs.pair[i].known = false;
        if (!merge_all(&m, err)) return false;
    }
    settle(f);
    stm_arena_reset(f->scratch, mark);
    stm_nuclei_rest_members(f);
    return true;
}
