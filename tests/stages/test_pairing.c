/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Squares as cells and nuclei, so that every number can be counted. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "kernels/runs.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const struct stm_stage stm_stage_measure, stm_stage_pairing;

enum { W = 120, H = 40, RUNS = 400 };

struct world {
    struct stm_fixture f;
    uint32_t label[W * H], nucleus[W * H];
    struct stm_segment run[RUNS];
};

static void paint(uint32_t *px, uint32_t value, int x0, int x1, int y0, int y1)
{
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            px[y * W + x] = value;
}

/* Cell 1 with a nucleus, cell 2 with two, cell 3 with none; nucleus 4 lies mostly beside cell 3. */
static void open_world(struct world *w)
{
    static const enum stm_role roles[] = {STM_ROLE_PHASE, STM_ROLE_NUCLEI};
    struct stm_fixture *const f = &w->f;
    stm_fixture_open_after(f, &stm_stage_measure, &stm_stage_pairing, W, H, roles, 2);
    f->env.kernels = stm_kernels_best();
    f->site.geo.pixel_um = 0.5;
    paint(w->label, 1, 2, 32, 4, 34);
    paint(w->label, 2, 40, 80, 4, 34);
    paint(w->label, 3, 84, 100, 4, 34);
    paint(w->nucleus, 1, 10, 20, 10, 20);
    paint(w->nucleus, 2, 44, 54, 10, 20);
    paint(w->nucleus, 3, 58, 78, 10, 18);
    paint(w->nucleus, 4, 96, 112, 10, 20);
    stm_fixture_label(f, w->label);
    f->site.labels = (struct stm_u32){w->label, W, W, H};
    f->site.nuclei = w->run;
    f->site.n_nuclei = stm_label_runs(w->run, RUNS, (struct stm_cu32){w->nucleus, W, W, H}, 0, 0);
    f->site.nucleus_count = 4;
    static const double area[] = {900, 1200, 480};
    for (int i = 0; i < 3; i++)
        stm_fixture_set_object(f, i + 1, "AreaShape_Area", area[i]);
}

static void close_world(struct world *w)
{
    w->f.site.nuclei = NULL;
    w->f.site.labels.px = NULL;
    stm_fixture_close(&w->f);
    free(w);
}

static void nuclei_are_counted_in_their_cells(void **state)
{
    (void)state;
    struct world *const w = calloc(1, sizeof *w);
    struct stm_error err;
    open_world(w);
    assert_ok(stm_stage_pairing.run(&w->f.site, &w->f.env, &err), &err);
    static const double count[] = {1, 2, 0};
    for (int i = 0; i < 3; i++)
        assert_near(stm_fixture_object(&w->f, i + 1, "Nuclei_Count"), count[i], 0);
    assert_near(stm_fixture_value(&w->f, "Count_Nucleated"), 2, 0);
    assert_near(stm_fixture_value(&w->f, "Count_Binucleate"), 1, 0);
    assert_near(stm_fixture_value(&w->f, "Count_WithoutNucleus"), 1, 0);
    assert_near(stm_fixture_value(&w->f, "Nuclei_Bare"), 1, 0);
    close_world(w);
}

static void ratios_are_those_of_areas(void **state)
{
    (void)state;
    struct world *const w = calloc(1, sizeof *w);
    struct stm_error err;
    open_world(w);
    assert_ok(stm_stage_pairing.run(&w->f.site, &w->f.env, &err), &err);
    assert_near(stm_fixture_object(&w->f, 1, "Nuclei_AreaShape_Area"), 100, 0);
    assert_near(stm_fixture_object(&w->f, 1, "Nuclei_AreaShape_Area_um2"), 25, 1e-9);
    assert_near(stm_fixture_object(&w->f, 1, "Cells_NucleusToCell"), 100. / 900, 1e-12);
    assert_near(stm_fixture_object(&w->f, 1, "Cells_NucleusToCytoplasm"), 100. / 800, 1e-12);
    assert_near(stm_fixture_object(&w->f, 1, "Nuclei_AreaShape_Solidity"), 1, 1e-9);
    assert_near(stm_fixture_object(&w->f, 1, "Nuclei_Location_Center_X"), 14.5, 1e-9);
    /* of two: areas together, shape of the larger */
    assert_near(stm_fixture_object(&w->f, 2, "Nuclei_AreaShape_Area"), 260, 0);
    assert_near(stm_fixture_object(&w->f, 2, "Cells_NucleusToCell"), 260. / 1200, 1e-12);
    assert_near(stm_fixture_object(&w->f, 2, "Nuclei_Location_Center_X"), 67.5, 1e-9);
    assert_true(stm_fixture_object(&w->f, 2, "Nuclei_AreaShape_Eccentricity") > 0.8);
    assert_true(isnan(stm_fixture_object(&w->f, 3, "Cells_NucleusToCell")));
    assert_true(isnan(stm_fixture_object(&w->f, 3, "Nuclei_AreaShape_FormFactor")));
    close_world(w);
}

/* Afterwards runs of nuclei bear the numbers of their cells, for those who draw them. */
static void runs_are_named_after_cells(void **state)
{
    (void)state;
    struct world *const w = calloc(1, sizeof *w);
    struct stm_error err;
    open_world(w);
    assert_ok(stm_stage_pairing.run(&w->f.site, &w->f.env, &err), &err);
    for (size_t i = 0; i < w->f.site.n_nuclei; i++) {
        const struct stm_segment *const s = &w->f.site.nuclei[i];
        assert_int_equal(s->label, s->x0 < 40 ? 1 : s->x0 < 90 ? 2 : STM_BARE);
    }
    close_world(w);
}

static void few_nuclei_are_said(void **state)
{
    (void)state;
    struct world *const w = calloc(1, sizeof *w);
    struct stm_error err;
    open_world(w);
    for (int i = 0; i < W * H; i++)
        w->label[i] = i / W % 2 && i % W % 4 < 3 ? (uint32_t)(i / W / 2 * (W / 4) + i % W / 4 + 1) : 0;
    stm_fixture_label(&w->f, w->label);
    assert_ok(stm_stage_pairing.run(&w->f.site, &w->f.env, &err), &err);
    assert_int_equal(w->f.site.row.verdict, STM_VERDICT_WARN);
    assert_non_null(strstr(w->f.site.row.reason, "have a nucleus"));
    close_world(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nuclei_are_counted_in_their_cells),
        cmocka_unit_test(ratios_are_those_of_areas),
        cmocka_unit_test(runs_are_named_after_cells),
        cmocka_unit_test(few_nuclei_are_said),
    };
    return STM_TEST_MAIN(tests);
}
