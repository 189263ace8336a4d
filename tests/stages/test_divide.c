/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Both methods against the synthetic microscope, whose truth is known, and against painted marks. */
#include "tests/support/stm_assert.h"

#include "images/synth.h"
#include "kernels/kernels.h"
#include "pipeline/well.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct stm_stage stm_stage_divide;

enum { SIDE = 640 };

struct world {
    struct stm_fixture f;
    struct stm_field field;
};

static void open_world(struct world *w, enum stm_role role, const char *method, double confluence)
{
    const struct stm_scene *scene = stm_scene_find("phase");
    static unsigned char params[STM_SCENE_PARAMS];
    struct stm_error err;
    char value[32];
    snprintf(value, sizeof value, "%g", confluence);
    stm_param_defaults(scene->params, params);
    assert_ok(stm_param_set(scene->params, params, "confluence_percent", value, &err), &err);
    if (confluence <= 0) assert_ok(stm_param_set(scene->params, params, "specks", "0", &err), &err);
    w->field = (struct stm_field){.w = SIDE, .h = SIDE, .pixel_um = 0.87};
    assert_ok(stm_synth(&w->field, scene, params, 5, 9, &err), &err);
    stm_fixture_open(&w->f, &stm_stage_divide, SIDE, SIDE, &role, 1);
    w->f.env.kernels = stm_kernels_best();
    assert_ok(stm_param_set(stm_stage_divide.params, w->f.params, "method", method, &err), &err);
    w->f.site.geo.pixel_um = 0.87;
    w->f.site.labels = (struct stm_u32){calloc(SIDE, SIDE * 4), SIDE, SIDE, SIDE};
    w->f.site.mask = (struct stm_u8){calloc(SIDE, SIDE), SIDE, SIDE, SIDE};
    for (int y = 0; y < SIDE; y++)
        memcpy(w->f.site.plane[0].px + y * w->f.site.plane[0].stride,
               w->field.plane[0].px + y * w->field.plane[0].stride, SIDE * sizeof(uint16_t));
}

static void close_world(struct world *w)
{
    free(w->f.site.mask.px);
    free(w->f.site.labels.px);
    w->f.site.mask.px = NULL;
    w->f.site.objects = NULL; /* in the arena */
    w->f.site.segments = NULL;
    stm_fixture_close(&w->f);
    stm_synth_free(&w->field);
}

static double run(struct world *w)
{
    struct stm_error err;
    assert_ok(stm_stage_divide.run(&w->f.site, &w->f.env, &err), &err);
    return w->f.site.confluence.percent;
}

static uint16_t *pixel(struct world *w, int x, int y)
{
    return &w->f.site.plane[0].px[y * w->f.site.plane[0].stride + x];
}

static void confluence_is_that_of_the_truth(void **state)
{
    (void)state;
    static const double asked[] = {5, 20, 50, 80};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct world w;
        open_world(&w, STM_ROLE_PHASE, "classical", asked[i]);
        const double found = run(&w), low = w.f.site.confluence.low, high = w.f.site.confluence.high;
        assert_near(found, 100 * w.field.truth.foreground, 4);
        assert_true(low <= found && found <= high && low < high);
        close_world(&w);
    }
}

/* Bright cells with dark halos: the same picture turned over. */
static void negative_contrast_is_found(void **state)
{
    (void)state;
    struct world w;
    open_world(&w, STM_ROLE_PHASE, "classical", 30);
    const double positive = run(&w);
    assert_near(w.f.site.confluence.contrast, 1, 0);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            *pixel(&w, x, y) = (uint16_t)(*pixel(&w, x, y) < 8000 ? 8000 - *pixel(&w, x, y) : 0);
    const double negative = run(&w);
    assert_near(w.f.site.confluence.contrast, 2, 0);
    assert_near(negative, positive, 8);
    close_world(&w);
}

static void bare_surface_is_not_covered(void **state)
{
    (void)state;
    struct world w;
    open_world(&w, STM_ROLE_PHASE, "classical", 0);
    assert_near(run(&w), 0, 0.1);
    close_world(&w);
}

static void scale_bars_and_corners_are_no_surface(void **state)
{
    (void)state;
    struct world w;
    open_world(&w, STM_ROLE_PHASE, "classical", 0);
    for (int y = 600; y < 606; y++)
        for (int x = 480; x < 600; x++)
            *pixel(&w, x, y) = 65535;
    for (int y = 0; y < 120; y++)
        for (int x = 0; x < 120 - y; x++)
            *pixel(&w, x, y) = 20;
    const double covered = run(&w), excluded = w.f.site.confluence.excluded;
    assert_near(covered, 0, 0.3);
    assert_true(excluded > 1.7 && excluded < 5);
    assert_int_equal(w.f.site.mask.px[603 * SIDE + 540], 0);
    close_world(&w);
}

/* Brightfield: whatever has texture. */
static void texture_is_cover(void **state)
{
    (void)state;
    struct world w;
    open_world(&w, STM_ROLE_BRIGHTFIELD, "classical", 40);
    const double found = run(&w);
    assert_near(w.f.site.confluence.contrast, 3, 0);
    assert_true(found > 30 && found < 90);
    close_world(&w);
}

static void sizes_of_all_kinds_are_looked_at(void **state)
{
    (void)state;
    static const int sides[][2] = {{1, 1}, {3, 200}, {64, 5}, {65, 63}};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        struct world w;
        open_world(&w, STM_ROLE_PHASE, "classical", 20);
        stm_fixture_fresh(&w.f, sides[i][0], sides[i][1]);
        w.f.site.mask.w = sides[i][0];
        w.f.site.mask.h = sides[i][1];
        w.f.site.labels.w = sides[i][0];
        w.f.site.labels.h = sides[i][1];
        w.f.site.geo.pixel_um = 0.87;
        assert_near(run(&w), 0, 0);
        close_world(&w);
    }
}

