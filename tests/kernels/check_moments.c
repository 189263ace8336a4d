/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/moments.h"

#include "tests/kernels/check.h"

#include <math.h>
#include <string.h>

enum { W = 90, H = 70, LABELS = 5 };

static void brute(struct stm_moments *m, struct stm_intensity *s, struct stm_cu16 src,
                  const struct stm_segment *r)
{
    for (int x = r->x0; x < r->x1; x++) {
        struct stm_moments *a = &m[r->label];
        struct stm_intensity *b = &s[r->label];
        const uint16_t v = src.px[r->y * src.stride + x];
        if (!a->n) a->x0 = x, a->x1 = x + 1, a->y0 = r->y, b->least = v;
        a->x0 = x < a->x0 ? x : a->x0;
        a->x1 = x >= a->x1 ? x + 1 : a->x1;
        a->y1 = r->y + 1;
        a->n++, a->sx += (uint64_t)x, a->sy += (uint64_t)r->y;
        a->sxx += (uint64_t)(x * x), a->sxy += (uint64_t)(x * r->y), a->syy += (uint64_t)(r->y * r->y);
        b->n++, b->sum += v, b->square += (uint64_t)v * v;
        b->least = v < b->least ? v : b->least;
        b->most = v > b->most ? v : b->most;
    }
}

static void same_sums(const struct stm_kernels *k, enum check_fill fill)
{
    size_t n;
    struct stm_segment *run = check_blobs(W, H, fill == FILL_NOISE ? 0 : 200, 40, &n);
    const struct stm_u16 src = check_image_fill(W, H, 1, fill);
    struct stm_moments a[LABELS] = {{0}}, b[LABELS] = {{0}};
    struct stm_intensity c[LABELS] = {{0}}, d[LABELS] = {{0}};
    for (size_t i = 0; i < n; i++) {
        run[i].label = check_below(LABELS);
        brute(a, c, check_const(src), &run[i]);
    }
    stm_moments_runs(b, run, n);
    stm_intensity_runs(k, d, check_const(src), run, n);
    check_equal_bytes(a, b, sizeof a, "moments");
    for (int i = 0; i < LABELS; i++)
        CHECK(c[i].n == d[i].n && c[i].sum == d[i].sum && c[i].square == d[i].square &&
                  (!c[i].n || (c[i].least == d[i].least && c[i].most == d[i].most)),
              "intensity of label %d", i);
}

static void shape(const struct stm_kernels *ref)
{
    const struct stm_segment run[] = {{60000, 60000, 60004, 0}, {60001, 60000, 60004, 0}};
    struct stm_moments m = {0};
    stm_moments_runs(&m, run, 2);
    const struct stm_shape s = stm_moments_shape(&m);
    CHECK(s.cx == 60001.5 && s.cy == 60000.5 && s.xx == 1.25 && s.yy == 0.25 && s.xy == 0, "a 4 x 2 block");
    const uint16_t px[] = {1, 2, 3, 4};
    const struct stm_segment row = {0, 0, 4, 0};
    struct stm_intensity sums = {0};
    stm_intensity_runs(ref, &sums, (struct stm_cu16){px, 4, 4, 1}, &row, 1);
    CHECK(stm_intensity_mean(&sums) == 2.5 && stm_intensity_variance(&sums) == 1.25, "1 2 3 4");
}

static void truth(const struct stm_kernels *ref)
{
    for (int fill = 0; fill < FILLS; fill++)
        same_sums(ref, (enum check_fill)fill);
    shape(ref);
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    const struct stm_u16 src = check_image_fill(s->w, s->h, s->side, s->fill);
    struct stm_intensity a = {0}, b = {0};
    for (int y = 0; y < s->h && s->w; y++) {
        const struct stm_segment row = {y, 0, s->w, 0};
        stm_intensity_runs(ref, &a, check_const(src), &row, 1);
        stm_intensity_runs(k, &b, check_const(src), &row, 1);
    }
    check_equal_bytes(&a, &b, sizeof a, "intensity");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct stm_cu16 src;
    struct stm_segment *run;
    struct stm_intensity *sums;
    size_t n;
};

static void work(void *state)
{
    const struct bench *b = state;
    stm_intensity_runs(b->k, b->sums, b->src, b->run, b->n);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    struct bench b = {.k = k, .src = check_const(check_image_fill(N, N, 0, FILL_NOISE))};
    b.run = check_blobs(N, N, 500, 12, &b.n);
    b.sums = check_memory(sizeof *b.sums, 0);
    check_time("intensity sums, 11 % foreground", work, &b, N * N);
}

const struct check check_moments = {"moments", truth, same, bench};
