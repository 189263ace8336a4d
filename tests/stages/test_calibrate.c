/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/illumination/calibration.h"
#include "tests/support/fixture.h"

extern const struct stm_stage stm_stage_calibrate;

enum { W = 320, H = 256 };
typedef double light_fn(int x, int y, int w, int h);
static const enum stm_role nuclei[] = {STM_ROLE_NUCLEI}, both[] = {STM_ROLE_NUCLEI, STM_ROLE_BRIGHTFIELD};

/* The light of the plate under test: a vignette off the centre, with a tilt. Mean about 1. */
static double vignette(int x, int y, int w, int h)
{
    const double u = 2.0 * x / w - 0.9, v = 2.0 * y / h - 1.1;
    return 1.2 - 0.25 * (u * u + v * v) + 0.05 * u;
}

static double even(int x, int y, int w, int h)
{
    (void)x, (void)y, (void)w, (void)h;
    return 1;
}

/* Each site's own light: a slope in a direction that turns from site to site. */
static int turn;
static double own(int x, int y, int w, int h)
{
    static const double dx[] = {1, -1, 0, 0.7, 0, -0.7, 0.7, -0.7};
    static const double dy[] = {0, 0, 1, 0.7, -1, -0.7, -0.7, 0.7};
    return 1 + 0.2 * (dx[turn % 8] * (2.0 * x / w - 1) + dy[turn % 8] * (2.0 * y / h - 1));
}

static void disc(struct stm_u16 plane, int cx, int cy, int r, int value)
{
    for (int y = cy - r; y <= cy + r; y++)
        for (int x = cx - r; x <= cx + r; x++)
            if (x >= 0 && y >= 0 && x < plane.w && y < plane.h &&
                (x - cx) * (x - cx) + (y - cy) * (y - cy) <= r * r)
                plane.px[y * plane.stride + x] = (uint16_t)value;
}

struct scene {
    int ground, object, cells, dark;
    light_fn *light;
    double leak; /* counts of it, shaped like the light, that shade nothing */
};

/* Ground with discs, times the light, plus the dark level, leaking light and noise. */
static void paint(struct stm_u16 plane, uint64_t seed, struct scene scene)
{
    for (int i = 0; i < plane.w * plane.h; i++)
        plane.px[i] = (uint16_t)scene.ground;
    for (int i = 0; i < scene.cells; i++) {
        const int x = (int)(stm_fixture_random(&seed) % (uint32_t)plane.w);
        const int y = (int)(stm_fixture_random(&seed) % (uint32_t)plane.h);
        disc(plane, x, y, 6 + (int)(stm_fixture_random(&seed) % 6), scene.object);
    }
    for (int y = 0; y < plane.h; y++)
        for (int x = 0; x < plane.w; x++) {
            uint16_t *const px = &plane.px[y * plane.stride + x];
            const double at = scene.light(x, y, plane.w, plane.h);
            const double lit = scene.leak > 0 ? *px + scene.leak * at : *px * at;
            *px = (uint16_t)(lit + scene.dark + stm_fixture_noise(&seed, 5) + 0.5);
        }
}

static void survey(struct stm_fixture *f, int sites, int dark, light_fn *light)
{
    struct stm_error err;
    for (int s = 0; s < sites; s++) {
        turn = s;
        stm_fixture_fresh(f, W, H);
        for (int c = 0; c < f->site.row.channels; c++)
            paint(f->site.plane[c], 100 + s,
                  (struct scene){c ? 9000 : 300 + 40 * s, c ? 7000 : 3000, 60, dark, light, 0});
        assert_ok(f->stage->survey(&f->site, &f->env, &err), &err);
    }
    assert_ok(f->stage->settle(&f->env, &err), &err);
}

static void set(struct stm_fixture *f, const char *name, const char *value)
{
    struct stm_error err;
    assert_ok(stm_param_set(f->stage->params, f->params, name, value, &err), &err);
}

/* An empty field under the vignette is even after correction: each 32 x 32 tile within 2 % of the whole. */
static void assert_flat(struct stm_fixture *f, int channel, int ground, int dark)
{
    struct stm_error err;
    double mean = 0;
    stm_fixture_fresh(f, W, H);
    paint(f->site.plane[channel], 7, (struct scene){ground, 0, 0, dark, vignette, 0});
    assert_ok(f->stage->run(&f->site, &f->env, &err), &err);
    const struct stm_u16 p = f->site.plane[channel];
    for (int i = 0; i < W * H; i++)
        mean += (p.px[i] - (double)dark) / (W * H);
    for (int ty = 0; ty < H / 32; ty++)
        for (int tx = 0; tx < W / 32; tx++) {
            double tile = 0;
            for (int i = 0; i < 1024; i++)
                tile += (p.px[(ty * 32 + i / 32) * p.stride + tx * 32 + i % 32] - (double)dark) / 1024;
            assert_near(tile / mean, 1, 0.02);
        }
}

