/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contacts of candidates that touch: how long, how bright, where they meet the ground. */
#include "tests/support/stm_assert.h"

#include "pipeline/nuclei/pair.h"

#include <string.h>

enum { W = 40, H = 30, ROOM = 256 };

struct scene {
    uint16_t light[W * H];
    uint32_t label[W * H];
    struct stm_segment base[H];
    struct stm_pair pair[ROOM];
    struct stm_pairs pairs;
    struct stm_finder f;
    struct stm_arena scratch;
};

static void fill(struct scene *s, int x0, int y0, int x1, int y1, uint32_t label, uint16_t light)
{
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            s->label[y * W + x] = label;
            s->light[y * W + x] = light;
        }
}

static void open_scene(struct scene *s, uint32_t labels)
{
    struct stm_error err;
    memset(s, 0, sizeof *s);
    assert_ok(stm_arena_create(&s->scratch, stm_blobs_bytes(W, H), &err), &err);
    for (int y = 0; y < H; y++)
        s->base[y] = (struct stm_segment){y, 0, W, 0};
    s->f = (struct stm_finder){
        .scratch = &s->scratch, .w = W, .h = H, .bases = H, .seeds = labels, .typical = 100};
    s->f.base = s->base;
    s->f.light = (struct stm_u16){s->light, W, W, H};
    s->f.labels = (struct stm_u32){s->label, W, W, H};
    s->pairs = (struct stm_pairs){s->pair, 0, ROOM};
}

static void collect(struct scene *s)
{
    struct stm_error err;
    assert_ok(stm_blobs_make(&s->f, &err), &err);
    stm_pairs_collect(&s->pairs, &s->f);
}

/* 1 | 2 side by side over six rows, 3 apart. */
static void side_by_side(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, 3);
    fill(&s, 5, 5, 15, 15, 1, 100);
    fill(&s, 15, 9, 25, 20, 2, 60);
    fill(&s, 30, 5, 36, 10, 3, 50);
    s.light[12 * W + 15] = 90;
    collect(&s);
    assert_int_equal(s.pairs.n, 1);
    const struct stm_pair *p = &s.pair[0];
    assert_int_equal(p->a, 1);
    assert_int_equal(p->b, 2);
    assert_int_equal(p->length, 6);
    assert_int_equal(p->light, 5 * 60 + 90);
    assert_int_equal(p->pass, 90);
    assert_int_equal(p->step, 6 * 40);
    assert_int_equal(p->ends, 2);
    assert_int_equal(p->x[0], 14);
    assert_int_equal(p->y[0], 9);
    assert_int_equal(p->y[1], 14);
    stm_arena_destroy(&s.scratch);
}

/* 2 in the middle of 1: a contact all around that meets the ground nowhere. */
static void inside(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, 2);
    fill(&s, 5, 5, 25, 25, 1, 50);
    fill(&s, 12, 12, 16, 16, 2, 200);
    collect(&s);
    assert_int_equal(s.pairs.n, 1);
    assert_int_equal(s.pair[0].length, 16);
    assert_int_equal(s.pair[0].light, 16 * 50);
    assert_int_equal(s.pair[0].ends, 0);
    stm_arena_destroy(&s.scratch);
}

/* Contacts of the same two need room once; what finds none is left out. */
static void full(void **state)
{
    static struct scene s;
    (void)state;
    open_scene(&s, 3);
    fill(&s, 5, 5, 15, 15, 1, 100);
    fill(&s, 15, 5, 25, 15, 2, 100);
    fill(&s, 25, 5, 30, 15, 3, 100);
    s.pairs.room = 1;
    collect(&s);
    assert_int_equal(s.pairs.n, 1);
    assert_int_equal(s.pair[0].a, 1);
    assert_int_equal(s.pair[0].b, 2);
    assert_int_equal(s.pair[0].length, 10);
    stm_arena_destroy(&s.scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(side_by_side),
        cmocka_unit_test(inside),
        cmocka_unit_test(full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
