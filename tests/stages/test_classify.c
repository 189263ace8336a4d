/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "images/synth.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <stdlib.h>

extern const struct stm_stage stm_stage_measure, stm_stage_classify;

static const enum stm_role roles[] = {STM_ROLE_NUCLEI, STM_ROLE_DEAD, STM_ROLE_LIVE};

/* n nuclei of one pixel each, far apart, with mean, ring and MAD of the dead channel as given. */
struct nucleus {
    double mean, ring, mad;
};
enum { W = 64, H = 64 };

static void open_nuclei(struct stm_fixture *f, int channels, const struct nucleus *nucleus, int n)
{
    static uint32_t labels[W * H];
    stm_fixture_open_after(f, &stm_stage_measure, &stm_stage_classify, W, H, roles, channels);
    memset(labels, 0, sizeof labels);
    for (int i = 0; i < n; i++)
        labels[i * 2] = (uint32_t)i + 1;
    stm_fixture_label(f, labels);
    for (int i = 0; i < n; i++) {
        if (channels < 2) continue;
        stm_fixture_set_object(f, i + 1, "Intensity_MeanIntensity_dead", nucleus[i].mean);
        stm_fixture_set_object(f, i + 1, "Intensity_RingIntensity_dead", nucleus[i].ring);
        stm_fixture_set_object(f, i + 1, "Intensity_RingMAD_dead", nucleus[i].mad);
        if (channels > 2) stm_fixture_set_object(f, i + 1, "Intensity_MeanIntensity_live", 0);
    }
}

static void run_all(struct stm_fixture *f)
{
    struct stm_error err;
    const size_t mark = stm_arena_mark(&f->scratch);
    assert_ok(stm_stage_classify.run(&f->site, &f->env, &err), &err);
    stm_arena_reset(&f->scratch, mark);
    stm_stage_classify.note(&f->site, &f->env);
    assert_ok(stm_stage_classify.conclude(&f->env, &err), &err);
    assert_ok(stm_stage_classify.classify(&f->site, &f->env, &err), &err);
}

static void signal_counts_in_halves_of_the_ring_and_tens_of_deviations(void **state)
{
    (void)state;
    const struct nucleus n[] = {
        {300, 200, 2},  /* 100 above: the half ring of 100 */
        {150, 10, 7},   /* 140 above: the usual noise is 3, so 10 * 3 */
        {260, 100, 1},  /* 160 above: half ring 50 */
        {90, 100, 3},   /* below */
        {500, NAN, NAN} /* no ring: the site's usual 100 and 2.5 */
    };
    struct stm_fixture f;
    open_nuclei(&f, 2, n, 5);
    run_all(&f);
    assert_near(stm_fixture_object(&f, 1, "Viability_DeadSignal"), 1, 1e-12);
    assert_near(stm_fixture_object(&f, 2, "Viability_DeadSignal"), 140 / 25.0, 1e-12); /* median MAD 2.5 */
    assert_near(stm_fixture_object(&f, 3, "Viability_DeadSignal"), 3.2, 1e-12);
    assert_near(stm_fixture_object(&f, 4, "Viability_DeadSignal"), -0.2, 1e-12);
    assert_near(stm_fixture_object(&f, 5, "Viability_DeadSignal"), 8, 1e-12);
    assert_near(stm_fixture_object(&f, 3, "Viability_DeadExcess"), 1.6, 1e-12);
    assert_near(stm_fixture_object(&f, 3, "Viability_DeadSNR"), 160, 1e-12);
    assert_true(isnan(stm_fixture_object(&f, 3, "Viability_LiveSignal")));
    stm_fixture_close(&f);
}