static void shared_shading_is_removed(void **state)
{
    (void)state;
    struct stm_fixture f;
    stm_fixture_open(&f, &stm_stage_calibrate, W, H, both, 2);
    survey(&f, 12, 0, vignette);
    assert_flat(&f, 0, 2000, 0);
    assert_near(stm_fixture_value(&f, "Illumination_Range_nuclei"), 47, 8);
    assert_flat(&f, 1, 9000, 0);
    assert_non_null(strstr(f.notes.text, "channel nuclei: corrected (12 sites"));
    assert_non_null(strstr(f.notes.text, "channel brightfield: corrected (12 sites"));
    stm_fixture_close(&f);
}

static void dark_level_stays_where_it_is(void **state)
{
    (void)state;
    struct stm_fixture f;
    struct stm_error err;
    stm_fixture_open(&f, &stm_stage_calibrate, W, H, nuclei, 1);
    set(&f, "dark_counts", "1000");
    survey(&f, 12, 1000, vignette);
    assert_flat(&f, 0, 2000, 1000);
    stm_fixture_fresh(&f, W, H);
    for (int i = 0; i < W * H; i++)
        f.site.plane[0].px[i] = i % 2 ? 1000 : 0;
    assert_ok(f.stage->run(&f.site, &f.env, &err), &err);
    for (int i = 1; i < W * H; i += 2)
        assert_near(f.site.plane[0].px[i], 1000, 1);
    stm_fixture_close(&f);
}

static void assert_untouched(struct stm_fixture *f, const char *why)
{
    struct stm_error err;
    uint16_t before[64];
    stm_fixture_fresh(f, W, H);
    paint(f->site.plane[0], 7, (struct scene){2000, 4000, 20, 0, vignette, 0});
    memcpy(before, f->site.plane[0].px, sizeof before);
    assert_ok(f->stage->run(&f->site, &f->env, &err), &err);
    assert_memory_equal(before, f->site.plane[0].px, sizeof before);
    assert_true(stm_fixture_value(f, "Illumination_Range_nuclei") == 0);
    if (why && !strstr(f->notes.text, why)) fail_msg("notes '%s' lack '%s'", f->notes.text, why);
}

static void without_evidence_nothing_happens(void **state)
{
    static const struct {
        int sites;
        light_fn *light;
        const char *mode, *why;
    } cases[] = {{5, vignette, "auto", "too few sites"},
                 {12, even, "auto", "channel nuclei: "},
                 {12, own, "auto", "do not share"},
                 {12, vignette, "off", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stm_fixture f;
        stm_fixture_open(&f, &stm_stage_calibrate, W, H, nuclei, 1);
        set(&f, "mode", cases[i].mode);
        survey(&f, cases[i].sites, 0, cases[i].light);
        assert_untouched(&f, cases[i].why);
        stm_fixture_close(&f);
    }
}

static void another_size_is_left_alone_and_says_so(void **state)
{
    (void)state;
    struct stm_fixture f;
    struct stm_error err;
    stm_fixture_open(&f, &stm_stage_calibrate, W, H, nuclei, 1);
    survey(&f, 12, 0, vignette);
    stm_fixture_fresh(&f, 200, 100);
    paint(f.site.plane[0], 3, (struct scene){500, 0, 0, 0, even, 0});
    const uint16_t first = f.site.plane[0].px[0];
    assert_ok(f.stage->run(&f.site, &f.env, &err), &err);
    assert_int_equal(f.site.plane[0].px[0], first);
    assert_int_equal(f.site.row.verdict, STM_VERDICT_WARN);
    assert_non_null(strstr(f.site.row.reason, "the image is 200 x 100, the plate 320 x 256"));
    stm_fixture_close(&f);
}

/* Brightness above the ground of a disc at (x, y) after correction. */
static double disc_brightness(struct stm_fixture *f, struct scene scene, int x, int y)
{
    struct stm_error err;
    uint16_t ground = 0;
    for (int with = 0; with < 2; with++) {
        stm_fixture_fresh(f, W, H);
        const struct stm_u16 p = f->site.plane[0];
        for (int i = 0; i < W * H; i++)
            p.px[i] = (uint16_t)scene.ground;
        if (with) disc(p, x, y, 3, scene.object);
        for (int i = 0; i < W * H; i++) {
            const double at = scene.light(i % W, i / W, W, H);
            p.px[i] = (uint16_t)(scene.dark + (scene.leak > 0 ? p.px[i] + scene.leak * at : p.px[i] * at));
        }
        assert_ok(f->stage->run(&f->site, &f->env, &err), &err);
        if (!with) ground = p.px[y * W + x];
    }
    return f->site.plane[0].px[y * W + x] - (double)ground;
}

/* The ground's shading is 4 or 5 times weaker than the light's (an offset nobody told), or does not reach the
 * objects at all (light that leaks in): discs come out equally bright all the same. */
static void objects_tell_an_offset_from_leaking_light(void **state)
{
    (void)state;
    static const struct scene scenes[] = {{200, 2500, 60, 700, vignette, 0},
                                          {200, 2500, 60, 0, vignette, 600}};
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        struct stm_fixture f;
        struct stm_error err;
        stm_fixture_open(&f, &stm_stage_calibrate, W, H, nuclei, 1);
        for (int s = 0; s < 24; s++) {
            stm_fixture_fresh(&f, W, H);
            paint(f.site.plane[0], 50 + s, scenes[i]);
            assert_ok(f.stage->survey(&f.site, &f.env, &err), &err);
        }
        assert_ok(f.stage->settle(&f.env, &err), &err);
        const double middle = disc_brightness(&f, scenes[i], 150, 140);
        for (int corner = 0; corner < 4; corner++) {
            const int x = corner % 2 ? 20 : 300, y = corner / 2 ? 20 : 236;
            assert_near(disc_brightness(&f, scenes[i], x, y) / middle, 1, 0.12);
        }
        stm_fixture_close(&f);
    }
}

