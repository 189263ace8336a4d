/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connected sets of each level's runs (4 neighbours), and which set of the level below holds each: patch by
 * patch. */
#include "pipeline/nuclei/finder.h"

#include <string.h>

/* While a level is linked, `node` is the union-find parent: the run itself, or one before it. */
static int32_t root_of(struct stm_level_run *run, int32_t i)
{
    while (run[i].node != i) {
        run[i].node = run[run[i].node].node;
        i = run[i].node;
    }
    return i;
}

static void join(struct stm_level_run *run, int32_t a, int32_t b)
{
    a = root_of(run, a);
    b = root_of(run, b);
    if (a < b)
        run[b].node = a;
    else
        run[a].node = b;
}

/* Joins the runs [a, e) of one level with those they touch in the row above. */
static void link_level(struct stm_level_run *run, int32_t a, int32_t e)
{
    for (int32_t i = a, above = a; i < e; i++) {
        const int32_t y = run[i].y - 1, x0 = run[i].x0, x1 = run[i].x1;
        while (run[above].y < y || (run[above].y == y && run[above].x1 <= x0))
            above++;
        const bool touches = run[above].y == y && run[above].x0 < x1;
        run[i].node = touches ? root_of(run, above) : i;
        for (int32_t j = above + 1; touches && j < i && run[j].y == y && run[j].x0 < x1; j++)
            join(run, j, i);
    }
}

static int32_t new_node(struct stm_finder *f, int level, int32_t run, int32_t parent)
{
    const int32_t id = f->nodes++;
    f->node[id] = (struct stm_node){.level = (uint8_t)level,
                                    .parent = parent,
                                    .child = -1,
                                    .sibling = -1,
                                    .core = -1,
                                    .first = run,
                                    .last = run,
                                    .area = f->run[run].x1 - f->run[run].x0};
    if (parent >= 0) {
        f->node[id].sibling = f->node[parent].child;
        f->node[parent].child = id;
    }
    return id;
}

/* Nodes of level k, runs [a, e), from its linked runs; `next` holds the run below, if any. Runs before i have
 * their nodes by then, so a run whose union-find parent lies before it takes that one's. Returns how many
 * sets there are; those for which there is no room get no node. */
static int64_t nodes_of_level(struct stm_finder *f, int k, int32_t a, int32_t e)
{
    const int32_t room = stm_nuclei_node_room(f->w, f->h);
    struct stm_level_run *run = f->run;
    int64_t sets = 0;
    for (int32_t i = a; i < e; i++) {
        const int32_t below = k > 1 ? run[run[i].next].node : -1;
        run[i].next = -1;
        if (run[i].node != i) {
            struct stm_node *n = &f->node[run[i].node = run[run[i].node].node];
            run[n->last].next = i;
            n->last = i;
            n->area += run[i].x1 - run[i].x0;
        } else {
            sets++;
            run[i].node = f->nodes < room ? new_node(f, k, i, below) : room - 1;
        }
    }
    return sets;
}

static uint16_t peak_of(const struct stm_finder *f, int32_t run)
{
    uint16_t peak = 0;
    for (; run >= 0; run = f->run[run].next) {
        const uint16_t *px = f->light.px + f->run[run].y * f->light.stride;
        for (int x = f->run[run].x0; x < f->run[run].x1; x++)
            peak = px[x] > peak ? px[x] : peak;
    }
    return peak;
}

/* Children come after their parents. */
static void raise_peaks(struct stm_finder *f, const struct stm_patch *p)
{
    for (int i = p->node + p->nodes - 1; i >= p->node; i--) {
        struct stm_node *n = &f->node[i];
        if (n->child < 0) n->peak = peak_of(f, n->first);
        if (n->parent >= 0 && f->node[n->parent].peak < n->peak) f->node[n->parent].peak = n->peak;
    }
}

int32_t stm_nuclei_node_room(int w, int h)
{
    return (int32_t)((size_t)w * (size_t)h / 24 + 64);
}

/* A frame around what is as large as the image, and as much behind it as kernels read. */
static size_t depth_bytes(int w, int h)
{
    return ((size_t)w + 2) * ((size_t)h + 2) + STM_ROW_SLACK;
}

static size_t corners_bytes(int h)
{
    return 4 * (size_t)h * sizeof(int32_t);
}

/* What is kept, and what is not needed any more when the tree stands. */
size_t stm_nuclei_tree_bytes(int w, int h)
{
    const size_t nodes = (size_t)stm_nuclei_node_room(w, h), runs = stm_nuclei_run_room(w, h);
    return stm_arena_cost(STM_TEAM_MOST * sizeof(struct stm_finder)) + stm_nuclei_share_bytes(w, h) +
           stm_arena_cost(nodes * sizeof(struct stm_patch)) + stm_arena_cost(depth_bytes(w, h)) +
           2 * stm_arena_cost(runs * sizeof(struct stm_segment)) + stm_arena_cost(runs * sizeof(uint32_t)) +
           stm_arena_cost((nodes + 2) * sizeof(size_t)) + stm_arena_cost(corners_bytes(h));
}

static bool take(struct stm_finder *f, struct stm_error *err)
{
    const size_t nodes = (size_t)stm_nuclei_node_room(f->w, f->h), depth = depth_bytes(f->w, f->h);
    f->patch = stm_arena_take(f->scratch, nodes * sizeof *f->patch, "patches", err);
    uint8_t *px = stm_arena_take(f->scratch, depth, "levels of pixels", err);
    if (!f->patch || !px) return false;
    memset(px, 0, depth);
    f->depth = (struct stm_u8){px + f->w + 3, (ptrdiff_t)f->w + 2, f->w, f->h};
    return stm_nuclei_make_shares(f, err);
}

