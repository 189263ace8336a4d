/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labels grow from the chosen nodes over what is left of the foreground, brightest pixels first, so that they
 * meet along the darkest line between them. Where a nucleus ends is a fraction of its own height. Patch by
 * patch: labels of one never meet those of another. */
#include "pipeline/nuclei/finder.h"

#include <stdlib.h>
#include <string.h>

/* A pixel of the image of depths and of that of labels. What has a label has depth 0 from then on. */
struct place {
    int32_t depth, label;
};

struct flood {
    struct stm_finder *f;
    struct place *queue;
    int32_t head[STM_NUCLEI_LEVELS + 2], tail[STM_NUCLEI_LEVELS + 2];
    int top;
};

struct rank {
    int32_t level, y, x0;
    struct stm_node *node;
};

/* The level that 70 % of the counts in [from, end) do not exceed. */
static int level_rank(const uint32_t *count, int from, int end)
{
    int64_t left = 0;
    for (int k = from; k < end; k++)
        left += count[k];
    left = left * 7 / 10;
    while (from + 1 < end && (left -= count[from]) >= 0)
        from++;
    return from;
}

/* Pixels of the node at each depth, one by one. Neighbours are alike, so that they are counted in turn in two
 * tables: an increment need not wait for the one before. */
static void count_pixels(const struct stm_finder *f, const struct stm_node *n, uint32_t *count)
{
    uint32_t odd[STM_NUCLEI_LEVELS + 2] = {0};
    for (int32_t i = n->first; i >= 0; i = f->run[i].next) {
        const uint8_t *depth = f->depth.px + f->run[i].y * f->depth.stride;
        int x = f->run[i].x0;
        for (; x + 1 < f->run[i].x1; x += 2) {
            count[depth[x]]++;
            odd[depth[x + 1]]++;
        }
        if (x < f->run[i].x1) count[depth[x]]++;
    }
    for (int d = 0; d <= f->depths; d++)
        count[d] += odd[d];
}

/* The same from the areas of the sets in it, as long as there is one for every depth. */
static void count_areas(const struct stm_finder *f, int32_t id, uint32_t *count)
{
    const struct stm_node *const node = f->node;
    for (int32_t i = id;;) {
        count[node[i].level] += (uint32_t)node[i].area;
        if (i != id) count[node[i].level - 1] -= (uint32_t)node[i].area;
        if (node[i].child >= 0) {
            i = node[i].child;
            continue;
        }
        while (i != id && node[i].sibling < 0)
            i = node[i].parent;
        if (i == id) return;
        i = node[i].sibling;
    }
}

/* The light that 70 % of the node's pixels below level `end` do not exceed, not counting those outside the
 * boundary that follows from it: found twice, the first time with all. */
static int plateau(const struct stm_finder *f, int32_t id, int end)
{
    const struct stm_node *const n = &f->node[id];
    uint32_t count[STM_NUCLEI_LEVELS + 2] = {0};
    if (f->levels == f->depths)
        count_areas(f, id, count);
    else
        count_pixels(f, n, count);
    int k = level_rank(count, n->level, end);
    const int edge = f->level_of[(uint16_t)(f->options->boundary * f->level[k])];
    k = level_rank(count, edge > n->level ? edge : n->level, end);
    return k < f->levels ? (f->level[k] + f->level[k + 1]) / 2 : f->level[k];
}

static void paint(struct stm_finder *f, const struct stm_node *n, uint32_t label)
{
    for (int32_t i = n->first; i >= 0; i = f->run[i].next) {
        const struct stm_level_run *run = &f->run[i];
        uint32_t *px = f->labels.px + run->y * f->labels.stride;
        memset(f->depth.px + run->y * f->depth.stride + run->x0, 0, (size_t)(run->x1 - run->x0));
        for (int x = run->x0; x < run->x1; x++)
            px[x] = label;
    }
}

static void plant_node(struct stm_finder *f, int32_t id)
{
    const struct stm_node *n = &f->node[id], *core = n->core < 0 ? NULL : &f->node[n->core];
    const int edge = (int)(f->options->boundary * plateau(f, id, core ? core->level : f->levels + 1));
    f->boundary[n->label] = (uint16_t)(edge > f->level[1] ? edge : f->level[1]);
    paint(f, n, n->label);
    if (!core) return;
    f->boundary[n->label + 1] = f->level[core->level];
    paint(f, core, n->label + 1);
}

static int by_rank(const void *a, const void *b)
{
    const struct rank *p = a, *q = b;
    if (p->level != q->level) return p->level < q->level ? -1 : 1;
    if (p->y != q->y) return p->y < q->y ? -1 : 1;
    return (p->x0 > q->x0) - (p->x0 < q->x0);
}

