/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Distances of an object's pixels to the nearest pixel outside it, exact: first along columns, then along
 * rows the lowest of the parabolas (x - i)^2 + column distance(i)^2. Squares are integers; they are counted,
 * not stored. */
#include "kernels/kernels.h"
#include "pipeline/stages/feature.h"

#include <math.h>
#include <string.h>

/* The object's box with one empty column behind it, so that its rows can be looked at as one line: whoever
 * looks along the line past the end of a row has seen an empty pixel that is nearer. */
struct box {
    int w, h; /* w with the empty column */
    uint16_t *g;
    int tallest;     /* largest column distance */
    int longest;     /* longest run */
    size_t squares;  /* squared distances are less */
    uint32_t *count; /* how often each occurs: two lists to be added */
};

/* Distances the kernel takes, and what it may read around the line. */
enum { SHORT = 255, MARGIN = STM_DISTANCE_PAD };

/* g = distance to the nearest pixel outside along each column, 0 outside. */
static void column_distances(struct box *box, const struct stm_blob *b)
{
    const int w = box->w;
    for (size_t i = 0; i < b->n_runs; i++) {
        uint16_t *row = box->g + (size_t)(b->run[i].y - b->y0) * w;
        const int x0 = b->run[i].x0 - b->x0, x1 = b->run[i].x1 - b->x0;
        if (x1 - x0 > box->longest) box->longest = x1 - x0;
        for (int x = x0; x < x1; x++)
            row[x] = (uint16_t)(row[x - w] + 1);
    }
    for (int y = box->h - 1; y >= 0; y--) {
        uint16_t *row = box->g + (size_t)y * w;
        const uint16_t *below = row + w;
        uint16_t most = 0;
        for (int x = 0; x < w; x++) {
            const uint16_t limit = (uint16_t)(below[x] + 1);
            row[x] = row[x] < limit ? row[x] : limit;
            most = row[x] > most ? row[x] : most;
        }
        if (most > box->tallest) box->tallest = most;
    }
}

/* Neighbours often have the same distance; counting them in two lists spares one the wait for the other. */
static void count_run(const struct box *box, const uint16_t *d2, int n)
{
    for (int x = 0; x + 1 < n; x += 2) {
        box->count[d2[x]]++;
        box->count[box->squares + d2[x + 1]]++;
    }
    if (n % 2) box->count[d2[n - 1]]++;
}

/* Some rows of the line at a time, then the runs in them. */
static bool short_distances(const struct box *box, const struct stm_blob *b,
                            const struct stm_kernels *kernels, struct stm_arena *arena, struct stm_error *err)
{
    const int w = box->w, rows = w < 1024 ? 1024 / w : 1;
    uint16_t *d2 = stm_arena_take(arena, (size_t)w * (size_t)rows * sizeof *d2, "distances", err);
    if (!d2) return false;
    for (int i = 0; i < w * box->h; i++)
        box->g[i] = (uint16_t)(box->g[i] * box->g[i]);
    const struct stm_segment *run = b->run, *const end = run + b->n_runs;
    for (int y = 0; y < box->h; y += rows) {
        const int stop = box->h - y < rows ? box->h : y + rows;
        kernels->distance_row(d2, box->g + (ptrdiff_t)y * w, (stop - y) * w);
        for (; run < end && run->y < b->y0 + stop; run++)
            count_run(box, d2 + (run->y - b->y0 - y) * w + run->x0 - b->x0, run->x1 - run->x0);
    }
    return true;
}

/* Large objects: lower envelope of the n + 2 parabolas of a run, those at -1 and n standing for the pixels
 * outside (Felzenszwalb and Huttenlocher, Theory of Computing 8, 2012). */
struct envelope {
    int32_t *at, *from; /* parabola k is the lowest from from[k] on */
    int n;
};

static int64_t square_at(const uint16_t *g, int n, int i)
{
    return i < 0 || i >= n ? 0 : (int64_t)g[i] * g[i];
}

