/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "images/scatter.h"

#include <math.h>

static double distance(const struct stm_blob *a, const struct stm_blob *b)
{
    return sqrt((a->x - b->x) * (a->x - b->x) + (a->y - b->y) * (a->y - b->y));
}

static void circles_keep_apart(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_scatter s;
    struct stm_random r = stm_random_from(1);
    assert_ok(stm_scatter_make(&s, 400, 300, 10, 100, &err), &err);
    for (int i = 0; i < 100; i++) {
        struct stm_blob blob = stm_blob_random(&r, 10, 1, 0);
        assert_true(stm_scatter_place(&s, &blob, 1.2, &r));
    }
    for (int i = 0; i < s.n; i++)
        for (int j = 0; j < i; j++)
            assert_true(distance(&s.blobs[i], &s.blobs[j]) >= 24 - 1e-9);
    struct stm_blob blob = stm_blob_random(&r, 10, 1, 0);
    assert_false(stm_scatter_place(&s, &blob, 1.2, &r)); /* the capacity is used up */
    stm_scatter_free(&s);
}

static void members_of_a_clump_touch_and_strangers_do_not(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_scatter s;
    struct stm_random r = stm_random_from(3);
    assert_ok(stm_scatter_make(&s, 200, 200, 10, 40, &err), &err);
    const struct stm_closeness close = {0.85, 0.95, 1.3};
    struct stm_blob blob = stm_blob_random(&r, 10, 1, 0);
    assert_true(stm_scatter_place(&s, &blob, 1.3, &r));
    for (int i = 0; i < 3; i++) {
        blob = stm_blob_random(&r, 10, 1, 0);
        assert_true(stm_scatter_attach(&s, &blob, 0, &close, &r));
    }
    blob = stm_blob_random(&r, 10, 1, 0);
    assert_true(stm_scatter_place(&s, &blob, 1.3, &r));
    blob = stm_blob_random(&r, 10, 1, 0);
    assert_true(stm_scatter_attach(&s, &blob, 4, &close, &r));
    for (int i = 1; i < 4; i++) {
        double nearest = 1e9;
        for (int j = 0; j < i; j++)
            nearest = fmin(nearest, distance(&s.blobs[i], &s.blobs[j]));
        assert_true(nearest >= 17 - 1e-9 && nearest <= 19 + 1e-9);
        assert_true(distance(&s.blobs[i], &s.blobs[4]) >= 26 - 1e-9);
        assert_true(distance(&s.blobs[i], &s.blobs[5]) >= 26 - 1e-9);
    }
    stm_scatter_free(&s);
}

static void counts_follow_the_area_with_its_margin(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_scatter s;
    struct stm_random r = stm_random_from(5);
    assert_ok(stm_scatter_make(&s, 100, 50, 10, 1000, &err), &err);
    double sum = 0;
    for (int i = 0; i < 400; i++)
        sum += stm_scatter_count(&s, 30, &r);
    assert_near(sum / 400, 30 * 120 * 70 / 5000.0, 4 * sqrt(50.4 / 400));
    assert_int_equal(stm_scatter_count(&s, 0, &r), 0);
    assert_int_equal(stm_scatter_count(&s, 1e6, &r), 1000);
    stm_scatter_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(circles_keep_apart),
        cmocka_unit_test(members_of_a_clump_touch_and_strangers_do_not),
        cmocka_unit_test(counts_follow_the_area_with_its_margin),
    };
    return STM_TEST_MAIN(tests);
}
