/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labels that are not quite convex are cut into parts where they narrow: one part for each peak of the
 * distance to the edge. */
#include "pipeline/nuclei/split.h"
#include "kernels/distance.h"
#include "kernels/runs.h"
#include "kernels/watershed.h"
#include "pipeline/nuclei/hull.h"

#include <string.h>

enum { DISTANCE_SCALE = 16 }; /* distances in sixteenths of a pixel */
/* Two ellipses that overlap by a quarter are 0.97 convex, but then they are large. */
static const double convex_enough = 0.97, convex_beyond_doubt = 0.995;

struct box {
    int x0, y0, x1, y1;
};

struct splitter {
    struct stm_finder *f;
    const struct stm_nuclei_cuts *cuts;
    struct stm_seed *seed;
    int32_t *x, *y; /* hull corners */
    unsigned char *bytes;
    uint32_t room; /* labels */
};

static struct box box_of(const struct stm_segment *run, size_t n, int64_t *area)
{
    struct box b = {run[0].x0, run[0].y, run[0].x1, run[n - 1].y + 1};
    *area = 0;
    for (size_t i = 0; i < n; i++) {
        b.x0 = run[i].x0 < b.x0 ? run[i].x0 : b.x0;
        b.x1 = run[i].x1 > b.x1 ? run[i].x1 : b.x1;
        *area += run[i].x1 - run[i].x0;
    }
    return b;
}

static double solidity(struct splitter *s, const struct stm_segment *run, size_t n, int64_t area)
{
    struct stm_hull hull = stm_hull_begin(s->x, s->y, run[n - 1].y - run[0].y + 1);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && run[end].y == run[i].y;)
            end++;
        stm_hull_row(&hull, run[i].y, run[i].x0, run[end - 1].x1 - 1);
    }
    return (double)area / (double)stm_hull_pixels(&hull);
}

/* Binomial 3 x 3 inside; 0 stays 0. `row` has 2 w elements. Returns the greatest value. */
static uint16_t smooth(struct stm_u16 d, uint16_t *row)
{
    uint16_t most = 0, *above = row, *here = row + d.w;
    memset(above, 0, (size_t)d.w * sizeof *above);
    for (int y = 1; y + 1 < d.h; y++) {
        uint16_t *px = d.px + y * d.stride;
        const uint16_t *below = px + d.stride;
        memcpy(here, px, (size_t)d.w * sizeof *here);
        for (int x = 1; x + 1 < d.w; x++) {
            const uint32_t sum = (uint32_t)(above[x - 1] + 2 * above[x] + above[x + 1]) +
                                 2u * (uint32_t)(here[x - 1] + 2 * here[x] + here[x + 1]) +
                                 (uint32_t)(below[x - 1] + 2 * below[x] + below[x + 1]);
            px[x] = (uint16_t)(here[x] ? (sum + 8) / 16 : 0);
            most = px[x] > most ? px[x] : most;
        }
        uint16_t *const swap = above;
        above = here;
        here = swap;
    }
    return most;
}

static void paint_parts(struct stm_finder *f, struct stm_u32 part, struct box b, uint32_t label)
{
    for (int y = 0; y < part.h; y++)
        for (int x = 0; x < part.w; x++) {
            const uint32_t p = part.px[y * part.stride + x];
            if (p > 1) f->labels.px[(b.y0 - 1 + y) * f->labels.stride + b.x0 - 1 + x] = label + p - 2;
        }
}

/* The window is the box and a margin of one pixel. */
static void split_label(struct splitter *s, const struct stm_segment *run, size_t n, struct box b)
{
    struct stm_finder *f = s->f;
    const int w = b.x1 - b.x0 + 2, h = b.y1 - b.y0 + 2;
    const size_t area = (size_t)w * (size_t)h;
    struct stm_seed *const seed = s->seed;
    const size_t most_seeds = (size_t)s->cuts->seeds;
    struct stm_u32 part = {(uint32_t *)s->bytes, w, w, h};
    struct stm_u16 d = {(uint16_t *)(part.px + area), w, w, h};
    void *scratch = d.px + (area + 3) / 4 * 4;
    stm_distance(f->kernels, d, b.x0 - 1, b.y0 - 1, run, n, scratch);
    stm_distance_root(d, (struct stm_cu16)STM_CONST(d), DISTANCE_SCALE);
    const uint16_t most = smooth(d, scratch);
    const struct stm_cu16 level = STM_CONST(d);
    const size_t seeds = stm_seeds(f->kernels, seed, most_seeds, level, s->cuts->rise, most, scratch);
    if (seeds < 2 || seeds > most_seeds || f->seeds + seeds > s->room) return;
    memset(part.px, 0, area * sizeof *part.px);
    for (size_t i = 0; i < seeds; i++)
        part.px[seed[i].y * w + seed[i].x] = (uint32_t)i + 1;
    stm_watershed(part, level, most, scratch);
    paint_parts(f, part, b, f->seeds + 1);
    f->seeds += (uint32_t)seeds - 1;
}

