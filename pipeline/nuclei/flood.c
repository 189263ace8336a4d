/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labels grow from the chosen nodes over what is left of the foreground, brightest pixels first, so that they
 * meet along the darkest line between them. Where a nucleus ends is a fraction of its own height. */
#include "pipeline/nuclei/finder.h"

#include <string.h>

struct flood {
    struct stm_finder *f;
    int32_t *queue, head[STM_NUCLEI_LEVELS + 2], tail[STM_NUCLEI_LEVELS + 2];
    int top;
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

/* The light that 70 % of the node's pixels below level `end` do not exceed, not counting those outside the
 * boundary that follows from it: found twice, the first time with all. */
static int plateau(const struct stm_finder *f, const struct stm_node *n, int end)
{
    uint32_t count[STM_NUCLEI_LEVELS + 2] = {0};
    for (int32_t i = n->first; i >= 0; i = f->run[i].next) {
        const uint16_t *px = f->light.px + f->run[i].y * f->light.stride;
        for (int x = f->run[i].x0; x < f->run[i].x1; x++)
            count[f->level_of[px[x]]]++;
    }
    int k = level_rank(count, n->level, end);
    const int edge = f->level_of[(uint16_t)(f->options->boundary * f->level[k])];
    k = level_rank(count, edge > n->level ? edge : n->level, end);
    return k < f->levels ? (f->level[k] + f->level[k + 1]) / 2 : f->level[k];
}

static void paint(struct stm_finder *f, const struct stm_node *n, uint32_t label)
{
    for (int32_t i = n->first; i >= 0; i = f->run[i].next)
        for (int x = f->run[i].x0; x < f->run[i].x1; x++)
            f->labels.px[f->run[i].y * f->labels.stride + x] = label;
}

static void plant_node(struct stm_finder *f, int32_t id)
{
    const struct stm_node *n = &f->node[id], *core = n->core < 0 ? NULL : &f->node[n->core];
    const int edge = (int)(f->options->boundary * plateau(f, n, core ? core->level : f->levels + 1));
    f->boundary[++f->seeds] = (uint16_t)(edge > f->level[1] ? edge : f->level[1]);
    paint(f, n, f->seeds);
    if (!core) return;
    f->boundary[++f->seeds] = f->level[core->level];
    paint(f, core, f->seeds);
}

static void plant(struct stm_finder *f)
{
    f->seeds = 0;
    for (int32_t i = 0; i < f->nodes; i++)
        if (f->node[i].chosen) plant_node(f, i);
}

/* Places in the queue for every foreground pixel without a label, by level. */
static void make_room(struct flood *q)
{
    const struct stm_finder *f = q->f;
    memset(q->tail, 0, sizeof q->tail);
    for (size_t i = 0; i < f->bases; i++) {
        const uint16_t *px = f->light.px + f->base[i].y * f->light.stride;
        const uint32_t *label = f->labels.px + f->base[i].y * f->labels.stride;
        for (int x = f->base[i].x0; x < f->base[i].x1; x++)
            q->tail[f->level_of[px[x]] + 1] += label[x] == 0;
    }
    for (int k = 1; k <= f->levels + 1; k++)
        q->tail[k] += q->tail[k - 1];
    memcpy(q->head, q->tail, sizeof q->head);
}

static inline void offer(struct flood *q, int x, int y, uint32_t label)
{
    const struct stm_finder *f = q->f;
    const int k = f->level_of[f->light.px[y * f->light.stride + x]];
    uint32_t *its = f->labels.px + y * f->labels.stride + x;
    if (*its || !k) return;
    *its = label;
    q->queue[q->tail[k]++] = y * f->w + x;
    if (k > q->top) q->top = k;
}

static inline void offer_around(struct flood *q, int x, int y, uint32_t label)
{
    if (y > 0) offer(q, x, y - 1, label);
    if (x > 0) offer(q, x - 1, y, label);
    if (x + 1 < q->f->w) offer(q, x + 1, y, label);
    if (y + 1 < q->f->h) offer(q, x, y + 1, label);
}

/* The pixels of a run have labels already: left and right of them only the ends matter. */
static void offer_around_run(struct flood *q, const struct stm_level_run *run)
{
    const struct stm_finder *f = q->f;
    const int y = run->y;
    const uint32_t *label = f->labels.px + y * f->labels.stride;
    for (int x = run->x0; x < run->x1; x++) {
        if (y > 0) offer(q, x, y - 1, label[x]);
        if (x == run->x0 && x > 0) offer(q, x - 1, y, label[x]);
        if (x + 1 == run->x1 && x + 1 < f->w) offer(q, x + 1, y, label[x]);
        if (y + 1 < f->h) offer(q, x, y + 1, label[x]);
    }
}

/* Nodes of the lowest level have no foreground around them. */
static void start(struct flood *q)
{
    const struct stm_finder *f = q->f;
    for (int32_t n = 0; n < f->nodes; n++) {
        if (!f->node[n].chosen || f->node[n].level == 1) continue;
        for (int32_t i = f->node[n].first; i >= 0; i = f->run[i].next)
            offer_around_run(q, &f->run[i]);
    }
}

/* Rows from the inverse of the width: half a pixel more keeps the product on the right side of every integer.
 */
static void spread(struct flood *q)
{
    const double inverse = 1.0 / q->f->w;
    while (q->top > 0) {
        if (q->head[q->top] == q->tail[q->top]) {
            q->top--;
            continue;
        }
        const int32_t p = q->queue[q->head[q->top]++];
        const int y = (int)((p + 0.5) * inverse), x = p - y * q->f->w;
        offer_around(q, x, y, q->f->labels.px[y * q->f->labels.stride + x]);
    }
}

/* What is darker than its label's boundary goes back to the ground. */
static void trim(struct stm_finder *f)
{
    for (size_t i = 0; i < f->bases; i++) {
        const uint16_t *px = f->light.px + f->base[i].y * f->light.stride;
        uint32_t *label = f->labels.px + f->base[i].y * f->labels.stride;
        for (int x = f->base[i].x0; x < f->base[i].x1; x++)
            if (px[x] < f->boundary[label[x]]) label[x] = 0;
    }
}

size_t stm_nuclei_flood_bytes(int w, int h)
{
    return stm_arena_cost((size_t)w * (size_t)h * sizeof(int32_t));
}

bool stm_nuclei_flood(struct stm_finder *f, struct stm_error *err)
{
    struct flood q = {.f = f};
    const size_t mark = stm_arena_mark(f->scratch);
    f->boundary[0] = 0;
    plant(f);
    make_room(&q);
    q.queue =
        stm_arena_take(f->scratch, (size_t)q.tail[f->levels + 1] * sizeof *q.queue, "pixels to flood", err);
    if (!q.queue) return false;
    start(&q);
    spread(&q);
    trim(f);
    stm_arena_reset(f->scratch, mark);
    return true;
}
