/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/order.h"

#include "tests/kernels/check.h"

#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* All order statistics of small lists, a few of larger ones, against sorting. */
static void against_sorting(const struct stm_kernels *k, int n, enum check_fill fill)
{
    const struct stm_cu16 v = check_const(check_image_fill(n, 1, 1, fill));
    uint16_t *sorted = check_memory((size_t)n * sizeof *sorted, 1);
    memcpy(sorted, v.px, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
    for (int i = 0; i < n; i += 1 + n / 40)
        CHECK(stm_select(k, v.px, n, i) == sorted[i], "value %d of %d, fill %d", i, n, fill);
    CHECK(stm_select(k, v.px, n, n - 1) == sorted[n - 1], "last of %d, fill %d", n, fill);
    uint64_t sum = 0;
    for (int i = 0; i <= n; i++) {
        if (i % (1 + n / 40) == 0 || i == n)
            CHECK(stm_least_sum(k, v.px, n, i) == sum, "sum of the %d least of %d, fill %d", i, n, fill);
        sum += i < n ? sorted[i] : 0u;
    }
    for (int from = 0; from <= n; from += 1 + n / 7)
        for (int to = from; to <= n; to += 1 + n / 5) {
            uint64_t band = 0;
            for (int i = from; i < to; i++)
                band += sorted[i];
            CHECK(stm_rank_sum(k, v.px, n, from, to) == band, "sum of ranks %d to %d of %d, fill %d", from,
                  to, n, fill);
        }
    CHECK(stm_median_of(k, v.px, n) == (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0, "median of %d, fill %d",
          n, fill);
}

static void truth(const struct stm_kernels *ref)
{
    static const int sizes[] = {1, 2, 3, 4, 31, 32, 33, 64, 100, 256, 257, 5000};
    for (int fill = 0; fill < FILLS; fill++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            against_sorting(ref, sizes[i], (enum check_fill)fill);
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    const struct stm_u16 src = check_image_fill(s->w, 1, s->side, s->fill);
    const uint16_t limits[] = {0, 65534, 65535, (uint16_t)check_random(),
                               s->w ? src.px[check_below((uint32_t)s->w)] : 1};
    for (int i = 0; i < 5; i++) {
        uint16_t a, b;
        const int m = ref->upto_row(src.px, s->w, limits[i], &a),
                  n = k->upto_row(src.px, s->w, limits[i], &b);
        CHECK(m == n && a == b, "%d values up to %d: %d and %d, next %d and %d", s->w, limits[i], m, n, a, b);
    }
    const int n = s->w < STM_FEW ? s->w : STM_FEW;
    for (int from = 0; from <= n; from += 1 + n / 7)
        for (int to = from; to <= n; to += 1 + n / 5)
            CHECK(ref->ranks_row(src.px, n, from, to) == k->ranks_row(src.px, n, from, to),
                  "ranks %d to %d of %d, fill %d", from, to, n, s->fill);
    if (s->w) against_sorting(k, s->w, s->fill);
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
    for (int n = 0; n < 2; n++) { /* longer than one block of 16-bit counters */
        const struct stm_u16 src = check_image_fill(600001, 1, 0, n ? FILL_NOISE : FILL_ZERO);
        uint16_t a, b;
        const int count = ref->upto_row(src.px, src.w, 30000, &a);
        CHECK(count == k->upto_row(src.px, src.w, 30000, &b) && a == b, "a long row");
    }
}

struct bench {
    const struct stm_kernels *k;
    const uint16_t *v;
    int n;
};

static void work(void *state)
{
    const struct bench *b = state;
    volatile double median = stm_median_of(b->k, b->v, b->n);
    (void)median;
}

enum { TILE = 144 }; /* as many as stages look at in a tile of the ground */

static void work_ranks(void *state)
{
    const struct bench *b = state;
    uint64_t sum = 0;
    for (int i = 0; i + TILE <= b->n; i += TILE)
        sum += stm_rank_sum(b->k, b->v + i, TILE, TILE / 8, TILE * 3 / 8);
    volatile uint64_t used = sum;
    (void)used;
}

static void bench(const struct stm_kernels *k)
{
    struct bench b = {k, check_image_fill(700, 1, 0, FILL_NOISE).px, 700};
    struct bench tiles = {k, check_image_fill(1000 * TILE, 1, 0, FILL_NOISE).px, 1000 * TILE};
    check_time("median of 700 values", work, &b, b.n);
    check_time("quarter of the ranks of 144 values", work_ranks, &tiles, tiles.n);
}

const struct check check_order = {"order", truth, same, bench};
