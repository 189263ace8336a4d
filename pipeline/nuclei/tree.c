/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connected sets of each level's runs (4 neighbours), and which set of the level below holds each. */
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

static int32_t new_node(struct stm_finder *f, int32_t level, int32_t run, int32_t parent)
{
    const int32_t id = f->nodes++;
    f->node[id] = (struct stm_node){
        .level = level, .parent = parent, .child = -1, .sibling = -1, .core = -1, .first = run, .last = run};
    if (parent >= 0) {
        f->node[id].sibling = f->node[parent].child;
        f->node[parent].child = id;
    }
    return id;
}

/* Nodes of level k from its linked runs. Runs before i have their nodes by then, so a run whose union-find
 * parent lies before it takes that one's; `below` walks along the runs of level k - 1, which hold them. */
static void nodes_of_level(struct stm_finder *f, int k)
{
    struct stm_level_run *run = f->run;
    int32_t below = k > 1 ? f->level_first[k - 1] : 0;
    for (int32_t i = f->level_first[k]; i < f->level_first[k + 1]; i++) {
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

size_t stm_nuclei_tree_bytes(int w, int h)
{
    return stm_arena_cost((size_t)stm_nuclei_node_room(w, h) * sizeof(struct stm_node));
}

/* Levels for which there is no room are left out, from the top. */
bool stm_nuclei_tree(struct stm_finder *f, struct stm_error *err)
{
    const int32_t room = stm_nuclei_node_room(f->w, f->h);
    f->node = stm_arena_take(f->scratch, (size_t)room * sizeof *f->node, "the tree of levels", err);
    if (!f->node) return false;
    f->nodes = 0;
    for (int k = 1; k <= f->levels; k++) {
        link_level(f->run, f->level_first[k], f->level_first[k + 1]);
        if (flatten(f->run, f->level_first[k], f->level_first[k + 1]) > room - f->nodes)
            f->levels = k - 1;
        else
            nodes_of_level(f, k);
    }
    raise_peaks(f);
    return true;
}
