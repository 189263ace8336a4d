/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <stdlib.h>

extern const struct stm_stage stm_stage_segment;

enum { W = 320, H = 256, MAX = 64 };
static const enum stm_role roles[] = {STM_ROLE_NUCLEI};

/* A disc with an edge two pixels wide. */
struct disc {
    double x, y, radius, height;
};

struct scene {
    struct stm_fixture f;
    struct disc disc[MAX];
    int discs;
    double light[W * H];
};

static const char *method = "classical"; /* segment.method of the scenes that follow */

static void open_scene(struct scene *s, int w, int h, double ground)
{
    struct stm_error err;
    stm_fixture_open(&s->f, &stm_stage_segment, w, h, roles, 1);
    assert_ok(stm_param_set(stm_stage_segment.params, s->f.params, "method", method, &err), &err);
    s->f.env.kernels = stm_kernels_best();
    s->f.site.labels = (struct stm_u32){calloc((size_t)w * h, 4), w, w, h};
    s->f.site.geo.pixel_um = 0.5;
    s->discs = 0;
    for (int i = 0; i < w * h; i++)
        s->light[i] = ground;
}

static void close_scene(struct scene *s)
{
    free(s->f.site.labels.px);
    s->f.site.objects = NULL; /* in the arena */
    s->f.site.segments = NULL;
    stm_fixture_close(&s->f);
}

/* Where discs overlap the brighter one shows, as in a projection of flat nuclei. */
static void add(struct scene *s, double x, double y, double radius, double height)
{
    s->disc[s->discs++] = (struct disc){x, y, radius, height};
}

static double glow(const struct scene *s, int x, int y)
{
    double most = 0;
    for (int i = 0; i < s->discs; i++) {
        const struct disc *d = &s->disc[i];
        const double r = sqrt((x - d->x) * (x - d->x) + (y - d->y) * (y - d->y));
        const double part = fmin(1, fmax(0, (d->radius + 1 - r) / 2));
        most = fmax(most, part * d->height);
    }
    return most;
}

static void run(struct scene *s)
{
    struct stm_error err;
    const size_t mark = stm_arena_mark(&s->f.scratch);
    stm_arena_reset(&s->f.arena, 0);
    assert_ok(stm_stage_segment.run(&s->f.site, &s->f.env, &err), &err);
    stm_arena_reset(&s->f.scratch, mark);
}

static void render_and_run(struct scene *s, double noise)
{
    const struct stm_u16 p = s->f.site.plane[0];
    uint64_t state = 7;
    for (int y = 0; y < p.h; y++)
        for (int x = 0; x < p.w; x++) {
            const double v = s->light[y * p.w + x] + glow(s, x, y) + stm_fixture_noise(&state, noise);
            p.px[y * p.stride + x] = (uint16_t)fmin(65535, fmax(0, v + 0.5));
        }
    run(s);
}

static int nuclei(const struct scene *s)
{
    int n = 0;
    for (int i = 0; i < s->f.site.n_objects; i++)
        n += s->f.site.objects[i].class != STM_CLASS_DEBRIS;
    return n;
}

static uint32_t label_at(const struct scene *s, double x, double y)
{
    const struct stm_u32 l = s->f.site.labels;
    return l.px[(int)y * l.stride + (int)x];
}

static int area_of(const struct scene *s, uint32_t label)
{
    int n = 0;
    for (int i = 0; i < s->f.site.labels.w * s->f.site.labels.h; i++)
        n += s->f.site.labels.px[i] == label;
    return n;
}

/* Every disc has a label of its own whose area is the disc's to within `tolerance`. */
static void assert_found(const struct scene *s, double tolerance)
{
    for (int i = 0; i < s->discs; i++) {
        const struct disc *d = &s->disc[i];
        const uint32_t label = label_at(s, d->x, d->y);
        if (!label) fail_msg("disc %d at (%g, %g) was not found", i, d->x, d->y);
        for (int j = 0; j < i; j++)
            if (label_at(s, s->disc[j].x, s->disc[j].y) == label) fail_msg("discs %d and %d are one", j, i);
        assert_near(area_of(s, label) / (3.14159265 * d->radius * d->radius), 1, tolerance);
    }
    assert_int_equal(nuclei(s), s->discs);
}

