/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/tensor.h"

#include "tests/kernels/check.h"

#include <math.h>

static int64_t at(struct stm_u16 image, int x, int y)
{
    x = x < 0 ? 0 : x < image.w ? x : image.w - 1; /* mirrored by one pixel */
    y = y < 0 ? 0 : y < image.h ? y : image.h - 1;
    return image.px[y * image.stride + x];
}

static void add_pixel(struct stm_tensor *t, struct stm_u16 image, int x, int y)
{
    int64_t gx = 0, gy = 0;
    for (int i = -1; i <= 1; i++) {
        const int weight = i ? 1 : 2;
        gx += weight * (at(image, x + 1, y + i) - at(image, x - 1, y + i));
        gy += weight * (at(image, x + i, y + 1) - at(image, x + i, y - 1));
    }
    t->n++;
    t->xx += (uint64_t)(gx * gx);
    t->yy += (uint64_t)(gy * gy);
    t->xy += gx * gy;
}

static void one(const struct stm_kernels *ref, int w, int h, int shift, enum check_fill fill)
{
    const struct stm_u16 src = check_image_fill(w, h, 1, fill);
    const int nx = stm_grid_cells(w, shift), ny = stm_grid_cells(h, shift);
    struct stm_tensor *expected = check_memory((size_t)(nx * ny) * sizeof *expected, 1);
    struct stm_tensor *got = check_memory((size_t)(nx * ny) * sizeof *got, 1);
    stm_tensor_cells(ref, got, check_const(src), shift, check_memory(stm_tensor_scratch(w), 1));
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            add_pixel(&expected[(y >> shift) * nx + (x >> shift)], src, x, y);
    check_equal_bytes(expected, got, (size_t)(nx * ny) * sizeof *got, "tensors");
}

/* Stripes that run at `degrees` from the x axis, and noise. */
static void directions(const struct stm_kernels *ref)
{
    enum { N = 64 };
    const struct stm_u16 image = check_image(N, N, 1);
    void *scratch = check_memory(stm_tensor_scratch(N), 1);
    struct stm_tensor t;
    double a, b;
    for (int degrees = -80; degrees <= 90; degrees += 10) {
        const double angle = degrees * 3.14159265358979 / 180;
        for (int y = 0; y < N; y++)
            for (int x = 0; x < N; x++)
                image.px[y * image.stride + x] =
                    (uint16_t)(2000 + 1500 * sin(0.5 * (x * sin(angle) - y * cos(angle))));
        stm_tensor_cells(ref, &t, check_const(image), 6, scratch);
        const double coherence = stm_tensor_coherence(&t, &a, &b);
        CHECK(coherence > 0.9, "stripes at %d: coherence %g", degrees, coherence);
        CHECK(a * cos(2 * angle) + b * sin(2 * angle) > 0.995, "stripes at %d: %g, %g", degrees, a, b);
    }
    stm_tensor_cells(ref, &t, check_const(check_image_fill(N, N, 1, FILL_NOISE)), 6, scratch);
    CHECK(stm_tensor_coherence(&t, &a, &b) < 0.1, "noise has a direction");
    stm_tensor_cells(ref, &t, check_const(check_image_fill(N, N, 1, FILL_MAX)), 6, scratch);
    const double none = stm_tensor_coherence(&t, &a, &b);
    CHECK(!(none > 0) && a > 0.99, "nothing has a direction");
}

static void truth(const struct stm_kernels *ref)
{
    for (int fill = 0; fill < FILLS; fill++)
        for (int shift = 1; shift <= 5; shift += 2) {
            one(ref, 75, 21, shift, (enum check_fill)fill);
            one(ref, 1, 1, shift, (enum check_fill)fill);
        }
    directions(ref);
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    const int shift = 3 + (int)check_below(5);
    const size_t n = (size_t)stm_grid_cells(s->w, shift) * (size_t)stm_grid_cells(s->h, shift);
    const struct stm_cu16 src = check_const(check_image_fill(s->w, s->h, s->side, s->fill));
    struct stm_tensor *a = check_memory(n * sizeof *a, 0), *b = check_memory(n * sizeof *b, 0);
    void *scratch = check_memory(stm_tensor_scratch(s->w), 1);
    stm_tensor_cells(ref, a, src, shift, scratch);
    stm_tensor_cells(k, b, src, shift, scratch);
    check_equal_bytes(a, b, n * sizeof *a, "tensors");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct stm_tensor *cell;
    struct stm_cu16 src;
    void *scratch;
};

static void work(void *state)
{
    const struct bench *b = state;
    stm_tensor_cells(b->k, b->cell, b->src, 5, b->scratch);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    struct bench b = {k, check_memory(N / 32 * N / 32 * sizeof(struct stm_tensor), 0),
                      check_const(check_image_fill(N, N, 0, FILL_NOISE)),
                      check_memory(stm_tensor_scratch(N), 0)};
    check_time("structure tensor of 32 x 32", work, &b, N * N);
}

const struct check check_tensor = {"tensor", truth, same, bench};