/* The chosen nodes of a share; returns how many. */
static size_t rank_share(const struct stm_finder *s, struct rank *rank)
{
    size_t n = 0;
    for (int32_t i = 0; i < s->nodes; i++) {
        const struct stm_level_run *run = &s->run[s->node[i].first];
        if (s->node[i].chosen) rank[n++] = (struct rank){s->node[i].level, run->y, run->x0, &s->node[i]};
    }
    return n;
}

/* Labels by level, then in raster order: the same whatever order the patches are in. */
static bool number(struct stm_finder *f, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    struct rank *rank = stm_arena_take(f->scratch, (size_t)f->nodes * sizeof *rank, "labels", err);
    size_t n = 0;
    if (!rank) return false;
    for (int i = 0; i < f->shares; i++)
        n += rank_share(&f->share[i], rank + n);
    qsort(rank, n, sizeof *rank, by_rank);
    f->seeds = 0;
    for (size_t i = 0; i < n; i++) {
        rank[i].node->label = f->seeds + 1;
        f->seeds += rank[i].node->core < 0 ? 1 : 2;
    }
    stm_arena_reset(f->scratch, mark);
    return true;
}

/* Eight pixels that are ground or have labels. */
enum { EIGHT = 8 };
static inline bool no_depth(const uint8_t *depth)
{
    uint64_t eight;
    memcpy(&eight, depth, sizeof eight);
    return eight == 0;
}

/* Places in the queue for every pixel of the patch without a label, by level. */
static void make_room(struct flood *q, const struct stm_patch *p)
{
    const struct stm_finder *f = q->f;
    memset(q->tail, 0, sizeof q->tail);
    for (int32_t i = p->run; i < p->run + p->runs; i++) {
        const uint8_t *depth = f->depth.px + f->run[i].y * f->depth.stride;
        for (int x = f->run[i].x0; x < f->run[i].x1; x++)
            if (x + EIGHT <= f->run[i].x1 && no_depth(depth + x))
                x += EIGHT - 1;
            else
                q->tail[depth[x] + 1]++;
    }
    q->tail[1] = 0;
    for (int k = 1; k <= f->depths + 1; k++)
        q->tail[k] += q->tail[k - 1];
    memcpy(q->head, q->tail, sizeof q->head);
}

static inline void offer(struct flood *q, int32_t depth, int32_t label, uint32_t number)
{
    const int k = q->f->depth.px[depth];
    if (!k) return;
    q->f->depth.px[depth] = 0;
    q->f->labels.px[label] = number;
    q->queue[q->tail[k]++] = (struct place){depth, label};
    if (k > q->top) q->top = k;
}

/* The pixels of a run have labels already: left and right of them only the ends matter. Above and below, most
 * pixels have a label, too, or are ground. */
static void offer_around_run(struct flood *q, const struct stm_level_run *run)
{
    const struct stm_finder *f = q->f;
    const int32_t down = (int32_t)f->depth.stride, below = (int32_t)f->labels.stride;
    const int32_t depth = run->y * down, label = run->y * below;
    const uint8_t *up = f->depth.px + depth - down, *low = f->depth.px + depth + down;
    for (int x = run->x0; x < run->x1; x++) {
        if (x > run->x0 && x + EIGHT < run->x1 && no_depth(up + x) && no_depth(low + x)) {
            x += EIGHT - 1;
            continue;
        }
        const uint32_t number = f->labels.px[label + x];
        offer(q, depth + x - down, label + x - below, number);
        if (x == run->x0) offer(q, depth + x - 1, label + x - 1, number);
        if (x + 1 == run->x1) offer(q, depth + x + 1, label + x + 1, number);
        offer(q, depth + x + down, label + x + below, number);
    }
}

static void start(struct flood *q, const struct stm_patch *p)
{
    const struct stm_finder *f = q->f;
    for (int32_t n = p->node; n < p->node + p->nodes; n++) {
        if (!f->node[n].chosen) continue;
        for (int32_t i = f->node[n].first; i >= 0; i = f->run[i].next)
            offer_around_run(q, &f->run[i]);
    }
}

static void spread(struct flood *q)
{
    const int32_t down = (int32_t)q->f->depth.stride, below = (int32_t)q->f->labels.stride;
    while (q->top > 0) {
        if (q->head[q->top] == q->tail[q->top]) {
            q->top--;
            continue;
        }
        const struct place at = q->queue[q->head[q->top]++];
        const uint32_t number = q->f->labels.px[at.label];
        offer(q, at.depth - down, at.label - below, number);
        offer(q, at.depth - 1, at.label - 1, number);
        offer(q, at.depth + 1, at.label + 1, number);
        offer(q, at.depth + down, at.label + below, number);
    }
}

