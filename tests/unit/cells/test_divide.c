/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Painted parts whose division is plain. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/cells/divide.h"

#include <string.h>

enum { SIDE = 200 };

struct parts {
    uint32_t px[SIDE * SIDE];
};

static void paint(struct parts *p, int x0, int y0, int x1, int y1, enum stm_cells_part part)
{
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            p->px[y * SIDE + x] = part;
}

/* In exactly the memory asked for. */
static uint32_t divide(struct parts *p)
{
    struct stm_error err;
    struct stm_arena scratch;
    uint32_t n = 0;
    assert_ok(stm_arena_create(&scratch, stm_cells_divide_bytes(SIDE, SIDE), &err), &err);
    assert_ok(stm_cells_divide(&n, (struct stm_u32){p->px, SIDE, SIDE, SIDE}, 0.55, 159, stm_kernels_best(),
                               &scratch, &err),
              &err);
    assert_int_equal(scratch.used, 0);
    stm_arena_destroy(&scratch);
    return n;
}

/* Labels that are in use. */
static int cells(const struct parts *p, uint32_t n)
{
    uint8_t seen[SIDE * SIDE] = {0};
    int count = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        assert_true(p->px[i] <= n);
        count += p->px[i] && !seen[p->px[i]];
        seen[p->px[i]] = 1;
    }
    return count;
}

static uint32_t label(const struct parts *p, int x, int y)
{
    return p->px[y * SIDE + x];
}

static void necks_and_lines_divide(void **state)
{
    (void)state;
    struct parts p = {{0}};
    paint(&p, 20, 20, 60, 60, STM_PART_BODY); /* two squares, a thin bridge */
    paint(&p, 60, 38, 80, 42, STM_PART_BODY);
    paint(&p, 80, 20, 120, 60, STM_PART_BODY);
    paint(&p, 20, 100, 60, 140, STM_PART_BODY); /* two squares, a line between */
    paint(&p, 60, 100, 63, 140, STM_PART_LINE);
    paint(&p, 63, 100, 103, 140, STM_PART_BODY);
    paint(&p, 130, 100, 150, 190, STM_PART_BODY); /* one long cell */
    assert_int_equal(cells(&p, divide(&p)), 5);
    assert_true(label(&p, 40, 40) && label(&p, 100, 40) && label(&p, 40, 40) != label(&p, 100, 40));
    assert_true(label(&p, 40, 120) != label(&p, 90, 120) && label(&p, 61, 120));
    assert_int_equal(label(&p, 140, 105), label(&p, 140, 185));
    assert_int_equal(label(&p, 5, 5), 0);
}

static void rounded_cells_stay_apart(void **state)
{
    (void)state;
    struct parts p = {{0}};
    paint(&p, 20, 20, 70, 60, STM_PART_BODY);
    paint(&p, 40, 60, 60, 80, STM_PART_ROUND);
    assert_int_equal(cells(&p, divide(&p)), 2);
    assert_int_equal(label(&p, 50, 70), 1); /* rounded cells first */
}

static void crumbs_belong_to_their_neighbour(void **state)
{
    (void)state;
    struct parts p = {{0}};
    paint(&p, 20, 20, 80, 80, STM_PART_BODY);
    paint(&p, 80, 48, 83, 52, STM_PART_LINE);
    paint(&p, 83, 45, 93, 55, STM_PART_BODY);
    paint(&p, 150, 150, 155, 155, STM_PART_BODY); /* alone */
    assert_int_equal(cells(&p, divide(&p)), 1);
    assert_int_equal(label(&p, 88, 50), label(&p, 50, 50));
    assert_int_equal(label(&p, 152, 152), 0);
}

static void nothing_is_no_cell(void **state)
{
    (void)state;
    struct parts p = {{0}};
    assert_int_equal(cells(&p, divide(&p)), 0);
}

/* A crumb at a cell joins it, one by itself is dropped; for any number of threads. What the edge cuts may be
 * smaller. */
static void small_parts_join_or_go(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 6; threads++) {
        const bool cut = threads > 3;
        struct stm_error err;
        struct stm_arena scratch;
        struct parts p = {{0}};
        uint8_t mask[SIDE * SIDE];
        memset(mask, 7, sizeof mask);
        paint(&p, 0, 0, 3, 3, 1);      /* by itself */
        paint(&p, 20, 20, 60, 60, 2);  /* a cell */
        paint(&p, 60, 30, 63, 34, 3);  /* at it */
        paint(&p, 20, 90, 60, 190, 4); /* another cell */
        struct stm_cells_small s = {.label = {p.px, SIDE, SIDE, SIDE},
                                    .mask = {mask, SIDE, SIDE, SIDE},
                                    .n = 4,
                                    .least_px = 20,
                                    .usual_part = 0.001,
                                    .cut = cut ? 0.3 : 1};
        assert_ok(stm_arena_create(&scratch, stm_cells_small_bytes(SIDE, SIDE, 4), &err), &err);
        scratch.threads = threads;
        assert_ok(stm_cells_join_small(&s, &scratch, &err), &err);
        assert_int_equal(scratch.used, 0);
        assert_int_equal(s.n, cut ? 3 : 2);
        assert_int_equal(s.covered, 40 * 40 + 3 * 4 + 40 * 100 + (cut ? 3 * 3 : 0));
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                const bool first = (x >= 20 && x < 60 && y >= 20 && y < 60) ||
                                   (x >= 60 && x < 63 && y >= 30 && y < 34),
                           second = x >= 20 && x < 60 && y >= 90 && y < 190, corner = cut && x < 3 && y < 3;
                assert_int_equal(label(&p, x, y), corner ? 1 : first ? 1 + cut : second ? 2 + cut : 0);
                assert_int_equal(mask[y * SIDE + x], first || second || corner ? 255 : 0);
            }
        stm_arena_destroy(&scratch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(necks_and_lines_divide), cmocka_unit_test(rounded_cells_stay_apart),
        cmocka_unit_test(small_parts_join_or_go), cmocka_unit_test(crumbs_belong_to_their_neighbour),
        cmocka_unit_test(nothing_is_no_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
