/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/head.h"

#include "tests/kernels/check.h"

#include <math.h>
#include <string.h>

struct rows {
    int quads, w;
    const uint8_t *src[STM_HEAD_QUADS];
    int16_t *dst[STM_HEAD_OUTPUTS];
    struct stm_head head;
};

static int8_t weight(enum check_fill fill)
{
    return (int8_t)(fill == FILL_MAX ? 127 : fill == FILL_EDGE ? -127 : (int)check_below(255) - 127);
}

/* Scales such that outputs fill 16 bits, and sometimes more. */
static struct rows make(int w, int quads, int side, enum check_fill fill)
{
    struct rows r = {.quads = quads, .w = w, .head = {.shift = 20}};
    for (int q = 0; q < quads; q++) {
        uint8_t *px = check_memory((size_t)(4 * w), side);
        for (int i = 0; i < 4 * w; i++)
            px[i] = fill == FILL_MAX || fill == FILL_EDGE ? 127 : (uint8_t)check_below(128);
        r.src[q] = px;
    }
    for (int i = 0; i < STM_HEAD_OUTPUTS; i++) {
        r.dst[i] = check_memory((size_t)w * sizeof *r.dst[i], side);
        r.head.scale[i] = (int32_t)(check_below(1u << 21) + 1);
        r.head.offset[i] = (int64_t)check_below(1u << 31) - (1 << 30);
        for (int c = 0; c < 4 * quads; c++)
            r.head.weight[i][c] = weight(fill);
    }
    return r;
}

static double exactly(const struct rows *r, int i, int x)
{
    double sum = 0;
    for (int q = 0; q < r->quads; q++)
        for (int c = 0; c < 4; c++)
            sum += (double)r->src[q][4 * x + c] * r->head.weight[i][4 * q + c];
    const double value = floor((sum * r->head.scale[i] + (double)r->head.offset[i]) / (1 << r->head.shift));
    return fmin(fmax(value, INT16_MIN), INT16_MAX);
}

static void truth(const struct stm_kernels *ref)
{
    for (int quads = 1; quads <= STM_HEAD_QUADS; quads += 3) {
        const struct rows r = make(29, quads, quads % 2, FILL_NOISE);
        ref->head_row(r.dst, r.src, quads, r.w, &r.head);
        for (int i = 0; i < STM_HEAD_OUTPUTS; i++)
            for (int x = 0; x < r.w; x++)
                CHECK(r.dst[i][x] == exactly(&r, i, x), "output %d of pixel %d is %d, not %g", i, x,
                      r.dst[i][x], exactly(&r, i, x));
    }
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    const struct rows r = make(s->w, 1 + (int)check_below(STM_HEAD_QUADS), s->side, s->fill);
    int16_t *mine[STM_HEAD_OUTPUTS];
    for (int i = 0; i < STM_HEAD_OUTPUTS; i++)
        mine[i] = check_memory((size_t)r.w * sizeof *mine[i], s->side);
    ref->head_row(r.dst, r.src, r.quads, r.w, &r.head);
    k->head_row(mine, r.src, r.quads, r.w, &r.head);
    for (int i = 0; i < STM_HEAD_OUTPUTS; i++)
        check_equal_bytes(r.dst[i], mine[i], (size_t)r.w * sizeof *mine[i], "head");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct rows rows;
};

static void work(void *state)
{
    const struct bench *b = state;
    b->k->head_row(b->rows.dst, b->rows.src, b->rows.quads, b->rows.w, &b->rows.head);
}

static void bench(const struct stm_kernels *k)
{
    struct bench b = {k, make(1024, 4, 0, FILL_NOISE)};
    check_time("head of 16", work, &b, b.rows.w);
}

const struct check check_head = {"head", truth, same, bench};
