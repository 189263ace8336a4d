/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A map and a smaller, turned one: the mean is where both agree, turned back and enlarged about pixel
 * centres. */
#include "tests/support/stm_assert.h"

#include "pipeline/nets/meet.h"

#include <stdlib.h>

enum { W = 50, H = 30, MOST = 64 };

struct map {
    int16_t px[MOST][MOST];
};

static void meet(struct map *out, struct map *turned, int w, int h)
{
    struct stm_error err;
    struct stm_arena arena;
    assert_true(stm_arena_create(&arena, stm_net_meet_bytes(w, W), &err));
    assert_true(stm_net_meet((struct stm_s16){out->px[0], MOST, W, H},
                             (struct stm_s16){turned->px[0], MOST, w, h}, &arena, &err));
    assert_int_equal(arena.used, 0);
    assert_int_equal(arena.peak, arena.size);
    stm_arena_destroy(&arena);
}

/* 400 a pixel to the right, -300 a pixel down, at (x, y) of a plane of W x H; where a map of w x h pixels has
 * its pixels. */
static int16_t slope(double x, double y)
{
    return (int16_t)(400 * (x - W / 2.0) - 300 * (y - H / 2.0));
}

static void draw_turned(struct map *m, int w, int h)
{
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            m->px[h - 1 - y][w - 1 - x] = slope((x + 0.5) * W / w, (y + 0.5) * H / h);
}

/* Beyond the outermost centres of the smaller map there is nothing to go by. */
static void a_slope_stays_what_it_is(void **state)
{
    (void)state;
    static const int sizes[][2] = {{50, 30}, {40, 24}, {37, 29}, {13, 2}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const int w = sizes[i][0], h = sizes[i][1];
        struct map out = {0}, turned = {0};
        draw_turned(&turned, w, h);
        meet(&out, &turned, w, h);
        for (int y = H / h; y < H - H / h; y++)
            for (int x = W / w; x < W - W / w; x++)
                assert_true(abs(2 * out.px[y][x] - slope(x + 0.5, y + 0.5)) <= 4);
    }
}

static void of_the_same_size_it_is_the_mean(void **state)
{
    (void)state;
    struct map out = {0}, turned = {0};
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            out.px[y][x] = (int16_t)(x * 977 - y * 1301);
            turned.px[y][x] = (int16_t)(y * 2003 - x * 311);
        }
    const struct map before = out;
    meet(&out, &turned, W, H);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            assert_int_equal(out.px[y][x], (before.px[y][x] + turned.px[H - 1 - y][W - 1 - x]) >> 1);
}

static void the_extremes_stay_in_16_bits(void **state)
{
    (void)state;
    static const int16_t extremes[] = {INT16_MIN, INT16_MAX};
    for (int e = 0; e < 2; e++) {
        struct map out, turned;
        for (int y = 0; y < MOST; y++)
            for (int x = 0; x < MOST; x++)
                out.px[y][x] = turned.px[y][x] = extremes[e];
        meet(&out, &turned, 21, 1);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                assert_int_equal(out.px[y][x], extremes[e]);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(a_slope_stays_what_it_is),
                                              cmocka_unit_test(of_the_same_size_it_is_the_mean),
                                              cmocka_unit_test(the_extremes_stay_in_16_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
