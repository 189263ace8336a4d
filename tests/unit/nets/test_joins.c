/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Painted parts: what their contact, size and shape make of two that touch; chains; what has no top. */
#include "tests/support/empty_view.h"

#include "pipeline/nets/joins.h"

enum { W = 64, H = 40, USUAL = 12 };

/* Two round parts of the usual size are one above a pass of 0.5, small or slim ones sooner. */
static const struct stm_net_joins joins = {.base = -9, .pass = 20, .small = -2, .slim = 1, .top = 400};

struct world {
    struct stm_arena arena;
    struct stm_net_view v;
};

static void open_world(struct world *w)
{
    open_empty_view(&w->v, &w->arena, W, H, stm_net_view_join_bytes(W, H));
}

static void height(struct world *w, int x0, int y0, int across, int down, int height)
{
    for (int y = y0; y < y0 + down; y++)
        for (int x = x0; x < x0 + across; x++)
            w->v.map[1].px[y * w->v.map[1].stride + x] = (int16_t)(height * STM_NET_FINER);
}

/* A rectangle, 800 high in the middle. */
static void paint(struct world *w, int x0, int y0, int across, int down)
{
    struct stm_net_view *v = &w->v;
    v->labels++;
    for (int y = y0; y < y0 + down; y++)
        for (int x = x0; x < x0 + across; x++)
            v->label.px[(y + 1) * v->label.stride + x + 1] = v->labels;
    height(w, x0 + across / 2 - 1, y0 + down / 2 - 1, 3, 3, 800);
}

static uint32_t join_by(struct world *w, const struct stm_net_joins *by)
{
    const size_t used = w->arena.used;
    struct stm_error err;
    assert_ok(stm_net_view_join(&w->v, by, &err), &err);
    assert_int_equal(w->arena.used, used);
    return w->v.labels;
}

static uint32_t join(struct world *w)
{
    return join_by(w, &joins);
}

static uint32_t at(const struct world *w, int x, int y)
{
    return view_label(&w->v, x, y);
}

/* Objects made of a usual part and one of the given size to its right, with this height where they touch. */
static uint32_t made_of(int across, int down, int pass)
{
    struct world w;
    open_world(&w);
    paint(&w, 2, 2, USUAL, USUAL);
    paint(&w, 2 + USUAL, 2, across, down);
    paint(&w, 2, 22, USUAL, USUAL);
    height(&w, USUAL, 2, 4, 3, pass);
    const uint32_t n = join(&w);
    assert_int_equal(at(&w, 3, 3), 1);
    assert_int_equal(at(&w, 2 + USUAL, 2), n == 2 ? 1 : 2);
    assert_int_equal(at(&w, 3, 23), n);
    stm_arena_destroy(&w.arena);
    return n;
}

/* 20 * height + 1 = 9 + 2: 512 of 1024; where the smaller part is a quarter, 9 + 0.5 - 1: 435. */
static void a_high_pass_joins(void **state)
{
    (void)state;
    assert_int_equal(made_of(USUAL, USUAL, 530), 2);
    assert_int_equal(made_of(USUAL, USUAL, 490), 3);
    assert_int_equal(made_of(6, 6, 450), 2);
    assert_int_equal(made_of(6, 6, 420), 3);
}

/* Three times as long as wide, 48 pixels: 9 + 2 / 3 - 3, 341. */
static void slim_parts_join_sooner(void **state)
{
    (void)state;
    assert_int_equal(made_of(4, 12, 360), 2);
    assert_int_equal(made_of(4, 12, 320), 3);
    assert_int_equal(made_of(7, 7, 360), 3);
}

/* Whole objects are judged anew: a quarter goes to the part it fits best, and then the two are no more one
 * than two usual parts are. */
static void the_best_pairs_go_first(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    paint(&w, 2, 2, USUAL, USUAL);
    paint(&w, 14, 2, 6, 6);
    paint(&w, 20, 2, USUAL, USUAL);
    height(&w, 12, 2, 4, 3, 500);
    height(&w, 18, 2, 4, 3, 480);
    assert_int_equal(join(&w), 2);
    assert_int_equal(at(&w, 15, 3), 1);
    assert_int_equal(at(&w, 21, 3), 2);
    stm_arena_destroy(&w.arena);
}

static void a_row_of_parts_becomes_one(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    for (int i = 0; i < 5; i++)
        paint(&w, 2 + 10 * i, 2, 10, 10);
    paint(&w, 2, 20, 10, 10);
    height(&w, 2, 2, 50, 3, 900);
    assert_int_equal(join(&w), 2);
    for (int i = 0; i < 5; i++)
        assert_int_equal(at(&w, 3 + 10 * i, 8), 1);
    assert_int_equal(at(&w, 3, 22), 2);
    stm_arena_destroy(&w.arena);
}

/* An object without a top goes; a part without one stays where it belongs to one that has. */
static void objects_need_a_top(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    paint(&w, 2, 2, USUAL, USUAL);
    paint(&w, 14, 2, 4, 12);
    paint(&w, 30, 2, USUAL, USUAL);
    height(&w, 14, 2, 4, 12, 0);
    height(&w, 12, 2, 4, 3, 390);
    height(&w, 30, 2, USUAL, USUAL, 390);
    assert_int_equal(join(&w), 1);
    assert_int_equal(at(&w, 16, 8), 1);
    assert_int_equal(at(&w, 35, 8), 0);
    stm_arena_destroy(&w.arena);
}

static void nothing_stays_nothing(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    assert_int_equal(join(&w), 0);
    stm_arena_destroy(&w.arena);
}

/* As many parts as a view can have, each beside others: room for their contacts suffices, whatever they are.
 */
static void many_small_parts_fit(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    for (int y = 0; y < H; y += 4)
        for (int x = 0; x < W; x += 4) {
            w.v.labels++;
            for (int i = 0; i < 16; i++)
                w.v.label.px[(y + i / 4 + 1) * w.v.label.stride + x + i % 4 + 1] = w.v.labels;
        }
    for (int i = 0; i < W * H; i++)
        height(&w, i % W, i / W, 1, 1, 700 + i * 7919 % 300);
    height(&w, 0, 20, W, 1, 0);
    height(&w, 0, 19, W, 1, 0);
    const struct stm_net_joins by_height = {.base = -9, .pass = 20, .top = 400};
    assert_int_equal(join_by(&w, &by_height), 2);
    stm_arena_destroy(&w.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_high_pass_joins),       cmocka_unit_test(slim_parts_join_sooner),
        cmocka_unit_test(the_best_pairs_go_first), cmocka_unit_test(a_row_of_parts_becomes_one),
        cmocka_unit_test(objects_need_a_top),      cmocka_unit_test(nothing_stays_nothing),
        cmocka_unit_test(many_small_parts_fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
