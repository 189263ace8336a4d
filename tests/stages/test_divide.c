/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Painted parts whose division is plain. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/cells/divide.h"
#include "tests/support/fixture.h"

#include <stdlib.h>
#include <string.h>

extern const struct stm_stage stm_stage_divide;

enum { SIDE = 200 };

static void open_parts(struct stm_fixture *f)
{
    static const enum stm_role roles[] = {STM_ROLE_PHASE};
    stm_fixture_open(f, &stm_stage_divide, SIDE, SIDE, roles, 1);
    f->env.kernels = stm_kernels_best();
    f->site.geo.pixel_um = 0.87;
    f->site.labels = (struct stm_u32){calloc(SIDE * SIDE, 4), SIDE, SIDE, SIDE};
    f->site.mask = (struct stm_u8){calloc(SIDE, SIDE), SIDE, SIDE, SIDE};
}

static void close_parts(struct stm_fixture *f)
{
    free(f->site.labels.px);
    free(f->site.mask.px);
    f->site.objects = NULL; /* in the arena */
    f->site.segments = NULL;
    stm_fixture_close(f);
}

static void paint(struct stm_fixture *f, int x0, int y0, int x1, int y1, enum stm_cells_part part)
{
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            f->site.labels.px[y * SIDE + x] = part;
            f->site.mask.px[y * SIDE + x] = part ? 255 : 0;
        }
}

static int run(struct stm_fixture *f)
{
    struct stm_error err;
    assert_ok(stm_stage_divide.run(&f->site, &f->env, &err), &err);
    assert_near(stm_fixture_value(f, "Segment_Cells"), f->site.n_objects, 0);
    return f->site.n_objects;
}

static uint32_t label(const struct stm_fixture *f, int x, int y)
{
    return f->site.labels.px[y * SIDE + x];
}

static void necks_and_lines_divide(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_parts(&f);
    paint(&f, 20, 20, 60, 60, STM_PART_BODY); /* two squares, a thin bridge */
    paint(&f, 60, 38, 80, 42, STM_PART_BODY);
    paint(&f, 80, 20, 120, 60, STM_PART_BODY);
    paint(&f, 20, 100, 60, 140, STM_PART_BODY); /* two squares, a line between */
    paint(&f, 60, 100, 63, 140, STM_PART_LINE);
    paint(&f, 63, 100, 103, 140, STM_PART_BODY);
    paint(&f, 130, 100, 150, 190, STM_PART_BODY); /* one long cell */
    assert_int_equal(run(&f), 5);
    assert_true(label(&f, 40, 40) && label(&f, 100, 40) && label(&f, 40, 40) != label(&f, 100, 40));
    assert_true(label(&f, 40, 120) != label(&f, 90, 120) && label(&f, 61, 120));
    assert_int_equal(label(&f, 140, 105), label(&f, 140, 185));
    assert_int_equal(label(&f, 5, 5), 0);
    assert_int_equal(label(&f, 20, 20), 1); /* in raster order */
    close_parts(&f);
}

static void rounded_cells_stay_apart(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_parts(&f);
    paint(&f, 20, 20, 70, 60, STM_PART_BODY);
    paint(&f, 40, 60, 60, 80, STM_PART_ROUND);
    assert_int_equal(run(&f), 2);
    assert_int_equal(f.site.objects[0].class, STM_CLASS_NONE);
    assert_int_equal(f.site.objects[1].class, STM_CLASS_ROUNDED);
    close_parts(&f);
}

static void crumbs_belong_to_their_neighbour(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_parts(&f);
    paint(&f, 20, 20, 80, 80, STM_PART_BODY);
    paint(&f, 80, 48, 83, 52, STM_PART_LINE);
    paint(&f, 83, 45, 93, 55, STM_PART_BODY);
    paint(&f, 150, 150, 155, 155, STM_PART_BODY); /* alone */
    assert_int_equal(run(&f), 1);
    assert_int_equal(label(&f, 88, 50), 1);
    assert_int_equal(label(&f, 152, 152), 0);
    close_parts(&f);
}

static void nothing_is_no_cell(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_parts(&f);
    assert_int_equal(run(&f), 0);
    close_parts(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(necks_and_lines_divide),
        cmocka_unit_test(rounded_cells_stay_apart),
        cmocka_unit_test(crumbs_belong_to_their_neighbour),
        cmocka_unit_test(nothing_is_no_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
