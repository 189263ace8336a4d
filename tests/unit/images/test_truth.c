/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "images/truth.h"

static uint32_t add(struct stm_truth *truth, enum stm_class class)
{
    struct stm_error err = {0};
    return stm_truth_add(truth, &(struct stm_truth_object){.class = class, .major = 3}, &err);
}

static void fill(struct stm_u32 view, int x0, int y0, int x1, int y1, uint32_t label)
{
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            view.px[y * view.stride + x] = label;
}

/* Five cells on 20 x 10: 1 and 3 touch at a corner, 2 is covered by 3, 4 cuts the right edge, 5 is alone. */
static void make(struct stm_truth *truth)
{
    struct stm_error err = {0};
    assert_ok(stm_truth_make(truth, 20, 10, &err), &err);
    const uint32_t debris = add(truth, STM_CLASS_DEBRIS), a = add(truth, STM_CLASS_LIVE),
                   b = add(truth, STM_CLASS_LIVE);
    const uint32_t c = add(truth, STM_CLASS_DEAD), d = add(truth, STM_CLASS_LIVE),
                   e = add(truth, STM_CLASS_LIVE);
    fill(truth->debris, 9, 1, 10, 2, debris);
    fill(truth->cells, 0, 0, 3, 3, a);
    fill(truth->cells, 3, 3, 5, 5, b);
    fill(truth->cells, 3, 3, 6, 6, c);
    fill(truth->cells, 17, 2, 20, 4, d);
    fill(truth->cells, 9, 4, 12, 8, e);
    assert_ok(stm_truth_finish(truth, &err), &err);
}

static void what_is_hidden_is_gone_and_cells_come_first(void **state)
{
    (void)state;
    struct stm_truth t;
    make(&t);
    assert_int_equal(t.n_cells, 4);
    assert_int_equal(t.n, 5);
    assert_int_equal(t.objects[1].class, STM_CLASS_DEAD);
    assert_int_equal(t.objects[4].class, STM_CLASS_DEBRIS);
    assert_int_equal(t.cells.px[4 * 20 + 4], 2);
    assert_int_equal(t.debris.px[20 + 9], 5);
    assert_near(t.foreground, (9 + 9 + 6 + 12) / 200.0, 1e-12);
    stm_truth_free(&t);
}

static void visible_pixels_are_measured(void **state)
{
    (void)state;
    struct stm_truth t;
    make(&t);
    assert_int_equal(t.objects[1].area, 9);
    assert_true(t.objects[1].x == 4 && t.objects[1].y == 4);
    assert_true(t.objects[3].x == 10 && t.objects[3].y == 5.5);
    assert_true(t.objects[3].x0 == 9 && t.objects[3].y0 == 4 && t.objects[3].x1 == 12 &&
                t.objects[3].y1 == 8);
    assert_true(t.objects[0].counted && t.objects[3].counted && !t.objects[2].counted);
    stm_truth_free(&t);
}

static void what_touches_is_a_clump(void **state)
{
    (void)state;
    struct stm_truth t;
    make(&t);
    static const int clump[] = {1, 1, 0, 0, 0};
    for (int i = 0; i < 5; i++)
        assert_int_equal(t.objects[i].clump, clump[i]);
    stm_truth_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_hidden_is_gone_and_cells_come_first),
        cmocka_unit_test(visible_pixels_are_measured),
        cmocka_unit_test(what_touches_is_a_clump),
    };
    return STM_TEST_MAIN(tests);
}
