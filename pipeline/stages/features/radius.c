/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Distances of an object's pixels to the nearest pixel outside it, exact: first along the run they are in,
 * then along columns the lowest of the parabolas (y - i)^2 + distance in row i^2. Squares are integers; they
 * are counted, not stored. */
#include "kernels/kernels.h"
#include "pipeline/stages/feature.h"

#include <math.h>
#include <string.h>

struct counts {
    size_t squares; /* squared distances are less */
    uint32_t *n;    /* how often each occurs: two lists to be added */
};

/* Neighbours often have the same distance; counting them in two lists spares one the wait for the other. */
static void count_run(const struct counts *count, const uint16_t *d2, int n)
{
    for (int x = 0; x + 1 < n; x += 2) {
        count->n[d2[x]]++;
        count->n[count->squares + d2[x + 1]]++;
    }
    if (n % 2) count->n[d2[n - 1]]++;
}

/* What the kernel takes. */
enum { SHORT = 255 };

/* 1, 4, 9, … up to the middle of the run and back. */
static void fill_run(uint16_t *row, int n)
{
    for (int x = 0; x < (n + 1) / 2; x++)
        row[x] = row[n - 1 - x] = (uint16_t)((x + 1) * (x + 1));
}

/* The object's box of squares, `reach` + 2 empty rows above and below it. */
static uint16_t *fill_box(const struct stm_blob *b, int w, int reach, struct stm_arena *arena,
                          struct stm_error *err)
{
    const size_t above = (size_t)(reach + 2) * (size_t)w, inside = (size_t)(b->y1 - b->y0) * (size_t)w;
    const size_t size = (inside + 2 * above + STM_ROW_SLACK) * sizeof(uint16_t);
    uint16_t *all = stm_arena_take(arena, size, "distances", err);
    if (!all) return NULL;
    memset(all, 0, size);
    for (size_t i = 0; i < b->n_runs; i++)
        fill_run(all + above + (size_t)(b->run[i].y - b->y0) * (size_t)w + (b->run[i].x0 - b->x0),
                 b->run[i].x1 - b->run[i].x0);
    return all + above;
}

static bool short_distances(const struct counts *count, const struct stm_blob *b, int longest,
                            const struct stm_kernels *kernels, struct stm_arena *arena, struct stm_error *err)
{
    const int w = b->x1 - b->x0, h = b->y1 - b->y0, rows = w < 1024 ? 1024 / w : 1;
    const uint16_t *square = fill_box(b, w, (longest + 1) / 2, arena, err);
    uint16_t *d2 =
        square ? stm_arena_take(arena, (size_t)w * (size_t)rows * sizeof *d2, "distances", err) : NULL;
    if (!d2) return false;
    const struct stm_segment *run = b->run, *const end = run + b->n_runs;
    for (int y = 0; y < h; y += rows) {
        const int stop = h - y < rows ? h : y + rows;
        kernels->distance_row(d2, square + (ptrdiff_t)y * w, (stop - y) * w, w);
        for (; run < end && run->y < b->y0 + stop; run++)
            count_run(count, d2 + (run->y - b->y0 - y) * w + run->x0 - b->x0, run->x1 - run->x0);
    }
    return true;
}

/* Large objects: distances along columns into g, with an empty row above and below. */
static void column_distances(uint16_t *g, const struct stm_blob *b)
{
    const int w = b->x1 - b->x0;
    for (size_t i = 0; i < b->n_runs; i++) {
        uint16_t *row = g + (ptrdiff_t)(b->run[i].y - b->y0) * w - b->x0;
        for (int x = b->run[i].x0; x < b->run[i].x1; x++)
            row[x] = (uint16_t)(row[x - w] + 1);
    }
    for (int y = b->y1 - b->y0 - 1; y >= 0; y--) {
        uint16_t *row = g + (ptrdiff_t)y * w;
        for (int x = 0; x < w; x++)
            if (row[x] > row[x + w] + 1) row[x] = (uint16_t)(row[x + w] + 1);
    }
}

/* Then the lower envelope of the n + 2 parabolas of a run, those at -1 and n standing for the pixels
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

static bool long_distances(const struct counts *count, const struct stm_blob *b, int longest,
                           struct stm_arena *arena, struct stm_error *err)
{
    const size_t w = (size_t)(b->x1 - b->x0), cells = w * (size_t)(b->y1 - b->y0 + 2),
                 n = (size_t)longest + 2;
    uint16_t *g = stm_arena_take(arena, cells * sizeof *g, "distances", err);
    int32_t *parabolas = g ? stm_arena_take(arena, 2 * n * sizeof *parabolas, "parabolas", err) : NULL;
    if (!parabolas) return false;
    memset(g, 0, cells * sizeof *g);
    column_distances(g + w, b);
    struct envelope e = {parabolas, parabolas + n, 0};
    for (size_t i = 0; i < b->n_runs; i++)
        long_run(g + w * (size_t)(b->run[i].y - b->y0 + 1) + (b->run[i].x0 - b->x0),
                 b->run[i].x1 - b->run[i].x0, &e, count->n);
    return true;
}

/* Largest, mean and median distance. */
static void summarise(const struct counts *c, uint64_t area, double *value)
{
    double sum = 0, low = 0, high = 0, most = 0;
    uint64_t seen = 0;
    for (size_t i = 1; i < c->squares; i++) {
        const uint32_t count = c->n[i] + c->n[c->squares + i];
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

static int longest_run(const struct stm_blob *b)
{
    int n = 0;
    for (size_t i = 0; i < b->n_runs; i++)
        n = b->run[i].x1 - b->run[i].x0 > n ? b->run[i].x1 - b->run[i].x0 : n;
    return n;
}

bool stm_feature_radius(const struct stm_blob *b, const struct stm_kernels *kernels, struct stm_arena *arena,
                        double *value, struct stm_error *err)
{
    const int longest = longest_run(b), h = b->y1 - b->y0;
    /* no pixel is further from the outside than half of the longest run or of the box's height */
    const size_t reach = (size_t)((longest < h ? longest : h) + 1) / 2;
    struct counts count = {.squares = reach * reach + 1};
    const size_t size = 2 * count.squares * sizeof *count.n;
    count.n = stm_arena_take(arena, size, "distances", err);
    if (!count.n) return false;
    memset(count.n, 0, size);
    if (!(longest <= 2 * SHORT ? short_distances(&count, b, longest, kernels, arena, err)
                               : long_distances(&count, b, longest, arena, err)))
        return false;
    summarise(&count, b->area, value);
    return true;
}
