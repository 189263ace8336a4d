/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <stdlib.h>

extern const struct stm_stage stm_stage_cells;

enum { W = 640, H = 620, MAX = 64 };
static const enum stm_role grey[] = {STM_ROLE_BRIGHTFIELD};
static const enum stm_role colour[] = {STM_ROLE_RED, STM_ROLE_GREEN, STM_ROLE_BLUE};

/* A lens with a dark rim (bright > 0), or a stained disc (bright <= 0: what is left of red light, minus 1).
 */
struct lens {
    double x, y, radius, bright;
};
struct scene {
    struct stm_fixture f;
    struct lens lens[MAX];
    int lenses;
    double pitch, slope; /* of grid lines; 0 = none */
    bool borders;        /* the second of every four lines is triple */
    double ground, noise;
};

static void open_scene(struct scene *s, const enum stm_role *roles, int channels, double pixel_um)
{
    *s = (struct scene){.ground = 150, .noise = 1};
    stm_fixture_open(&s->f, &stm_stage_cells, W, H, roles, channels);
    s->f.env.kernels = stm_kernels_best();
    s->f.site.labels = (struct stm_u32){calloc((size_t)W * H, 4), W, W, H};
    s->f.site.geo.pixel_um = s->f.site.row.pixel_um = pixel_um;
    for (int c = 0; c < channels; c++)
        s->f.site.row.channel[c].true_bits = 8;
}

static void close_scene(struct scene *s)
{
    free(s->f.site.labels.px);
    s->f.site.objects = NULL; /* in the arena, like the rest */
    s->f.site.segments = NULL;
    s->f.site.object_values = NULL;
    stm_fixture_close(&s->f);
}

static void add(struct scene *s, double x, double y, double radius, double bright)
{
    s->lens[s->lenses++] = (struct lens){x, y, radius, bright};
}

static double bump(double x, double middle, double width)
{
    const double d = (x - middle) / width;
    return exp(-d * d / 2);
}

/* What lenses and stained discs do to the light of channel c. */
static double through(const struct scene *s, int x, int y, int c)
{
    static const double dye[] = {1, 0.7, 0.2};
    double light = 1;
    for (int i = 0; i < s->lenses; i++) {
        const struct lens *const l = &s->lens[i];
        const double r = hypot(x - l->x, y - l->y), inside = 1 / (1 + exp((r - l->radius) * 3));
        if (l->bright > 0)
            light *= 1 - 0.55 * bump(r, l->radius - 1.5, 1.3) + l->bright * bump(r, 0, l->radius / 3);
        else
            light *= 1 + l->bright * inside * dye[c];
    }
    return light;
}

static double line_light(const struct scene *s, double u)
{
    const double n = floor(u / s->pitch + 0.5), d = fabs(u - s->pitch * n);
    double light = bump(d, 0, 1.6);
    if (s->borders && fmod(n + 7, 4) == 0) light = fmax(light, bump(d, 7, 1.6));
    return light;
}

static double grid_light(const struct scene *s, int x, int y)
{
    if (!(s->pitch > 0)) return 1;
    const double u = x + s->slope * y + 0.3 * s->pitch, v = y - s->slope * x + 0.4 * s->pitch;
    return 1 + 0.3 * fmax(line_light(s, u), line_light(s, v));
}

static void render(struct scene *s)
{
    uint64_t state = 11;
    for (int c = 0; c < s->f.site.row.channels; c++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                const double fall = 1 - 0.1 * (x + y) / (W + H);
                const double v = s->ground * fall * grid_light(s, x, y) * through(s, x, y, c) +
                                 stm_fixture_noise(&state, s->noise);
                s->f.site.plane[c].px[y * s->f.site.plane[c].stride + x] =
                    (uint16_t)fmin(255, fmax(0, v + 0.5));
            }
}

static void run(struct scene *s)
{
    struct stm_error err;
    const size_t mark = stm_arena_mark(&s->f.scratch);
    stm_arena_reset(&s->f.arena, 0);
    s->f.site.object_values = NULL;
    assert_ok(stm_stage_cells.run(&s->f.site, &s->f.env, &err), &err);
    stm_arena_reset(&s->f.scratch, mark);
}

