/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the tree branches, one set of pixels is two at the next level: two nuclei, or the texture of one.
 * What a branching looks like gives odds; the cut of the tree with the best total is taken. */
#include "pipeline/nuclei/finder.h"
#include "pipeline/nuclei/hull.h"
#include "pipeline/nuclei/observe.h"
#include "pipeline/nuclei/odds.h"

#include <stdlib.h>
#include <string.h>

/* Least pixels of a branch, and least height: times the noise, and as a fraction of its peak. */
enum { LEAST_AREA = 4, LEAST_NOISE = 4 };
static const double least_rise = 0.03;

/* Logistic regression of "the two branches belong to different nuclei" on 8000 branchings of 116 annotated
 * fields (docs/nuclei.md). Areas are in units of the usual nucleus. */
static const struct {
    double constant, depth, area_main, area_other, area_whole, large, depth_area, convex, very_convex,
        concave, main_convex, main_concave, lowest;
} odds = {4.09, -1.68, 1.04, 0.671, -0.341, -0.247, -0.473, -8.98, -85.5, 4.71, 17.7, -5.78, -4.47};

/* Levels are 1/20 apart: 5 and 6 of them are factors of 1.28 and 1.34. */
enum { CORE_BELOW = 2, CORE_ABOVE = 3 };
static const double core_drop = 0.7, core_hold = 0.75, core_least = 0.1;

struct sized {
    int32_t area;
    uint64_t weight;
};

struct chooser {
    struct stm_finder *f;
    int32_t *x, *y; /* hull corners */
    double typical;
};

static double solidity(struct chooser *c, int32_t id)
{
    struct stm_node *n = &c->f->node[id];
    const struct stm_level_run *run = c->f->run;
    if (!n->hull) {
        struct stm_hull hull = stm_hull_begin(c->x, c->y, run[n->last].y - run[n->first].y + 1);
        for (int32_t i = n->first, end; i >= 0; i = run[end].next) {
            for (end = i; run[end].next >= 0 && run[run[end].next].y == run[i].y;)
                end = run[end].next;
            stm_hull_row(&hull, run[i].y, run[i].x0, run[end].x1 - 1);
        }
        n->hull = (int32_t)stm_hull_pixels(&hull);
    }
    return (double)n->area / n->hull;
}

static int level_of(const struct stm_finder *f, int32_t node)
{
    return f->level[f->node[node].level];
}

/* Rises far enough above its parent to be more than noise. */
static bool stands_out(const struct stm_finder *f, int32_t child)
{
    const struct stm_node *n = &f->node[child];
    const int rise = n->peak - level_of(f, n->parent);
    return n->area >= LEAST_AREA && rise >= LEAST_NOISE * f->noise && rise >= least_rise * n->peak;
}

/* The branch with the highest peak; at equal peaks the larger, then the first. */
static int32_t main_branch(const struct stm_finder *f, int32_t node)
{
    int32_t best = -1;
    for (int32_t c = f->node[node].child; c >= 0; c = f->node[c].sibling) {
        if (!stands_out(f, c)) continue;
        const struct stm_node *a = &f->node[c], *b = &f->node[best < 0 ? c : best];
        if (best < 0 || a->peak > b->peak || (a->peak == b->peak && a->area >= b->area)) best = c;
    }
    return best;
}

/* A sibling large and high enough to change the shape of what they make together. */
static bool is_alone(const struct chooser *c, int32_t node)
{
    const struct stm_finder *f = c->f;
    const int32_t parent = f->node[node].parent;
    for (int32_t s = f->node[parent].child; s >= 0; s = f->node[s].sibling) {
        const struct stm_node *n = &f->node[s];
        if (s != node && n->area >= LEAST_AREA && n->area >= 0.1 * c->typical &&
            n->peak - level_of(f, parent) >= 0.06 * n->peak)
            return false;
    }
    return true;
}

/* The most convex of the sets below `node` before others join, down to 0.4 of the peak: what the two branches
 * look like together. One nucleus becomes convex there, two keep their waist. */
static int32_t roundest(struct chooser *c, int32_t node, int peak)
{
    const struct stm_finder *f = c->f;
    int32_t best = node;
    for (int32_t at = node; f->node[at].parent >= 0 && is_alone(c, at);) {
        at = f->node[at].parent;
        if (level_of(f, at) < 0.4 * peak) break;
        if (solidity(c, at) >= solidity(c, best)) best = at;
    }
    return best;
}

