/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Painted objects: one that is like the usual ones in all but what makes it doubtful, then in each point. */
#include "tests/support/empty_view.h"

#include "pipeline/nets/doubtful.h"
#include "pipeline/nets/fine.h"

#include <math.h>
#include <string.h>

enum { W = 64, H = 40, SURE = 2000, UNSURE = 1000, HIGH = 15000, LOW = 8000 };

static const struct stm_net_doubt limits = {.base = -1,
                                            .most_odds = 0.65,
                                            .most_area = 1,
                                            .most_top = 700,
                                            .least_bare = 0.3,
                                            .sure = 1200,
                                            .edge_sure = 1100};

struct world {
    struct stm_arena arena;
    struct stm_net_view v;
    uint16_t light[STM_NET_FINE * W * STM_NET_FINE * H];
};

static void open_world(struct world *w)
{
    open_empty_view(&w->v, &w->arena, W, H, stm_net_doubtful_bytes(W, H));
    memset(w->light, 0, sizeof w->light);
}

/* A square whose middle has the given log odds and height. */
static void paint(struct world *w, int x0, int y0, int side, int odds, int height)
{
    struct stm_net_view *v = &w->v;
    v->labels++;
    for (int y = y0; y < y0 + side; y++)
        for (int x = x0; x < x0 + side; x++)
            v->label.px[(y + 1) * v->label.stride + x + 1] = v->labels;
    v->map[0].px[(y0 + side / 2) * v->map[0].stride + x0 + side / 2] = (int16_t)odds;
    v->map[1].px[(y0 + side / 2) * v->map[1].stride + x0 + side / 2] = (int16_t)height;
}

static void drop_by(struct world *w, const struct stm_net_doubt *doubt)
{
    const struct stm_cu16 light = {w->light, STM_NET_FINE * W, STM_NET_FINE * W, STM_NET_FINE * H};
    const size_t used = w->arena.used;
    struct stm_error err;
    assert_ok(stm_net_drop_doubtful(&w->v, light, doubt, &err), &err);
    assert_int_equal(w->arena.used, used);
}

static void drop(struct world *w)
{
    drop_by(w, &limits);
}

static uint32_t at(const struct world *w, int x, int y)
{
    return view_label(&w->v, x, y);
}

/* How many of three are left, the second of which is as said; the others are usual and alike. */
static uint32_t left_of(int x, int side, int odds, int height)
{
    struct world w;
    open_world(&w);
    paint(&w, 2, 2, 12, SURE, HIGH);
    paint(&w, x, 2, side, odds, height);
    paint(&w, 46, 20, 12, SURE, HIGH);
    drop(&w);
    const uint32_t n = w.v.labels;
    assert_int_equal(at(&w, 3, 3), 1);
    assert_int_equal(at(&w, 50, 25), n);
    assert_int_equal(at(&w, x + side - 1, 3), n == 3 ? 2 : 0);
    stm_arena_destroy(&w.arena);
    return n;
}

static void drops_what_is_small_unsure_low_and_alone(void **state)
{
    (void)state;
    assert_int_equal(left_of(24, 8, UNSURE, LOW), 2);
    assert_int_equal(left_of(24, 8, SURE, LOW), 3);
    assert_int_equal(left_of(24, 8, UNSURE, HIGH), 3);
    assert_int_equal(left_of(24, 8, 1199, LOW), 2); /* 0.65 of the usual are 1300 */
    assert_int_equal(left_of(24, 8, 1200, LOW), 3);
    assert_int_equal(left_of(24, 14, UNSURE, LOW), 3);
}

/* A strip between two cells is a part of either; one that touches a cell with one side of four is not. */
static void keeps_what_lies_between_cells(void **state)
{
    (void)state;
    assert_int_equal(left_of(14, 8, UNSURE, LOW), 2);
    struct world w;
    open_world(&w);
    paint(&w, 2, 2, 12, SURE, HIGH);
    paint(&w, 14, 5, 6, UNSURE, LOW);
    paint(&w, 20, 2, 12, SURE, HIGH);
    paint(&w, 14, 2, 3, SURE, HIGH);
    paint(&w, 14, 11, 3, SURE, HIGH);
    paint(&w, 17, 2, 3, SURE, HIGH);
    paint(&w, 17, 11, 3, SURE, HIGH);
    drop(&w);
    assert_int_equal(w.v.labels, 7);
    stm_arena_destroy(&w.arena);
}

/* Where the image ends nothing is known: of this corner's two sides a quarter is on the ground. */
static void the_edge_of_the_image_is_no_ground(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    paint(&w, 0, 0, 6, UNSURE, LOW);
    paint(&w, 0, 6, 12, SURE, HIGH);
    paint(&w, 6, 0, 3, SURE, HIGH);
    drop(&w);
    assert_int_equal(w.v.labels, 3);
    stm_arena_destroy(&w.arena);
}

