/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/focus.h"

#include "tests/kernels/check.h"

#include <math.h>

static int mirror(int i, int n)
{
    return i < 0 ? -1 - i : i < n ? i : 2 * n - 1 - i;
}

static int64_t at(struct stm_u16 image, int x, int y)
{
    return image.px[mirror(y, image.h) * image.stride + mirror(x, image.w)];
}

/* The sum of the image around (x, y) under a 3 x 3 kernel given row by row. */
static int64_t under(struct stm_u16 image, int x, int y, const int kernel[9])
{
    int64_t sum = 0;
    for (int i = 0; i < 9; i++)
        sum += kernel[i] * at(image, x + i % 3 - 1, y + i / 3 - 1);
    return sum;
}

static const int sobel_x[9] = {-1, 0, 1, -2, 0, 2, -1, 0, 1}, sobel_y[9] = {-1, -2, -1, 0, 0, 0, 1, 2, 1};
static const int laplace[9] = {0, -1, 0, -1, 4, -1, 0, -1, 0};

static void one(const struct stm_kernels *ref, int w, int h, enum check_fill fill)
{
    const struct stm_u16 src = check_image_fill(w, h, 1, fill), dst = check_image(w, h, 1);
    struct stm_focus expected = {0};
    const struct stm_focus got = stm_focus_sums(ref, check_const(src));
    stm_gradient(ref, dst, check_const(src), 0.25f, check_memory(stm_gradient_scratch(w), 1));
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            const int64_t gx = under(src, x, y, sobel_x), gy = under(src, x, y, sobel_y);
            const int64_t l = under(src, x, y, laplace), u = at(src, x + 1, y) - at(src, x - 1, y);
            const int64_t v = at(src, x, y + 1) - at(src, x, y - 1);
            const double slope = fmin(sqrt((double)(gx * gx + gy * gy)) / 4, 65535);
            CHECK(fabs(dst.px[y * dst.stride + x] - slope) <= 0.51, "gradient at (%d, %d): %u for %g", x, y,
                  dst.px[y * dst.stride + x], slope);
            if (x == 0 || y == 0 || x == w - 1 || y == h - 1) continue;
            expected.n++;
            expected.tenengrad += (uint64_t)(gx * gx + gy * gy);
            expected.laplacian += (uint64_t)(l * l);
            expected.brenner += (uint64_t)(u * u + v * v);
        }
    check_equal_bytes(&expected, &got, sizeof got, "focus sums");
}

static void truth(const struct stm_kernels *ref)
{
    for (int fill = 0; fill < FILLS; fill++) {
        one(ref, 31, 17, (enum check_fill)fill);
        one(ref, 1, 5, (enum check_fill)fill);
        one(ref, 5, 2, (enum check_fill)fill);
    }
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    const struct stm_u16 src = check_image_fill(s->w, s->h, s->side, s->fill);
    const struct stm_u16 a = check_image(s->w, s->h, 0), b = check_image(s->w, s->h, s->side);
    void *scratch = check_memory(stm_gradient_scratch(s->w), 1);
    stm_gradient(ref, a, check_const(src), 0.125f, scratch);
    stm_gradient(k, b, check_const(src), 0.125f, scratch);
    check_equal_u16(a, b, "gradient");
    const struct stm_focus c = stm_focus_sums(ref, check_const(src)), d = stm_focus_sums(k, check_const(src));
    check_equal_bytes(&c, &d, sizeof c, "focus sums");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct stm_u16 dst;
    struct stm_cu16 src;
    struct stm_focus sums;
    void *scratch;
};

static void focus_work(void *state)
{
    struct bench *b = state;
    b->sums = stm_focus_sums(b->k, b->src);
}

static void gradient_work(void *state)
{
    const struct bench *b = state;
    stm_gradient(b->k, b->dst, b->src, 0.125f, b->scratch);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    struct bench b = {k, check_image(N, N, 0), check_const(check_image_fill(N, N, 0, FILL_NOISE)), {0}, NULL};
    b.scratch = check_memory(stm_gradient_scratch(N), 0);
    check_time("focus sums", focus_work, &b, N * N);
    check_time("gradient magnitude", gradient_work, &b, N * N);
}

const struct check check_focus = {"focus", truth, same, bench};