static void classes_follow_the_threshold_and_its_band(void **state)
{
    (void)state;
    const struct nucleus n[] = {{100, 100, 1}, {141, 100, 1}, {142, 100, 1},
                                {159, 100, 1}, {160, 100, 1}, {900, 100, 1}};
    const uint8_t want[] = {STM_CLASS_LIVE,      STM_CLASS_LIVE, STM_CLASS_AMBIGUOUS,
                            STM_CLASS_AMBIGUOUS, STM_CLASS_DEAD, STM_CLASS_DEAD};
    struct stm_fixture f;
    open_nuclei(&f, 2, n, 6);
    run_all(&f);
    for (int i = 0; i < 6; i++)
        assert_int_equal(f.site.objects[i].class, want[i]);
    assert_near(stm_fixture_value(&f, "Count_Nuclei"), 6, 0);
    assert_near(stm_fixture_value(&f, "Count_Live"), 2, 0);
    assert_near(stm_fixture_value(&f, "Count_Dead"), 2, 0);
    assert_near(stm_fixture_value(&f, "Count_Ambiguous"), 2, 0);
    assert_near(stm_fixture_value(&f, "Viability"), 50, 0);
    assert_near(stm_fixture_value(&f, "Viability_DeadThreshold"), 1, 0);
    assert_non_null(strstr(f.notes.text,
                           "Dead stain: nuclei are positive from a signal of 1.000 (the default; 6 nuclei)"));
    stm_fixture_close(&f);
}

static void a_set_threshold_is_used(void **state)
{
    (void)state;
    const struct nucleus n[] = {{190, 100, 1}, {300, 100, 1}};
    struct stm_error err;
    struct stm_fixture f;
    open_nuclei(&f, 2, n, 2);
    assert_ok(stm_param_set(stm_stage_classify.params, f.params, "dead_threshold", "2.5", &err), &err);
    run_all(&f);
    assert_true(f.site.objects[0].class == STM_CLASS_LIVE && f.site.objects[1].class == STM_CLASS_DEAD);
    assert_near(stm_fixture_value(&f, "Viability_DeadThreshold"), 2.5, 0);
    stm_fixture_close(&f);
}

static void debris_and_what_the_frame_leaves_out_do_not_count(void **state)
{
    (void)state;
    const struct nucleus n[] = {{100, 100, 1}, {900, 100, 1}, {900, 100, 1}, {900, 100, 1}};
    struct stm_fixture f;
    open_nuclei(&f, 2, n, 4);
    f.site.objects[2].counted = 0;
    f.site.objects[3].class = STM_CLASS_DEBRIS;
    run_all(&f);
    assert_int_equal(f.site.objects[2].class, STM_CLASS_DEAD);
    assert_int_equal(f.site.objects[3].class, STM_CLASS_DEBRIS);
    assert_near(stm_fixture_value(&f, "Count_Nuclei"), 2, 0);
    assert_near(stm_fixture_value(&f, "Count_Dead"), 1, 0);
    assert_near(stm_fixture_value(&f, "Count_Debris"), 1, 0);
    stm_fixture_close(&f);
}

static void without_a_dead_stain_nothing_is_said(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_nuclei(&f, 1, NULL, 3);
    run_all(&f);
    assert_int_equal(f.site.objects[0].class, STM_CLASS_NONE);
    assert_near(stm_fixture_value(&f, "Count_Nuclei"), 3, 0);
    assert_near(stm_fixture_value(&f, "Count_Live"), 0, 0);
    assert_true(isnan(stm_fixture_value(&f, "Viability")));
    assert_true(isnan(stm_fixture_value(&f, "Viability_DeadThreshold")));
    assert_null(f.notes.text);
    stm_fixture_close(&f);
}

/* Rows: dead stain low, unclear, high; columns: live stain low, unclear, high. */
static void a_live_stain_confirms_or_contradicts(void **state)
{
    (void)state;
    static const double dead[] = {100, 150, 900}, live[] = {40, 59, 500};
    static const uint8_t want[3][3] = {
        {STM_CLASS_AMBIGUOUS, STM_CLASS_LIVE, STM_CLASS_LIVE},
        {STM_CLASS_DEAD, STM_CLASS_AMBIGUOUS, STM_CLASS_LIVE},
        {STM_CLASS_DEAD, STM_CLASS_DEAD, STM_CLASS_AMBIGUOUS},
    };
    struct nucleus n[9];
    struct stm_fixture f;
    for (int i = 0; i < 9; i++)
        n[i] = (struct nucleus){dead[i / 3], 100, 1};
    open_nuclei(&f, 3, n, 9);
    for (int i = 0; i < 9; i++)
        stm_fixture_set_object(&f, i + 1, "Intensity_MeanIntensity_live", live[i % 3]);
    for (int i = 0; i < W * H; i++)
        f.site.plane[2].px[i] = 40; /* background 40: half of it is 20, the unit */
    run_all(&f);
    for (int i = 0; i < 9; i++)
        assert_int_equal(f.site.objects[i].class, want[i / 3][i % 3]);
    stm_fixture_close(&f);
}

