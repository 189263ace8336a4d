/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/flat_field.h"
#include "kernels/grid.h"

#include "tests/kernels/check.h"

#include <math.h>

static struct stm_grid random_grid(int w, int h, int shift, int side)
{
    const struct stm_u16 node = check_image_fill(stm_grid_cells(w, shift), stm_grid_cells(h, shift), side,
                                                 check_below(2) ? FILL_NOISE : FILL_EDGE);
    return (struct stm_grid){check_const(node), shift};
}

static int clamp(int i, int n)
{
    return i < 0 ? 0 : i < n ? i : n - 1;
}

/* Bilinear interpolation between cell centres in double precision. */
static double interpolate(struct stm_grid g, int x, int y)
{
    const double cell = 1 << g.shift, u = (x + 0.5) / cell - 0.5, v = (y + 0.5) / cell - 0.5;
    const int i = (int)floor(u), j = (int)floor(v), w = g.node.w, h = g.node.h;
    const uint16_t *a = g.node.px + clamp(j, h) * g.node.stride,
                   *b = g.node.px + clamp(j + 1, h) * g.node.stride;
    const double fu = u - i, fv = v - j;
    return (a[clamp(i, w)] * (1 - fu) + a[clamp(i + 1, w)] * fu) * (1 - fv) +
           (b[clamp(i, w)] * (1 - fu) + b[clamp(i + 1, w)] * fu) * fv;
}

static double clip(double v)
{
    return v < 0 ? 0 : v > 65535 ? 65535 : v;
}

static void one_size(const struct stm_kernels *ref, int w, int h, int shift)
{
    const struct stm_u16 src = check_image_fill(w, h, 0, FILL_NOISE), up = check_image(w, h, 1);
    const struct stm_u16 sub = check_image(w, h, 1), flat = check_image(w, h, 1);
    const struct stm_grid g = random_grid(w, h, shift, 1), gain = random_grid(w, h, shift, 1);
    stm_grid_upsample(ref, up, g);
    stm_grid_subtract(ref, sub, check_const(src), g, 700);
    stm_flat_field(ref, flat, check_const(src), g, gain);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            const uint16_t raw = src.px[y * src.stride + x], level = up.px[y * up.stride + x];
            const double exact = interpolate(g, x, y), factor = floor(interpolate(gain, x, y) + 0.5);
            const double light = clip((double)raw - level);
            CHECK(fabs(level - exact) <= 0.5, "upsample (%d, %d): %u for %g", x, y, level, exact);
            CHECK(sub.px[y * sub.stride + x] == clip(clip(raw + 700.0) - level), "subtract (%d, %d)", x, y);
            CHECK(flat.px[y * flat.stride + x] == clip(floor(light * factor / 16384 + 0.5)), "flat (%d, %d)",
                  x, y);
        }
    stm_flat_field(ref, src, check_const(src), g, gain);
    check_equal_u16(flat, src, "flat field in place");
}

static void gains(const struct stm_kernels *ref)
{
    const struct stm_u16 src = check_image_fill(333, 1, 1, FILL_EDGE),
                         gain = check_image_fill(333, 1, 1, FILL_EDGE);
    const struct stm_u16 dst = check_image(333, 1, 1);
    for (int dark = 0; dark < 65536; dark += 4681) {
        ref->gain_row(dst.px, src.px, gain.px, (uint16_t)dark, 333);
        for (int x = 0; x < 333; x++) {
            const double exact = dark + (src.px[x] - dark) * (gain.px[x] / 16384.0);
            CHECK(dst.px[x] == clip(floor(exact + 0.5)), "gain %u of %u over %d: %u for %g", gain.px[x],
                  src.px[x], dark, dst.px[x], exact);
        }
    }
}

