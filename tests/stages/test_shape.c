/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classes and alignment from areas and radii that are given. */
#include "tests/support/stm_assert.h"

#include "tests/support/fixture.h"

#include <math.h>

extern const struct stm_stage stm_stage_measure, stm_stage_shape;

enum { SIDE = 32, CELLS = 5 };

static void open_cells(struct stm_fixture *f)
{
    static const enum stm_role roles[] = {STM_ROLE_PHASE};
    static uint32_t labels[SIDE * SIDE];
    stm_fixture_open_after(f, &stm_stage_measure, &stm_stage_shape, SIDE, SIDE, roles, 1);
    for (int i = 0; i < CELLS; i++)
        labels[3 * i * SIDE] = (uint32_t)i + 1;
    stm_fixture_label(f, labels);
    f->site.geo.pixel_um = 2;
}

/* An ellipse with these semi axes in pixels. */
static void set(struct stm_fixture *f, int number, double a, double b, double degrees)
{
    stm_fixture_set_object(f, number, "AreaShape_Area", 3.14159265358979 * a * b);
    stm_fixture_set_object(f, number, "AreaShape_MaximumRadius", b);
    stm_fixture_set_object(f, number, "AreaShape_MajorAxisLength", 2 * a);
    stm_fixture_set_object(f, number, "AreaShape_MinorAxisLength", 2 * b);
    stm_fixture_set_object(f, number, "AreaShape_Orientation", degrees);
}

static void run(struct stm_fixture *f)
{
    struct stm_error err;
    assert_ok(stm_stage_shape.run(&f->site, &f->env, &err), &err);
}

static void classes_follow_shape_and_area(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_cells(&f);
    set(&f, 1, 30, 6, 10); /* 5 times as long as wide */
    set(&f, 2, 12, 10, 0);
    set(&f, 3, 40, 30, 0); /* 3770 pixels of 4 um2 */
    set(&f, 4, 8, 8, 0);
    f.site.objects[3].class = STM_CLASS_ROUNDED;
    set(&f, 5, 12, 4.79, 0); /* just above 2.5 times */
    run(&f);
    const enum stm_class expected[CELLS] = {STM_CLASS_SPINDLE, STM_CLASS_POLYGONAL, STM_CLASS_FLAT,
                                            STM_CLASS_ROUNDED, STM_CLASS_SPINDLE};
    for (int i = 0; i < CELLS; i++)
        assert_int_equal(f.site.objects[i].class, expected[i]);
    assert_near(stm_fixture_object(&f, 1, "Shape_Elongation"), 5, 1e-9);
    assert_near(stm_fixture_object(&f, 1, "Shape_Width_um"), 24, 1e-9);
    assert_near(stm_fixture_object(&f, 1, "Shape_Length_um"), 120, 1e-9);
    assert_near(stm_fixture_object(&f, 1, "Shape_SpindleScore"), 16 / (16 + 2.25), 1e-9);
    assert_near(stm_fixture_object(&f, 4, "Shape_SpindleScore"), 0, 1e-9);
    assert_near(stm_fixture_value(&f, "Count_Cells"), 5, 0);
    assert_near(stm_fixture_value(&f, "Count_Spindle"), 2, 0);
    stm_fixture_close(&f);
}

/* A long cell with four corners has a small radius, but no long axis. */
static void stars_are_no_spindles(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_cells(&f);
    for (int i = 1; i <= CELLS; i++) {
        set(&f, i, 30, 6, 0);
        stm_fixture_set_object(&f, i, "AreaShape_MinorAxisLength", 55);
    }
    run(&f);
    assert_near(stm_fixture_value(&f, "Count_Spindle"), 0, 0);
    stm_fixture_close(&f);
}

static void score_rises_with_length(void **state)
{
    (void)state;
    double last = -1;
    for (int a = 6; a < 60; a += 6) {
        struct stm_fixture f;
        open_cells(&f);
        for (int i = 1; i <= CELLS; i++)
            set(&f, i, a, 6, 0);
        run(&f);
        const double score = stm_fixture_object(&f, 1, "Shape_SpindleScore");
        assert_true(score > last && score < 1);
        last = score;
        stm_fixture_close(&f);
    }
}

static void alignment_is_that_of_the_directions(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_cells(&f);
    for (int i = 1; i <= CELLS; i++)
        set(&f, i, 30, 6, 89); /* and -91 is the same direction */
    set(&f, 2, 30, 6, -89);
    run(&f);
    assert_true(stm_fixture_value(&f, "Shape_Alignment") > 0.99);
    assert_near(fabs(stm_fixture_value(&f, "Shape_AlignmentAngle")), 90, 1);
    for (int i = 1; i <= 4; i++)
        set(&f, i, 30, 6, 45 * i);
    set(&f, 5, 6, 6, 0);
    run(&f);
    assert_near(stm_fixture_value(&f, "Shape_Alignment"), 0, 1e-9);
    stm_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_follow_shape_and_area),
        cmocka_unit_test(stars_are_no_spindles),
        cmocka_unit_test(score_rises_with_length),
        cmocka_unit_test(alignment_is_that_of_the_directions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
