/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Painted cells: who gets which body, and how large it is. */
#include "tests/support/stm_assert.h"

#include "tests/support/fixture.h"

#include <math.h>
#include <stdlib.h>

extern const struct stm_stage stm_stage_bodies;

enum { W = 260, H = 200, GROUND = 200 };
static const enum stm_role both[] = {STM_ROLE_NUCLEI, STM_ROLE_BODY}, body_only[] = {STM_ROLE_BODY};
static const double noise = 4, um = 0.65;

struct world {
    struct stm_fixture f;
    uint32_t nuclei[W * H];
    double light[W * H];
    int n;
};

static void open_world(struct world *s, const enum stm_role *roles, int channels)
{
    stm_fixture_open(&s->f, &stm_stage_bodies, W, H, roles, channels);
    s->f.site.geo.pixel_um = um;
    s->f.site.labels = (struct stm_u32){calloc((size_t)W * H, 4), W, W, H};
    s->n = 0;
    memset(s->nuclei, 0, sizeof s->nuclei);
    for (int i = 0; i < W * H; i++)
        s->light[i] = GROUND;
}

/* Without nuclei the lists are the arena's. */
static void close_world(struct world *s, bool in_arena)
{
    free(s->f.site.labels.px);
    if (in_arena) s->f.site.objects = NULL, s->f.site.segments = NULL;
    stm_fixture_close(&s->f);
}

static void ellipse(struct world *s, double x0, double y0, double a, double b, double height)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const double r = sqrt((x - x0) * (x - x0) / (a * a) + (y - y0) * (y - y0) / (b * b));
            const double edge = (1 - r) * fmin(a, b) / 2 + 0.5;
            const double light = GROUND + height * fmin(fmax(edge, 0), 1) * (1 - 0.3 * fmin(r, 1));
            if (light > s->light[y * W + x]) s->light[y * W + x] = light;
        }
}

static void nucleus(struct world *s, int x0, int y0, int radius)
{
    s->n++;
    for (int y = y0 - radius; y <= y0 + radius; y++)
        for (int x = x0 - radius; x <= x0 + radius; x++)
            if ((x - x0) * (x - x0) + (y - y0) * (y - y0) <= radius * radius)
                s->nuclei[y * W + x] = (uint32_t)s->n;
}

static void expose(struct world *s)
{
    uint64_t random = 7;
    const struct stm_u16 plane = s->f.site.plane[s->f.site.row.channels - 1];
    for (int i = 0; i < W * H; i++)
        plane.px[i] = (uint16_t)(s->light[i] + stm_fixture_noise(&random, noise) + 0.5);
    if (s->n) {
        stm_fixture_label(&s->f, s->nuclei);
        memcpy(s->f.site.labels.px, s->nuclei, sizeof s->nuclei);
    }
}

static void run(struct world *s)
{
    struct stm_error err;
    expose(s);
    assert_ok(stm_stage_bodies.run(&s->f.site, &s->f.env, &err), &err);
    assert_true(s->f.scratch.used <= s->f.scratch.size);
}

static double area_of(const struct stm_segment *run, size_t n, uint32_t label)
{
    double area = 0;
    for (size_t i = 0; i < n; i++)
        if (run[i].label == label) area += run[i].x1 - run[i].x0;
    return area;
}

static uint32_t label_at(const struct stm_segment *run, size_t n, int x, int y)
{
    for (size_t i = 0; i < n; i++)
        if (run[i].y == y && run[i].x0 <= x && x < run[i].x1) return run[i].label;
    return 0;
}

static const double pi = 3.14159265358979;

static void each_nucleus_gets_its_cell(void **state)
{
    (void)state;
    static struct world s;
    open_world(&s, both, 2);
    ellipse(&s, 60, 60, 40, 20, 800);
    nucleus(&s, 60, 60, 8);
    ellipse(&s, 180, 60, 30, 30, 200); /* dim */
    nucleus(&s, 180, 60, 8);
    nucleus(&s, 60, 150, 8); /* no body */
    run(&s);
    const struct stm_site *site = &s.f.site;
    assert_near(area_of(site->cells, site->n_cells, 1), pi * 40 * 20, pi * 40 * 20 * 0.08);
    assert_near(area_of(site->cells, site->n_cells, 2), pi * 30 * 30, pi * 30 * 30 * 0.08);
    assert_near(area_of(site->cells, site->n_cells, 3), 0, 0);
    assert_near(stm_fixture_value(&s.f, "Bodies_BareNuclei"), 1, 0);
    assert_near(stm_fixture_value(&s.f, "Bodies_Ground"), GROUND, 2);
    close_world(&s, false);
}

/* Two cells of one brightness meet in the middle; a bright one keeps its own light from a dim one. */
static void touching_cells_are_divided(void **state)
{
    (void)state;
    static struct world s;
    open_world(&s, both, 2);
    ellipse(&s, 60, 50, 30, 25, 600);
    ellipse(&s, 110, 50, 30, 25, 600);
    nucleus(&s, 60, 50, 8);
    nucleus(&s, 110, 50, 8);
    ellipse(&s, 60, 140, 30, 25, 300);
    ellipse(&s, 112, 140, 30, 25, 1500);
    nucleus(&s, 60, 140, 8);
    nucleus(&s, 112, 140, 8);
    run(&s);
    const struct stm_site *site = &s.f.site;
    assert_int_equal(label_at(site->cells, site->n_cells, 78, 50), 1);
    assert_int_equal(label_at(site->cells, site->n_cells, 92, 50), 2);
    assert_int_equal(label_at(site->cells, site->n_cells, 78, 140), 3);
    assert_int_equal(label_at(site->cells, site->n_cells, 92, 140), 4);
    close_world(&s, false);
}

static void cells_are_found_without_nuclei(void **state)
{
    (void)state;
    static struct world s;
    open_world(&s, body_only, 1);
    ellipse(&s, 50, 50, 26, 26, 600);
    ellipse(&s, 95, 50, 26, 26, 600); /* a waist of 26 pixels */
    ellipse(&s, 200, 100, 12, 70, 400);
    ellipse(&s, 60, 150, 30, 24, 150);
    run(&s);
    const struct stm_site *site = &s.f.site;
    assert_int_equal(site->n_objects, 4);
    assert_null(site->cells);
    const uint32_t left = label_at(site->segments, site->n_segments, 45, 50),
                   right = label_at(site->segments, site->n_segments, 100, 50),
                   dim = label_at(site->segments, site->n_segments, 60, 150);
    assert_true(left && right && dim && left != right);
    assert_near(area_of(site->segments, site->n_segments, dim), pi * 30 * 24, pi * 30 * 24 * 0.08);
    close_world(&s, true);
}

static void an_empty_field_has_no_cells(void **state)
{
    (void)state;
    static struct world s;
    open_world(&s, body_only, 1);
    run(&s);
    assert_int_equal(s.f.site.n_objects, 0);
    assert_near(stm_fixture_value(&s.f, "Bodies_Covered"), 0, 0);
    close_world(&s, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_nucleus_gets_its_cell),
        cmocka_unit_test(touching_cells_are_divided),
        cmocka_unit_test(cells_are_found_without_nuclei),
        cmocka_unit_test(an_empty_field_has_no_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
