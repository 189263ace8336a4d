/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Length and width along the middle, of shapes drawn as all pixels within half a width of a curve. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/stages/features/skeleton.h"

#include <math.h>
#include <stdlib.h>

enum { W = 420, H = 400, POINTS = 4000 };
static const double pi = 3.14159265358979;

struct point {
    double x, y;
};

static uint8_t picture[W * H];

static void clear(void)
{
    memset(picture, 0, sizeof picture);
}

static void dab(struct point p, double radius)
{
    for (int y = (int)(p.y - radius) - 1; y <= p.y + radius + 1; y++)
        for (int x = (int)(p.x - radius) - 1; x <= p.x + radius + 1; x++)
            if (x >= 0 && y >= 0 && x < W && y < H &&
                (x - p.x) * (x - p.x) + (y - p.y) * (y - p.y) <= radius * radius)
                picture[y * W + x] = 1;
}

/* Everything within half a width of an arc that begins at (x, y) and turns by `turn` over its length. */
static struct point draw(struct point at, double direction, double length, double turn, double width)
{
    for (int i = 0; i < POINTS; i++) {
        dab(at, width / 2);
        direction += turn / POINTS;
        at.x += length / POINTS * cos(direction);
        at.y += length / POINTS * sin(direction);
    }
    return at;
}

struct axis {
    double length, width;
};

static struct axis measure(void)
{
    struct stm_arena arena;
    struct stm_error err;
    static struct stm_segment run[W * H / 2];
    struct stm_blob blob = {.run = run};
    double value[2];
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            if (!picture[y * W + x]) continue;
            const int x0 = x;
            while (x < W && picture[y * W + x])
                x++;
            run[blob.n_runs++] = (struct stm_segment){y, x0, x, 1};
        }
    const size_t bits = 3 * stm_arena_cost((H + 2) * ((W + 65) / 64 * 8));
    assert_ok(stm_arena_create(&arena, bits + stm_feature_skeleton_bytes(W, H), &err), &err);
    assert_ok(stm_blob_make(&blob, &arena, &err), &err);
    assert_ok(stm_feature_skeleton(&blob, stm_kernels_best(), &arena, value, &err), &err);
    stm_arena_destroy(&arena);
    return (struct axis){value[0], value[1]};
}

static void straight_ones_in_every_direction(void **state)
{
    (void)state;
    for (int degrees = 0; degrees <= 90; degrees += 15) {
        clear();
        draw((struct point){150, 130}, degrees * pi / 180, 120, 0, 20);
        const struct axis a = measure();
        assert_near(a.length, 140, 4);
        assert_near(a.width, 20, 1.5);
    }
}

static void bent_ones_are_as_long_as_their_middle(void **state)
{
    (void)state;
    for (int turn = 1; turn <= 3; turn++) { /* thirds of a full turn, more or less */
        clear();
        draw((struct point){200, 60}, 0, 260, turn * 1.5, 16);
        const struct axis a = measure();
        assert_near(a.length, 276, 9);
        assert_near(a.width, 16, 1.5);
    }
}

static void waves_too(void **state)
{
    (void)state;
    clear();
    struct point at = draw((struct point){60, 200}, -1, 100, 2, 14);
    at = draw(at, 1, 100, -2, 14);
    draw(at, -1, 100, 2, 14);
    const struct axis a = measure();
    assert_near(a.length, 314, 10);
    assert_near(a.width, 14, 1.5);
}

/* A branch shorter than the rest adds nothing. */
static void branches_do_not_count(void **state)
{
    (void)state;
    clear();
    draw((struct point){80, 200}, 0, 200, 0, 12);
    draw((struct point){180, 200}, pi / 2, 50, 0, 12);
    assert_near(measure().length, 212, 8);
}

static void small_and_round_ones(void **state)
{
    (void)state;
    clear();
    picture[50 * W + 50] = 1;
    struct axis a = measure();
    assert_near(a.length, 1, 0);
    assert_near(a.width, 1, 0);
    picture[50 * W + 51] = 1;
    assert_near(measure().length, 2, 0.3);
    clear();
    dab((struct point){100, 100}, 20);
    a = measure();
    assert_near(a.length, 41, 4);
    assert_near(a.width, 41, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(straight_ones_in_every_direction),
        cmocka_unit_test(bent_ones_are_as_long_as_their_middle),
        cmocka_unit_test(waves_too),
        cmocka_unit_test(branches_do_not_count),
        cmocka_unit_test(small_and_round_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
