/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/well.h"
#include "tests/support/fixture.h"

#include <math.h>

extern const struct stm_stage stm_stage_shape, stm_stage_population;

enum { MOST = 4, CELLS = 8, COLUMNS = 64 };

/* A well of sites with these counts of spindles and polygonal cells. */
struct bench {
    struct stm_fixture f;
    struct stm_well well;
    struct stm_site_row rows[MOST];
    struct stm_object objects[CELLS];
    double site_values[MOST][COLUMNS], object_values[CELLS * COLUMNS], values[COLUMNS];
};

static int at(const struct stm_columns *columns, const char *name)
{
    const int i = stm_columns_find(columns, name);
    if (i < 0) fail_msg("there is no column %s", name);
    return i;
}

static double get(const struct bench *b, const char *name)
{
    return b->values[at(&b->f.well_columns, name)];
}

static void open_well(struct bench *b, int n, const int (*counts)[2])
{
    static const enum stm_role roles[] = {STM_ROLE_PHASE};
    memset(b, 0, sizeof *b);
    stm_fixture_open_after(&b->f, &stm_stage_shape, &stm_stage_population, 8, 8, roles, 1);
    for (int s = 0; s < n; s++) {
        b->rows[s] = (struct stm_site_row){.width = 1000, .height = 500, .pixel_um = 1};
        b->rows[s].values = b->site_values[s];
        b->site_values[s][at(&b->f.columns, "Count_Cells")] = counts[s][0] + counts[s][1];
        b->site_values[s][at(&b->f.columns, "Count_Spindle")] = counts[s][0];
        b->site_values[s][at(&b->f.columns, "Count_Polygonal")] = counts[s][1];
    }
    for (int i = 0; i < COLUMNS; i++)
        b->values[i] = NAN;
    b->well = (struct stm_well){.values = b->values, .sites = b->rows, .n_sites = n};
}

static void run(struct bench *b)
{
    struct stm_error err;
    assert_ok(stm_stage_population.well(&b->well, &b->f.env, &err), &err);
}

static void fractions_have_wilsons_interval(void **state)
{
    (void)state;
    struct bench b;
    open_well(&b, 2, (const int[][2]){{40, 10}, {40, 10}});
    run(&b);
    assert_near(get(&b, "Count_Cells"), 100, 0);
    assert_near(get(&b, "SpindleFraction"), 80, 1e-9);
    assert_near(get(&b, "SpindleFraction_Low"), 71.1171, 1e-4);
    assert_near(get(&b, "SpindleFraction_High"), 86.6633, 1e-4);
    assert_near(get(&b, "Cells_per_mm2"), 100, 1e-9);
    assert_near(get(&b, "Count_Cells_Low"), 81.3640, 1e-4); /* Garwood */
    stm_fixture_close(&b.f);
}

static void rejected_sites_do_not_count(void **state)
{
    (void)state;
    struct bench b;
    open_well(&b, 2, (const int[][2]){{40, 10}, {0, 50}});
    b.rows[1].verdict = STM_VERDICT_REJECTED;
    run(&b);
    assert_near(get(&b, "SpindleFraction"), 80, 1e-9);
    assert_int_equal(b.well.row.verdict, STM_VERDICT_WARN);
    stm_fixture_close(&b.f);
}

static void rounded_and_uncounted_cells_are_not_in_medians(void **state)
{
    (void)state;
    struct bench b;
    open_well(&b, 1, (const int[][2]){{3, 2}});
    const int step = b.f.object_columns.n, column = at(&b.f.object_columns, "Shape_Elongation");
    for (int i = 0; i < 5; i++) {
        b.objects[i] = (struct stm_object){.number = (uint32_t)i + 1, .counted = i != 3};
        b.object_values[i * step + column] = i + 1;
    }
    b.objects[4].class = STM_CLASS_ROUNDED;
    b.rows[0].objects = b.objects;
    b.rows[0].object_values = b.object_values;
    b.rows[0].n_objects = 5;
    run(&b);
    assert_near(get(&b, "Median_Shape_Elongation"), 2, 0); /* of 1, 2, 3 */
    stm_fixture_close(&b.f);
}

static void an_unknown_pixel_size_is_said(void **state)
{
    (void)state;
    struct bench b;
    open_well(&b, 2, (const int[][2]){{40, 10}, {40, 10}});
    run(&b);
    assert_int_equal(b.well.row.verdict, STM_VERDICT_OK);
    b.rows[1].pixel_um = NAN;
    run(&b);
    assert_int_equal(b.well.row.verdict, STM_VERDICT_WARN);
    assert_non_null(strstr(b.well.row.reason, "pixel size unknown in 1 of 2"));
    assert_true(isnan(get(&b, "Cells_per_mm2")));
    stm_fixture_close(&b.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fractions_have_wilsons_interval),
        cmocka_unit_test(rejected_sites_do_not_count),
        cmocka_unit_test(rounded_and_uncounted_cells_are_not_in_medians),
        cmocka_unit_test(an_unknown_pixel_size_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