/* Pixels [x0, x1), all of one label: those darker than its boundary lose it. Returns how many do. */
static int trim_label(const uint16_t *restrict px, uint32_t *restrict label, int x0, int x1,
                      uint16_t boundary)
{
    const uint32_t number = label[x0];
    int dark = 0;
    for (int x = x0; x < x1; x++) {
        label[x] = px[x] >= boundary ? number : 0;
        dark += px[x] < boundary;
    }
    return dark;
}

/* What is darker than its label's boundary goes back to the ground. Returns how many pixels that are. */
static int trim_run(const struct stm_finder *f, const struct stm_level_run *run)
{
    const uint16_t *px = f->light.px + run->y * f->light.stride;
    uint32_t *label = f->labels.px + run->y * f->labels.stride;
    int dark = 0;
    for (int x = run->x0, end; x < run->x1; x = end) {
        for (end = x + 1; end < run->x1 && label[end] == label[x];)
            end++;
        dark += trim_label(px, label, x, end, f->boundary[label[x]]);
    }
    return dark;
}

static void trim(struct stm_finder *f, const struct stm_patch *p)
{
    for (int32_t i = p->run; i < p->run + p->runs; i++) {
        const struct stm_level_run *next = &f->run[i + STM_NUCLEI_AHEAD];
        if (i + STM_NUCLEI_AHEAD < p->run + p->runs)
            stm_nuclei_fetch(f->light.px + next->y * f->light.stride, next->x0, next->x1,
                             sizeof *f->light.px);
        if (trim_run(f, &f->run[i]) >= f->left_least) stm_nuclei_leave(f, &f->run[i]);
    }
}

static bool flood_nodes(struct stm_finder *f, const struct stm_patch *p, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch);
    struct flood q = {.f = f};
    make_room(&q, p);
    q.queue =
        stm_arena_take(f->scratch, (size_t)q.tail[f->depths + 1] * sizeof *q.queue, "pixels to flood", err);
    if (!q.queue) return false;
    start(&q, p);
    spread(&q);
    stm_arena_reset(f->scratch, mark);
    return true;
}

/* The first node is the whole patch. */
static bool flood_patch(struct stm_finder *f, const struct stm_patch *p, struct stm_error *err)
{
    const bool whole = f->node[p->node].chosen;
    for (int32_t i = p->node; i < p->node + (whole ? 1 : p->nodes); i++)
        if (f->node[i].chosen) plant_node(f, i);
    if (!whole && !flood_nodes(f, p, err)) return false;
    trim(f, p);
    return true;
}

size_t stm_nuclei_flood_bytes(int w, int h)
{
    const size_t ranks = stm_arena_cost((size_t)stm_nuclei_node_room(w, h) * sizeof(struct rank));
    const size_t queue = stm_arena_cost((size_t)w * (size_t)h * sizeof(struct place));
    return ranks > queue ? ranks : queue;
}

/* The patch's light, depths and labels. */
static void fetch(const struct stm_finder *f, const struct stm_patch *p)
{
    enum { MOST = 64 }; /* runs: more would push each other out */
    for (int32_t i = p->run; i < p->run + p->runs && i < p->run + MOST; i++) {
        const struct stm_level_run *run = &f->run[i];
        stm_nuclei_fetch(f->light.px + run->y * f->light.stride, run->x0, run->x1, sizeof *f->light.px);
        stm_nuclei_fetch(f->depth.px + run->y * f->depth.stride, run->x0, run->x1, sizeof *f->depth.px);
        stm_nuclei_fetch(f->labels.px + run->y * f->labels.stride, run->x0, run->x1, sizeof *f->labels.px);
    }
}

static bool flood_share(void *context, int worker, int item, struct stm_error *err)
{
    const struct stm_finder *const f = context;
    struct stm_finder *const s = &f->share[item];
    (void)worker;
    s->left_least = f->left_least;
    for (int32_t i = 0; i < s->patches; i++) {
        if (i + 1 < s->patches) fetch(s, &s->patch[i + 1]);
        if (!flood_patch(s, &s->patch[i], err)) return false;
    }
    return true;
}

/* The first share has left its runs in f's list. */
static void gather_left(struct stm_finder *f)
{
    f->lefts = f->share[0].lefts;
    for (int i = 1; i < f->shares; f->lefts += f->share[i++].lefts)
        memcpy(f->left + f->lefts, f->share[i].left, f->share[i].lefts * sizeof *f->left);
}

bool stm_nuclei_flood(struct stm_finder *f, struct stm_error *err)
{
    f->boundary[0] = 0;
    stm_nuclei_set_left(f);
    if (!number(f, err) || !stm_nuclei_each_share(f, f, flood_share, err)) return false;
    gather_left(f);
    return true;
}
