/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two networks asked about one image: the mean of what they say, the second having seen it turned; in exactly
 * the memory asked for. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/nets/objects.h"
#include "pipeline/nets/opinions.h"

#include <stdlib.h>
#include <string.h>

enum { W = 53, H = 42, PW = 64, PH = 48, QUADS = 2 }; /* no multiples of 16 */

struct picture {
    uint8_t px[QUADS][H][4 * W];
};

static void row(void *from, uint8_t *const *quad, int y)
{
    const struct picture *p = from;
    for (int q = 0; q < QUADS; q++)
        memcpy(quad[q], p->px[q][y], 4 * W);
}

static struct picture draw(void)
{
    struct picture p;
    uint32_t random = 7;
    for (int q = 0; q < QUADS; q++)
        for (int y = 0; y < H; y++)
            for (int i = 0; i < 4 * W; i++) {
                random = random * 1664525 + 1013904223;
                const int x = i / 4, blob = (x - 20) * (x - 20) + (y - 12) * (y - 12) < 90;
                p.px[q][y][i] = (uint8_t)(60 + 30 * blob + (random >> 28));
            }
    return p;
}

/* The four parts of a pixel are 2 x 2 of the image. */
static struct picture turn(const struct picture *p)
{
    struct picture t;
    for (int q = 0; q < QUADS; q++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                for (int part = 0; part < 4; part++)
                    t.px[q][y][4 * x + part] = p->px[q][H - 1 - y][4 * (W - 1 - x) + 3 - part];
    return t;
}

struct said {
    int16_t px[STM_NET_OUTPUTS][PH][PW];
};

static struct said ask(const struct stm_opinions *who, struct picture *p)
{
    struct said s;
    struct stm_error err;
    struct stm_arena arena;
    const struct stm_net_image image = {W, H, row, p};
    const struct stm_s16 out[STM_NET_OUTPUTS] = {{s.px[0][0], PW, PW, PH}, {s.px[1][0], PW, PW, PH}};
    assert_int_equal(stm_net_padded(W, STM_NET_MULTIPLE), PW);
    assert_int_equal(stm_net_padded(H, STM_NET_MULTIPLE), PH);
    assert_true(stm_arena_create(&arena, stm_opinions_bytes(who, W, H), &err));
    assert_true(stm_opinions_ask(who, &image, stm_kernels_best(), out, &arena, &err));
    assert_int_equal(arena.used, 0);
    assert_int_equal(arena.peak, arena.size);
    stm_arena_destroy(&arena);
    return s;
}

static void second_sees_it_turned(void **state)
{
    (void)state;
    struct picture p = draw(), t = turn(&p);
    const struct stm_opinions first = {.first = &stm_net_cells}, second = {.first = &stm_net_phase},
                              both = {&stm_net_cells, &stm_net_phase};
    const struct said a = ask(&first, &p), b = ask(&second, &t), mean = ask(&both, &p);
    for (int i = 0; i < STM_NET_OUTPUTS; i++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                const int twice = a.px[i][y][x] + b.px[i][H - 1 - y][W - 1 - x];
                assert_true(2 * mean.px[i][y][x] == twice || 2 * mean.px[i][y][x] == twice - 1);
            }
}

/* So a network asked twice says of a turned image what it says of the image, turned. */
static void asked_twice_it_leans_to_no_side(void **state)
{
    (void)state;
    struct picture p = draw(), t = turn(&p);
    const struct stm_opinions once = {.first = &stm_net_cells}, twice = {&stm_net_cells, &stm_net_cells};
    const struct said a = ask(&twice, &p), b = ask(&twice, &t), one = ask(&once, &p), other = ask(&once, &t);
    int leans = 0;
    for (int i = 0; i < STM_NET_OUTPUTS; i++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                assert_int_equal(a.px[i][y][x], b.px[i][H - 1 - y][W - 1 - x]);
                leans += one.px[i][y][x] != other.px[i][H - 1 - y][W - 1 - x];
            }
    assert_true(leans > W * H);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(second_sees_it_turned),
                                              cmocka_unit_test(asked_twice_it_leans_to_no_side)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
