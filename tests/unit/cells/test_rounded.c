/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Painted cells of which it is plain whether they are rounded. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/cells/rounded.h"

#include <math.h>
#include <string.h>

enum { W = 320, H = 240, MOST = 16, GROUND = 2000 };

struct field {
    uint16_t light[W * H];
    uint32_t label[W * H];
    uint32_t n;
    uint8_t rounded[MOST + 1];
};

static void clear(struct field *f)
{
    memset(f, 0, sizeof *f);
    for (int i = 0; i < W * H; i++)
        f->light[i] = GROUND;
}

/* An ellipse whose light is the ground's, times 1 + contrast and 1 - contrast in turn. */
static void add(struct field *f, double cx, double cy, double a, double b, double contrast)
{
    f->n++;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            if (hypot((x - cx) / a, (y - cy) / b) > 1) continue;
            f->label[y * W + x] = f->n;
            f->light[y * W + x] = (uint16_t)(GROUND * (1 + ((x + y) % 2 ? contrast : -contrast)));
        }
}

/* In exactly the memory asked for. */
static void judge(struct field *f, double usual_px)
{
    struct stm_error err;
    struct stm_arena scratch;
    assert_ok(stm_arena_create(&scratch, stm_cells_rounded_bytes(W, H, f->n), &err), &err);
    assert_ok(stm_cells_judge_rounded(f->rounded, f->n, (struct stm_cu32){f->label, W, W, H},
                                      (struct stm_cu16){f->light, W, W, H}, usual_px, stm_kernels_best(),
                                      &scratch, &err),
              &err);
    assert_int_equal(scratch.used, 0);
    stm_arena_destroy(&scratch);
}

/* 1 to 5: spread cells of little contrast. */
static void spread(struct field *f)
{
    clear(f);
    for (int i = 0; i < 5; i++)
        add(f, 40 + 55 * i, 40, 24, 12, 0.1);
}

static void small_round_and_strong(void **state)
{
    (void)state;
    static struct field f;
    spread(&f);
    add(&f, 40, 120, 11, 10, 0.5);  /* rounded */
    add(&f, 100, 120, 11, 10, 0.1); /* small and round, but flat */
    add(&f, 160, 120, 20, 8, 0.5);  /* strong, but long */
    add(&f, 230, 120, 30, 29, 0.5); /* strong and round, but large */
    add(&f, 40, 180, 11, 10, 0.18); /* stands out from the others, even if not by much */
    judge(&f, 34);
    for (uint32_t i = 1; i <= f.n; i++)
        assert_int_equal(f.rounded[i], i == 6 || i == 10);
}

/* Where nothing is spread nothing stands out: strong contrast is enough. */
static void all_may_be_rounded(void **state)
{
    (void)state;
    static struct field f;
    clear(&f);
    for (int i = 0; i < 8; i++)
        add(&f, 30 + 35 * i, 60 + 20 * (i % 3), 10, 10, 0.55);
    judge(&f, 24);
    for (uint32_t i = 1; i <= f.n; i++)
        assert_int_equal(f.rounded[i], 1);
}

static void no_cells_no_rounded_ones(void **state)
{
    (void)state;
    static struct field f;
    clear(&f);
    judge(&f, NAN);
    assert_int_equal(f.rounded[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_round_and_strong),
        cmocka_unit_test(all_may_be_rounded),
        cmocka_unit_test(no_cells_no_rounded_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
