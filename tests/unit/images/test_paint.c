/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outlines, patches and threads. */
#include "tests/support/stm_assert.h"

#include "images/paint.h"

#include <math.h>
#include <stdlib.h>

static float one(const struct stm_blob_point *point, int x, int y, const void *user)
{
    (void)point;
    (void)x;
    (void)y;
    (void)user;
    return 1;
}

static int count(const uint32_t *labels, int n, uint32_t label)
{
    int found = 0;
    for (int i = 0; i < n; i++)
        found += labels[i] == label;
    return found;
}

static void an_ellipse_has_its_area_and_half_height_outline(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_brush brush = {0};
    struct stm_patch patch;
    static uint32_t labels[100 * 80];
    struct stm_random r = stm_random_from(2);
    struct stm_blob blob = stm_blob_random(&r, 20, 1.5, 0);
    blob.x = 50.3;
    blob.y = 40.8;
    assert_ok(stm_patch_take(&patch, &brush, blob.x, blob.y, 30, &err), &err);
    stm_paint_blob(&patch, &blob, one, NULL, (struct stm_u32){labels, 100, 100, 80}, 7);
    double light = 0;
    for (int y = 0; y < patch.px.h; y++)
        for (int x = 0; x < patch.px.w; x++) {
            const float v = patch.px.px[y * patch.px.stride + x];
            const uint32_t label = labels[(y + patch.y0) * 100 + x + patch.x0];
            light += (double)v;
            assert_true((v > 0.5f) == (label == 7));
        }
    assert_near(light, 3.14159265 * 400, 6);
    assert_near(count(labels, 100 * 80, 7), 3.14159265 * 400, 15);
    stm_brush_free(&brush);
}

static void depth_is_the_distance_to_the_outline(void **state)
{
    (void)state;
    const struct stm_blob circle = {.x = 10, .y = 20, .a = 6, .b = 6, .axis = {1, 0}};
    assert_near(stm_blob_at(&circle, 10 + 3, 20 + 4).depth, 1, 1e-9);
    assert_near(stm_blob_at(&circle, 10, 28).depth, -2, 1e-9);
    assert_near(stm_blob_at(&circle, 10, 28).radius, 8.0 / 6, 1e-9);
    assert_near(stm_blob_reach(&circle, stm_exact_direction(0.3)), 6, 1e-9);
}

static void reach_meets_the_outline_of_rough_blobs(void **state)
{
    (void)state;
    struct stm_random r = stm_random_from(4);
    for (int i = 0; i < 200; i++) {
        const struct stm_blob blob = stm_blob_random(&r, 15, 1.7, 0.15);
        const struct stm_direction d = stm_exact_direction(stm_random_real(&r));
        const double reach = stm_blob_reach(&blob, d);
        assert_near(stm_blob_at(&blob, reach * d.c, reach * d.s).radius, 1, 1e-9);
        assert_true(reach <= stm_blob_bound(&blob));
    }
}

static void patches_outside_the_field_are_cut(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_brush brush = {0};
    struct stm_patch patch;
    float px[10 * 10] = {0};
    assert_ok(stm_patch_take(&patch, &brush, -2, 11, 6, &err), &err);
    for (int i = 0; i < patch.px.w * patch.px.h; i++)
        patch.px.px[i] = 1;
    stm_patch_add((struct stm_f32){px, 10, 10, 10}, &patch, 3);
    for (int y = 0; y < 10; y++)
        for (int x = 0; x < 10; x++)
            assert_true((px[y * 10 + x] == 3) == (x < patch.x0 + patch.px.w && y >= patch.y0));
    assert_true(px[90] == 3);
    stm_brush_free(&brush);
}

static void a_thread_is_as_wide_as_asked(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_brush brush = {0};
    struct stm_patch patch;
    static uint32_t labels[60 * 60];
    const struct stm_thread straight = {10, 30, 30, 30, 50, 30, 2};
    assert_ok(stm_patch_take(&patch, &brush, 30, 30, 28, &err), &err);
    stm_paint_thread(&patch, &straight, (struct stm_u32){labels, 60, 60, 60}, 3);
    assert_near(count(labels, 60 * 60, 3), 41 * 3 + 2 * 3, 8); /* rows 29 to 31 and two round ends */
    assert_true(labels[30 * 60 + 30] == 3 && labels[26 * 60 + 30] == 0);
    stm_brush_free(&brush);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ellipse_has_its_area_and_half_height_outline),
        cmocka_unit_test(depth_is_the_distance_to_the_outline),
        cmocka_unit_test(reach_meets_the_outline_of_rough_blobs),
        cmocka_unit_test(patches_outside_the_field_are_cut),
        cmocka_unit_test(a_thread_is_as_wide_as_asked),
    };
    return STM_TEST_MAIN(tests);
}