static void a_blank_image_settles_it(void **state)
{
    (void)state;
    struct stm_fixture f;
    struct stm_error err;
    stm_fixture_open(&f, &stm_stage_calibrate, W, H, nuclei, 1);
    paint(f.site.plane[0], 5, (struct scene){20000, 0, 0, 0, vignette, 0});
    assert_true(stm_calibration_from_blank(f.plate, stm_kernels_best(), 0,
                                           (struct stm_cu16)STM_CONST(f.site.plane[0]), 0));
    assert_ok(f.stage->settle(&f.env, &err), &err);
    assert_flat(&f, 0, 2000, 0);
    stm_fixture_close(&f);
}

/* A plane of ones times 1024 shows the gain: between the surface's values, bounded at 4, saturating. */
static void gains_follow_the_surface(void **state)
{
    (void)state;
    enum { GW = 1025, GH = 769 };
    static struct stm_gain gain;
    static uint16_t px[GW * GH];
    const struct stm_u16 plane = {px, GW, GW, GH};
    const struct stm_surface s = {2, {1, 0.3, -0.1, 0.05}}, black = {0, {0.1}};
    assert_true(stm_gain_from_light(&gain, (struct stm_light){&s, 1, 0, 0}, GW, GH));
    for (int i = 0; i < GW * GH; i++)
        px[i] = 8192;
    stm_gain_apply(&gain, stm_kernels_best(), plane);
    for (int y = 0; y < GH; y += 96)
        for (int x = 0; x < GW; x += 31) {
            const double at = stm_surface_at(&s, (x + 0.5) / GW, (y + 0.5) / GH);
            assert_near(px[y * GW + x], 8192 / at, 0.02 * 8192 / at);
        }
    assert_true(stm_gain_from_light(&gain, (struct stm_light){&black, 1, 0, 0}, 64, 64));
    memset(px, 0, sizeof px);
    px[0] = 60000;
    px[1] = 1;
    stm_gain_apply(&gain, stm_kernels_best(), (struct stm_u16){px, 64, 64, 64});
    assert_int_equal(px[0], 65535);
    assert_int_equal(px[1], 4);
    assert_int_equal(px[2], 0);
    assert_false(stm_gain_from_light(&gain, (struct stm_light){&s, 1, 0, 0}, 100000, 64));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_shading_is_removed),
        cmocka_unit_test(dark_level_stays_where_it_is),
        cmocka_unit_test(without_evidence_nothing_happens),
        cmocka_unit_test(another_size_is_left_alone_and_says_so),
        cmocka_unit_test(objects_tell_an_offset_from_leaking_light),
        cmocka_unit_test(a_blank_image_settles_it),
        cmocka_unit_test(gains_follow_the_surface),
    };
    return STM_TEST_MAIN(tests);
}
