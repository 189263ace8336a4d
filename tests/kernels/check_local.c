/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/local.h"

#include "tests/kernels/check.h"

#include <math.h>

static int mirror(int i, int n)
{
    while (i < 0 || i >= n)
        i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return i;
}

static void one(int w, int h, int rx, int ry, enum check_fill fill)
{
    const struct stm_u16 src = check_image_fill(w, h, 1, fill), mean = check_image(w, h, 1);
    const struct stm_u16 spread = check_image(w, h, 1), means = check_image(w, h, 0);
    void *scratch = check_memory(stm_local_scratch(w, rx), 1);
    const uint64_t n = (uint64_t)((2 * rx + 1) * (2 * ry + 1));
    stm_local_mean(means, check_const(src), rx, ry, scratch);
    stm_local_deviation(spread, check_const(src), rx, ry, 2, scratch);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            uint64_t sum = 0;
            double square = 0;
            for (int dy = -ry; dy <= ry; dy++)
                for (int dx = -rx; dx <= rx; dx++)
                    sum += src.px[mirror(y + dy, h) * src.stride + mirror(x + dx, w)];
            for (int dy = -ry; dy <= ry; dy++)
                for (int dx = -rx; dx <= rx; dx++) {
                    const double v = src.px[mirror(y + dy, h) * src.stride + mirror(x + dx, w)];
                    square += (v - (double)sum / (double)n) * (v - (double)sum / (double)n);
                }
            mean.px[y * mean.stride + x] = (uint16_t)((sum + n / 2) / n);
            const double d = fmin(2 * sqrt(square / (double)n), 65535);
            CHECK(fabs(spread.px[y * spread.stride + x] - d) <= 0.5001, "deviation at (%d, %d): %u for %g", x,
                  y, spread.px[y * spread.stride + x], d);
        }
    check_equal_u16(mean, means, "mean");
}

static void truth(const struct stm_kernels *ref)
{
    (void)ref;
    for (int fill = 0; fill < FILLS; fill++) {
        one(37, 23, 3, 2, (enum check_fill)fill);
        one(37, 3, 0, 8, (enum check_fill)fill);
        one(2, 23, 5, 0, (enum check_fill)fill);
        one(12, 5, 107, 107, (enum check_fill)fill);
    }
}

struct bench {
    struct stm_u16 dst;
    struct stm_cu16 src;
    void *scratch;
};

static void mean_work(void *state)
{
    const struct bench *b = state;
    stm_local_mean(b->dst, b->src, 12, 12, b->scratch);
}

static void deviation_work(void *state)
{
    const struct bench *b = state;
    stm_local_deviation(b->dst, b->src, 12, 12, 8, b->scratch);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    if (k->isa != STM_ISA_REF) return;
    struct bench b = {check_image(N, N, 0), check_const(check_image_fill(N, N, 0, FILL_NOISE)),
                      check_memory(stm_local_scratch(N, 12), 0)};
    check_time("local mean 25 x 25", mean_work, &b, N * N);
    check_time("local deviation 25 x 25", deviation_work, &b, N * N);
}

const struct check check_local = {"local", truth, NULL, bench};