/* Label parts, distances, and the greater of what the steps need: the watershed. */
static size_t window_bytes(int w, int h, int window)
{
    const size_t frame = (size_t)(w + 2) * (size_t)(h + 2), most = (size_t)window,
                 n = frame < most ? frame : most;
    return 6 * n + 16 + stm_watershed_scratch((int)n, 1, 65535);
}

static void try_label(struct splitter *s, const struct stm_segment *run, size_t n)
{
    int64_t area;
    if (!n) return;
    const struct box b = box_of(run, n, &area);
    const int64_t window = (int64_t)(b.x1 - b.x0 + 2) * (b.y1 - b.y0 + 2);
    const double least = 0.08 * s->f->typical > 16 ? 0.08 * s->f->typical : 16;
    if ((double)area < least || window > s->cuts->window || window > 64 * area) return;
    const double convex = (double)area < s->f->typical ? convex_enough : convex_beyond_doubt;
    if (solidity(s, run, n, area) < convex) split_label(s, run, n, b);
}

/* Where the labels cease to be label[x], two at a time; x1 at most. */
static int end_of(const uint32_t *label, int x, int x1)
{
    const uint64_t both = (uint64_t)label[x] << 32 | label[x];
    int end = x + 1;
    for (uint64_t two; end + 1 < x1; end += 2) {
        memcpy(&two, label + end, sizeof two);
        if (two != both) break;
    }
    return end < x1 && label[end] == label[x] ? end + 1 : end;
}

/* The labels in base runs [from, end). */
static size_t label_runs(const struct stm_finder *f, struct stm_segment *run, size_t room, int64_t from,
                         int64_t last, int level)
{
    size_t n = 0;
    (void)level;
    for (size_t i = (size_t)from; i < (size_t)last; i++) {
        if (i + STM_NUCLEI_AHEAD < (size_t)last) {
            const struct stm_segment *next = &f->base[i + STM_NUCLEI_AHEAD];
            stm_nuclei_fetch(f->labels.px + next->y * f->labels.stride, next->x0, next->x1,
                             sizeof *f->labels.px);
        }
        const uint32_t *label = f->labels.px + f->base[i].y * f->labels.stride;
        for (int x = f->base[i].x0, end; x < f->base[i].x1; x = end) {
            end = end_of(label, x, f->base[i].x1);
            if (!label[x]) continue;
            if (n == room) return room + 1;
            run[n++] = (struct stm_segment){f->base[i].y, x, end, label[x]};
        }
    }
    return n;
}

bool stm_nuclei_label_runs(const struct stm_finder *f, struct stm_segment *run, size_t room, size_t *n,
                           struct stm_error *err)
{
    return stm_nuclei_list(f, run, room, n, label_runs, (int64_t)f->bases, 0, err);
}

uint32_t stm_nuclei_label_room(int w, int h)
{
    return 3 * (uint32_t)stm_nuclei_node_room(w, h);
}

size_t stm_nuclei_split_bytes(int w, int h, const struct stm_nuclei_cuts *cuts)
{
    const size_t labels = stm_nuclei_label_room(w, h), runs = stm_nuclei_run_room(w, h);
    return 2 * stm_arena_cost(2 * (size_t)h * sizeof(int32_t)) +
           stm_arena_cost(window_bytes(w, h, cuts->window)) +
           stm_arena_cost((size_t)cuts->seeds * sizeof(struct stm_seed)) +
           stm_arena_cost((labels + 2) * sizeof(size_t)) +
           2 * stm_arena_cost(runs * sizeof(struct stm_segment));
}

bool stm_nuclei_split(struct stm_finder *f, const struct stm_nuclei_cuts *cuts, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch), room = stm_nuclei_run_room(f->w, f->h);
    const size_t corners = 2 * (size_t)f->h * sizeof(int32_t);
    struct splitter s = {f,
                         cuts,
                         stm_arena_take(f->scratch, (size_t)cuts->seeds * sizeof *s.seed, "seeds", err),
                         stm_arena_take(f->scratch, corners, "hulls", err),
                         stm_arena_take(f->scratch, corners, "hulls", err),
                         stm_arena_take(f->scratch, window_bytes(f->w, f->h, cuts->window), "a window", err),
                         stm_nuclei_label_room(f->w, f->h)};
    size_t n, *first = stm_arena_take(f->scratch, ((size_t)f->seeds + 2) * sizeof *first, "labels", err);
    struct stm_segment *run = stm_arena_take(f->scratch, room * sizeof *run, "runs", err);
    struct stm_segment *grouped = stm_arena_take(f->scratch, room * sizeof *run, "runs", err);
    if (!s.seed || !s.x || !s.y || !s.bytes || !first || !run || !grouped) return false;
    if (!stm_nuclei_label_runs(f, run, room, &n, err)) return false;
    f->crowded = n > room;
    const uint32_t labels = f->seeds;
    if (!f->crowded) stm_runs_group(grouped, first, run, n, labels);
    for (uint32_t i = 1; i <= labels && !f->crowded; i++)
        try_label(&s, grouped + first[i], first[i + 1] - first[i]);
    stm_arena_reset(f->scratch, mark);
    return true;
}
