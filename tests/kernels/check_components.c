/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/components.h"
#include "kernels/moments.h"
#include "kernels/runs.h"

#include "tests/kernels/check.h"

#include <string.h>

/* Labels by flood fill in raster order of the first pixel. */
static uint32_t flood(uint32_t *label, const uint8_t *mask, int w, int h, int connectivity)
{
    int *stack = check_memory((size_t)(w * h) * sizeof *stack, 0);
    uint32_t labels = 0;
    for (int i = 0; i < w * h; i++) {
        if (!mask[i] || label[i]) continue;
        int top = 0;
        label[i] = ++labels;
        for (stack[top++] = i; top;) {
            const int x = stack[--top] % w, y = stack[top] / w;
            for (int dy = -1; dy <= 1; dy++)
                for (int dx = -1; dx <= 1; dx++) {
                    const int nx = x + dx, ny = y + dy;
                    if (nx < 0 || ny < 0 || nx >= w || ny >= h || (connectivity == 4 && dx && dy)) continue;
                    if (!mask[ny * w + nx] || label[ny * w + nx]) continue;
                    label[ny * w + nx] = labels;
                    stack[top++] = ny * w + nx;
                }
        }
    }
    return labels;
}

static void one(int w, int h, int size, int percent, int connectivity)
{
    size_t n;
    struct stm_segment *run = check_blobs(w, h, size, percent, &n);
    uint8_t *mask = check_memory((size_t)(w * h), 1);
    uint32_t *expected = check_memory((size_t)(w * h) * 4, 1), *got = check_memory((size_t)(w * h) * 4, 1);
    stm_runs_fill8((struct stm_u8){mask, w, w, h}, 0, 0, run, n, 1);
    const uint32_t labels = flood(expected, mask, w, h, connectivity);
    const uint32_t found = stm_components(run, n, connectivity, check_memory(n * 4, 1));
    stm_runs_paint((struct stm_u32){got, w, w, h}, 0, 0, run, n);
    CHECK(found == labels, "%d components, expected %d", found, labels);
    check_equal_bytes(expected, got, (size_t)(w * h) * 4, "labels");
}

static void keeping(void)
{
    struct stm_segment run[] = {{0, 0, 2, 1}, {0, 4, 5, 2}, {1, 0, 1, 1}, {2, 7, 9, 3}};
    uint32_t labels = 3, keep[] = {0, 1, 0, 1};
    const size_t n = stm_components_keep(run, 4, &labels, keep);
    CHECK(n == 3 && labels == 2, "%zu runs, %u labels", n, labels);
    CHECK(run[1].y == 1 && run[1].label == 1 && run[2].label == 2, "runs kept");
    CHECK(keep[1] == 1 && keep[2] == 0 && keep[3] == 2, "new labels");
}

static void truth(const struct stm_kernels *ref)
{
    (void)ref;
    for (int percent = 10; percent < 100; percent += 10)
        for (int connectivity = 4; connectivity <= 8; connectivity += 4) {
            one(64, 61, 0, percent, connectivity);
            one(150, 90, 60, percent, connectivity);
            one(1, 50, 0, percent, connectivity);
            one(50, 1, 0, percent, connectivity);
        }
    CHECK(stm_components(NULL, 0, 8, NULL) == 0, "no runs");
    keeping();
}

struct bench {
    const struct stm_kernels *k;
    struct stm_cu16 mask;
    struct stm_segment *run;
    struct stm_moments *m;
    uint32_t *parent;
    size_t n;
};

static void work(void *state)
{
    const struct bench *b = state;
    const uint32_t labels = stm_components(b->run, b->n, 8, b->parent);
    memset(b->m, 0, (labels + 1) * sizeof *b->m);
    stm_moments_runs(b->m, b->run, b->n);
}

static void mask_work(void *state)
{
    struct bench *b = state;
    b->n = stm_threshold_runs(b->k, b->run, b->n, b->mask, 0);
    work(b);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    struct bench b = {.k = k};
    b.run = check_blobs(N, N, 500, 12, &b.n);
    const struct stm_u16 mask = check_image_fill(N, N, 0, FILL_ZERO);
    for (size_t i = 0; i < b.n; i++)
        for (int x = b.run[i].x0; x < b.run[i].x1; x++)
            mask.px[b.run[i].y * mask.stride + x] = 1;
    b.mask = check_const(mask);
    b.m = check_memory((b.n + 1) * sizeof *b.m, 0);
    b.parent = check_memory(b.n * 4, 0);
    check_time("mask to components and moments", mask_work, &b, N * N);
    if (k->isa != STM_ISA_REF) return;
    check_time("components and moments (of runs)", work, &b, N * N);
    b.run = check_blobs(N, N, 0, 50, &b.n);
    b.m = check_memory((b.n + 1) * sizeof *b.m, 0);
    b.parent = check_memory(b.n * 4, 0);
    check_time("components and moments, 50 % noise", work, &b, N * N);
}

const struct check check_components = {"components", truth, NULL, bench};