/* Numbers in raster order, boxes, the counting frame; what is one cell in the labels is one object. */
static void objects_are_those_of_the_labels(void **state)
{
    (void)state;
    static const char *const methods[] = {"classical", "net"};
    for (int i = 0; i < 2; i++) {
        struct world w;
        open_world(&w, STM_ROLE_PHASE, methods[i], 30);
        run(&w);
        const struct stm_site *site = &w.f.site;
        uint32_t last = 0;
        assert_near(stm_fixture_value(&w.f, "Segment_Cells"), site->n_objects, 0);
        assert_true(site->n_objects > 10);
        for (int p = 0; p < SIDE * SIDE; p++) {
            const uint32_t label = site->labels.px[p];
            assert_true(label <= last + 1 && (!label || site->mask.px[p] == 255));
            last = label > last ? label : last;
        }
        assert_int_equal(last, site->n_objects);
        close_world(&w);
    }
}

static void rounded_cells_are_part_of_the_cover(void **state)
{
    (void)state;
    struct world w;
    open_world(&w, STM_ROLE_PHASE, "net", 30);
    run(&w);
    assert_true(w.f.site.confluence.rounded >= 0);
    assert_true(w.f.site.confluence.rounded <= w.f.site.confluence.percent);
    close_world(&w);
}

static void a_size_in_um_needs_a_pixel_size(void **state)
{
    (void)state;
    struct world w;
    struct stm_error err;
    open_world(&w, STM_ROLE_PHASE, "net", 30);
    assert_ok(stm_param_set(stm_stage_divide.params, w.f.params, "cell_um", "40", &err), &err);
    assert_true(stm_stage_divide.check(w.f.params, &w.f.site.geo, &err));
    w.f.site.geo.pixel_um = NAN;
    assert_false(stm_stage_divide.check(w.f.params, &w.f.site.geo, &err));
    assert_non_null(strstr(err.message, "--pixel-size"));
    close_world(&w);
}

static double *column(struct world *w, const char *name)
{
    const int i = stm_columns_find(&w->f.columns, name);
    if (i < 0) fail_msg("there is no column %s", name);
    return w->f.site.site_values + i;
}

/* An undecided network is followed and doubted, one at a loss is not followed. */
static void doubt_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *usual, *least, *words;
    } limit[] = {{"0", "0", ""}, {"1", "0", "look at the overlay"}, {"1", "1", "by the classical method"}};
    for (size_t i = 0; i < sizeof limit / sizeof *limit; i++) {
        struct world w;
        struct stm_error err;
        open_world(&w, STM_ROLE_PHASE, "net", 30);
        assert_ok(stm_param_set(stm_stage_divide.params, w.f.params, "sharpness", limit[i].usual, &err),
                  &err);
        assert_ok(stm_param_set(stm_stage_divide.params, w.f.params, "least_sharpness", limit[i].least, &err),
                  &err);
        run(&w);
        assert_near(*column(&w, "Segment_ByNet"), i < 2, 0);
        assert_int_equal(w.f.site.row.verdict, i ? STM_VERDICT_WARN : STM_VERDICT_OK);
        assert_non_null(strstr(w.f.site.row.reason, limit[i].words));
        close_world(&w);
    }
}

/* One field found with each set of weights: the plate and the well say so. A field that the classical method
 * found has no weights. */
static void mixed_weights_are_said(void **state)
{
    (void)state;
    enum { FIELDS = 3, MOST = 32 };
    struct world w;
    struct stm_error err;
    double values[FIELDS][MOST];
    struct stm_site_row rows[FIELDS] = {{.values = values[0]}, {.values = values[1]}, {.values = values[2]}};
    open_world(&w, STM_ROLE_PHASE, "net", 30);
    assert_true(w.f.columns.n <= MOST);
    static const double by_net[] = {1, 0, 1}, by_phase_net[] = {1, 1, 0};
    for (int i = 0; i < FIELDS; i++) {
        *column(&w, "Segment_ByNet") = by_net[i];
        *column(&w, "Segment_ByPhaseNet") = by_phase_net[i];
        memcpy(values[i], w.f.site.site_values, (size_t)w.f.columns.n * sizeof **values);
        stm_stage_divide.note(&w.f.site, &w.f.env);
        struct stm_well well = {.sites = rows, .n_sites = i + 1};
        assert_ok(stm_stage_divide.well(&well, &w.f.env, &err), &err);
        assert_ok(stm_stage_divide.conclude(&w.f.env, &err), &err);
        const bool mixed = i == FIELDS - 1;
        assert_int_equal(well.row.verdict, mixed ? STM_VERDICT_WARN : STM_VERDICT_OK);
        assert_int_equal(strstr(well.row.reason, "1 of 2 fields of view") != NULL, mixed);
        assert_int_equal(w.f.notes.length > 0, mixed);
    }
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(confluence_is_that_of_the_truth),
        cmocka_unit_test(negative_contrast_is_found),
        cmocka_unit_test(bare_surface_is_not_covered),
        cmocka_unit_test(scale_bars_and_corners_are_no_surface),
        cmocka_unit_test(texture_is_cover),
        cmocka_unit_test(sizes_of_all_kinds_are_looked_at),
        cmocka_unit_test(objects_are_those_of_the_labels),
        cmocka_unit_test(rounded_cells_are_part_of_the_cover),
        cmocka_unit_test(a_size_in_um_needs_a_pixel_size),
        cmocka_unit_test(doubt_is_said),
        cmocka_unit_test(mixed_weights_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