/* The object whose centre is within 3 px, or -1. */
static int at(const struct scene *s, double x, double y)
{
    for (int i = 0; i < s->f.site.n_objects; i++)
        if (hypot(s->f.site.objects[i].cx - x, s->f.site.objects[i].cy - y) < 3) return i;
    return -1;
}

static void check_all_found(const struct scene *s)
{
    for (int i = 0; i < s->lenses; i++) {
        if (at(s, s->lens[i].x, s->lens[i].y) >= 0) continue;
        for (int k = 0; k < s->f.site.n_objects; k++)
            print_error("found at %.1f, %.1f\n", s->f.site.objects[k].cx, s->f.site.objects[k].cy);
        fail_msg("cell %d at %.0f, %.0f is not found", i, s->lens[i].x, s->lens[i].y);
    }
    assert_int_equal(s->f.site.n_objects, s->lenses);
}

static void finds_cells_on_a_grid_and_the_grid(void **state)
{
    (void)state;
    static const double slopes[] = {0, 0.012, -0.02};
    for (size_t k = 0; k < 3; k++) {
        struct scene s;
        open_scene(&s, grey, 1, NAN);
        s.pitch = 147.5;
        s.slope = slopes[k];
        for (int i = 0; i < 5; i++)
            for (int j = 0; j < 5; j++)
                add(&s, 45 + 120 * i + 9 * j, 50 + 117 * j + 11 * i, 8 + 0.5 * (i % 3), i % 2 ? 0.5 : -0.4);
        render(&s);
        run(&s);
        check_all_found(&s);
        assert_near(stm_fixture_value(&s.f, "Chamber_Pitch"), 147.5, 0.7);
        assert_true(stm_fixture_value(&s.f, "Chamber_Spacing_um") == 250);
        assert_near(s.f.site.geo.pixel_um, 250 / 147.5, 0.01);
        assert_near(stm_fixture_value(&s.f, "Chamber_Area_mm2"),
                    W * H * s.f.site.geo.pixel_um * s.f.site.geo.pixel_um * 1e-6, 1e-9);
        close_scene(&s);
    }
}

static void touching_cells_are_cut_apart(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, grey, 1, 1);
    add(&s, 100, 100, 9, 0.5); /* a pair of lenses */
    add(&s, 117, 100, 9, 0.5);
    add(&s, 300, 200, 9, -0.4); /* three stained ones in a row */
    add(&s, 317.5, 200, 9, -0.4);
    add(&s, 335, 202, 9, -0.4);
    add(&s, 200, 400, 9, 0.5); /* alone */
    render(&s);
    run(&s);
    check_all_found(&s);
    assert_true(stm_fixture_object(&s.f, at(&s, 100, 100) + 1, "Cell_InClump") == 1);
    assert_true(stm_fixture_object(&s.f, at(&s, 300, 200) + 1, "Cell_InClump") == 1);
    assert_true(stm_fixture_object(&s.f, at(&s, 200, 400) + 1, "Cell_InClump") == 0);
    close_scene(&s);
}

static void sizes_and_lights_are_those_of_the_cells(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, colour, 3, 0.5);
    add(&s, 100, 100, 10, -0.5);
    add(&s, 300, 300, 10, 0.5);
    render(&s);
    run(&s);
    const int dead = at(&s, 100, 100) + 1, live = at(&s, 300, 300) + 1;
    assert_near(stm_fixture_object(&s.f, dead, "Cell_Diameter"), 20, 1);
    assert_near(stm_fixture_object(&s.f, live, "Cell_Diameter"), 20, 1.5);
    assert_near(stm_fixture_object(&s.f, dead, "Cell_Diameter_um"), 10, 0.5);
    /* red 0.5, blue 0.9 of the light: log10(1 / 0.5) - log10(1 / 0.9) */
    assert_near(stm_fixture_object(&s.f, dead, "Cell_Dye"), log10(0.9 / 0.5), 0.03);
    assert_near(stm_fixture_object(&s.f, live, "Cell_Dye"), 0, 0.02);
    assert_true(stm_fixture_object(&s.f, live, "Cell_Peak") > 0.3);
    assert_true(stm_fixture_object(&s.f, dead, "Cell_AxisRatio") > 0.95);
    close_scene(&s);
}

