/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Painted heights: two hills on one ridge, the lower one of which rises more or less above the pass between
 * them. */
#include "tests/support/empty_view.h"

enum { W = 48, H = 32, TOP = 800, LONG = 21, HIGHER = 40 };

static const struct stm_net_limits limits = {.odds = 0, .rise = 180, .edge_rise = 60, .top = 450};

struct ridge {
    int x, y;  /* its first pixel, in the middle of its three rows */
    int rise;  /* of the lower top above the pass */
    bool last; /* the lower top is the last pixel, not the first */
};

/* Heights go on beyond, so that smoothing does not move the tops; the object does not. */
static void paint(struct stm_net_view *v, const struct ridge *r)
{
    for (int i = -1; i < LONG + 1; i++) {
        const int down = i < LONG / 2 ? i : LONG - 1 - i, x = r->x + i;
        const bool higher = r->last ? i < LONG / 2 : i > LONG / 2;
        const int height = TOP - r->rise * down / (LONG / 2) + (higher ? HIGHER : 0);
        for (int y = r->y - 1; y <= r->y + 1 && x >= 0 && x < v->w; y++) {
            v->map[0].px[y * v->map[0].stride + x] = down < 0 ? -1000 : 1000;
            v->map[1].px[y * v->map[1].stride + x] = (int16_t)(STM_NET_FINER * height);
        }
    }
}

static uint32_t parts_of(struct ridge r)
{
    struct stm_arena arena;
    struct stm_net_view v;
    struct stm_error err;
    open_empty_view(&v, &arena, W, H, stm_net_view_working_bytes(W, H, W));
    paint(&v, &r);
    const size_t used = arena.used;
    assert_ok(stm_net_view_part(&v, &limits, &err), &err);
    assert_int_equal(arena.used, used);
    const uint32_t n = v.labels;
    stm_arena_destroy(&arena);
    return n;
}

static void tops_rise_above_their_passes(void **state)
{
    (void)state;
    assert_int_equal(parts_of((struct ridge){10, 16, 170, false}), 1);
    assert_int_equal(parts_of((struct ridge){10, 16, 190, false}), 2);
    assert_int_equal(parts_of((struct ridge){10, 16, 170, true}), 1);
    assert_int_equal(parts_of((struct ridge){10, 16, 190, true}), 2);
}

static void tops_at_the_edge_need_not_rise_as_much(void **state)
{
    (void)state;
    assert_int_equal(parts_of((struct ridge){0, 16, 80, false}), 2);
    assert_int_equal(parts_of((struct ridge){0, 16, 50, false}), 1);
    assert_int_equal(parts_of((struct ridge){W - LONG, 16, 80, true}), 2);
    assert_int_equal(parts_of((struct ridge){10, 1, 80, true}), 2);
    assert_int_equal(parts_of((struct ridge){10, H - 2, 80, true}), 2);
}

/* The other top is, this one is not. */
static void only_the_lower_top_has_to_be_there(void **state)
{
    (void)state;
    assert_int_equal(parts_of((struct ridge){0, 16, 80, true}), 1);
}

/* It is three pixels wide. */
static void the_edge_has_an_end(void **state)
{
    (void)state;
    assert_int_equal(parts_of((struct ridge){2, 16, 80, false}), 2);
    assert_int_equal(parts_of((struct ridge){3, 16, 80, false}), 1);
    assert_int_equal(parts_of((struct ridge){W - LONG - 2, 16, 80, true}), 2);
    assert_int_equal(parts_of((struct ridge){W - LONG - 3, 16, 80, true}), 1);
    assert_int_equal(parts_of((struct ridge){10, 3, 80, true}), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tops_rise_above_their_passes),
        cmocka_unit_test(tops_at_the_edge_need_not_rise_as_much),
        cmocka_unit_test(only_the_lower_top_has_to_be_there),
        cmocka_unit_test(the_edge_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