/* The lists agree with the label image. */
static void assert_consistent(const struct scene *s)
{
    const struct stm_site *site = &s->f.site;
    uint64_t painted = 0, listed = 0;
    uint32_t highest = 0;
    for (int i = 0; i < site->labels.w * site->labels.h; i++) {
        painted += site->labels.px[i] != 0;
        if (site->labels.px[i] > highest) assert_int_equal(site->labels.px[i], ++highest);
    }
    assert_int_equal(highest, nuclei(s));
    for (size_t i = 0; i < site->n_segments; i++) {
        const struct stm_segment g = site->segments[i];
        const struct stm_object *o = &site->objects[g.label - 1];
        assert_true(g.x0 < g.x1 && g.x0 >= o->x0 && g.x1 <= o->x1 && g.y >= o->y0 && g.y < o->y1);
        if (i) assert_true(g.y > site->segments[i - 1].y || g.x0 >= site->segments[i - 1].x1);
        if (o->class != STM_CLASS_DEBRIS) listed += (uint64_t)(g.x1 - g.x0);
    }
    assert_int_equal(painted, listed);
    for (int i = 0; i < site->n_objects; i++) {
        assert_int_equal(site->objects[i].number, i + 1);
        assert_int_equal(site->objects[i].class == STM_CLASS_DEBRIS, i >= nuclei(s));
    }
}

static void twelve(struct scene *s, double height)
{
    for (int i = 0; i < 12; i++)
        add(s, 40 + 75 * (i % 4), 45 + 80 * (i / 4), 9 + i % 3, height);
}

static void test_separate(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, W, H, 300);
    twelve(&s, 900);
    render_and_run(&s, 12);
    assert_found(&s, 0.12);
    assert_consistent(&s);
    const struct stm_object *o = &s.f.site.objects[label_at(&s, 40, 45) - 1];
    assert_near(o->cx, 40, 0.3);
    assert_near(o->cy, 45, 0.3);
    assert_near(stm_fixture_value(&s.f, "Segment_Nuclei"), 12, 0);
    assert_near(stm_fixture_value(&s.f, "Segment_Diameter"), 20, 4);
    close_scene(&s);
}

/* Dark nuclei on a light ground are the same picture upside down. */
static void test_dark(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, W, H, 3000);
    twelve(&s, -1800);
    for (int i = 0; i < s.discs; i++)
        s.disc[i].height = 1800;
    const struct stm_u16 p = s.f.site.plane[0];
    uint64_t seed = 3;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            p.px[y * p.stride + x] = (uint16_t)(3000 - glow(&s, x, y) + stm_fixture_noise(&seed, 20));
    run(&s);
    assert_found(&s, 0.12);
    close_scene(&s);
}

/* 8-bit images that use a fraction of their range. */
static void test_dim_bytes(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, W, H, 4);
    twelve(&s, 14);
    render_and_run(&s, 1);
    assert_found(&s, 0.15);
    close_scene(&s);
}

static void test_touching(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, W, H, 300);
    twelve(&s, 900);
    for (int i = 0; i < 6; i++) /* every other one gets a neighbour of the same light across a waist */
        add(&s, s.disc[2 * i].x + 2 * s.disc[2 * i].radius - 2, s.disc[2 * i].y + 2, s.disc[2 * i].radius,
            900);
    render_and_run(&s, 12);
    assert_found(&s, 0.2);
    assert_consistent(&s);
    close_scene(&s);
}

static void test_dim_beside_bright(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, W, H, 300);
    twelve(&s, 1000);
    for (int i = 0; i < 6; i++)
        add(&s, s.disc[2 * i].x + 24, s.disc[2 * i].y + 10, 10, 400);
    render_and_run(&s, 12);
    assert_found(&s, 0.2);
    close_scene(&s);
}

/* An eighth of the others' light: below the lowest level of the tree. */
static void test_dim_alone(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, W, H, 300);
    twelve(&s, 1600);
    for (int i = 0; i < 6; i++)
        s.disc[2 * i].height = 200;
    render_and_run(&s, 6);
    assert_found(&s, 0.2);
    close_scene(&s);
}