/* Of a cell that the edge cuts the surest part may lie beyond. */
static void what_the_edge_cuts_need_not_be_as_sure(void **state)
{
    (void)state;
    const int x[] = {0, 1};
    for (int i = 0; i < 2; i++)
        for (int odds = 1099; odds <= 1100; odds++) {
            struct world w;
            open_world(&w);
            paint(&w, 20, 2, 12, SURE, HIGH);
            paint(&w, 46, 20, 12, SURE, HIGH);
            paint(&w, x[i], 10, 8, odds, LOW);
            drop(&w);
            assert_int_equal(w.v.labels, x[i] == 0 && odds == 1100 ? 3 : 2);
            stm_arena_destroy(&w.arena);
        }
}

/* Light that rises from left to right by `step` in each of the image's pixels. */
static void paint_light(struct world *w, int x0, int y0, int side, int step)
{
    for (int y = STM_NET_FINE * y0; y < STM_NET_FINE * (y0 + side); y++)
        for (int x = STM_NET_FINE * x0; x < STM_NET_FINE * (x0 + side); x++)
            w->light[y * STM_NET_FINE * W + x] = (uint16_t)(1000 + x * step);
}

/* How many of three are left by the sum alone, the second of which has this side, sureness and light. */
static uint32_t left_by(const struct stm_net_doubt *doubt, int side, int odds, int height, int step)
{
    struct world w;
    open_world(&w);
    paint(&w, 2, 2, 12, SURE, HIGH);
    paint(&w, 24, 2, side, odds, height);
    paint(&w, 46, 20, 12, SURE, HIGH);
    paint_light(&w, 0, 0, 20, 20);
    paint_light(&w, 22, 0, side + 4, step);
    paint_light(&w, 44, 18, 16, 20);
    drop_by(&w, doubt);
    const uint32_t n = w.v.labels;
    stm_arena_destroy(&w.arena);
    return n;
}

/* Each term by itself, on both sides of where the sum is 0. */
static void sums_up_what_speaks_for_a_cell(void **state)
{
    (void)state;
    const struct stm_net_doubt none = {
        .base = -4, .most_odds = INFINITY, .most_area = INFINITY, .most_top = INFINITY, .sure = INT16_MAX};
    struct stm_net_doubt d = none;
    d.odds = 5; /* 0.8 of the usual */
    assert_int_equal(left_by(&d, 12, 1590, HIGH, 20), 2);
    assert_int_equal(left_by(&d, 12, 1610, HIGH, 20), 3);
    d = none, d.top = 5; /* 0.8 of 16384 */
    assert_int_equal(left_by(&d, 12, SURE, 13000, 20), 2);
    assert_int_equal(left_by(&d, 12, SURE, 13200, 20), 3);
    d = none, d.area = 10; /* a share of 0.4, two thirds of the usual area: 96 */
    assert_int_equal(left_by(&d, 9, SURE, HIGH, 20), 2);
    assert_int_equal(left_by(&d, 10, SURE, HIGH, 20), 3);
    d = none, d.slope = 10; /* two thirds of the usual slope */
    assert_int_equal(left_by(&d, 12, SURE, HIGH, 13), 2);
    assert_int_equal(left_by(&d, 12, SURE, HIGH, 14), 3);
    d = none, d.base = 1, d.bare = -2; /* all three are on the ground */
    assert_int_equal(left_by(&d, 12, SURE, HIGH, 20), 0);
    d.sure = SURE;
    assert_int_equal(left_by(&d, 12, SURE - 1, HIGH, 20), 2);
}

/* Without any light at all, slopes say nothing. */
static void no_light_is_no_error(void **state)
{
    (void)state;
    const struct stm_net_doubt d = {.base = -4,
                                    .slope = 8.1,
                                    .most_odds = INFINITY,
                                    .most_area = INFINITY,
                                    .most_top = INFINITY,
                                    .sure = INT16_MAX};
    struct world w;
    open_world(&w);
    paint(&w, 2, 2, 12, SURE, HIGH);
    drop_by(&w, &d);
    assert_int_equal(w.v.labels, 1);
    stm_arena_destroy(&w.arena);
}

static void nothing_stays_nothing(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    drop(&w);
    assert_int_equal(w.v.labels, 0);
    stm_arena_destroy(&w.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(drops_what_is_small_unsure_low_and_alone),
                                       cmocka_unit_test(keeps_what_lies_between_cells),
                                       cmocka_unit_test(the_edge_of_the_image_is_no_ground),
                                       cmocka_unit_test(what_the_edge_cuts_need_not_be_as_sure),
                                       cmocka_unit_test(sums_up_what_speaks_for_a_cell),
                                       cmocka_unit_test(no_light_is_no_error),
                                       cmocka_unit_test(nothing_stays_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