static void amplified(const struct stm_kernels *ref, const struct stm_kernels *k, const struct check_shape *s)
{
    const struct stm_u16 src = check_image_fill(s->w, s->h, s->side, s->fill),
                         gain = check_image(s->w, s->h, 0);
    const struct stm_u16 expected = check_image(s->w, s->h, 1), got = check_image(s->w, s->h, s->side);
    const struct stm_grid g = random_grid(s->w ? s->w : 1, s->h, 1 + (int)check_below(5), s->side);
    const uint16_t dark = (uint16_t)check_random();
    stm_grid_upsample(ref, gain, g);
    for (int y = 0; y < s->h; y++)
        ref->gain_row(expected.px + y * expected.stride, src.px + y * src.stride, gain.px + y * gain.stride,
                      dark, s->w);
    stm_amplify(k, got, check_const(src), g, dark);
    check_equal_u16(expected, got, "amplify");
}

static void truth(const struct stm_kernels *ref)
{
    for (int shift = 1; shift <= STM_GRID_MAX_SHIFT; shift++) {
        one_size(ref, 211, 67, shift);
        one_size(ref, 1, 1, shift);
    }
    one_size(ref, 2053, 5, 3);
    gains(ref);
    const struct check_shape wide = {2053, 3, 1, FILL_NOISE};
    amplified(ref, ref, &wide);
    const uint16_t one = 16384, zero = 0;
    const struct stm_grid dark = {{&zero, 1, 1, 1}, 7}, gain = {{&one, 1, 1, 1}, 7};
    const struct stm_u16 src = check_image_fill(300, 3, 1, FILL_NOISE), dst = check_image(300, 3, 1);
    stm_flat_field(ref, dst, check_const(src), dark, gain);
    check_equal_u16(src, dst, "gain 1");
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    const int shift = 1 + (int)check_below(STM_GRID_MAX_SHIFT);
    const struct stm_u16 src = check_image_fill(s->w, s->h, s->side, s->fill);
    const struct stm_u16 a = check_image(s->w, s->h, 0), b = check_image(s->w, s->h, s->side);
    const struct stm_grid g = random_grid(s->w ? s->w : 1, s->h, shift, s->side);
    const struct stm_grid gain = random_grid(s->w ? s->w : 1, s->h, shift, s->side);
    const uint16_t pedestal = (uint16_t)check_random();
    stm_grid_upsample(ref, a, g);
    stm_grid_upsample(k, b, g);
    check_equal_u16(a, b, "upsample");
    stm_grid_subtract(ref, a, check_const(src), g, pedestal);
    stm_grid_subtract(k, b, check_const(src), g, pedestal);
    check_equal_u16(a, b, "subtract");
    stm_flat_field(ref, a, check_const(src), g, gain);
    stm_flat_field(k, b, check_const(src), g, gain);
    check_equal_u16(a, b, "flat field");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
    check_each_shape(amplified, ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct stm_u16 image;
    struct stm_grid grid, usual, gain; /* usual: as fine as backgrounds and gains of a 2048 px field are */
};

static void up_work(void *state)
{
    const struct bench *b = state;
    stm_grid_upsample(b->k, b->image, b->grid);
}

static void usual_work(void *state)
{
    const struct bench *b = state;
    stm_grid_upsample(b->k, b->image, b->usual);
}

static void subtract_work(void *state)
{
    const struct bench *b = state;
    stm_grid_subtract(b->k, b->image, check_const(b->image), b->grid, 100);
}

static void flat_work(void *state)
{
    const struct bench *b = state;
    stm_flat_field(b->k, b->image, check_const(b->image), b->grid, b->gain);
}

static void gain_work(void *state)
{
    const struct bench *b = state;
    stm_amplify(b->k, b->image, check_const(b->image), b->gain, 300);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    struct bench b = {k, check_image_fill(N, N, 0, FILL_NOISE), random_grid(N, N, 3, 0),
                      random_grid(N, N, 4, 0), random_grid(N, N, 6, 0)};
    check_time("upsample x8", up_work, &b, N * N);
    check_time("upsample x16", usual_work, &b, N * N);
    check_time("upsample x8 and subtract", subtract_work, &b, N * N);
    check_time("amplify (gain x64)", gain_work, &b, N * N);
    check_time("flat field (dark x8, gain x64)", flat_work, &b, N * N);
}

const struct check check_grid = {"grid", truth, same, bench};
