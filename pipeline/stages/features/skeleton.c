/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Length and width along the middle: the object is thinned to lines (Guo and Hall, "Parallel thinning with
 * two-subiteration algorithms", CACM 32, 1989), the longest way through them is its axis. Thinning looks at
 * 64 pixels at a time. */
#include "pipeline/stages/features/skeleton.h"

#include "kernels/distance.h"
#include "kernels/kernels.h"
#include "pipeline/stages/features/bits.h"

#include <math.h>
#include <string.h>

/* The way is measured by chords of CHORD steps: single steps of a line drawn in pixels are up to 8 % too
 * long. */
enum { SIDE = 10, DIAGONAL = 14, CHORD = 6 };
static const uint32_t far_off = 0xffffffff;

struct node {
    int32_t x, y; /* in the bitmap */
    uint32_t way;
    int32_t from;
    bool waits;
};

struct axis {
    const struct stm_blob *b;
    struct stm_arena *arena;
    struct stm_bits line;
    struct node *node; /* raster order */
    int32_t *row;      /* row y has nodes row[y] … row[y + 1] - 1 */
    int32_t *queue;
    int32_t n;
    struct stm_u16 d2;
};

static uint64_t two_of(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    return (a & b) | (c & d) | ((a | b) & (c | d));
}

/* Pixels of a word that one half of a pass takes away. */
static uint64_t removable(const struct stm_nine *p, bool second)
{
    const uint64_t a = ~p->n & (p->ne | p->e), b = ~p->e & (p->se | p->s), c = ~p->s & (p->sw | p->w),
                   d = ~p->w & (p->nw | p->n);
    const uint64_t once = (a | b | c | d) & ~two_of(a, b, c, d);
    const uint64_t e = p->nw | p->n, f = p->ne | p->e, g = p->se | p->s, h = p->sw | p->w;
    const uint64_t i = p->n | p->ne, j = p->e | p->se, k = p->s | p->sw, l = p->w | p->nw;
    const uint64_t enough = two_of(e, f, g, h) & two_of(i, j, k, l), full = e & f & g & h & i & j & k & l;
    const uint64_t kept = second ? (p->n | p->ne | ~p->se) & p->e : (p->s | p->sw | ~p->nw) & p->w;
    return p->c & once & enough & ~full & ~kept;
}

static bool thin_row(struct stm_bits *to, const struct stm_bits *from, int y, bool second)
{
    const size_t at = (size_t)y * (size_t)from->words;
    uint64_t gone = 0;
    for (int i = 0; i < from->words; i++) {
        to->word[at + (size_t)i] = 0;
        if (!from->word[at + (size_t)i]) continue;
        const struct stm_nine p = stm_bits_around(from->word + at, i, from->words);
        const uint64_t remove = removable(&p, second);
        to->word[at + (size_t)i] = p.c & ~remove;
        gone |= remove;
    }
    return gone;
}

/* moved[y]: 1 when row y lost a pixel in the half before this one, 2: in the one before that, STILL: in
 * neither. Where a row and its neighbours are still, this half would find what it found last time, nothing;
 * and both bitmaps have the same there. */
enum { STILL = 3 };

static bool thin_half(struct stm_bits *to, const struct stm_bits *from, uint8_t *moved, bool second)
{
    bool any = false;
    uint8_t above = moved[0];
    for (int y = 1; y < from->rows - 1; y++) {
        const uint8_t here = moved[y], below = moved[y + 1];
        const bool look = above < STILL || here < STILL || below < STILL;
        const bool gone = look && thin_row(to, from, y, second);
        moved[y] = gone ? 1 : here < STILL ? (uint8_t)(here + 1) : STILL;
        above = here;
        any |= gone;
    }
    return any;
}

static bool thin(struct axis *a, struct stm_error *err)
{
    const size_t size = (size_t)a->b->body.words * (size_t)a->b->body.rows * sizeof(uint64_t);
    struct stm_bits other = a->b->body;
    a->line = a->b->body;
    a->line.word = stm_arena_take(a->arena, size, "an axis", err);
    other.word = stm_arena_take(a->arena, size, "an axis", err);
    uint8_t *moved = stm_arena_take(a->arena, (size_t)other.rows, "an axis", err);
    if (!a->line.word || !other.word || !moved) return false;
    memcpy(a->line.word, a->b->body.word, size);
    memset(other.word, 0, size);
    memset(moved, 1, (size_t)other.rows);
    moved[0] = moved[other.rows - 1] = STILL;
    for (bool more = true; more;) {
        const bool first = thin_half(&other, &a->line, moved, false),
                   second = thin_half(&a->line, &other, moved, true);
        more = first || second;
    }
    return true;
}

static int32_t count(const struct stm_bits *bits)
{
    int32_t n = 0;
    for (size_t i = 0; i < (size_t)bits->words * (size_t)bits->rows; i++)
        n += (int32_t)stm_bits_count(bits->word[i]);
    return n;
}

static bool list(struct axis *a, struct stm_error *err)
{
    const size_t n = (size_t)count(&a->line) + 1;
    a->node = stm_arena_take(a->arena, n * sizeof *a->node, "an axis", err);
    a->queue = stm_arena_take(a->arena, n * sizeof *a->queue, "an axis", err);
    a->row = stm_arena_take(a->arena, ((size_t)a->line.rows + 1) * sizeof *a->row, "an axis", err);
    if (!a->node || !a->queue || !a->row) return false;
    for (int y = 0; y < a->line.rows; y++) {
        const uint64_t *word = a->line.word + (size_t)y * (size_t)a->line.words;
        a->row[y] = a->n;
        for (int x = 0; x < 64 * a->line.words; x++)
            if (word[x / 64] >> x % 64 & 1) a->node[a->n++] = (struct node){.x = x, .y = y};
    }
    a->row[a->line.rows] = a->n;
    return true;
}

/* Squared distances to what is outside, in the box with a border of one pixel: places are the bitmap's. */
static bool measure_distances(struct axis *a, const struct stm_kernels *kernels, struct stm_error *err)
{
    const struct stm_blob *b = a->b;
    const int w = b->x1 - b->x0 + 2, h = b->y1 - b->y0 + 2;
    a->d2 = (struct stm_u16){stm_arena_take(a->arena, (size_t)w * (size_t)h * 2, "distances", err), w, w, h};
    void *rows = stm_arena_take(a->arena, stm_distance_scratch(w, h), "distances", err);
    if (!a->d2.px || !rows) return false;
    stm_distance(kernels, a->d2, b->x0 - 1, b->y0 - 1, b->run, b->n_runs, rows);
    return true;
}

static double distance(const struct axis *a, int32_t i)
{
    return sqrt(a->d2.px[a->node[i].y * a->d2.stride + a->node[i].x]);
}

/* The place after `at` in the queue, which is a ring of n. */
static int32_t after(int32_t at, int32_t n)
{
    return at + 1 < n ? at + 1 : 0;
}

/* What a node's neighbours gain by a way through it; those that do wait for their turn, each once, from
 * place *end on. Returns how many were added. */
static int32_t pass_on(struct axis *a, int32_t i, int32_t *end)
{
    int32_t added = 0;
    const struct node *p = &a->node[i];
    for (int32_t k = a->row[p->y - 1]; k < a->row[p->y + 2]; k++) {
        struct node *q = &a->node[k];
        const uint32_t way = p->way + (q->x != p->x && q->y != p->y ? DIAGONAL : SIDE);
        if (q->x < p->x - 1 || q->x > p->x + 1 || k == i || way >= q->way) continue;
        q->way = way;
        q->from = i;
        if (q->waits) continue;
        a->queue[*end] = k;
        *end = after(*end, a->n);
        q->waits = true;
        added++;
    }
    return added;
}

/* Ways from `start` to all nodes that can be reached; returns the furthest, the first of several. */
static int32_t spread(struct axis *a, int32_t start)
{
    int32_t best = start;
    for (int32_t i = 0; i < a->n; i++)
        a->node[i].way = far_off, a->node[i].waits = false;
    a->node[start].way = 0;
    a->node[start].from = -1;
    a->queue[0] = start;
    for (int32_t head = 0, end = after(0, a->n), waiting = 1; waiting; head = after(head, a->n)) {
        const int32_t i = a->queue[head];
        a->node[i].waits = false;
        waiting += pass_on(a, i, &end) - 1;
    }
    for (int32_t i = 0; i < a->n; i++)
        if (a->node[i].way != far_off && a->node[i].way > a->node[best].way) best = i;
    return best;
}

/* The part of the object that holds its widest place. */
static int32_t widest(const struct axis *a)
{
    int32_t best = 0;
    for (int32_t i = 1; i < a->n; i++)
        if (distance(a, i) > distance(a, best)) best = i;
    return best;
}

static double chord(const struct axis *a, int32_t i, int32_t k)
{
    const double dx = a->node[i].x - a->node[k].x, dy = a->node[i].y - a->node[k].y;
    return sqrt(dx * dx + dy * dy);
}

static bool is_inside(const struct axis *a, double x, double y)
{
    const int u = (int)(x + 0.5), v = (int)(y + 0.5);
    return u > 0 && v > 0 && v < a->b->body.rows && u < 64 * a->b->body.words &&
           (a->b->body.word[(size_t)v * (size_t)a->b->body.words + (size_t)u / 64] >> u % 64 & 1);
}

/* Thinning takes away the ends. From node i on, straight away from node k, how far it is to the edge. */
static double rest(const struct axis *a, int32_t i, int32_t k)
{
    const double long_way = chord(a, i, k);
    if (long_way == 0) return distance(a, i) - 0.5;
    const double dx = (a->node[i].x - a->node[k].x) / long_way, dy = (a->node[i].y - a->node[k].y) / long_way;
    double t = 0;
    while (is_inside(a, a->node[i].x + t * dx, a->node[i].y + t * dy))
        t += 0.25;
    return t;
}

/* The nodes of the way in order, over the queue; returns how many. */
static int32_t list_way(struct axis *a, int32_t end)
{
    int32_t n = 0;
    for (int32_t i = end; i >= 0; i = a->node[i].from)
        a->queue[n++] = i;
    return n;
}

/* How many steps of the way tell the direction of its end: as many as the object is wide there. */
static int32_t look_back(const struct axis *a, int32_t end, int32_t n)
{
    const int32_t steps = CHORD + (int32_t)distance(a, end);
    return steps < n ? steps : n - 1;
}

static void follow(struct axis *a, int32_t end, double value[2])
{
    const int32_t n = list_way(a, end), *way = a->queue, last = n - 1;
    double length = rest(a, way[0], way[look_back(a, way[0], n)]) +
                    rest(a, way[last], way[last - look_back(a, way[last], n)]),
           width = 0;
    for (int32_t i = 0; i < n; i++)
        width += 2 * distance(a, way[i]) - 1;
    for (int32_t i = 0; i < last; i += CHORD)
        length += chord(a, way[i], way[i + CHORD < last ? i + CHORD : last]);
    value[0] = length;
    value[1] = width / n;
}

bool stm_feature_skeleton(const struct stm_blob *b, const struct stm_kernels *kernels,
                          struct stm_arena *arena, double value[2], struct stm_error *err)
{
    const size_t mark = stm_arena_mark(arena);
    struct axis a = {.b = b, .arena = arena};
    if (!thin(&a, err) || !list(&a, err) || !measure_distances(&a, kernels, err)) return false;
    follow(&a, spread(&a, spread(&a, widest(&a))), value);
    stm_arena_reset(arena, mark);
    return true;
}

/* Lines that are left have no more pixels than half of the box. */
size_t stm_feature_skeleton_bytes(int w, int h)
{
    const size_t px = (size_t)(w + 2) * (size_t)(h + 2), n = px / 2 + 64;
    return 2 * stm_arena_cost(((size_t)w + 65) / 64 * 8 * ((size_t)h + 2)) + stm_arena_cost((size_t)h + 2) +
           stm_arena_cost(n * sizeof(struct node)) + stm_arena_cost(n * 4) +
           stm_arena_cost(((size_t)h + 3) * 4) + stm_arena_cost(px * 2) +
           stm_arena_cost(stm_distance_scratch(w + 2, h + 2));
}
