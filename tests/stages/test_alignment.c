/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stripes of known direction. */
#include "tests/support/stm_assert.h"

#include "pipeline/well.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <stdlib.h>

extern const struct stm_stage stm_stage_alignment;

enum { W = 640, H = 480 };
static const double pi = 3.14159265358979;

static void open_field(struct stm_fixture *f)
{
    static const enum stm_role roles[] = {STM_ROLE_PHASE};
    static uint8_t mask[W * H];
    stm_fixture_open(f, &stm_stage_alignment, W, H, roles, 1);
    f->site.geo.pixel_um = 1; /* squares of 64 pixels */
    memset(mask, 255, sizeof mask);
    f->site.mask = (struct stm_u8){mask, W, W, H};
}

/* Stripes along this direction, counted from the y axis (down) towards x, in columns [x0, x1). */
static void stripes(struct stm_fixture *f, int x0, int x1, double degrees, double noise)
{
    uint64_t random = 3;
    const double across_x = cos(degrees * pi / 180), across_y = -sin(degrees * pi / 180);
    for (int y = 0; y < H; y++)
        for (int x = x0; x < x1; x++)
            f->site.plane[0].px[y * W + x] =
                (uint16_t)(1000 + 200 * sin(2 * pi * (x * across_x + y * across_y) / 24) +
                           stm_fixture_noise(&random, noise));
}

static void run(struct stm_fixture *f)
{
    struct stm_error err;
    stm_arena_reset(&f->scratch, 0);
    assert_ok(stm_stage_alignment.run(&f->site, &f->env, &err), &err);
}

static double apart(double a, double b)
{
    return fabs(remainder(a - b, 180));
}

static void the_direction_is_that_of_the_stripes(void **state)
{
    (void)state;
    for (int degrees = -75; degrees <= 90; degrees += 15) {
        struct stm_fixture f;
        open_field(&f);
        stripes(&f, 0, W, degrees, 20);
        run(&f);
        assert_true(stm_fixture_value(&f, "Alignment_Tensor") > 0.98);
        assert_true(stm_fixture_value(&f, "Alignment_Local") > 0.98);
        assert_true(stm_fixture_value(&f, "Alignment_Coherence") > 0.9);
        assert_true(apart(stm_fixture_value(&f, "Alignment_TensorAngle"), degrees) < 1.5);
        stm_fixture_close(&f);
    }
}

/* Two halves across each other: no common direction, but one with the neighbours. */
static void order_can_be_local(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_field(&f);
    stripes(&f, 0, W / 2, 0, 5);
    stripes(&f, W / 2, W, 90, 5);
    run(&f);
    assert_true(stm_fixture_value(&f, "Alignment_Tensor") < 0.1);
    assert_true(stm_fixture_value(&f, "Alignment_Local") > 0.8);
    stm_fixture_close(&f);
}

static void noise_has_no_direction(void **state)
{
    (void)state;
    struct stm_fixture f;
    uint64_t random = 5;
    open_field(&f);
    for (int i = 0; i < W * H; i++)
        f.site.plane[0].px[i] = (uint16_t)(1000 + stm_fixture_noise(&random, 30));
    run(&f);
    assert_true(stm_fixture_value(&f, "Alignment_Tensor") < 0.35);
    assert_true(stm_fixture_value(&f, "Alignment_Local") < 0.5);
    assert_true(stm_fixture_value(&f, "Alignment_Coherence") < 0.15);
    stm_fixture_close(&f);
}

/* Only what is covered counts; a bare field says nothing. */
static void bare_squares_do_not_count(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_field(&f);
    stripes(&f, 0, W / 2, 30, 5);
    stripes(&f, W / 2, W, -60, 5);
    for (int i = 0; i < W * H; i++)
        if (i % W >= W / 2) f.site.mask.px[i] = 0;
    run(&f);
    assert_true(stm_fixture_value(&f, "Alignment_Tensor") > 0.98);
    assert_true(apart(stm_fixture_value(&f, "Alignment_TensorAngle"), 30) < 1.5);
    memset(f.site.mask.px, 0, W * H);
    for (int i = 0; i < f.columns.n; i++)
        f.site.site_values[i] = NAN;
    run(&f);
    assert_true(isnan(stm_fixture_value(&f, "Alignment_Tensor")));
    assert_near(stm_fixture_value(&f, "Alignment_Squares"), 0, 0);
    stm_fixture_close(&f);
}

static void a_well_is_the_mean_of_its_fields(void **state)
{
    (void)state;
    struct stm_fixture f;
    struct stm_error err;
    double first[8] = {0.2, 0, 0.5}, second[8] = {0.4, 0, 0.7}, values[8];
    const struct stm_site_row sites[] = {{.values = first}, {.values = second}};
    open_field(&f);
    for (int i = 0; i < 8; i++)
        values[i] = NAN;
    struct stm_well well = {.values = values, .sites = sites, .n_sites = 2};
    assert_ok(stm_stage_alignment.well(&well, &f.env, &err), &err);
    assert_near(values[0], 0.3, 1e-12);
    assert_near(values[1], 0, 0); /* 0.3 - 12.7 * 0.1 */
    assert_near(values[3], 0.6, 1e-12);
    stm_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_direction_is_that_of_the_stripes),
        cmocka_unit_test(order_can_be_local),
        cmocka_unit_test(noise_has_no_direction),
        cmocka_unit_test(bare_squares_do_not_count),
        cmocka_unit_test(a_well_is_the_mean_of_its_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
