/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the network for adherent cells takes in: codes, their order, what they do not depend on. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/nets/contrast.h"
#include "pipeline/nets/fine.h"

#include <stdlib.h>
#include <string.h>

enum { W = 96, H = 64, OUT = W / STM_NET_FINE };

struct codes {
    uint8_t quad[2][H / STM_NET_FINE][OUT * 4];
    int most;
};

/* In exactly the memory that was promised. */
static void see(struct codes *codes, const uint16_t *px, int w, int h, const struct stm_kernels *k)
{
    struct stm_net_contrast c;
    struct stm_error err;
    struct stm_arena arena;
    const size_t bytes = stm_net_contrast_bytes(W, H) + stm_net_contrast_working_bytes(w, W);
    assert_ok(stm_arena_create(&arena, bytes, &err), &err);
    assert_ok(stm_net_contrast_make(&c, (struct stm_cu16){px, w, w, h}, W, H, k, &arena, &err), &err);
    assert_int_equal(arena.used, stm_net_contrast_bytes(W, H));
    codes->most = c.most;
    for (int y = 0; y < H / STM_NET_FINE; y++)
        stm_net_contrast_row(&c, (uint8_t *const[2]){codes->quad[0][y], codes->quad[1][y]}, y);
    stm_arena_destroy(&arena);
}

/* Contrast of pixel x, y of what was resampled. */
static int code(const struct codes *c, int root, int x, int y)
{
    return c->quad[root][y / 2][x / 2 * 4 + y % 2 * 2 + x % 2];
}

static void even_light_is_none(void **state)
{
    (void)state;
    uint16_t px[W * H];
    struct codes c;
    for (int i = 0; i < W * H; i++)
        px[i] = 700;
    see(&c, px, W, H, stm_kernels_best());
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            assert_true(code(&c, 0, x, y) == 64 && code(&c, 1, x, y) == 64);
}

/* One percent of the pixels are far from the rest: single ones, bright and dark. */
static void single_pixels_are_where_they_are(void **state)
{
    (void)state;
    uint16_t px[W * H];
    struct codes c;
    for (int i = 0; i < W * H; i++)
        px[i] = (uint16_t)(30000 + i * 7919 % 200 - 100); /* the rank is that of this noise */
    px[20 * W + 31] = 40000;
    px[41 * W + 60] = 20000;
    see(&c, px, W, H, stm_kernels_best());
    assert_true(c.most > 80 && c.most < 130);
    assert_int_equal(code(&c, 0, 31, 20), 127);
    assert_int_equal(code(&c, 1, 31, 20), 127);
    assert_int_equal(code(&c, 0, 60, 41), 0);
    assert_int_equal(code(&c, 1, 60, 41), 0);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) { /* the root is farther from none, on the same side */
            const int a = code(&c, 0, x, y) - 64, b = code(&c, 1, x, y) - 64;
            assert_true(a > 0 ? b >= a : a < -1 ? b <= a : true);
        }
}

static void fill(uint16_t *px, int gain)
{
    for (int i = 0; i < W * H; i++)
        px[i] = (uint16_t)(gain * (100 + i * 7919 % 31 + (i % W / 8 + i / W / 8) % 2 * 40));
}

static void counts_in_other_units_are_the_same(void **state)
{
    (void)state;
    uint16_t px[W * H];
    struct codes a, b;
    fill(px, 1);
    see(&a, px, W, H, stm_kernels_best());
    fill(px, 16);
    see(&b, px, W, H, stm_kernels_best());
    assert_memory_equal(a.quad, b.quad, sizeof a.quad);
}

static void same_codes_on_every_instruction_set(void **state)
{
    (void)state;
    enum { LARGE_W = 211, LARGE_H = 150 };
    uint16_t *px = malloc(LARGE_W * LARGE_H * sizeof *px);
    struct codes a, b;
    for (int i = 0; i < LARGE_W * LARGE_H; i++)
        px[i] = (uint16_t)(5000 + i * 7919 % 3001 + i % LARGE_W * 20);
    see(&a, px, LARGE_W, LARGE_H, stm_kernels_for(STM_ISA_REF));
    for (int isa = 1; isa < STM_ISAS; isa++) {
        const struct stm_kernels *k = stm_kernels_for((enum stm_isa)isa);
        if (!k) continue;
        see(&b, px, LARGE_W, LARGE_H, k);
        assert_memory_equal(a.quad, b.quad, sizeof a.quad);
    }
    free(px);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(even_light_is_none),
        cmocka_unit_test(single_pixels_are_where_they_are),
        cmocka_unit_test(counts_in_other_units_are_the_same),
        cmocka_unit_test(same_codes_on_every_instruction_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
