/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small painted worlds: parts as a network sees them, and nuclei in them. */
#include "tests/support/stm_assert.h"

#include "pipeline/nets/around.h"

#include <stdlib.h>
#include <string.h>

enum { W = 60, H = 20, PX = W * H };

struct world {
    uint32_t label[PX], nucleus[PX], twin[8];
    int16_t height[PX];
    struct stm_arena arena;
    struct stm_around a;
};

static struct world *open_world(uint32_t parts, uint32_t nuclei)
{
    struct world *const w = calloc(1, sizeof *w);
    struct stm_error err;
    assert_non_null(w);
    assert_ok(stm_arena_create(&w->arena, stm_around_bytes(W, H, parts, nuclei), &err), &err);
    w->a = (struct stm_around){.label = {w->label, W, W, H},
                               .nucleus = {w->nucleus, W, W, H},
                               .height = {w->height, W, W, H},
                               .twin = w->twin,
                               .parts = parts,
                               .nuclei = nuclei};
    for (int i = 0; i < PX; i++)
        w->height[i] = 12000;
    return w;
}

static void close_world(struct world *w)
{
    stm_arena_destroy(&w->arena);
    free(w);
}

static void paint(uint32_t *px, uint32_t value, int x0, int x1, int y0, int y1)
{
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            px[y * W + x] = value;
}

static void part(struct world *w)
{
    struct stm_error err;
    assert_ok(stm_around_nuclei(&w->a, &w->arena, &err), &err);
    assert_int_equal(w->arena.used, 0);
}

static uint32_t at(const struct world *w, int x, int y)
{
    return w->label[y * W + x];
}

static void a_part_with_two_nuclei_becomes_two_cells(void **state)
{
    (void)state;
    struct world *const w = open_world(1, 2);
    paint(w->label, 1, 2, 58, 2, 18);
    paint(w->nucleus, 1, 10, 16, 7, 13);
    paint(w->nucleus, 2, 44, 50, 7, 13);
    part(w);
    assert_int_equal(w->a.cells, 2);
    assert_int_equal(w->a.nucleated, 2);
    assert_int_equal(at(w, 26, 10), 1);
    assert_int_equal(at(w, 33, 10), 2);
    assert_int_equal(at(w, 3, 3), 1);
    assert_int_equal(at(w, 0, 10), 0);
    close_world(w);
}

/* Two parts that touch at x = 30; only the left one has a nucleus. */
static void a_part_without_nucleus_is_a_cell_only_behind_a_valley(void **state)
{
    (void)state;
    for (int valley = 0; valley < 2; valley++) {
        struct world *const w = open_world(2, 1);
        paint(w->label, 1, 2, 30, 2, 18);
        paint(w->label, 2, 30, 58, 2, 18);
        paint(w->nucleus, 1, 10, 16, 7, 13);
        for (int y = 0; valley && y < H; y++)
            w->height[y * W + 29] = w->height[y * W + 30] = 6000;
        part(w);
        assert_int_equal(w->a.nucleated, 1);
        assert_int_equal(w->a.cells, valley ? 2 : 1);
        assert_int_equal(at(w, 50, 10), valley ? 2 : 1);
        close_world(w);
    }
}

static void a_part_far_from_nuclei_stays_a_cell(void **state)
{
    (void)state;
    struct world *const w = open_world(2, 1);
    paint(w->label, 1, 2, 20, 2, 18);
    paint(w->label, 2, 40, 58, 2, 18);
    paint(w->nucleus, 1, 8, 14, 7, 13);
    part(w);
    assert_int_equal(w->a.cells, 2);
    assert_int_equal(w->a.nucleated, 1);
    assert_int_equal(at(w, 50, 10), 2);
    close_world(w);
}

/* A border that was seen holds although the other nucleus is nearer. */
static void borders_that_were_seen_hold(void **state)
{
    (void)state;
    struct world *const w = open_world(2, 2);
    paint(w->label, 1, 2, 40, 2, 18);
    paint(w->label, 2, 40, 58, 2, 18);
    paint(w->nucleus, 1, 4, 10, 7, 13);
    paint(w->nucleus, 2, 42, 48, 7, 13);
    part(w);
    assert_int_equal(at(w, 38, 10), 1);
    assert_int_equal(at(w, 41, 10), 2);
    close_world(w);
}

/* Nuclei 1 and 2 may be twins; they share a part as large as that of nucleus 3, not one twice as large. */
static void twins_share_a_part_of_usual_size(void **state)
{
    (void)state;
    for (int large = 0; large < 2; large++) {
        struct world *const w = open_world(2, 3);
        paint(w->label, 1, 2, large ? 38 : 20, 2, 18);
        paint(w->label, 2, 40, 58, 2, 18);
        paint(w->nucleus, 1, 4, 9, 7, 12);
        paint(w->nucleus, 2, 10, 15, 7, 12);
        paint(w->nucleus, 3, 45, 50, 7, 12);
        w->twin[1] = 2;
        w->twin[2] = 1;
        part(w);
        assert_int_equal(w->a.nucleated, large ? 3 : 2);
        assert_int_equal(at(w, 5, 9) == at(w, 13, 9), !large);
        close_world(w);
    }
}

static void a_nucleus_outside_of_all_parts_has_no_cell(void **state)
{
    (void)state;
    struct world *const w = open_world(1, 2);
    paint(w->label, 1, 2, 30, 2, 18);
    paint(w->nucleus, 1, 10, 16, 7, 13);
    paint(w->nucleus, 2, 28, 34, 7, 13); /* a third of it is inside */
    part(w);
    assert_int_equal(w->a.cells, 1);
    assert_int_equal(at(w, 29, 10), 1);
    assert_int_equal(at(w, 32, 10), 0);
    close_world(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_with_two_nuclei_becomes_two_cells),
        cmocka_unit_test(a_part_without_nucleus_is_a_cell_only_behind_a_valley),
        cmocka_unit_test(a_part_far_from_nuclei_stays_a_cell),
        cmocka_unit_test(borders_that_were_seen_hold),
        cmocka_unit_test(twins_share_a_part_of_usual_size),
        cmocka_unit_test(a_nucleus_outside_of_all_parts_has_no_cell),
    };
    return STM_TEST_MAIN(tests);
}
