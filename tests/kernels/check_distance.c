/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/distance.h"

#include "tests/kernels/check.h"

#include <math.h>
#include <string.h>

/* The squared distance by looking at every background pixel. */
static void brute_force(struct stm_u16 d2, const uint8_t *mask)
{
    for (int y = 0; y < d2.h; y++)
        for (int x = 0; x < d2.w; x++) {
            int best = mask[y * d2.w + x] ? 65025 : 0;
            for (int v = 0; v < d2.h && best; v++)
                for (int u = 0; u < d2.w; u++) {
                    const int d = (u - x) * (u - x) + (v - y) * (v - y);
                    if (!mask[v * d2.w + u] && d < best) best = d;
                }
            d2.px[y * d2.stride + x] = (uint16_t)best;
        }
}

/* The window begins at (30, 400) of an imagined image. */
static void one(const struct stm_kernels *ref, int w, int h, int size, int percent)
{
    size_t n;
    struct stm_segment *run = check_blobs(w, h, size, percent, &n);
    uint8_t *mask = check_memory((size_t)(w * h), 1);
    for (size_t i = 0; i < n; i++) {
        memset(mask + run[i].y * w + run[i].x0, 1, (size_t)(run[i].x1 - run[i].x0));
        run[i].x0 += 30, run[i].x1 += 30, run[i].y += 400;
    }
    const struct stm_u16 expected = check_image(w, h, 0), got = check_image(w, h, 1);
    brute_force(expected, mask);
    stm_distance(ref, got, 30, 400, run, n, check_memory(stm_distance_scratch(w, h), 1));
    check_equal_u16(expected, got, "distance");
}

static void truth(const struct stm_kernels *ref)
{
    for (int percent = 5; percent <= 95; percent += 15) {
        one(ref, 40, 31, 0, percent);
        one(ref, 61, 47, 150, percent);
        one(ref, 1, 30, 0, percent);
        one(ref, 30, 1, 0, percent);
    }
    one(ref, 90, 80, 9000, 300);
    one(ref, 600, 3, 0, 100);
    one(ref, 3, 600, 0, 100);
    one(ref, 700, 2, 1, 150);
    const struct stm_u16 d2 = check_image_fill(256, 256, 1, FILL_RAMP), root = check_image(256, 256, 1);
    stm_distance_root(root, check_const(d2), 16);
    for (int i = 0; i < 65536; i++) {
        const uint16_t v = d2.px[i / 256 * d2.stride + i % 256], r = root.px[i / 256 * root.stride + i % 256];
        CHECK(fabs(r - 16 * sqrt(v)) <= 0.501, "root of %u is %u", v, r);
    }
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    static const int sizes[] = {0, 30, 300};
    size_t n;
    const int percent = check_below(4) ? 5 + (int)check_below(60) : 200;
    struct stm_segment *run = check_blobs(s->w, s->h, sizes[check_below(3)], percent, &n);
    const struct stm_u16 a = check_image(s->w, s->h, 0), b = check_image(s->w, s->h, s->side);
    void *scratch = check_memory(stm_distance_scratch(s->w, s->h), 1);
    stm_distance(ref, a, 0, 0, run, n, scratch);
    stm_distance(k, b, 0, 0, run, n, scratch);
    check_equal_u16(a, b, "distance");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct stm_u16 d2;
    struct stm_segment *run;
    size_t n;
    void *scratch;
};

static void work(void *state)
{
    const struct bench *b = state;
    stm_distance(b->k, b->d2, 0, 0, b->run, b->n, b->scratch);
}

static void root_work(void *state)
{
    const struct bench *b = state;
    stm_distance_root(b->d2, check_const(b->d2), 16);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    struct bench b = {
        .k = k, .d2 = check_image(N, N, 0), .scratch = check_memory(stm_distance_scratch(N, N), 0)};
    b.run = check_blobs(N, N, 500, 12, &b.n);
    check_time("distance, 11 % foreground", work, &b, N * N);
    if (k->isa == STM_ISA_REF) check_time("distance root", root_work, &b, N * N);
    b.run = check_blobs(N, N, 500, 100, &b.n);
    check_time("distance, 63 % foreground", work, &b, N * N);
}

const struct check check_distance = {"distance", truth, same, bench};
