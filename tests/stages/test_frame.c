/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "tests/support/fixture.h"

#include <math.h>

extern const struct stm_stage stm_stage_frame;

enum { W = 200, H = 100, MOST = 8 };

static void set(struct stm_fixture *f, const char *name, const char *value)
{
    struct stm_error err;
    assert_ok(stm_param_set(stm_stage_frame.params, f->params, name, value, &err), &err);
}

/* A field of boxes of w x h pixels with their middles where boxes have them. */
static void open_field(struct stm_fixture *f, struct stm_object *objects, int n, const int (*box)[4])
{
    static const enum stm_role roles[] = {STM_ROLE_PHASE};
    stm_fixture_open(f, &stm_stage_frame, W, H, roles, 1);
    for (int i = 0; i < n; i++)
        objects[i] = (struct stm_object){.number = (uint32_t)i + 1,
                                         .x0 = box[i][0],
                                         .y0 = box[i][1],
                                         .x1 = box[i][2],
                                         .y1 = box[i][3],
                                         .cx = (box[i][0] + box[i][2] - 1) / 2.0,
                                         .cy = (box[i][1] + box[i][3] - 1) / 2.0};
    f->site.objects = objects;
    f->site.n_objects = n;
    f->site.geo.pixel_um = 2;
}

static void run(struct stm_fixture *f)
{
    struct stm_error err;
    assert_ok(stm_stage_frame.run(&f->site, &f->env, &err), &err);
}

static void close_field(struct stm_fixture *f)
{
    f->site.objects = NULL;
    f->site.n_objects = 0;
    stm_fixture_close(f);
}

static void edge_rule_decides_what_counts(void **state)
{
    (void)state;
    /* left, top, right, bottom, bottom left corner, inside */
    static const int box[][4] = {{0, 40, 9, 60},  {50, 0, 60, 9}, {191, 40, W, 60},
                                 {50, 91, 60, H}, {0, 91, 9, H},  {50, 40, 60, 50}};
    static const struct {
        const char *rule;
        bool counted[6];
        double area;
    } rows[] = {{"frame", {1, 1, 0, 0, 0, 1}, W * H},
                {"middle", {0, 0, 0, 0, 0, 1}, 190 * 90},
                {"all", {1, 1, 1, 1, 1, 1}, W * H},
                {"exclude_border", {0, 0, 0, 0, 0, 1}, W * H}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stm_fixture f;
        struct stm_object objects[MOST];
        open_field(&f, objects, 6, box);
        set(&f, "edge_rule", rows[i].rule);
        set(&f, "guard_percent", "5");
        run(&f);
        for (int j = 0; j < 6; j++)
            assert_int_equal(objects[j].counted, rows[i].counted[j]);
        assert_near(stm_fixture_value(&f, "Counted_Area"), rows[i].area, 0);
        assert_near(stm_fixture_value(&f, "Counted_Area_mm2"), rows[i].area * 4e-6, 1e-12);
        close_field(&f);
    }
}

/* Fields side by side, cut out of one: each pixel of a middle is in one frame, none in two. */
static void frames_share_their_edges(void **state)
{
    (void)state;
    static const int box[][4] = {
        {3, 50, 6, 51}, {4, 50, 7, 51}, {193, 50, 196, 51}, {194, 50, 197, 51}, {4, 50, 6, 51}};
    struct stm_fixture f;
    struct stm_object objects[MOST];
    open_field(&f, objects, 5, box);
    set(&f, "edge_rule", "middle");
    set(&f, "guard_percent", "5");
    run(&f);
    /* middles 4, 5, 194, 195 and 4.5; the frame reaches from 4.5 to 194.5 */
    static const bool counted[] = {0, 1, 1, 0, 1};
    for (int i = 0; i < 5; i++)
        assert_int_equal(objects[i].counted, counted[i]);
    close_field(&f);
}

enum { DISCS = 20000, RADIUS = 6, SIDE = 2000, SLIVER = 4 };

/* What a window of the plane shows of its discs, but for slivers, which are not found. Returns how many. */
static int look(int (*box)[4], const int (*disc)[2], int left, int top)
{
    int n = 0;
    for (int i = 0; i < DISCS; i++) {
        const int x = disc[i][0] - left, y = disc[i][1] - top;
        if (x + RADIUS < SLIVER || x - RADIUS > W - SLIVER || y + RADIUS < SLIVER || y - RADIUS > H - SLIVER)
            continue;
        box[n][0] = x < RADIUS ? 0 : x - RADIUS;
        box[n][1] = y < RADIUS ? 0 : y - RADIUS;
        box[n][2] = x + RADIUS >= W ? W : x + RADIUS + 1;
        box[n++][3] = y + RADIUS >= H ? H : y + RADIUS + 1;
    }
    return n;
}

/* Discs counted by a rule in all windows of a plane, to a pixel, over the truth. */
static double found(const char *rule)
{
    static struct stm_object objects[DISCS];
    static int disc[DISCS][2], box[DISCS][4];
    uint64_t seed = 7;
    double counted = 0, area = 0;
    for (int i = 0; i < DISCS; i++)
        for (int k = 0; k < 2; k++)
            disc[i][k] = (int)(stm_fixture_random(&seed) % SIDE);
    for (int top = H; top + 2 * H <= SIDE; top += H)
        for (int left = W; left + 2 * W <= SIDE; left += W) {
            struct stm_fixture f;
            const int n = look(box, (const int(*)[2])disc, left, top);
            open_field(&f, objects, n, (const int(*)[4])box);
            set(&f, "edge_rule", rule);
            set(&f, "guard_percent", "7");
            run(&f);
            for (int i = 0; i < n; i++)
                counted += objects[i].counted;
            area += stm_fixture_value(&f, "Counted_Area");
            close_field(&f);
        }
    return counted / area / DISCS * SIDE * SIDE;
}

/* About 11 500 discs lie in the frames: 0.9 %. */
static void density_is_unbiased_where_slivers_are_not_found(void **state)
{
    (void)state;
    assert_near(found("middle"), 1, 0.025);
    assert_true(found("frame") < 0.97);
    assert_true(found("all") > 1.05);
}

static void what_is_no_surface_is_no_area(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_field(&f, NULL, 0, NULL);
    f.site.confluence.excluded = 12.5;
    f.site.geo.pixel_um = NAN;
    run(&f);
    assert_near(stm_fixture_value(&f, "Counted_Area"), W * H * 0.875, 0);
    assert_true(isnan(stm_fixture_value(&f, "Counted_Area_mm2")));
    close_field(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edge_rule_decides_what_counts),
        cmocka_unit_test(frames_share_their_edges),
        cmocka_unit_test(density_is_unbiased_where_slivers_are_not_found),
        cmocka_unit_test(what_is_no_surface_is_no_area),
    };
    return STM_TEST_MAIN(tests);
}
