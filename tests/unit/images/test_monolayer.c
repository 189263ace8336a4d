/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "images/monolayer.h"

#include <math.h>
#include <stdlib.h>

enum { W = 90, H = 70 };

/* Two touching rectangles and a disc. */
static void draw(uint32_t *px)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const int dx = x - 60, dy = y - 40;
            px[y * W + x] = x >= 5 && x < 20 && y >= 5 && y < 30    ? 1
                            : x >= 20 && x < 40 && y >= 5 && y < 30 ? 2
                            : dx * dx + dy * dy <= 24 * 24          ? 3
                                                                    : 0;
        }
}

/* Distance to the nearest pixel of another label, less the half of it that lies outside. */
static double brute(const uint32_t *px, int x, int y)
{
    double nearest = 1e9;
    for (int v = 0; v < H; v++)
        for (int u = 0; u < W; u++)
            if (px[v * W + u] != px[y * W + x]) {
                const double d = sqrt((u - x) * (u - x) + (v - y) * (v - y));
                nearest = d < nearest ? d : nearest;
            }
    return nearest - 0.5;
}

static void depth_is_the_distance_to_other_labels(void **state)
{
    (void)state;
    static uint32_t px[W * H];
    static float depth[W * H];
    draw(px);
    stm_label_depth((struct stm_f32){depth, W, W, H}, (struct stm_cu32){px, W, W, H});
    for (int i = 0; i < W * H; i++) {
        if (px[i])
            assert_near((double)depth[i], brute(px, i % W, i / W), 0.03 * (double)depth[i] + 0.45);
        else
            assert_true(depth[i] == 0);
    }
    assert_true(depth[10 * W + 19] == 0.5f && depth[10 * W + 20] == 0.5f); /* where 1 and 2 touch */
}

static void axes_are_those_of_the_moments(void **state)
{
    (void)state;
    struct stm_error err = {0};
    static uint32_t px[W * H];
    double major[4], minor[4];
    draw(px);
    assert_ok(stm_label_axes((struct stm_cu32){px, W, W, H}, 4, major, minor, &err), &err);
    assert_near(major[0], 25 / sqrt(3), 1e-9); /* 2 sqrt(length^2 / 12) */
    assert_near(minor[0], 15 / sqrt(3), 1e-9);
    assert_near(major[2], 24, 0.2);
    assert_near(minor[2], 24, 0.2);
    assert_true(major[3] == 0 && minor[3] == 0);
}

static void cells_do_not_share_pixels_and_reach_the_confluence(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_random r = stm_random_from(3);
    struct stm_texture soft, clouds;
    static uint32_t px[300 * 300];
    struct stm_monolayer layer = {.labels = {px, 300, 300, 300}};
    const struct stm_culture culture = {0.6, 0.3, 0.5, 60, 10, 80, 0.2, 1};
    assert_ok(stm_texture_make(&soft, 2, &r, &err) && stm_texture_make(&clouds, 1, &r, &err), &err);
    assert_ok(stm_monolayer_lay(&layer, &culture, &soft, &clouds, &r, &err), &err);
    int64_t covered = 0;
    for (int i = 0; i < 300 * 300; i++) {
        covered += px[i] != 0;
        assert_true((int)px[i] <= layer.n);
    }
    assert_int_equal(covered, layer.covered);
    assert_near((double)covered / (300 * 300), 0.6, 0.04);
    stm_monolayer_free(&layer);
    stm_texture_free(&soft);
    stm_texture_free(&clouds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_is_the_distance_to_other_labels),
        cmocka_unit_test(axes_are_those_of_the_moments),
        cmocka_unit_test(cells_do_not_share_pixels_and_reach_the_confluence),
    };
    return STM_TEST_MAIN(tests);
}