static void test_gradient(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, W, H, 0);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            s.light[y * W + x] = 400 + 3.0 * x + 2.0 * y;
    twelve(&s, 700);
    render_and_run(&s, 15);
    assert_found(&s, strcmp(method, "threshold") ? 0.15 : 0.2);
    close_scene(&s);
}

static void test_edges(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, W, H, 300);
    twelve(&s, 900);
    add(&s, 100, 1, 10, 900);
    add(&s, 1, 120, 10, 900);
    add(&s, W - 2, 100, 10, 900);
    add(&s, 150, H - 2, 10, 900);
    render_and_run(&s, 12);
    assert_int_equal(nuclei(&s), 16);
    for (int i = 0; i < 4; i++)
        assert_true(label_at(&s, s.disc[12 + i].x, s.disc[12 + i].y) > 0);
    close_scene(&s);
}

static void test_nothing_there(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, W, H, 200);
    const double noise[] = {0, 1, 5, 40};
    for (int i = 0; i < 4; i++) {
        render_and_run(&s, noise[i]);
        assert_int_equal(nuclei(&s), 0);
    }
    for (int i = 0; i < W * H; i++)
        s.light[i] = 65535;
    render_and_run(&s, 0);
    assert_int_equal(nuclei(&s), 0);
    for (int i = 0; i < W * H; i++)
        s.light[i] = 0;
    render_and_run(&s, 0);
    assert_int_equal(nuclei(&s), 0);
    close_scene(&s);
}

/* Small debris is listed behind the nuclei, and not painted. */
static void test_debris(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, W, H, 300);
    twelve(&s, 900);
    render_and_run(&s, 12);
    const struct stm_u16 p = s.f.site.plane[0];
    for (int y = 80; y < 84; y++)
        for (int x = 80; x < 84; x++)
            p.px[y * p.stride + x] = 900;
    run(&s);
    assert_int_equal(nuclei(&s), 12);
    assert_int_equal(s.f.site.n_objects, 13);
    assert_int_equal(label_at(&s, 81, 81), 0);
    assert_consistent(&s);
    close_scene(&s);
}

static void test_tiny_images(void **state)
{
    static const int size[][2] = {{1, 1}, {1, 40}, {40, 1}, {2, 2}, {3, 17}, {9, 9}};
    (void)state;
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        static struct scene s;
        open_scene(&s, size[i][0], size[i][1], 100);
        render_and_run(&s, 20);
        assert_consistent(&s);
        close_scene(&s);
    }
}

/* Pictures that make most work: memory suffices, and the lists hold. */
static void test_nasty(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, W, H, 0);
    const struct stm_u16 p = s.f.site.plane[0];
    uint64_t seed = 9;
    for (int kind = 0; kind < 6; kind++) {
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                const uint32_t random = stm_fixture_random(&seed);
                const uint16_t of[] = {(uint16_t)random,
                                       (uint16_t)((x ^ y) & 1 ? 65535 : 0),
                                       (uint16_t)((x / 3 + y / 3) & 1 ? 40000 : 100),
                                       (uint16_t)(x * 37 % 211 * 300),
                                       (uint16_t)(random % 16 ? 0 : 65535),
                                       (uint16_t)((x / 40 + y / 40) & 1 ? random : random >> 24)};
                p.px[y * p.stride + x] = of[kind];
            }
        run(&s);
        assert_consistent(&s);
    }
    close_scene(&s);
}

/* 63 discs that all hang together, some of them rings; whole when nothing is to be cut. */
static void test_holes_and_closed_layer(void **state)
{
    static struct scene s;
    struct stm_error err;
    (void)state;
    open_scene(&s, W, H, 300);
    assert_true(stm_param_set(stm_stage_segment.params, s.f.params, "nucleus_um", "11", &err));
    for (int i = 0; i < MAX - 1; i++)
        add(&s, 20 + 20 * (i % 9), 20 + 20 * (i / 9), 10.3, 900);
    const struct stm_u16 p = s.f.site.plane[0];
    render_and_run(&s, 12);
    for (int i = 0; i < s.discs; i += 2)
        for (int y = -2; y <= 2; y++)
            for (int x = -2; x <= 2; x++)
                p.px[((int)s.disc[i].y + y) * p.stride + (int)s.disc[i].x + x] = 300;
    run(&s);
    assert_int_equal(nuclei(&s), s.discs);
    for (int i = 0; i < s.discs; i++)
        assert_true(label_at(&s, s.disc[i].x, s.disc[i].y));
    assert_consistent(&s);
    assert_true(stm_param_set(stm_stage_segment.params, s.f.params, "declump", "no", &err));
    run(&s);
    assert_int_equal(nuclei(&s), 1);
    close_scene(&s);
}

