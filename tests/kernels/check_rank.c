/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/rank.h"

#include "tests/kernels/check.h"

#include <stdlib.h>
#include <string.h>

static int mirror(int i, int n)
{
    while (i < 0 || i >= n)
        i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return i;
}

static int by_value(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

static void median(const struct stm_kernels *ref, int w, int h, int radius, enum check_fill fill)
{
    const struct stm_u16 src = check_image_fill(w, h, 1, fill), expected = check_image(w, h, 1);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            uint16_t v[25];
            int n = 0;
            for (int dy = -radius; dy <= radius; dy++)
                for (int dx = -radius; dx <= radius; dx++)
                    v[n++] = src.px[mirror(y + dy, h) * src.stride + mirror(x + dx, w)];
            qsort(v, (size_t)n, sizeof *v, by_value);
            expected.px[y * expected.stride + x] = v[n / 2];
        }
    void *scratch = check_memory(stm_median_scratch(w, radius), 1);
    stm_median_filter(ref, src, check_const(src), radius, scratch);
    check_equal_u16(expected, src, "median in place");
}

static void extrema(const struct stm_kernels *ref, int w, int h, int rx, int ry)
{
    const struct stm_u16 src = check_image_fill(w, h, 1, FILL_NOISE);
    const struct stm_u16 least = check_image(w, h, 1), most = check_image(w, h, 1);
    const struct stm_u16 got = check_image(w, h, 1);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            uint16_t lo = UINT16_MAX, hi = 0;
            for (int v = y - ry < 0 ? 0 : y - ry; v <= y + ry && v < h; v++)
                for (int u = x - rx < 0 ? 0 : x - rx; u <= x + rx && u < w; u++) {
                    const uint16_t p = src.px[v * src.stride + u];
                    lo = p < lo ? p : lo;
                    hi = p > hi ? p : hi;
                }
            least.px[y * least.stride + x] = lo;
            most.px[y * most.stride + x] = hi;
        }
    void *scratch = check_memory(stm_extremum_scratch(w, rx, ry), 1);
    stm_minimum_filter(ref, got, check_const(src), rx, ry, scratch);
    check_equal_u16(least, got, "minimum");
    stm_maximum_filter(ref, src, check_const(src), rx, ry, scratch);
    check_equal_u16(most, src, "maximum in place");
}

/* A square that fits stays, one that does not goes; likewise for holes. */
static void opening(const struct stm_kernels *ref)
{
    enum { W = 30, H = 20 };
    const struct stm_u16 image = check_image_fill(W, H, 1, FILL_ZERO), got = check_image(W, H, 1);
    void *scratch = check_memory(stm_extremum_scratch(W, 2, 2), 1);
    for (int y = 5; y < 10; y++)
        for (int x = 5; x < 10; x++) {
            image.px[y * image.stride + x] = 700;
            if (x < 9) image.px[y * image.stride + x + 12] = 700;
        }
    stm_opening(ref, got, check_const(image), 2, 2, scratch);
    CHECK(got.px[5 * got.stride + 5] == 700 && got.px[9 * got.stride + 9] == 700, "a square of 5 x 5 opened");
    CHECK(got.px[7 * got.stride + 18] == 0 && got.px[0] == 0, "a bar of 4 x 5 opened");
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            image.px[y * image.stride + x] ^= 700;
    stm_closing(ref, got, check_const(image), 2, 2, scratch);
    CHECK(got.px[5 * got.stride + 5] == 0 && got.px[9 * got.stride + 9] == 0, "a hole of 5 x 5 closed");
    CHECK(got.px[7 * got.stride + 18] == 700 && got.px[0] == 700, "a slit of 4 x 5 closed");
}

static void truth(const struct stm_kernels *ref)
{
    static const int radii[] = {0, 1, 2, 3, 7, 20};
    for (int radius = 1; radius <= 2; radius++) {
        for (int fill = 0; fill < FILLS; fill++)
            median(ref, 43, 19, radius, (enum check_fill)fill);
        median(ref, 1, 9, radius, FILL_NOISE);
        median(ref, 9, 1, radius, FILL_NOISE);
    }
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++)
            extrema(ref, 3 + 17 * j, 2 + 13 * i, radii[i], radii[j]);
    opening(ref);
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    const int radius = 1 + (int)check_below(2), rx = (int)check_below(12), ry = (int)check_below(5);
    const struct stm_u16 src = check_image_fill(s->w, s->h, s->side, s->fill);
    const struct stm_u16 a = check_image(s->w, s->h, 0), b = check_image(s->w, s->h, s->side);
    void *scratch = check_memory(stm_median_scratch(s->w, radius), 1);
    stm_median_filter(ref, a, check_const(src), radius, scratch);
    stm_median_filter(k, b, check_const(src), radius, scratch);
    check_equal_u16(a, b, "median");
    scratch = check_memory(stm_extremum_scratch(s->w, rx, ry), 1);
    stm_minimum_filter(ref, a, check_const(src), rx, ry, scratch);
    stm_minimum_filter(k, b, check_const(src), rx, ry, scratch);
    check_equal_u16(a, b, "minimum");
    stm_maximum_filter(ref, a, check_const(src), rx, ry, scratch);
    stm_maximum_filter(k, b, check_const(src), rx, ry, scratch);
    check_equal_u16(a, b, "maximum");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct stm_u16 dst;
    struct stm_cu16 src;
    int radius;
    void *scratch;
};

static void median_work(void *state)
{
    const struct bench *b = state;
    stm_median_filter(b->k, b->dst, b->src, b->radius, b->scratch);
}

static void maximum_work(void *state)
{
    const struct bench *b = state;
    stm_maximum_filter(b->k, b->dst, b->src, b->radius, b->radius, b->scratch);
}

static void opening_work(void *state)
{
    const struct bench *b = state;
    stm_opening(b->k, b->dst, b->src, b->radius, b->radius, b->scratch);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    struct bench b = {k, check_image(N, N, 0), check_const(check_image_fill(N, N, 0, FILL_NOISE)), 1, NULL};
    b.scratch = check_memory(stm_extremum_scratch(N, 25, 25), 0);
    check_time("median 3 x 3", median_work, &b, N * N);
    b.radius = 2;
    check_time("median 5 x 5", median_work, &b, N * N);
    b.radius = 7;
    check_time("maximum 15 x 15", maximum_work, &b, N * N);
    b.radius = 15;
    check_time("opening 31 x 31", opening_work, &b, N * N);
    b.radius = 25;
    check_time("maximum 51 x 51", maximum_work, &b, N * N);
}

const struct check check_rank = {"rank", truth, same, bench};
