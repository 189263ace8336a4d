/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A label is parted where the levels of light see several nuclei that make it up, and only there. */
#include "tests/support/stm_assert.h"

#include "pipeline/nuclei/second_look.h"

#include <string.h>

enum { W = 100, H = 30, SIDE = 12, OBJECTS = 6, DEBRIS = 1 };

/* Left edges of the squares that were found, of SIDE, from row 5; the last is debris. */
static const int left[OBJECTS] = {4, 16, 40, 64, 80, 52};

struct scene {
    uint32_t label[W * H];
    struct stm_segment run[OBJECTS * SIDE];
    struct stm_object object[OBJECTS];
    struct stm_nuclei found;
    struct stm_finder f;
    struct stm_arena scratch;
};

static void fill(struct scene *s, int x0, int x1, uint32_t label)
{
    for (int y = 5; y < 5 + SIDE; y++)
        for (int x = x0; x < x1; x++)
            s->label[y * W + x] = label;
}

/* Label 1 is made up of two; 2 of one and debris; 3 has two, but is mostly something else. */
static void open_scene(struct scene *s)
{
    struct stm_error err;
    memset(s, 0, sizeof *s);
    for (int y = 5; y < 5 + SIDE; y++)
        for (uint32_t i = 0; i < OBJECTS; i++)
            s->run[s->found.segments++] = (struct stm_segment){y, left[i], left[i] + SIDE, i + 1};
    fill(s, 3, 29, 1);
    fill(s, 40, 64, 2);
    fill(s, 64, 92, 3);
    memset(s->label + 20 * W, 0, sizeof *s->label * W);
    for (int i = 20 * W + 40; i < 28 * W; i++)
        s->label[i] = 3;
    s->found.segment = s->run;
    s->found.object = s->object;
    s->found.objects = OBJECTS;
    s->found.debris = DEBRIS;
    s->found.diameter_px = SIDE;
    assert_ok(stm_arena_create(&s->scratch, stm_nuclei_part_bytes(W, H), &err), &err);
    s->f = (struct stm_finder){
        .scratch = &s->scratch, .w = W, .h = H, .seeds = 3, .labels = {s->label, W, W, H}};
}

static void parts_what_is_two(void **state)
{
    static struct scene s;
    struct stm_error err;
    (void)state;
    open_scene(&s);
    assert_ok(stm_nuclei_part_by_light(&s.f, &s.found, &err), &err);
    const uint32_t *const row = s.label + 10 * W;
    assert_int_equal(s.f.seeds, 4);
    assert_int_equal(row[3], 1);
    assert_int_equal(row[5] != row[20], true);
    assert_int_equal(row[5] + row[20], 5);
    assert_int_equal(row[45], 2);
    assert_int_equal(row[60], 2);
    assert_int_equal(row[70], 3);
    assert_int_equal(row[85], 3);
    assert_int_equal(s.scratch.used, 0);
    stm_arena_destroy(&s.scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(parts_what_is_two)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
