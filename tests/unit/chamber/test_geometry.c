/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/chamber/geometry.h"

#include <math.h>

static const struct stm_counting_chamber *chamber(const char *name)
{
    for (int i = 0; stm_counting_chambers[i].name; i++)
        if (!strcmp(stm_counting_chambers[i].name, name)) return &stm_counting_chambers[i];
    fail_msg("there is no chamber %s", name);
    return NULL;
}

static void names_and_chambers_go_together(void **state)
{
    (void)state;
    int i = 0;
    for (; stm_counting_chambers[i].name; i++) {
        assert_string_equal(stm_counting_chambers[i].name, stm_counting_chamber_names[i]);
        assert_true(stm_counting_chambers[i].depth_um >= 20 && stm_counting_chambers[i].depth_um <= 200);
    }
    assert_null(stm_counting_chamber_names[i]);
}

/* 16 um cells: 1.266 um a pixel in a corner square, 0.4 um a pixel in the middle one. */
static void cells_tell_one_ruling_from_the_other(void **state)
{
    (void)state;
    const struct stm_counting_chamber *const c = chamber("neubauer_improved");
    assert_true(stm_chamber_spacing(c, 250 / 1.266, 16 / 1.266, 15) == 250);
    assert_true(stm_chamber_spacing(c, 50 / 0.4, 16 / 0.4, 15) == 50);
    for (double um = 8; um <= 30; um += 2) { /* to within a factor of 2 */
        assert_true(stm_chamber_spacing(c, 250, um, 15) == 250);
        assert_true(stm_chamber_spacing(c, 50, um, 15) == 50);
    }
    assert_true(stm_chamber_spacing(c, 200, NAN, 15) == 250); /* no cells: the widest */
    assert_true(stm_chamber_spacing(chamber("thoma"), 10, 40, 15) == 50);
    assert_true(stm_chamber_spacing(chamber("none"), 10, 40, 15) == 0);
}

static void squares_are_divided_by_lines_of_their_chamber(void **state)
{
    (void)state;
    for (int i = 0; stm_counting_chambers[i].name; i++)
        for (int k = 0; k < STM_NAMED && stm_counting_chambers[i].square[k].name; k++) {
            const struct stm_named_square *const s = &stm_counting_chambers[i].square[k];
            bool ruled = false, named = false;
            for (int j = 0; j < STM_SPACINGS; j++)
                ruled |= stm_counting_chambers[i].spacing_um[j] == s->division_um;
            for (int j = 0; stm_square_names[j]; j++)
                named |= !strcmp(stm_square_names[j], s->name);
            assert_true(ruled && named && fmod(s->side_um, s->division_um) == 0);
            assert_ptr_equal(stm_chamber_square(&stm_counting_chambers[i], s->name), s);
        }
    assert_null(stm_chamber_square(chamber("none"), "corner"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_chambers_go_together),
        cmocka_unit_test(cells_tell_one_ruling_from_the_other),
        cmocka_unit_test(squares_are_divided_by_lines_of_their_chamber),
    };
    return STM_TEST_MAIN(tests);
}