/* Logarithm of the odds that branches `main` and `other` of `node` are two nuclei. */
static double odds_of(struct chooser *c, int32_t node, int32_t main, int32_t other)
{
    const struct stm_node *n = c->f->node;
    const int32_t whole = roundest(c, node, n[other].peak);
    const double depth = stm_odds_log((double)(n[other].peak - level_of(c->f, node)) / n[other].peak);
    const double area = stm_odds_log(n[whole].area / c->typical);
    const double round = solidity(c, whole), convex = solidity(c, main);
    STM_NUCLEI_OBSERVE(
        branch, c->f, main, other,
        ((double[]){(double)(n[other].peak - level_of(c->f, node)) / n[other].peak, n[main].area / c->typical,
                    n[other].area / c->typical, n[whole].area / c->typical, round, convex, solidity(c, other),
                    (double)n[other].peak / n[main].peak,
                    (double)(n[main].peak - level_of(c->f, node)) / n[main].peak,
                    (double)level_of(c->f, whole) / n[other].peak,
                    (n[other].peak - level_of(c->f, node)) / c->f->noise}));
    return odds.constant + odds.depth * depth + odds.area_main * stm_odds_log(n[main].area / c->typical) +
           odds.area_other * stm_odds_log(n[other].area / c->typical) + odds.area_whole * area +
           odds.large * stm_odds_over(area - 0.1823) + odds.depth_area * depth * area +
           odds.convex * stm_odds_over(round - 0.9) + odds.very_convex * stm_odds_over(round - 0.95) +
           odds.concave * stm_odds_over(0.9 - round) + odds.main_convex * stm_odds_over(convex - 0.93) +
           odds.main_concave * stm_odds_over(0.93 - convex) +
           odds.lowest * level_of(c->f, whole) / n[other].peak;
}

/* The costs of leaving a node whole and of cutting it best. Both sum up what the branchings in it, taken one
 * by one, say against it. */
static void weigh(struct chooser *c, int32_t id)
{
    struct stm_node *node = c->f->node, *n = &node[id];
    const int32_t main = main_branch(c->f, id);
    n->whole = n->split = 0;
    for (int32_t b = n->child; b >= 0; b = node[b].sibling) {
        if (!stands_out(c->f, b)) continue;
        n->whole += node[b].whole;
        n->split += node[b].split;
        if (b == main) continue;
        const double odds_two = odds_of(c, id, main, b);
        n->whole += stm_odds_over(odds_two);
        n->split += stm_odds_over(-odds_two);
    }
    n->chosen = n->whole <= n->split;
    if (n->chosen) n->split = n->whole;
}

/* Only the lowest of the chosen on each way down stays chosen, and only where the ways lead: descending from
 * the roots, a node is passed when it is not chosen, and its insignificant branches are dropped. */
static void keep_lowest(struct stm_finder *f)
{
    for (int32_t i = 0; i < f->nodes; i++) {
        struct stm_node *n = &f->node[i];
        const bool reached = n->parent < 0 || (f->node[n->parent].chosen == 2 && stands_out(f, i));
        n->chosen = !reached ? 0 : n->chosen ? 1 : 2;
    }
    for (int32_t i = 0; i < f->nodes; i++)
        f->node[i].chosen &= 1;
}

/* A bright nucleus on a dim one: going up the levels the area drops where the dim one ends, and then hardly
 * changes for a while. Of one nucleus it falls all the way. */
static void find_core(struct stm_finder *f, struct chooser *c, int32_t id)
{
    int32_t chain[STM_NUCLEI_LEVELS + 1];
    int n = 0, best = 0;
    double sharpest = 0;
    for (int32_t at = id; at >= 0 && n <= STM_NUCLEI_LEVELS; at = main_branch(f, at))
        chain[n++] = at;
    for (int i = CORE_BELOW; i + CORE_ABOVE < n; i++) {
        const double area = f->node[chain[i]].area;
        const double drop = area / f->node[chain[i - CORE_BELOW]].area;
        const double hold = f->node[chain[i + CORE_ABOVE]].area / area;
        if (drop > core_drop || hold < core_hold || hold - drop <= sharpest) continue;
        if (area < core_least * c->typical || solidity(c, chain[i]) < 0.9) continue;
        sharpest = hold - drop;
        best = i;
    }
    f->node[id].core = best ? chain[best] : -1;
}

/* The node's main branch where it rises above half of its height, more or less: the size of what stands
 * there, whatever the lowest level is. */
static int32_t at_half_height(const struct stm_finder *f, int32_t id)
{
    for (int32_t up; level_of(f, id) < 0.45 * f->node[id].peak && (up = main_branch(f, id)) >= 0;)
        id = up;
    return id;
}

static int by_area(const void *a, const void *b)
{
    const struct sized *x = a, *y = b;
    if (x->area != y->area) return x->area < y->area ? -1 : 1;
    return (x->weight > y->weight) - (x->weight < y->weight);
}