/* First x at which the parabola of j, right of i's, is not higher than i's. */
static int64_t crossing(const uint16_t *g, int n, int i, int j)
{
    const int64_t num = square_at(g, n, j) + (int64_t)j * j - square_at(g, n, i) - (int64_t)i * i;
    const int64_t den = 2 * (int64_t)(j - i);
    return num >= 0 ? (num + den - 1) / den : -(-num / den);
}

static void long_run(const uint16_t *g, int n, struct envelope *e, uint32_t *count)
{
    e->n = 0;
    for (int i = -1; i <= n; i++) {
        while (e->n && crossing(g, n, e->at[e->n - 1], i) <= e->from[e->n - 1])
            e->n--;
        const int64_t from = e->n ? crossing(g, n, e->at[e->n - 1], i) : INT32_MIN;
        if (from >= n) continue;
        e->at[e->n] = i;
        e->from[e->n++] = (int32_t)from;
    }
    for (int x = 0, k = 0; x < n; x++) {
        while (k + 1 < e->n && e->from[k + 1] <= x)
            k++;
        count[(int64_t)(x - e->at[k]) * (x - e->at[k]) + square_at(g, n, e->at[k])]++;
    }
}

static bool long_distances(const struct box *box, const struct stm_blob *b, struct stm_arena *arena,
                           struct stm_error *err)
{
    const size_t n = (size_t)box->longest + 2;
    int32_t *parabolas = stm_arena_take(arena, 2 * n * sizeof *parabolas, "parabolas", err);
    if (!parabolas) return false;
    struct envelope e = {parabolas, parabolas + n, 0};
    for (size_t i = 0; i < b->n_runs; i++)
        long_run(box->g + (size_t)(b->run[i].y - b->y0) * box->w + (b->run[i].x0 - b->x0),
                 b->run[i].x1 - b->run[i].x0, &e, box->count);
    return true;
}

/* Largest, mean and median distance. */
static void summarise(const struct box *box, uint64_t area, double *value)
{
    double sum = 0, low = 0, high = 0, most = 0;
    uint64_t seen = 0;
    for (size_t i = 1; i < box->squares; i++) {
        const uint32_t count = box->count[i] + box->count[box->squares + i];
        if (!count) continue;
        const double d = sqrt((double)i);
        if (seen <= (area - 1) / 2) low = d;
        if (seen <= area / 2) high = d;
        seen += count;
        sum += count * d;
        most = d;
    }
    value[STM_MAXIMUM_RADIUS] = most;
    value[STM_MEAN_RADIUS] = sum / (double)area;
    value[STM_MEDIAN_RADIUS] = (low + high) / 2;
}

bool stm_feature_radius(const struct stm_blob *b, const struct stm_kernels *kernels, struct stm_arena *arena,
                        double *value, struct stm_error *err)
{
    struct box box = {.w = b->x1 - b->x0 + 1, .h = b->y1 - b->y0};
    const size_t cells = (size_t)(box.h + 2) * (size_t)box.w + 2 * MARGIN;
    uint16_t *g = stm_arena_take(arena, cells * sizeof *g, "distances", err);
    if (!g) return false;
    memset(g, 0, cells * sizeof *g);
    box.g = g + MARGIN + box.w; /* with an empty row above and below */
    column_distances(&box, b);
    /* no pixel is further from the outside than half of the longest run or column */
    const int half = (box.longest + 1) / 2, reach = box.tallest < half ? box.tallest : half;
    box.squares = (size_t)reach * (size_t)reach + 1;
    box.count = stm_arena_take(arena, 2 * box.squares * sizeof *box.count, "distances", err);
    if (!box.count) return false;
    memset(box.count, 0, 2 * box.squares * sizeof *box.count);
    if (!(box.tallest <= SHORT ? short_distances(&box, b, kernels, arena, err)
                               : long_distances(&box, b, arena, err)))
        return false;
    summarise(&box, b->area, value);
    return true;
}
