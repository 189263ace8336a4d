/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How an image looks: the numbers counted again pixel by pixel, and what they do not depend on. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/nets/net.h"
#include "pipeline/nets/style.h"

#include <math.h>
#include <stdlib.h>

enum { W = 120, H = 88 };

/* The contrast of every pixel is left in `codes` when it is not NULL. In exactly the memory asked for. */
static struct stm_style style_of(const uint16_t *px, int (*codes)[W], const struct stm_kernels *k)
{
    struct stm_net_contrast c;
    struct stm_style style;
    struct stm_error err;
    struct stm_arena arena;
    size_t most = stm_net_contrast_working_bytes(W, W);
    most = most > stm_style_bytes(W) ? most : stm_style_bytes(W);
    assert_ok(stm_arena_create(&arena, stm_net_contrast_bytes(W, H) + most, &err), &err);
    assert_ok(stm_net_contrast_make(&c, (struct stm_cu16){px, W, W, H}, W, H, k, &arena, &err), &err);
    const size_t used = arena.used;
    assert_ok(stm_style_measure(&style, &c, &arena, &err), &err);
    assert_int_equal(arena.used, used);
    for (int y = 0; y < H && codes; y++) {
        uint8_t row[2][W * 2];
        stm_net_contrast_row(&c, (uint8_t *const[2]){row[0], row[1]}, y / 2);
        for (int x = 0; x < W; x++)
            codes[y][x] = 2 * row[0][x / 2 * 4 + y % 2 * 2 + x % 2] - 127;
    }
    stm_arena_destroy(&arena);
    return style;
}

/* Spots of two sizes on grain; sign -1: turned over. */
static void draw(uint16_t *px, int sign, int gain)
{
    uint32_t random = 1;
    for (int i = 0; i < W * H; i++) {
        const double a = hypot(i % W - 30, i / W - 40), b = hypot(i % W - 85, i / W - 50);
        random = random * 1664525 + 1013904223;
        const int light = (int)(600 * exp(-a * a / 60) + 250 * exp(-b * b / 400)) + (int)(random >> 27);
        px[i] = (uint16_t)(gain * (2000 + sign * light));
    }
}

static double mean_difference(int (*c)[W], int lag)
{
    double sum = 0;
    int n = 0;
    for (int y = 0; y < H; y++)
        for (int x = lag; x < W && y % (2 * STM_STYLE_STEP) < 2; x++, n++)
            sum += abs(c[y][x] - c[y][x - lag]);
    return sum / n;
}

static void numbers_are_what_they_say(void **state)
{
    (void)state;
    static int c[H][W];
    uint16_t *px = malloc(W * H * sizeof *px);
    draw(px, 1, 1);
    const struct stm_style s = style_of(px, c, stm_kernels_best());
    double n = 0, sum = 0, size = 0, square = 0, sign = 0, empty = 0, bend = 0, bends = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W && y % (2 * STM_STYLE_STEP) < 2; x++, n++) {
            const int v = c[y][x];
            sum += v, size += abs(v), square += v * v, sign += v < 0 ? -v * v : v * v, empty += abs(v) < 10;
            if (x == 0 || x + 1 == W) continue;
            bend += abs(2 * v - c[y][x - 1] - c[y][x + 1]);
            bends++;
        }
    const double expected[] = {
        [STM_STYLE_SIZE] = size / n / 127, [STM_STYLE_TILT] = sum / size,
        [STM_STYLE_SIGN] = sign / square,  [STM_STYLE_PEAKED] = size / n * size / square,
        [STM_STYLE_EMPTY] = empty / n,     [STM_STYLE_BEND] = bend / bends / (size / n)};
    for (int i = 0; i < STM_STYLE_LAG; i++)
        assert_true(fabs(s.number[i] - expected[i]) < 1e-12);
    for (int i = 0; i < STM_STYLE_LAGS; i++)
        assert_true(fabs(s.number[STM_STYLE_LAG + i] - mean_difference(c, 1 << i) / (size / n)) < 1e-12);
    assert_true(s.number[STM_STYLE_LAG + 4] > s.number[STM_STYLE_LAG] && s.number[STM_STYLE_SIGN] > 0.5);
    free(px);
}

static void same_in_other_units_and_turned_over_but_for_the_sign(void **state)
{
    (void)state;
    uint16_t *px = malloc(W * H * sizeof *px);
    draw(px, 1, 1);
    const struct stm_style a = style_of(px, NULL, stm_kernels_best());
    draw(px, 1, 16);
    const struct stm_style b = style_of(px, NULL, stm_kernels_best());
    draw(px, -1, 1);
    const struct stm_style c = style_of(px, NULL, stm_kernels_best());
    for (int i = 0; i < STM_STYLE_NUMBERS; i++) {
        const bool sign = i == STM_STYLE_TILT || i == STM_STYLE_SIGN;
        assert_true(fabs(a.number[i] - b.number[i]) < 0.01);
        assert_true(fabs(a.number[i] + (sign ? c.number[i] : -c.number[i])) < 0.05 * (1 + fabs(a.number[i])));
    }
    free(px);
}

static void the_same_on_every_instruction_set(void **state)
{
    (void)state;
    uint16_t *px = malloc(W * H * sizeof *px);
    draw(px, 1, 1);
    const struct stm_style a = style_of(px, NULL, stm_kernels_for(STM_ISA_REF));
    for (int isa = 1; isa < STM_ISAS; isa++) {
        const struct stm_kernels *k = stm_kernels_for((enum stm_isa)isa);
        if (!k) continue;
        const struct stm_style b = style_of(px, NULL, k);
        assert_memory_equal(a.number, b.number, sizeof a.number);
    }
    free(px);
}

/* What dark cells in bright halos look like is phase contrast; the same turned over is not. */
static void knows_clear_phase_contrast(void **state)
{
    (void)state;
    struct stm_style s = {{0.107, -0.0195, 0.174, 0.272, 0.691, 0.596, 0.468, 0.704, 1.012, 1.285, 1.422}};
    assert_true(stm_style_is_phase(&s));
    s.number[STM_STYLE_TILT] += 0.04;
    s.number[STM_STYLE_SIGN] = -s.number[STM_STYLE_SIGN];
    assert_false(stm_style_is_phase(&s));
}

/* Nothing there, and what no microscope shows: the general network. */
static void what_is_unlike_any_image_is_for_the_general_network(void **state)
{
    (void)state;
    uint16_t *px = malloc(W * H * sizeof *px);
    for (int i = 0; i < W * H; i++)
        px[i] = 700;
    struct stm_style s = style_of(px, NULL, stm_kernels_best());
    assert_false(stm_style_is_phase(&s));
    for (int i = 0; i < W * H; i++)
        px[i] = (uint16_t)(i * 7919 % 4001);
    s = style_of(px, NULL, stm_kernels_best());
    assert_false(stm_style_is_phase(&s));
    free(px);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_what_they_say),
        cmocka_unit_test(same_in_other_units_and_turned_over_but_for_the_sign),
        cmocka_unit_test(the_same_on_every_instruction_set),
        cmocka_unit_test(knows_clear_phase_contrast),
        cmocka_unit_test(what_is_unlike_any_image_is_for_the_general_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