/* Areas of convex chosen nodes, each weighted by its area and height. */
static size_t list_areas(struct chooser *c, struct sized *list)
{
    const struct stm_finder *f = c->f;
    size_t n = 0;
    for (int32_t i = 0; i < f->nodes; i++) {
        const int32_t half = f->node[i].chosen ? at_half_height(f, i) : -1;
        if (half < 0 || f->node[half].area < LEAST_AREA || solidity(c, half) < 0.9) continue;
        list[n].area = f->node[half].area;
        list[n++].weight = (uint64_t)f->node[half].area * f->node[half].peak;
    }
    return n;
}

/* Their median; what was known before when there are fewer than three. */
static double typical_area(struct sized *list, size_t n, double before)
{
    uint64_t sum = 0, seen = 0;
    for (size_t i = 0; i < n; i++)
        sum += list[i].weight;
    qsort(list, n, sizeof *list, by_area);
    for (size_t i = 0; i < n && n >= 3; i++)
        if ((seen += list[i].weight) * 2 >= sum) return list[i].area;
    return before;
}

size_t stm_nuclei_choose_bytes(int w, int h)
{
    return 2 * stm_arena_cost(2 * (size_t)h * sizeof(int32_t)) +
           stm_arena_cost(((size_t)stm_nuclei_node_room(w, h) + 1) * sizeof(struct sized));
}

/* Of the usual nucleus, before any is known. */
static double area_expected(const struct stm_finder *f)
{
    return 0.78 * f->diameter * f->diameter;
}

void stm_nuclei_weigh_patch(struct stm_finder *f, const struct stm_patch *p, int32_t *corners)
{
    struct chooser c = {f, corners, corners + 2 * (size_t)f->h, area_expected(f)};
    for (int32_t i = p->node + p->nodes - 1; i >= p->node; i--)
        weigh(&c, i);
}

/* What the shares have in common while nodes are chosen; list[i] is where share i puts its n[i] areas. */
struct choice {
    const struct stm_finder *f;
    double typical;
    struct sized *list[STM_TEAM_MOST];
    size_t n[STM_TEAM_MOST];
};

static bool open_chooser(struct chooser *c, struct stm_finder *share, double typical, struct stm_error *err)
{
    const size_t corners = 2 * (size_t)share->h * sizeof(int32_t);
    *c = (struct chooser){share, stm_arena_take(share->scratch, corners, "hulls", err),
                          stm_arena_take(share->scratch, corners, "hulls", err), typical};
    return c->x && c->y;
}

/* Nodes have been weighed once, patch by patch, with the area expected. */
static bool choose_first(void *context, int worker, int item, struct stm_error *err)
{
    struct choice *const choice = context;
    struct stm_finder *const s = &choice->f->share[item];
    const size_t mark = stm_arena_mark(s->scratch);
    struct chooser c;
    (void)worker;
    if (!open_chooser(&c, s, choice->typical, err)) return false;
    for (int32_t i = 0; i < s->nodes && !s->options->declump; i++)
        s->node[i].chosen = 1;
    keep_lowest(s);
    choice->n[item] = list_areas(&c, choice->list[item]);
    stm_arena_reset(s->scratch, mark);
    return true;
}

/* The second time it is with the usual area that this has led to. */
static bool choose_again(void *context, int worker, int item, struct stm_error *err)
{
    const struct choice *const choice = context;
    struct stm_finder *const s = &choice->f->share[item];
    const size_t mark = stm_arena_mark(s->scratch);
    struct chooser c;
    (void)worker;
    if (!open_chooser(&c, s, choice->typical, err)) return false;
    for (int32_t i = s->nodes - 1; i >= 0; i--)
        if (s->options->declump)
            weigh(&c, i);
        else
            s->node[i].chosen = 1;
    keep_lowest(s);
    for (int32_t i = 0; i < s->nodes && s->options->declump; i++)
        if (s->node[i].chosen) find_core(s, &c, i);
    stm_arena_reset(s->scratch, mark);
    return true;
}

bool stm_nuclei_choose(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    struct sized *area = stm_arena_take(f->scratch, (size_t)(f->nodes + 1) * sizeof *area, "areas", err);
    struct choice choice = {.f = f, .typical = area_expected(f)};
    size_t n = 0;
    if (!area) return false;
    for (int i = 0; i < f->shares; n += (size_t)f->share[i++].nodes)
        choice.list[i] = area + n;
    if (!stm_nuclei_each_share(f, &choice, choose_first, err)) return false;
    n = 0;
    for (int i = 0; i < f->shares; n += choice.n[i++])
        memmove(area + n, choice.list[i], choice.n[i] * sizeof *area);
    choice.typical = f->typical = typical_area(area, n, choice.typical);
    if (!stm_nuclei_each_share(f, &choice, choose_again, err)) return false;
    stm_arena_reset(f->scratch, mark);
    return true;
}
