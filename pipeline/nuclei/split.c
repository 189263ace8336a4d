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

/* Labels are cut by all members of the team, each in a window of its own. Until they are numbered, the parts
 * of a label but its first are PART | 2, PART | 3, …: whose they are tell its runs. */
enum {
    MEMBER_WINDOW = 1 << 20
}; /* wider boxes are left to the first member: others would need much memory */
static const uint32_t part_flag = 1u << 31;

struct splitter {
    struct stm_finder *f;
    const struct stm_nuclei_cuts *cuts;
    const struct stm_segment *run; /* of label i: first[i] … first[i + 1] - 1 */
    const size_t *first;
    uint32_t *parts; /* of each label; 0: not looked at */
};

/* What one member works with. */
struct knife {
    const struct splitter *s;
    struct stm_seed *seed;
    int32_t *x, *y; /* hull corners */
    unsigned char *bytes;
    int64_t window; /* pixels */
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

static double solidity(const struct knife *k, const struct stm_segment *run, size_t n, int64_t area)
{
    struct stm_hull hull = stm_hull_begin(k->x, k->y, run[n - 1].y - run[0].y + 1);
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

static void paint_parts(const struct stm_finder *f, struct stm_u32 part, struct box b)
{
    for (int y = 0; y < part.h; y++)
        for (int x = 0; x < part.w; x++) {
            const uint32_t p = part.px[y * part.stride + x];
            if (p > 1) f->labels.px[(b.y0 - 1 + y) * f->labels.stride + b.x0 - 1 + x] = part_flag | p;
        }
}

/* How many parts there are. The window is the box and a margin of one pixel. */
static uint32_t split_label(const struct knife *k, const struct stm_segment *run, size_t n, struct box b)
{
    const struct stm_finder *f = k->s->f;
    const int w = b.x1 - b.x0 + 2, h = b.y1 - b.y0 + 2;
    const size_t area = (size_t)w * (size_t)h;
    struct stm_seed *const seed = k->seed;
    const size_t most_seeds = (size_t)k->s->cuts->seeds;
    struct stm_u32 part = {(uint32_t *)k->bytes, w, w, h};
    struct stm_u16 d = {(uint16_t *)(part.px + area), w, w, h};
    void *scratch = d.px + (area + 3) / 4 * 4;
    stm_distance(f->kernels, d, b.x0 - 1, b.y0 - 1, run, n, scratch);
    stm_distance_root(d, (struct stm_cu16)STM_CONST(d), DISTANCE_SCALE);
    const uint16_t most = smooth(d, scratch);
    const struct stm_cu16 level = STM_CONST(d);
    const size_t seeds = stm_seeds(f->kernels, seed, most_seeds, level, k->s->cuts->rise, most, scratch);
    if (seeds < 2 || seeds > most_seeds) return 1;
    memset(part.px, 0, area * sizeof *part.px);
    for (size_t i = 0; i < seeds; i++)
        part.px[seed[i].y * w + seed[i].x] = (uint32_t)i + 1;
    stm_watershed(part, level, most, scratch);
    paint_parts(f, part, b);
    return (uint32_t)seeds;
}

/* Label parts, distances, and the greater of what the steps need: the watershed. */
static size_t window_bytes(int w, int h, int64_t window)
{
    const size_t frame = (size_t)(w + 2) * (size_t)(h + 2), most = (size_t)window,
                 n = frame < most ? frame : most;
    return 6 * n + 16 + stm_watershed_scratch((int)n, 1, 65535);
}

/* How many parts label i is cut into; 0 when the window is too small to tell. */
static uint32_t try_label(const struct knife *k, uint32_t i)
{
    const struct stm_segment *run = k->s->run + k->s->first[i];
    const size_t n = k->s->first[i + 1] - k->s->first[i];
    const double typical = k->s->f->typical;
    int64_t area;
    if (!n) return 1;
    const struct box b = box_of(run, n, &area);
    const int64_t window = (int64_t)(b.x1 - b.x0 + 2) * (b.y1 - b.y0 + 2);
    const double least = 0.08 * typical > 16 ? 0.08 * typical : 16;
    if ((double)area < least || window > k->s->cuts->window || window > 64 * area) return 1;
    if (window > k->window) return 0;
    const double convex = (double)area < typical ? convex_enough : convex_beyond_doubt;
    return solidity(k, run, n, area) < convex ? split_label(k, run, n, b) : 1;
}

static size_t knife_bytes(int w, int h, const struct stm_nuclei_cuts *cuts, int64_t window)
{
    return 2 * stm_arena_cost(2 * (size_t)h * sizeof(int32_t)) + stm_arena_cost(window_bytes(w, h, window)) +
           stm_arena_cost((size_t)cuts->seeds * sizeof(struct stm_seed));
}

static bool take_knife(struct knife *k, const struct splitter *s, int64_t window, struct stm_arena *arena,
                       struct stm_error *err)
{
    const struct stm_finder *f = s->f;
    const size_t corners = 2 * (size_t)f->h * sizeof(int32_t);
    *k = (struct knife){s,
                        stm_arena_take(arena, (size_t)s->cuts->seeds * sizeof *k->seed, "seeds", err),
                        stm_arena_take(arena, corners, "hulls", err),
                        stm_arena_take(arena, corners, "hulls", err),
                        stm_arena_take(arena, window_bytes(f->w, f->h, window), "a window", err),
                        window};
    return k->seed && k->x && k->y && k->bytes;
}

/* The first member of the team has the larger window. */
static int64_t window_of(const struct stm_nuclei_cuts *cuts, int part)
{
    return part && cuts->window > MEMBER_WINDOW ? MEMBER_WINDOW : cuts->window;
}

/* Labels from + 1 … end. */
static bool try_labels(void *context, int part, int64_t from, int64_t end, struct stm_error *err)
{
    const struct splitter *const s = context;
    struct stm_arena *const arena = stm_nuclei_arena(s->f, part);
    const size_t mark = stm_arena_mark(arena);
    struct knife k;
    if (!take_knife(&k, s, window_of(s->cuts, part), arena, err)) return false;
    for (int64_t i = from + 1; i <= end; i++)
        s->parts[i] = try_label(&k, (uint32_t)i);
    stm_arena_reset(arena, mark);
    return true;
}

static bool try_left(struct splitter *s, uint32_t labels, struct stm_error *err)
{
    for (uint32_t i = 1; i <= labels; i++)
        if (!s->parts[i] && !try_labels(s, 0, i - 1, i, err)) return false;
    return true;
}

/* The parts of label i get labels of their own, or none when there is no room for all of them. */
static void number_parts(const struct splitter *s, uint32_t i, uint32_t room)
{
    struct stm_finder *const f = s->f;
    const bool fit = f->seeds + s->parts[i] <= room;
    const uint32_t base = f->seeds - 1 - part_flag;
    for (size_t r = s->first[i]; r < s->first[i + 1]; r++) {
        uint32_t *label = f->labels.px + s->run[r].y * f->labels.stride;
        for (int x = s->run[r].x0; x < s->run[r].x1; x++)
            if (label[x] & part_flag) label[x] = fit ? label[x] + base : i;
    }
    f->seeds += fit ? s->parts[i] - 1 : 0;
}

size_t stm_nuclei_split_bytes(int w, int h, const struct stm_nuclei_cuts *cuts)
{
    const size_t labels = stm_nuclei_label_room(w, h), runs = stm_nuclei_run_room(w, h);
    return knife_bytes(w, h, cuts, cuts->window) + stm_arena_cost((labels + 2) * sizeof(size_t)) +
           stm_arena_cost((labels + 1) * sizeof(uint32_t)) +
           2 * stm_arena_cost(runs * sizeof(struct stm_segment));
}

size_t stm_nuclei_split_member_bytes(int w, int h, const struct stm_nuclei_cuts *cuts)
{
    const size_t runs = stm_arena_cost(stm_nuclei_run_room(w, h) * sizeof(struct stm_segment)),
                 knife = knife_bytes(w, h, cuts, window_of(cuts, 1));
    return runs > knife ? runs : knife;
}

bool stm_nuclei_split(struct stm_finder *f, const struct stm_nuclei_cuts *cuts, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(f->scratch), room = stm_nuclei_run_room(f->w, f->h);
    const uint32_t labels = f->seeds, most = stm_nuclei_label_room(f->w, f->h);
    size_t n, *first = stm_arena_take(f->scratch, ((size_t)labels + 2) * sizeof *first, "labels", err);
    uint32_t *parts = stm_arena_take(f->scratch, ((size_t)labels + 1) * sizeof *parts, "parts", err);
    struct stm_segment *run = stm_arena_take(f->scratch, room * sizeof *run, "runs", err);
    struct stm_segment *grouped = stm_arena_take(f->scratch, room * sizeof *run, "runs", err);
    if (!first || !parts || !run || !grouped) return false;
    if (!stm_nuclei_label_runs(f, run, room, &n, err)) return false;
    f->crowded = n > room;
    if (!f->crowded) {
        struct splitter s = {f, cuts, grouped, first, parts};
        stm_runs_group(grouped, first, run, n, labels);
        if (!stm_team_share(f->team, labels, 1, &s, try_labels, err) || !try_left(&s, labels, err))
            return false;
        for (uint32_t i = 1; i <= labels; i++)
            if (parts[i] > 1) number_parts(&s, i, most);
    }
    stm_arena_reset(f->scratch, mark);
    return true;
}
