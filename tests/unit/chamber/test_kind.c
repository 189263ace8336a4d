/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/chamber/kind.h"

enum { SIDES = 1, ENDS = 2 };

static bool inside(int w, int h, int edges)
{
    struct stm_kind_input in = {{0}};
    in.value[STM_KIND_WIDTH] = w;
    in.value[STM_KIND_HEIGHT] = h;
    in.value[STM_KIND_EDGES] = edges;
    return stm_kind_centre_inside(&in);
}

/* Of a disc 20 px across, cut through the middle, 10 px are seen. */
static void half_a_disc_has_its_centre_inside(void **state)
{
    (void)state;
    assert_true(inside(20, 20, 0));
    assert_true(inside(10, 20, SIDES));
    assert_false(inside(9, 20, SIDES));
    assert_true(inside(20, 10, ENDS));
    assert_false(inside(20, 9, ENDS));
}

static void in_a_corner_both_ways_count(void **state)
{
    (void)state;
    assert_true(inside(10, 12, SIDES + ENDS));
    assert_false(inside(5, 12, SIDES + ENDS));
    assert_false(inside(12, 5, SIDES + ENDS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_a_disc_has_its_centre_inside),
        cmocka_unit_test(in_a_corner_both_ways_count),
    };
    return STM_TEST_MAIN(tests);
}