/* The same lists on every instruction set. */
static void test_same_everywhere(void **state)
{
    static struct scene s;
    static uint32_t labels[W * H];
    (void)state;
    open_scene(&s, W, H, 300);
    twelve(&s, 900);
    add(&s, 58, 50, 10, 600);
    for (int isa = STM_ISA_REF; isa < STM_ISAS; isa++) {
        if (!stm_kernels_for((enum stm_isa)isa)) continue;
        s.f.env.kernels = stm_kernels_for((enum stm_isa)isa);
        render_and_run(&s, 30);
        if (isa == STM_ISA_REF) memcpy(labels, s.f.site.labels.px, sizeof labels);
        assert_memory_equal(labels, s.f.site.labels.px, sizeof labels);
    }
    close_scene(&s);
}

static void test_size_limits(void **state)
{
    static struct scene s;
    struct stm_error err;
    (void)state;
    open_scene(&s, W, H, 300);
    twelve(&s, 900);
    assert_true(stm_param_set(stm_stage_segment.params, s.f.params, "least_um", "8.5", &err)); /* 17 px */
    assert_true(stm_param_set(stm_stage_segment.params, s.f.params, "greatest_um", "10.5", &err));
    render_and_run(&s, 12);
    assert_int_equal(nuclei(&s), 8); /* diameters of 18 and 20 px stay, 22 go */
    s.f.site.geo.pixel_um = NAN;
    assert_fails(stm_stage_segment.check(s.f.params, &s.f.site.geo, &err), &err, "--pixel-size");
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest classical[] = {
        cmocka_unit_test(test_separate),          cmocka_unit_test(test_dark),
        cmocka_unit_test(test_dim_bytes),         cmocka_unit_test(test_touching),
        cmocka_unit_test(test_dim_beside_bright), cmocka_unit_test(test_dim_alone),
        cmocka_unit_test(test_gradient),          cmocka_unit_test(test_edges),
        cmocka_unit_test(test_nothing_there),     cmocka_unit_test(test_debris),
        cmocka_unit_test(test_tiny_images),       cmocka_unit_test(test_nasty),
        cmocka_unit_test(test_same_everywhere),   cmocka_unit_test(test_size_limits),
    };
    const struct CMUnitTest net[] = {
        cmocka_unit_test(test_separate),
        cmocka_unit_test(test_dark),
        cmocka_unit_test(test_dim_bytes),
        cmocka_unit_test(test_touching),
        cmocka_unit_test(test_dim_beside_bright),
        cmocka_unit_test(test_gradient),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_nothing_there),
        cmocka_unit_test(test_tiny_images),
        cmocka_unit_test(test_nasty),
        cmocka_unit_test(test_same_everywhere),
        cmocka_unit_test(test_size_limits),
    };
    const struct CMUnitTest threshold[] = {
        cmocka_unit_test(test_separate),        cmocka_unit_test(test_dark),
        cmocka_unit_test(test_dim_bytes),       cmocka_unit_test(test_touching),
        cmocka_unit_test(test_gradient),        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_nothing_there),   cmocka_unit_test(test_holes_and_closed_layer),
        cmocka_unit_test(test_tiny_images),     cmocka_unit_test(test_nasty),
        cmocka_unit_test(test_same_everywhere), cmocka_unit_test(test_size_limits),
    };
    int failed = cmocka_run_group_tests_name("by levels of light", classical, NULL, NULL);
    method = "net";
    failed += cmocka_run_group_tests_name("by the network", net, NULL, NULL);
    method = "threshold";
    failed += cmocka_run_group_tests_name("by a threshold", threshold, NULL, NULL);
    return failed;
}
