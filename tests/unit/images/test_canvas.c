/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "images/canvas.h"

#include <math.h>
#include <stdlib.h>

static double sum(struct stm_f32 f)
{
    double s = 0;
    for (int y = 0; y < f.h; y++)
        for (int x = 0; x < f.w; x++)
            s += (double)f.px[y * f.stride + x];
    return s;
}

/* Variance along x of a point's image is sigma squared. */
static void blur_keeps_light_and_has_its_width(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_scratch s = {0};
    static float px[101 * 90];
    const struct stm_f32 f = {px, 101, 99, 90};
    px[45 * 101 + 50] = 1000;
    assert_ok(stm_blur(f, 3, false, &s, &err), &err);
    double variance = 0;
    for (int y = 0; y < 90; y++)
        for (int x = 0; x < 99; x++)
            variance += (double)px[y * 101 + x] * (x - 50) * (x - 50) / 1000;
    assert_near(sum(f), 1000, 0.01);
    assert_near(sqrt(variance), 3, 0.05);
    stm_scratch_free(&s);
}

static void edges_are_black_or_go_on(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_scratch s = {0};
    for (int edge = 0; edge < 2; edge++) {
        float px[20 * 20];
        for (int i = 0; i < 400; i++)
            px[i] = 8;
        assert_ok(stm_blur((struct stm_f32){px, 20, 20, 20}, 2, edge, &s, &err), &err);
        assert_near((double)px[0], edge ? 8 : 2.8, edge ? 1e-4 : 0.6); /* a corner sees about a quarter */
    }
    stm_scratch_free(&s);
}

static void glow_spreads_a_part(void **state)
{
    (void)state;
    struct stm_error err = {0};
    const struct stm_f32 f = {stm_canvas(250, 230, &err), 250, 250, 230};
    for (int i = -3; i <= 3; i++)
        for (int j = -3; j <= 3; j++)
            f.px[(115 + j) * 250 + 125 + i] = 100;
    assert_ok(stm_glow(f, 12, 0.3, &err), &err);
    assert_near(sum(f), 4900, 5);
    assert_near((double)f.px[115 * 250 + 125], 71.4, 1.5);      /* 70 % stayed, a little came back */
    assert_true(f.px[115 * 250 + 145] > 0 && f.px[0] < 0.001f); /* near, and far away */
    free(f.px);
}

static void texture_is_periodic_and_normal(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_texture t;
    struct stm_random r = stm_random_from(1);
    assert_ok(stm_texture_make(&t, 2, &r, &err), &err);
    double squares = 0, steps = 0;
    for (int i = 0; i < STM_TEXTURE * STM_TEXTURE; i++) {
        const double v = (double)stm_texture_at(&t, i % STM_TEXTURE, i / STM_TEXTURE);
        const double right = (double)stm_texture_at(&t, i % STM_TEXTURE + 1, i / STM_TEXTURE - STM_TEXTURE);
        squares += v * v;
        steps += (v - right) * (v - right);
    }
    assert_near(squares / (STM_TEXTURE * STM_TEXTURE), 1, 1e-4);
    assert_near(steps / squares, 1.0 / 8, 0.02); /* smooth: 2 (1 - exp(-1 / (4 sigma^2))) */
    assert_near((double)stm_texture_smooth(&t, 30, 50, 10), (double)stm_texture_at(&t, 3, 5), 1e-6);
    stm_texture_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blur_keeps_light_and_has_its_width),
        cmocka_unit_test(edges_are_black_or_go_on),
        cmocka_unit_test(glow_spreads_a_part),
        cmocka_unit_test(texture_is_periodic_and_normal),
    };
    return STM_TEST_MAIN(tests);
}