static void rejected_sites_have_no_say_in_the_threshold(void **state)
{
    (void)state;
    const struct nucleus n[] = {{100, 100, 1}, {900, 100, 1}};
    struct stm_fixture f;
    open_nuclei(&f, 2, n, 2);
    f.site.row.verdict = STM_VERDICT_REJECTED;
    run_all(&f);
    assert_null(f.notes.text);
    assert_int_equal(f.site.objects[1].class, STM_CLASS_DEAD); /* but get a class, by the default */
    stm_fixture_close(&f);
}

static void an_empty_site_has_zero_nuclei(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_nuclei(&f, 2, NULL, 0);
    run_all(&f);
    assert_near(stm_fixture_value(&f, "Count_Nuclei"), 0, 0);
    assert_true(isnan(stm_fixture_value(&f, "Viability")));
    stm_fixture_close(&f);
}

/* A plate of four fields from the synthetic microscope, true outlines, pixels measured and classified. */
enum { SIDE = 640, SITES = 4 };
struct plate {
    struct stm_fixture site[SITES];
    void *state; /* the stage's, shared by the sites */
    struct stm_truth truth[SITES];
};

static void render(struct plate *p, int s, const char *dead_percent, const char *name, const char *value)
{
    static _Alignas(16) unsigned char params[STM_SCENE_PARAMS];
    static uint32_t labels[SIDE * SIDE];
    const struct stm_scene *scene = stm_scene_find("fluorescence");
    struct stm_field field = {.w = SIDE, .h = SIDE, .pixel_um = 0.65};
    struct stm_error err = {0};
    stm_param_defaults(scene->params, params);
    assert_ok(stm_param_set(scene->params, params, "cells", "150", &err), &err);
    assert_ok(stm_param_set(scene->params, params, "dead_percent", dead_percent, &err), &err);
    if (name) assert_ok(stm_param_set(scene->params, params, name, value, &err), &err);
    assert_ok(stm_synth(&field, scene, params, 3, 40 + (uint64_t)s, &err), &err);
    struct stm_fixture *f = &p->site[s];
    stm_fixture_open_after(f, &stm_stage_measure, &stm_stage_classify, SIDE, SIDE, roles, 2);
    f->site.geo.pixel_um = field.pixel_um;
    for (int y = 0; y < SIDE; y++) {
        memcpy(labels + y * SIDE, field.truth.cells.px + y * field.truth.cells.stride, SIDE * sizeof *labels);
        for (int c = 0; c < 2; c++)
            memcpy(f->site.plane[c].px + y * SIDE, field.plane[c].px + y * field.plane[c].stride,
                   SIDE * sizeof(uint16_t));
    }
    stm_fixture_label(f, labels);
    p->truth[s] = field.truth;
    field.truth = (struct stm_truth){0};
    stm_synth_free(&field);
}

static void measure_and_note(struct plate *p, int s)
{
    struct stm_fixture *f = &p->site[s];
    struct stm_stage_env env = f->env;
    struct stm_arena arena;
    struct stm_error err;
    _Alignas(16) unsigned char params[1024];
    assert_true(stm_stage_measure.params_size <= sizeof params);
    stm_param_defaults(stm_stage_measure.params, params);
    assert_ok(stm_arena_create(&arena, stm_stage_measure.scratch_bytes(params, &f->site.geo), &err), &err);
    env.params = params, env.object_first = 0, env.scratch = &arena;
    assert_ok(stm_stage_measure.run(&f->site, &env, &err), &err);
    stm_arena_destroy(&arena);
    assert_ok(stm_stage_classify.run(&f->site, &f->env, &err), &err);
    f->env.plate = p->state;
    stm_stage_classify.note(&f->site, &f->env);
}

