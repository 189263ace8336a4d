/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two networks asked about one image: the mean of what they say, the second having seen it from farther away
 * and turned; in exactly the memory asked for. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/nets/meet.h"
#include "pipeline/nets/objects.h"
#include "pipeline/nets/opinions.h"

#include <stdlib.h>
#include <string.h>

enum { W = 53, H = 42, PW = 64, PH = 48, QUADS = 2 }; /* no multiples of 16 */

struct picture {
    int w, h;
    uint8_t px[QUADS][H][4 * W];
};

static void row(void *from, uint8_t *const *quad, int y)
{
    const struct picture *p = from;
    for (int q = 0; q < QUADS; q++)
        memcpy(quad[q], p->px[q][y], 4 * (size_t)p->w);
}

static struct picture draw(int w, int h)
{
    struct picture p = {.w = w, .h = h};
    uint32_t random = 7;
    for (int q = 0; q < QUADS; q++)
        for (int y = 0; y < h; y++)
            for (int i = 0; i < 4 * w; i++) {
                random = random * 1664525 + 1013904223;
                const int x = i / 4, blob = (x - 20) * (x - 20) + (y - 12) * (y - 12) < 90;
                p.px[q][y][i] = (uint8_t)(60 + 30 * blob + (random >> 28));
            }
    return p;
}

/* The four parts of a pixel are 2 x 2 of the image. */
static struct picture turn(const struct picture *p)
{
    struct picture t = {.w = p->w, .h = p->h};
    for (int q = 0; q < QUADS; q++)
        for (int y = 0; y < p->h; y++)
            for (int x = 0; x < p->w; x++)
                for (int part = 0; part < 4; part++)
                    t.px[q][y][4 * x + part] = p->px[q][p->h - 1 - y][4 * (p->w - 1 - x) + 3 - part];
    return t;
}

struct said {
    int16_t px[STM_NET_OUTPUTS][PH][PW];
};

static struct said ask(const struct stm_opinions *who, struct picture *p, struct picture *far)
{
    struct said s;
    struct stm_error err;
    struct stm_arena arena;
    const struct stm_net_image image = {p->w, p->h, row, p};
    const struct stm_net_image farther = {far ? far->w : 0, far ? far->h : 0, row, far};
    const struct stm_s16 out[STM_NET_OUTPUTS] = {{s.px[0][0], PW, PW, PH}, {s.px[1][0], PW, PW, PH}};
    assert_int_equal(stm_net_padded(W, STM_NET_MULTIPLE), PW);
    assert_int_equal(stm_net_padded(H, STM_NET_MULTIPLE), PH);
    assert_true(stm_arena_create(&arena, stm_opinions_bytes(who, p->w, p->h), &err));
    assert_true(stm_opinions_ask(who, &image, &farther, stm_kernels_best(), out, &arena, &err));
    assert_int_equal(arena.used, 0);
    assert_int_equal(arena.peak, arena.size);
    stm_arena_destroy(&arena);
    return s;
}

static void meet(struct said *a, struct said *turned, int w, int h)
{
    struct stm_error err;
    struct stm_arena arena;
    assert_true(stm_arena_create(&arena, stm_net_meet_bytes(w, W), &err));
    for (int i = 0; i < STM_NET_OUTPUTS; i++)
        assert_true(stm_net_meet((struct stm_s16){a->px[i][0], PW, W, H},
                                 (struct stm_s16){turned->px[i][0], PW, w, h}, &arena, &err));
    stm_arena_destroy(&arena);
}

static void second_sees_it_turned_and_from_farther_away(void **state)
{
    (void)state;
    const int far_w = stm_opinions_farther(W), far_h = stm_opinions_farther(H);
    assert_true(far_w < W && far_h < H);
    struct picture near = draw(W, H), far = draw(far_w, far_h), turned = turn(&far);
    const struct stm_opinions first = {.first = &stm_net_cells}, second = {.first = &stm_net_phase},
                              both = {&stm_net_cells, &stm_net_phase};
    struct said a = ask(&first, &near, NULL), b = ask(&second, &turned, NULL);
    const struct said mean = ask(&both, &near, &far), one = a;
    meet(&a, &b, far_w, far_h);
    int differs = 0;
    for (int i = 0; i < STM_NET_OUTPUTS; i++)
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                assert_int_equal(mean.px[i][y][x], a.px[i][y][x]);
                differs += mean.px[i][y][x] != one.px[i][y][x];
            }
    assert_true(differs > W * H);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(second_sees_it_turned_and_from_farther_away)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
