/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small bright nuclei that have no label get one; dim, large, labelled ones and debris do not. */
#include "tests/support/stm_assert.h"

#include "pipeline/nuclei/left_out.h"

#include <string.h>

enum { W = 120, H = 40, USUAL = 20, GROUND = 100, CONTRAST = 400 };

struct square {
    int x, y, side, height;
    bool labelled, debris, expected;
};

static const struct square squares[] = {
    {10, 10, 8, 500, false, false, true},   {30, 10, 8, 100, false, false, false},
    {45, 10, 18, 500, false, false, false}, {70, 10, 8, 500, true, false, false},
    {90, 10, 8, 500, false, true, false},   {112, 30, 8, 500, false, false, true},
};
enum { SQUARES = sizeof squares / sizeof *squares };

struct scene {
    uint16_t light[W * H];
    uint32_t label[W * H];
    struct stm_segment run[SQUARES * W];
    struct stm_object object[SQUARES];
    struct stm_nuclei found;
    struct stm_finder f;
    struct stm_arena scratch;
};

static void draw(struct scene *s, int i)
{
    const struct square *q = &squares[i];
    const int side = q->x + q->side > W ? W - q->x : q->side;
    for (int y = q->y; y < q->y + side; y++) {
        s->run[s->found.segments++] = (struct stm_segment){y, q->x, q->x + side, (uint32_t)i + 1};
        for (int x = q->x; x < q->x + side; x++) {
            s->light[y * W + x] = (uint16_t)(GROUND + q->height);
            s->label[y * W + x] = q->labelled ? 1 : 0;
        }
    }
    s->object[i] = (struct stm_object){.number = (uint32_t)i + 1,
                                       .x0 = q->x,
                                       .y0 = q->y,
                                       .x1 = q->x + side,
                                       .y1 = q->y + side,
                                       .class = q->debris ? STM_CLASS_DEBRIS : STM_CLASS_NONE};
}

static void open_scene(struct scene *s)
{
    struct stm_error err;
    memset(s, 0, sizeof *s);
    for (int i = 0; i < W * H; i++)
        s->light[i] = GROUND;
    for (int i = 0; i < SQUARES; i++)
        draw(s, i);
    s->found.segment = s->run;
    s->found.object = s->object;
    s->found.objects = SQUARES;
    s->found.diameter_px = USUAL;
    s->found.contrast = CONTRAST;
    assert_ok(stm_arena_create(&s->scratch, stm_nuclei_left_out_bytes(W, H), &err), &err);
    s->f = (struct stm_finder){.scratch = &s->scratch,
                               .w = W,
                               .h = H,
                               .seeds = 1,
                               .light = {s->light, W, W, H},
                               .labels = {s->label, W, W, H}};
}

static void takes_in_what_is_condensed_and_bright(void **state)
{
    static struct scene s;
    struct stm_error err;
    uint32_t next = 1;
    (void)state;
    open_scene(&s);
    assert_ok(stm_nuclei_add_left_out(&s.f, &s.found, &err), &err);
    for (int i = 0; i < SQUARES; i++) {
        const struct square *q = &squares[i];
        const uint32_t want = q->expected ? ++next : q->labelled ? 1 : 0;
        assert_int_equal(s.label[q->y * W + q->x], want);
        assert_int_equal(s.label[(q->y + 3) * W + q->x + 3], want);
    }
    assert_int_equal(s.f.seeds, next);
    assert_int_equal(s.scratch.used, 0);
    stm_arena_destroy(&s.scratch);
}

/* A found nucleus that lies partly under a label belongs to it. */
static void leaves_what_the_network_has_touched(void **state)
{
    static struct scene s;
    struct stm_error err;
    (void)state;
    open_scene(&s);
    for (int y = 10; y < 12; y++)
        for (int x = 10; x < 18; x++)
            s.label[y * W + x] = 1;
    assert_ok(stm_nuclei_add_left_out(&s.f, &s.found, &err), &err);
    assert_int_equal(s.label[14 * W + 14], 0);
    assert_int_equal(s.f.seeds, 2);
    stm_arena_destroy(&s.scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_in_what_is_condensed_and_bright),
        cmocka_unit_test(leaves_what_the_network_has_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
