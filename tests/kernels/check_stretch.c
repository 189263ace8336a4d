/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/stretch.h"

#include "kernels/grid.h"
#include "tests/kernels/check.h"

#include <math.h>

static struct stm_u8 bytes(int w, int h, int side)
{
    return (struct stm_u8){check_memory((size_t)(w * h), side), w, w, h};
}

static void one(const struct stm_kernels *ref, int w, int h, int shift, int black, int white)
{
    const struct stm_u16 src = check_image_fill(w, h, 1, FILL_NOISE);
    const int cw = stm_grid_cells(w, shift), ch = stm_grid_cells(h, shift), n = 1 << shift;
    const struct stm_u8 dst = bytes(cw, ch, 1);
    stm_stretch(ref, dst, check_const(src), shift, (uint16_t)black, (uint16_t)white);
    for (int j = 0; j < ch; j++)
        for (int i = 0; i < cw; i++) {
            int sum = 0, count = 0;
            for (int y = j * n; y < (j + 1) * n && y < h; y++)
                for (int x = i * n; x < (i + 1) * n && x < w; x++, count++)
                    sum += src.px[y * src.stride + x];
            const double v = fmin(fmax((sum + count / 2) / count, black), white);
            const double exact = (v - black) * 255 / (white - black);
            CHECK(fabs(dst.px[j * cw + i] - exact) <= 0.51, "(%d, %d) is %u for %g", i, j, dst.px[j * cw + i],
                  exact);
            CHECK((v > black || dst.px[j * cw + i] == 0) && (v < white || dst.px[j * cw + i] == 255), "ends");
        }
}

static void no_range(const struct stm_kernels *ref, uint16_t black, uint16_t white)
{
    const uint16_t px[3] = {0, 65534, 65535};
    uint8_t out[3];
    stm_stretch(ref, (struct stm_u8){out, 3, 3, 1}, (struct stm_cu16){px, 3, 3, 1}, 0, black, white);
    CHECK(out[0] == 0 && out[1] == (black < 65534 ? 255 : 0) && out[2] == 255, "black %u, white %u", black,
          white);
}

static void lifted(const struct stm_kernels *ref, int flip, int up, const int want[4])
{
    const uint16_t px[4] = {0, 3, 40000, 65535};
    uint16_t out[4];
    stm_lift(ref, (struct stm_u16){out, 4, 4, 1}, (struct stm_cu16){px, 4, 4, 1}, flip, up);
    for (int i = 0; i < 4; i++)
        CHECK(out[i] == want[i], "flip %d, up %d: %u is %u, not %d", flip, up, px[i], out[i], want[i]);
}

static void truth(const struct stm_kernels *ref)
{
    lifted(ref, -1, 0, (const int[]){0, 3, 40000, 65535});
    lifted(ref, -1, 4, (const int[]){0, 48, 65535, 65535});
    lifted(ref, 0, 4, (const int[]){0, 0, 0, 0});
    lifted(ref, 40001, 0, (const int[]){40001, 39998, 1, 0});
    lifted(ref, 40001, 15, (const int[]){65535, 65535, 32768, 0});
    no_range(ref, 65535, 65535);
    no_range(ref, 500, 500);
    no_range(ref, 500, 20);
    for (int shift = 0; shift <= 2; shift++) {
        one(ref, 83, 21, shift, 3000, 60000);
        one(ref, 83, 21, shift, 30000, 30001);
        one(ref, 4201, 3, shift, 0, 65535);
        one(ref, 1, 1, shift, 0, 40000);
    }
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    const int shift = (int)check_below(3), w = stm_grid_cells(s->w, shift), h = stm_grid_cells(s->h, shift);
    const struct stm_u16 src = check_image_fill(s->w, s->h, s->side, s->fill);
    const struct stm_u8 a = bytes(w, h, 0), b = bytes(w, h, s->side);
    const uint16_t black = (uint16_t)check_below(65535);
    const uint16_t white = (uint16_t)(black + 1 + (int)check_below(65535u - black));
    stm_stretch(ref, a, check_const(src), shift, black, white);
    stm_stretch(k, b, check_const(src), shift, black, white);
    check_equal_bytes(a.px, b.px, (size_t)(w * h), "stretch");
}

static void same_lift(const struct stm_kernels *ref, const struct stm_kernels *k, const struct check_shape *s)
{
    const struct stm_u16 src = check_image_fill(s->w, s->h, s->side, s->fill),
                         a = check_image_fill(s->w, s->h, 0, FILL_NOISE),
                         b = check_image_fill(s->w, s->h, s->side, FILL_NOISE);
    const int flip = (int)check_below(65537) - 1;
    const int up = (int)check_below(16);
    stm_lift(ref, a, check_const(src), flip, up);
    stm_lift(k, b, check_const(src), flip, up);
    check_equal_u16(a, b, "lift");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_lift, ref, k);
    check_each_shape(same_shape, ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct stm_u8 dst;
    struct stm_cu16 src;
    int shift;
    struct stm_u16 light;
};

static void work(void *state)
{
    const struct bench *b = state;
    stm_stretch(b->k, b->dst, b->src, b->shift, 100, 5000);
}

static void lift_work(void *state)
{
    const struct bench *b = state;
    stm_lift(b->k, b->light, b->src, -1, 2);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    static const char *const names[] = {"stretch", "stretch 1/2", "stretch 1/4"};
    for (int shift = 0; shift <= 2; shift++) {
        struct bench b = {k,
                          bytes(N >> shift, N >> shift, 0),
                          check_const(check_image_fill(N, N, 0, FILL_NOISE)),
                          shift,
                          {0}};
        check_time(names[shift], work, &b, N * N);
    }
    struct bench b = {.k = k,
                      .src = check_const(check_image_fill(N, N, 0, FILL_NOISE)),
                      .light = check_image_fill(N, N, 0, FILL_NOISE)};
    check_time("lift", lift_work, &b, N * N);
}

const struct check check_stretch = {"stretch", truth, same, bench};
