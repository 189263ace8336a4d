/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Painted objects: one that is like the usual ones in all but what makes it doubtful, then in each point. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/nets/doubtful.h"

#include <string.h>

enum { W = 64, H = 40, SURE = 2000, UNSURE = 1000, HIGH = 15000, LOW = 8000 };

static const struct stm_net_doubt limits = {.odds = 0.65, .bare = 0.3, .sure = 1200, .top = 700};

struct world {
    struct stm_arena arena;
    struct stm_net_view v;
};

static void open_world(struct world *w)
{
    struct stm_error err;
    assert_ok(stm_arena_create(&w->arena, stm_net_view_bytes(W, H) + stm_net_doubtful_bytes(W, H), &err),
              &err);
    w->v = (struct stm_net_view){.kernels = stm_kernels_best(), .scratch = &w->arena};
    assert_ok(stm_net_view_take(&w->v, W, H, &err), &err);
    for (int i = 0; i < STM_NET_OUTPUTS; i++)
        memset(w->v.map[i].px, 0, (size_t)w->v.map[i].stride * (size_t)w->v.map[i].h * 2);
    memset(w->v.label.px, 0, (size_t)w->v.label.stride * (size_t)w->v.label.h * 4);
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

static void drop(struct world *w)
{
    const size_t used = w->arena.used;
    struct stm_error err;
    assert_ok(stm_net_drop_doubtful(&w->v, &limits, &err), &err);
    assert_int_equal(w->arena.used, used);
}

static uint32_t at(const struct world *w, int x, int y)
{
    return w->v.label.px[(y + 1) * w->v.label.stride + x + 1];
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
                                       cmocka_unit_test(nothing_stays_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