/* Error of the viability of all sites together, in points. */
static double error_of(struct plate *p)
{
    int truth[STM_CLASSES] = {0};
    double live = 0, dead = 0;
    struct stm_error err;
    assert_ok(stm_stage_classify.conclude(&p->site[0].env, &err), &err);
    for (int s = 0; s < SITES; s++) {
        assert_ok(stm_stage_classify.classify(&p->site[s].site, &p->site[s].env, &err), &err);
        for (int i = 0; i < p->truth[s].n_cells; i++)
            if (p->site[s].site.objects[i].counted) truth[p->truth[s].objects[i].class]++;
        live += stm_fixture_value(&p->site[s], "Count_Live");
        dead += stm_fixture_value(&p->site[s], "Count_Dead");
    }
    const int n = truth[STM_CLASS_LIVE] + truth[STM_CLASS_DEAD];
    assert_true(n > 300 && live + dead > 0.97 * n); /* few are ambiguous */
    return fabs(100 * live / (live + dead) - 100.0 * truth[STM_CLASS_LIVE] / n);
}

static double plate_error(const char *const *dead_percent, const char *name, const char *value)
{
    struct plate p = {.state = calloc(1, stm_stage_classify.plate_bytes)};
    assert_non_null(p.state);
    for (int s = 0; s < SITES; s++) {
        render(&p, s, dead_percent[s], name, value);
        measure_and_note(&p, s);
    }
    const double error = error_of(&p);
    for (int s = 0; s < SITES; s++) {
        stm_fixture_close(&p.site[s]);
        stm_truth_free(&p.truth[s]);
    }
    free(p.state);
    return error;
}

static void viability_of_synthetic_plates_is_right(void **state)
{
    (void)state;
    static const char *const mixed[] = {"3", "15", "40", "70"}, *const live[] = {"0", "0", "0", "0"};
    static const char *const dead[] = {"100", "100", "100", "100"}, *const few[] = {"0", "2", "4", "1"};
    assert_true(plate_error(mixed, NULL, NULL) <= 1);
    assert_true(plate_error(live, NULL, NULL) == 0);
    assert_true(plate_error(dead, NULL, NULL) == 0);
    assert_true(plate_error(few, NULL, NULL) <= 1);
}

static void stains_and_cameras_may_be_poor(void **state)
{
    (void)state;
    static const char *const mixed[] = {"3", "15", "40", "70"}, *const live[] = {"0", "0", "0", "0"};
    assert_true(plate_error(mixed, "offset", "1000") <= 1); /* half of the ring is more than most signals */
    assert_true(plate_error(mixed, "signal", "150") <= 1);  /* weak */
    assert_true(plate_error(mixed, "haze_percent", "30") <= 1);
    assert_true(plate_error(mixed, "bleed_percent", "8") <= 2); /* live nuclei shine in the dead channel */
    assert_true(plate_error(live, "bleed_percent", "8") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signal_counts_in_halves_of_the_ring_and_tens_of_deviations),
        cmocka_unit_test(classes_follow_the_threshold_and_its_band),
        cmocka_unit_test(a_set_threshold_is_used),
        cmocka_unit_test(debris_and_what_the_frame_leaves_out_do_not_count),
        cmocka_unit_test(without_a_dead_stain_nothing_is_said),
        cmocka_unit_test(a_live_stain_confirms_or_contradicts),
        cmocka_unit_test(rejected_sites_have_no_say_in_the_threshold),
        cmocka_unit_test(an_empty_site_has_zero_nuclei),
        cmocka_unit_test(viability_of_synthetic_plates_is_right),
        cmocka_unit_test(stains_and_cameras_may_be_poor),
    };
    return STM_TEST_MAIN(tests);
}