static void count_in(struct scene *s, const char *squares)
{
    struct stm_error err;
    assert_ok(stm_param_set(stm_stage_cells.params, s->f.params, "squares", squares, &err), &err);
    assert_ok(stm_param_set(stm_stage_cells.params, s->f.params, "spacing_um", "250", &err), &err);
}

static double square_of(const struct scene *s, double x, double y)
{
    const int i = at(s, x, y);
    if (i < 0) fail_msg("no cell at %.0f, %.0f", x, y);
    return stm_fixture_object(&s->f, i + 1, "Cell_Square");
}

/* Lines every 100 px; a square of four by four between triple lines: x from 70 to 470, y from 60 to 460. */
static void cells_belong_to_the_square_whose_left_and_top_lines_they_touch(void **state)
{
    (void)state;
    static const struct {
        double x, y;
        int corner, small; /* numbers of squares */
    } cells[] = {{220, 210, 1, 7},  {70, 210, 1, 6}, {470, 210, 0, 10}, {320, 60, 1, 3},  {320, 460, 0, 23},
                 {540, 540, 0, 25}, {25, 110, 0, 0}, {70, 460, 0, 21},  {420, 410, 1, 19}};
    for (int small = 0; small < 2; small++) {
        struct scene s;
        open_scene(&s, grey, 1, NAN);
        s.pitch = 100;
        s.borders = true;
        for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
            add(&s, cells[i].x, cells[i].y, 8, -0.5);
        render(&s);
        count_in(&s, small ? "small" : "corner");
        run(&s);
        assert_true(stm_fixture_value(&s.f, "Squares_Counted") == (small ? 25 : 1));
        assert_near(stm_fixture_value(&s.f, "Chamber_Area_mm2"), small ? 25 * 0.0625 : 1, 1e-9);
        for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
            assert_true(square_of(&s, cells[i].x, cells[i].y) == (small ? cells[i].small : cells[i].corner));
        const int middle = at(&s, 220, 210) + 1; /* second of four columns, second of four rows */
        if (!small) assert_true(stm_fixture_object(&s.f, middle, "Cell_SquarePart") == 6);
        close_scene(&s);
    }
}

static void squares_on_slanting_lines_are_squares(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, grey, 1, NAN);
    s.pitch = 100;
    s.slope = 0.03;
    s.borders = true;
    /* the left line runs from x = 68 at the top to 56 at the bottom */
    add(&s, 52, 430, 8, -0.5);
    add(&s, 46, 160, 8, -0.5);
    render(&s);
    count_in(&s, "corner");
    run(&s);
    assert_true(stm_fixture_value(&s.f, "Squares_Counted") == 1);
    assert_true(square_of(&s, 52, 430) == 1);
    assert_true(square_of(&s, 46, 160) == 0);
    close_scene(&s);
}

static void squares_that_are_not_there_are_not_counted_in(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, grey, 1, NAN);
    add(&s, 220, 210, 8, -0.5);
    s.pitch = 100;
    render(&s);
    count_in(&s, "corner");
    run(&s);
    assert_int_equal(s.f.site.row.verdict, STM_VERDICT_REJECTED);
    assert_non_null(strstr(s.f.site.row.reason, "no corner square is whole in the picture"));
    assert_true(square_of(&s, 220, 210) == 0);
    close_scene(&s);
    open_scene(&s, grey, 1, NAN);
    add(&s, 220, 210, 8, -0.5);
    render(&s);
    count_in(&s, "corner");
    run(&s);
    assert_non_null(strstr(s.f.site.row.reason, "no grid is seen"));
    struct stm_error err;
    assert_ok(stm_param_set(stm_stage_cells.params, s.f.params, "chamber", "thoma", &err), &err);
    assert_fails(stm_stage_cells.check(s.f.params, &s.f.site.geo, &err), &err,
                 "a chamber thoma has no squares called corner; cells.squares can be visible, centre, group");
    close_scene(&s);
}

/* Something hidden in a square, here by a field stop, makes it less than whole. */
static void a_square_that_is_partly_hidden_does_not_count(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, grey, 1, NAN);
    s.pitch = 100;
    s.borders = true;
    render(&s);
    for (int y = 400; y < H; y++)
        for (int x = 0; x < 150; x++)
            s.f.site.plane[0].px[y * s.f.site.plane[0].stride + x] = 3;
    count_in(&s, "corner");
    run(&s);
    assert_true(stm_fixture_value(&s.f, "Squares_Counted") == 0);
    count_in(&s, "small");
    run(&s);
    assert_in_range((int)stm_fixture_value(&s.f, "Squares_Counted"), 20, 24);
    close_scene(&s);
}

