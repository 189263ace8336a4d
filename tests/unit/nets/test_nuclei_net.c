/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nuclei by the network: of several sizes, touching, at the edge, none at all; in exactly the memory asked
 * for. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/nuclei/by_net.h"

#include <math.h>
#include <stdlib.h>

enum { W = 230, H = 170 };

struct disc {
    double x, y, radius;
};

static const struct disc field[] = {{40, 40, 10},   {90, 42, 9},   {150, 38, 11}, {200, 50, 10},
                                    {60, 100, 10},  {79, 101, 9},  {130, 95, 10}, {180, 110, 9},
                                    {100, 140, 10}, {229, 130, 10}};
enum { DISCS = sizeof field / sizeof *field };

/* Discs with an edge two pixels wide, and noise that is the same everywhere. */
static void draw(uint16_t *px, const struct disc *disc, int discs)
{
    uint32_t random = 1;
    for (int i = 0; i < W * H; i++) {
        double light = 0;
        for (int d = 0; d < discs; d++) {
            const double r = hypot(i % W - disc[d].x, i / W - disc[d].y);
            light = fmax(light, fmin(1, fmax(0, (disc[d].radius + 1 - r) / 2)));
        }
        random = random * 1664525 + 1013904223;
        px[i] = (uint16_t)(300 + 2000 * light + (random >> 26));
    }
}

struct found {
    struct stm_nuclei nuclei;
    uint32_t *labels;
    struct stm_arena keep;
};

static void find(struct found *f, const uint16_t *px, const struct stm_kernels *k)
{
    const struct stm_nuclei_options options = {.sensitivity = 0.5, .boundary = 0.45, .declump = true};
    struct stm_error err = {0};
    struct stm_arena scratch;
    f->labels = malloc(W * H * sizeof *f->labels);
    assert_ok(stm_arena_create(&scratch, stm_nuclei_by_net_scratch(W, H), &err), &err);
    assert_ok(stm_arena_create(&f->keep, 1 << 22, &err), &err);
    assert_ok(stm_nuclei_find_by_net(&f->nuclei, (struct stm_u32){f->labels, W, W, H},
                                     (struct stm_cu16){px, W, W, H}, k, &options, &scratch, &f->keep, &err),
              &err);
    assert_int_equal(scratch.used, 0);
    stm_arena_destroy(&scratch);
}

static void forget(struct found *f)
{
    free(f->labels);
    stm_arena_destroy(&f->keep);
}

static void finds_each_disc(void **state)
{
    (void)state;
    uint16_t *px = malloc(W * H * sizeof *px);
    struct found f;
    draw(px, field, DISCS);
    find(&f, px, stm_kernels_best());
    assert_int_equal(f.nuclei.objects - f.nuclei.debris, DISCS);
    assert_true(fabs(f.nuclei.diameter_px - 20) < 2);
    for (int d = 0; d + 1 < DISCS; d++) {
        const uint32_t label = f.labels[(int)field[d].y * W + (int)field[d].x];
        assert_int_not_equal(label, 0);
        assert_true(fabs(f.nuclei.object[label - 1].cx - field[d].x) < 1.5);
        assert_true(fabs(f.nuclei.object[label - 1].cy - field[d].y) < 1.5);
    }
    assert_int_not_equal(f.labels[130 * W + W - 1], 0);
    forget(&f);
    free(px);
}

static void same_labels_on_every_instruction_set(void **state)
{
    (void)state;
    uint16_t *px = malloc(W * H * sizeof *px);
    struct found f, g;
    draw(px, field, DISCS);
    find(&f, px, stm_kernels_for(STM_ISA_REF));
    for (int isa = 1; isa < STM_ISAS; isa++) {
        const struct stm_kernels *k = stm_kernels_for((enum stm_isa)isa);
        if (!k) continue;
        find(&g, px, k);
        assert_memory_equal(f.labels, g.labels, W * H * sizeof *f.labels);
        forget(&g);
    }
    forget(&f);
    free(px);
}

static void finds_nothing_in_nothing(void **state)
{
    (void)state;
    uint16_t *px = calloc(W * H, sizeof *px);
    struct found f;
    find(&f, px, stm_kernels_best());
    assert_int_equal(f.nuclei.objects, 0);
    forget(&f);
    free(px);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_each_disc),
        cmocka_unit_test(same_labels_on_every_instruction_set),
        cmocka_unit_test(finds_nothing_in_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