/* The patch's part of the tree; sets[k] counts its sets of level k. Without room for nodes, only the sets are
 * counted. False when there is no room for runs. */
static bool add_patch(struct stm_finder *f, struct stm_patch *p, const struct stm_segment *run, size_t n,
                      int64_t *sets)
{
    int32_t first[STM_NUCLEI_LEVELS + 2];
    *p = (struct stm_patch){(int32_t)f->runs, (int32_t)n, f->nodes, 0};
    if (!stm_nuclei_patch_levels(f, run, n, first)) return false;
    for (int k = 1; k <= f->levels && first[k] < first[k + 1]; k++) {
        link_level(f->run, first[k], first[k + 1]);
        sets[k] += nodes_of_level(f, k, first[k], first[k + 1]);
    }
    p->nodes = f->nodes - p->node;
    return true;
}

/* The highest level up to which there is room for all nodes. */
static int levels_that_fit(const struct stm_finder *f, const int64_t *sets)
{
    int64_t left = stm_nuclei_node_room(f->w, f->h);
    int k = 0;
    while (k < f->levels && (left -= sets[k + 1]) >= 0)
        k++;
    return k;
}

/* What the shares have in common while their parts of the tree grow, and what each has grown. */
struct growth {
    struct stm_finder *f;
    const struct stm_segment *run;
    const size_t *first;
    bool fits[STM_TEAM_MOST];
    int64_t sets[STM_TEAM_MOST][STM_NUCLEI_LEVELS + 2];
};

static void begin_share(struct stm_finder *s, const struct stm_finder *f)
{
    s->levels = f->levels;
    s->depths = f->depths;
    memcpy(s->level, f->level, sizeof s->level);
    s->runs = 0;
    s->nodes = 0;
}

static bool grow_share(void *context, int worker, int item, struct stm_error *err)
{
    struct growth *const g = context;
    struct stm_finder *const s = &g->f->share[item];
    const size_t mark = stm_arena_mark(s->scratch), *first = g->first + (s->patch - g->f->patch) + 1;
    int32_t *corners = stm_arena_take(s->scratch, corners_bytes(s->h), "hulls", err);
    (void)worker;
    if (!corners) return false;
    begin_share(s, g->f);
    g->fits[item] = true;
    memset(g->sets[item], 0, sizeof g->sets[item]);
    for (int32_t i = 0; i < s->patches && g->fits[item]; i++) {
        g->fits[item] = add_patch(s, &s->patch[i], g->run + first[i], first[i + 1] - first[i], g->sets[item]);
        if (!g->fits[item]) break;
        raise_peaks(s, &s->patch[i]);
        if (s->options->declump) stm_nuclei_weigh_patch(s, &s->patch[i], corners);
    }
    stm_arena_reset(s->scratch, mark);
    return true;
}

/* Adds up what the shares have; false when that is more runs than one would have had room for. */
static bool add_up(struct growth *g, int64_t *sets)
{
    struct stm_finder *const f = g->f;
    bool fits = true;
    f->runs = 0;
    f->nodes = 0;
    for (int i = 0; i < f->shares; i++) {
        fits = fits && g->fits[i];
        f->runs += f->share[i].runs;
        f->nodes += f->share[i].nodes;
        for (int k = 0; k < STM_NUCLEI_LEVELS + 2; k++)
            sets[k] += g->sets[i][k];
    }
    return fits && f->runs <= stm_nuclei_run_room(f->w, f->h);
}

/* Where there is no room for all runs, every second level is left out; where there is none for all nodes, the
 * tree is cut at the top. */
static bool grow(struct growth *g, struct stm_error *err)
{
    struct stm_finder *const f = g->f;
    for (bool done = f->patches == 0; !done;) {
        int64_t sets[STM_NUCLEI_LEVELS + 2] = {0};
        if (!stm_nuclei_each_share(f, g, grow_share, err)) return false;
        const bool fits = add_up(g, sets);
        const int levels = levels_that_fit(f, sets);
        done = fits && levels == f->levels;
        if (fits)
            f->levels = levels;
        else
            stm_nuclei_halve_levels(f);
    }
    return true;
}

bool stm_nuclei_tree(struct stm_finder *f, struct stm_error *err)
{
    const size_t nodes = (size_t)stm_nuclei_node_room(f->w, f->h), runs = stm_nuclei_run_room(f->w, f->h);
    f->runs = 0;
    f->nodes = 0;
    if (!take(f, err)) return false;
    const size_t mark = stm_arena_mark(f->scratch);
    struct stm_segment *run = stm_arena_take(f->scratch, runs * sizeof *run, "the lowest level", err);
    size_t *first = stm_arena_take(f->scratch, (nodes + 2) * sizeof *first, "patches", err);
    struct growth g = {f, run, first, {false}, {{0}}};
    if (!run || !first) return false;
    stm_nuclei_fill_level_of(f);
    if (!stm_nuclei_patches(f, run, first, err)) return false;
    stm_nuclei_deal(f, first);
    if (!grow(&g, err)) return false;
    stm_arena_reset(f->scratch, mark);
    return true;
}
