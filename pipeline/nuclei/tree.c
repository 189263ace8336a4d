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
        run[i].node = i;
        while (run[above].y < run[i].y - 1 || (run[above].y == run[i].y - 1 && run[above].x1 <= run[i].x0))
            above++;
        for (int32_t j = above; j < i && run[j].y == run[i].y - 1 && run[j].x0 < run[i].x1; j++)
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
                                    .last = run};
    if (parent >= 0) {
        f->node[id].sibling = f->node[parent].child;
        f->node[parent].child = id;
    }
    return id;
}

/* Nodes of level k, runs [a, e), from its linked runs. Runs before i have their nodes by then, so a run whose
 * union-find parent lies before it takes that one's; `below` walks along the runs of level k - 1, which hold
 * them. */
static void nodes_of_level(struct stm_finder *f, int k, int32_t below, int32_t a, int32_t e)
{
    struct stm_level_run *run = f->run;
    for (int32_t i = a; i < e; i++) {
        if (run[i].node == i) {
            while (k > 1 && (run[below].y < run[i].y || run[below].x1 <= run[i].x0))
                below++;
            run[i].node = new_node(f, k, i, k > 1 ? run[below].node : -1);
        } else {
            run[i].node = run[run[i].node].node;
            run[f->node[run[i].node].last].next = i;
            f->node[run[i].node].last = i;
        }
        f->node[run[i].node].area += run[i].x1 - run[i].x0;
    }
}

/* Makes every run point to the first run of its set; returns how many sets there are. */
static int32_t flatten(struct stm_level_run *run, int32_t a, int32_t e)
{
    int32_t sets = 0;
    for (int32_t i = a; i < e; i++) {
        run[i].node = run[run[i].node].node;
        sets += run[i].node == i;
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
static void raise_peaks(struct stm_finder *f)
{
    for (int i = f->nodes - 1; i >= 0; i--) {
        struct stm_node *n = &f->node[i];
        if (n->child < 0) n->peak = peak_of(f, n->first);
        if (n->parent >= 0 && f->node[n->parent].peak < n->peak) f->node[n->parent].peak = n->peak;
    }
}

int32_t stm_nuclei_node_room(int w, int h)
{
    return (int32_t)((size_t)w * (size_t)h / 24 + 64);
}

/* The frame around what is as large as the image. */
static size_t depth_bytes(int w, int h)
{
    return ((size_t)w + 2) * ((size_t)h + 2);
}

/* What is kept, and what is not needed any more when the tree stands. */
size_t stm_nuclei_tree_bytes(int w, int h)
{
    const size_t nodes = (size_t)stm_nuclei_node_room(w, h), runs = stm_nuclei_run_room(w, h);
    return stm_arena_cost(nodes * sizeof(struct stm_node)) +
           stm_arena_cost(nodes * sizeof(struct stm_patch)) +
           stm_arena_cost(runs * sizeof(struct stm_level_run)) + stm_arena_cost(depth_bytes(w, h)) +
           2 * stm_arena_cost(runs * sizeof(struct stm_segment)) + stm_arena_cost(runs * sizeof(uint32_t)) +
           stm_arena_cost((nodes + 2) * sizeof(size_t));
}

static bool take(struct stm_finder *f, struct stm_error *err)
{
    const size_t nodes = (size_t)stm_nuclei_node_room(f->w, f->h), depth = depth_bytes(f->w, f->h);
    f->node = stm_arena_take(f->scratch, nodes * sizeof *f->node, "the tree of levels", err);
    f->patch = stm_arena_take(f->scratch, nodes * sizeof *f->patch, "patches", err);
    f->run = stm_arena_take(f->scratch, stm_nuclei_run_room(f->w, f->h) * sizeof *f->run, "level runs", err);
    uint8_t *px = stm_arena_take(f->scratch, depth, "levels of pixels", err);
    if (!f->node || !f->patch || !f->run || !px) return false;
    memset(px, 0, depth);
    f->depth = (struct stm_u8){px + f->w + 3, (ptrdiff_t)f->w + 2, f->w, f->h};
    return true;
}

/* The patch's part of the tree; sets[k] counts its sets of level k. Without room for nodes, only the sets are
 * counted. False when there is no room for runs. */
static bool add_patch(struct stm_finder *f, struct stm_patch *p, const struct stm_segment *run, size_t n,
                      int64_t *sets)
{
    int32_t first[STM_NUCLEI_LEVELS + 3];
    const int32_t room = stm_nuclei_node_room(f->w, f->h);
    if (!stm_nuclei_patch_levels(f, run, n, first)) return false;
    *p = (struct stm_patch){first[1], first[2] - first[1], f->nodes, 0};
    for (int k = 1; k <= f->levels && first[k] < first[k + 1]; k++) {
        link_level(f->run, first[k], first[k + 1]);
        const int32_t found = flatten(f->run, first[k], first[k + 1]);
        sets[k] += found;
        if (found <= room - f->nodes)
            nodes_of_level(f, k, k > 1 ? first[k - 1] : 0, first[k], first[k + 1]);
        else
            f->nodes = room; /* nor for any that come after */
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

/* Where there is no room for all runs, every second level is left out; where there is none for all nodes, the
 * tree is cut at the top. */
static void grow(struct stm_finder *f, const struct stm_segment *run, const size_t *first)
{
    for (bool done = f->patches == 0; !done;) {
        int64_t sets[STM_NUCLEI_LEVELS + 2] = {0};
        bool fits = true;
        f->runs = 0;
        f->nodes = 0;
        for (int32_t i = 0; i < f->patches && fits; i++)
            fits = add_patch(f, &f->patch[i], run + first[i + 1], first[i + 2] - first[i + 1], sets);
        const int levels = levels_that_fit(f, sets);
        done = fits && levels == f->levels;
        if (fits)
            f->levels = levels;
        else
            stm_nuclei_halve_levels(f);
    }
}

bool stm_nuclei_tree(struct stm_finder *f, struct stm_error *err)
{
    const size_t nodes = (size_t)stm_nuclei_node_room(f->w, f->h), runs = stm_nuclei_run_room(f->w, f->h);
    f->nodes = 0;
    if (!take(f, err)) return false;
    const size_t mark = stm_arena_mark(f->scratch);
    struct stm_segment *run = stm_arena_take(f->scratch, runs * sizeof *run, "the lowest level", err);
    size_t *first = stm_arena_take(f->scratch, (nodes + 2) * sizeof *first, "patches", err);
    if (!run || !first) return false;
    stm_nuclei_fill_level_of(f);
    if (!stm_nuclei_patches(f, run, first, err)) return false;
    grow(f, run, first);
    raise_peaks(f);
    stm_arena_reset(f->scratch, mark);
    return true;
}
