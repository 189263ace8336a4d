/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of cells whose outlines are known, beside their nuclei. */
#include "tests/support/stm_assert.h"

#include "pipeline/well.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <stdlib.h>

extern const struct stm_stage stm_stage_measure, stm_stage_profile;

enum { W = 260, H = 200, LIGHT = 200 };
static const double um = 0.65, pi = 3.14159265358979;

static struct stm_segment *runs_of(const uint32_t *label, size_t *n)
{
    struct stm_segment *run = malloc(sizeof *run * W * H / 2);
    *n = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W;) {
            const uint32_t l = label[y * W + x];
            const int x0 = x;
            while (x < W && label[y * W + x] == l)
                x++;
            if (l) run[(*n)++] = (struct stm_segment){y, x0, x, l};
        }
    return run;
}

static void open_cells(struct stm_fixture *f)
{
    static const enum stm_role roles[] = {STM_ROLE_NUCLEI, STM_ROLE_BODY};
    static uint32_t nuclei[W * H], cells[W * H];
    stm_fixture_open_after(f, &stm_stage_measure, &stm_stage_profile, W, H, roles, 2);
    f->site.geo.pixel_um = um;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const int at = y * W + x;
            if ((x - 60.0) * (x - 60) / 2500 + (y - 60.0) * (y - 60) / 144 <= 1) cells[at] = 1;
            if ((x - 180) * (x - 180) + (y - 60) * (y - 60) <= 400) cells[at] = 2;
            if ((x - 60) * (x - 60) + (y - 60) * (y - 60) <= 64) nuclei[at] = 1;
            if ((x - 180) * (x - 180) + (y - 60) * (y - 60) <= 64) nuclei[at] = 2;
            if ((x - 60) * (x - 60) + (y - 150) * (y - 150) <= 64) nuclei[at] = 3;
            f->site.plane[1].px[at] = LIGHT;
        }
    stm_fixture_label(f, nuclei);
    f->site.cells = runs_of(cells, &f->site.n_cells);
}

/* A spindle with its nucleus, a rounded cell, and a nucleus alone. */
static void profile_compares_cell_and_nucleus(void **state)
{
    (void)state;
    struct stm_fixture f;
    struct stm_error err;
    open_cells(&f);
    for (int i = 1; i <= 3; i++)
        stm_fixture_set_object(&f, i, "AreaShape_Area", 197);
    assert_ok(stm_stage_profile.run(&f.site, &f.env, &err), &err);
    assert_ok(stm_stage_profile.classify(&f.site, &f.env, &err), &err);
    const double area = stm_fixture_object(&f, 1, "Cells_AreaShape_Area");
    assert_near(area, pi * 50 * 12, 20);
    assert_near(stm_fixture_object(&f, 1, "Cells_AreaShape_Area_um2"), area * um * um, 1e-9);
    assert_near(stm_fixture_object(&f, 1, "Cells_NucleusToCell"), 197 / area, 1e-12);
    assert_near(stm_fixture_object(&f, 1, "Cells_NucleusToCytoplasm"), 197 / (area - 197), 1e-12);
    assert_near(stm_fixture_object(&f, 1, "Cells_Intensity_MeanIntensity_body"), LIGHT, 0);
    assert_near(stm_fixture_object(&f, 1, "Cells_Location_Center_X"), 60, 0.01);
    assert_int_equal(f.site.objects[0].class, STM_CLASS_SPINDLE);
    assert_int_equal(f.site.objects[1].class, STM_CLASS_ROUNDED);
    assert_int_equal(f.site.objects[2].class, STM_CLASS_NONE);
    assert_true(isnan(stm_fixture_object(&f, 3, "Cells_AreaShape_Area")));
    assert_near(stm_fixture_value(&f, "Count_Cells"), 2, 0);
    assert_near(stm_fixture_value(&f, "Count_Spindle"), 1, 0);
    free(f.site.cells);
    stm_fixture_close(&f);
}

static double well_value(const struct stm_fixture *f, const double *values, const char *column)
{
    const int i = stm_columns_find(&f->well_columns, column);
    assert_true(i >= 0);
    return values[i];
}

/* Medians are of spread cells: the rounded one and the nucleus alone are left out. */
static void a_well_has_its_cells_together(void **state)
{
    (void)state;
    struct stm_fixture f;
    struct stm_error err;
    double values[256];
    open_cells(&f);
    for (int i = 1; i <= 3; i++)
        stm_fixture_set_object(&f, i, "AreaShape_Area", 197);
    assert_ok(stm_stage_profile.run(&f.site, &f.env, &err), &err);
    f.site.row.objects = f.site.objects;
    f.site.row.object_values = f.site.object_values;
    f.site.row.n_objects = f.site.n_objects;
    f.site.row.pixel_um = um;
    assert_true(f.well_columns.n < 256);
    for (int i = 0; i < 256; i++)
        values[i] = NAN;
    struct stm_well well = {.values = values, .sites = &f.site.row, .n_sites = 1};
    assert_ok(stm_stage_profile.well(&well, &f.env, &err), &err);
    assert_near(well_value(&f, values, "Count_Cells"), 2, 0);
    assert_near(well_value(&f, values, "SpindleFraction"), 50, 0);
    assert_true(well_value(&f, values, "SpindleFraction_Low") < 50);
    assert_near(well_value(&f, values, "Median_Cells_AreaShape_Area_um2"), pi * 50 * 12 * um * um, 10);
    assert_near(well_value(&f, values, "Median_Cells_NucleusToCell"), 197 / (pi * 50 * 12), 0.002);
    free(f.site.cells);
    stm_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profile_compares_cell_and_nucleus),
        cmocka_unit_test(a_well_has_its_cells_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
