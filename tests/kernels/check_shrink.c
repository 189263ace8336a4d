/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/grid.h"
#include "kernels/shrink.h"

#include "tests/kernels/check.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

static void one_size(const struct stm_kernels *ref, int w, int h, int shift, enum check_fill fill)
{
    const struct stm_u16 src = check_image_fill(w, h, 1, fill);
    const int cw = stm_grid_cells(w, shift), ch = stm_grid_cells(h, shift), n = 1 << shift;
    const struct stm_u16 mean = check_image(cw, ch, 1), least = check_image(cw, ch, 1),
                         rank = check_image(cw, ch, 1);
    stm_shrink_mean(ref, mean, check_const(src), shift);
    stm_shrink_min(least, check_const(src), shift);
    stm_shrink_rank(ref, rank, check_const(src), shift, 250);
    for (int j = 0; j < ch; j++)
        for (int i = 0; i < cw; i++) {
            static uint16_t px[128 * 128];
            uint64_t sum = 0, count = 0;
            for (int y = j * n; y < (j + 1) * n && y < h; y++)
                for (int x = i * n; x < (i + 1) * n && x < w; x++)
                    sum += px[count++] = src.px[y * src.stride + x];
            qsort(px, count, sizeof *px, by_value);
            CHECK(mean.px[j * mean.stride + i] == (sum + count / 2) / count, "mean of (%d, %d)", i, j);
            CHECK(least.px[j * least.stride + i] == px[0], "least of (%d, %d)", i, j);
            CHECK(rank.px[j * rank.stride + i] == px[(count * 250 + 999) / 1000 - 1], "rank of (%d, %d)", i,
                  j);
        }
}

static void truth(const struct stm_kernels *ref)
{
    for (int shift = 0; shift <= 7; shift++) {
        one_size(ref, 203, 131, shift, FILL_NOISE);
        one_size(ref, 256, 128, shift, FILL_MAX);
        one_size(ref, 1, 3, shift, FILL_NOISE);
    }
    one_size(ref, 1031, 9, 1, FILL_EDGE);
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    const int shift = (int)check_below(8), w = stm_grid_cells(s->w, shift), h = stm_grid_cells(s->h, shift);
    const struct stm_u16 src = check_image_fill(s->w, s->h, s->side, s->fill);
    const struct stm_u16 a = check_image(w, h, 0), b = check_image(w, h, s->side);
    stm_shrink_mean(ref, a, check_const(src), shift);
    stm_shrink_mean(k, b, check_const(src), shift);
    check_equal_u16(a, b, "mean");
    stm_shrink_rank(ref, a, check_const(src), shift, 500);
    stm_shrink_rank(k, b, check_const(src), shift, 500);
    check_equal_u16(a, b, "rank");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct stm_u16 dst;
    struct stm_cu16 src;
    int shift;
};

static void mean_work(void *state)
{
    const struct bench *b = state;
    stm_shrink_mean(b->k, b->dst, b->src, b->shift);
}

static void rank_work(void *state)
{
    const struct bench *b = state;
    stm_shrink_rank(b->k, b->dst, b->src, b->shift, 250);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    struct bench b = {k, {0}, check_const(check_image_fill(N, N, 0, FILL_NOISE)), 0};
    static const char *const names[] = {"", "shrink mean 1/2", "shrink mean 1/4", "shrink mean 1/8",
                                        "shrink mean 1/16"};
    for (b.shift = 1; b.shift <= 4; b.shift++) {
        b.dst = check_image(N >> b.shift, N >> b.shift, 0);
        check_time(names[b.shift], mean_work, &b, N * N);
    }
    b.shift = 5;
    b.dst = check_image(N >> 5, N >> 5, 0);
    check_time("shrink rank 1/32", rank_work, &b, N * N);
}

const struct check check_shrink = {"shrink", truth, same, bench};