static void an_empty_chamber_has_no_cells(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, grey, 1, NAN);
    render(&s);
    run(&s);
    assert_int_equal(s.f.site.n_objects, 0);
    assert_true(isnan(stm_fixture_value(&s.f, "Chamber_Pitch")) && isnan(s.f.site.geo.pixel_um));
    assert_near(stm_fixture_value(&s.f, "Chamber_Noise"), 0.25, 0.15); /* 1 of 143, smoothed */
    close_scene(&s);
}

static void what_is_behind_the_field_stop_is_not_counted_as_area(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s, grey, 1, 1);
    add(&s, 320, 310, 9, 0.5);
    render(&s);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            if (hypot(x - 320, y - 310) > 240) s.f.site.plane[0].px[y * s.f.site.plane[0].stride + x] = 3;
    run(&s);
    const double disc = 3.14159 * 240 * 240, seen = stm_fixture_value(&s.f, "Chamber_Visible");
    assert_true(seen < disc && seen > 0.6 * disc);
    assert_true(at(&s, 320, 310) >= 0);
    assert_int_equal(s.f.site.n_objects, 1);
    close_scene(&s);
}

static void small_pictures_and_extremes_are_no_trouble(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {3, 200}, {200, 3}, {33, 47}, {64, 64}};
    static const uint16_t fills[] = {0, 1, 255, 65535};
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 4; k++) {
            struct scene s;
            open_scene(&s, grey, 1, NAN);
            stm_fixture_fresh(&s.f, sizes[i][0], sizes[i][1]);
            s.f.site.labels.w = sizes[i][0];
            s.f.site.labels.h = sizes[i][1];
            s.f.site.row.channel[0].true_bits = 16;
            for (int y = 0; y < sizes[i][1]; y++)
                for (int x = 0; x < sizes[i][0]; x++)
                    s.f.site.plane[0].px[y * s.f.site.plane[0].stride + x] = fills[k];
            run(&s);
            assert_int_equal(s.f.site.n_objects, 0);
            close_scene(&s);
        }
}

static void every_instruction_set_finds_the_same(void **state)
{
    (void)state;
    struct scene s;
    struct stm_object first[MAX];
    int n = -1;
    open_scene(&s, grey, 1, 1);
    for (int i = 0; i < 12; i++)
        add(&s, 60 + 47 * i, 80 + 41 * i, 7 + 0.4 * i, i % 2 ? 0.5 : -0.35);
    s.pitch = 130;
    render(&s);
    for (int isa = 0; isa < STM_ISAS; isa++) {
        const struct stm_kernels *const k = stm_kernels_for((enum stm_isa)isa);
        if (!k) continue;
        s.f.env.kernels = k;
        run(&s);
        if (n >= 0) {
            assert_int_equal(n, s.f.site.n_objects);
            assert_memory_equal(first, s.f.site.objects, (size_t)n * sizeof *first);
        }
        n = s.f.site.n_objects;
        assert_in_range(n, 12, MAX);
        memcpy(first, s.f.site.objects, (size_t)n * sizeof *first);
    }
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_cells_on_a_grid_and_the_grid),
        cmocka_unit_test(touching_cells_are_cut_apart),
        cmocka_unit_test(sizes_and_lights_are_those_of_the_cells),
        cmocka_unit_test(cells_belong_to_the_square_whose_left_and_top_lines_they_touch),
        cmocka_unit_test(squares_on_slanting_lines_are_squares),
        cmocka_unit_test(squares_that_are_not_there_are_not_counted_in),
        cmocka_unit_test(a_square_that_is_partly_hidden_does_not_count),
        cmocka_unit_test(an_empty_chamber_has_no_cells),
        cmocka_unit_test(what_is_behind_the_field_stop_is_not_counted_as_area),
        cmocka_unit_test(small_pictures_and_extremes_are_no_trouble),
        cmocka_unit_test(every_instruction_set_finds_the_same),
    };
    return STM_TEST_MAIN(tests);
}
