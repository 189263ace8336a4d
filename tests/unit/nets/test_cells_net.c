/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adherent cells by the network: drawn as phase contrast shows them, of either sign, none at all; in exactly
 * the memory asked for, the same on every instruction set. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/nets/cells_net.h"
#include "pipeline/nets/size.h"

#include <math.h>
#include <stdlib.h>

enum { W = 420, H = 330, USUAL = 44 };

struct cell {
    double x, y, length, width, angle;
};

/* Equivalent diameters of 40 to 48 pixels. */
static const struct cell field[] = {
    {70, 60, 90, 24, 0.3},   {190, 70, 60, 32, 1.2},  {320, 60, 110, 19, 2.4},  {80, 180, 55, 38, 0.8},
    {210, 190, 95, 22, 2.9}, {340, 190, 70, 30, 1.9}, {100, 280, 100, 20, 0.1}, {290, 275, 60, 34, 0.5}};
enum { CELLS = sizeof field / sizeof *field };

/* Distance beyond the edge of an ellipse, pixels, nearly. */
static double beyond(const struct cell *c, double x, double y)
{
    const double u = (x - c->x) * cos(c->angle) + (y - c->y) * sin(c->angle),
                 v = (y - c->y) * cos(c->angle) - (x - c->x) * sin(c->angle);
    const double r = hypot(u / (c->length / 2), v / (c->width / 2));
    return (r - 1) * c->width / 2;
}

/* A dark body, darkest in the middle, a bright halo, grain that is the same everywhere; sign -1: turned over.
 */
static void draw(uint16_t *px, int cells, int sign)
{
    uint32_t random = 1;
    for (int i = 0; i < W * H; i++) {
        double light = 0;
        for (int c = 0; c < cells; c++) {
            const double d = beyond(&field[c], i % W, i / W);
            light += d < 0 ? 500 * fmax(d, -8) / 8 - 150 : 400 * exp(-d * d / 18);
        }
        random = random * 1664525 + 1013904223;
        px[i] = (uint16_t)(3000 + sign * light + (random >> 26));
    }
}

struct found {
    struct stm_cells_net_found sum;
    uint32_t *labels;
};

static struct found find_by(const uint16_t *px, const struct stm_cells_net_options *options,
                            const struct stm_kernels *k, int threads)
{
    struct found f = {.labels = malloc(W * H * sizeof *f.labels)};
    struct stm_error err;
    struct stm_arena scratch;
    assert_ok(stm_arena_create(&scratch, stm_cells_net_scratch(W, H), &err), &err);
    scratch.threads = threads;
    assert_ok(stm_cells_net_label((struct stm_u32){f.labels, W, W, H}, &f.sum, (struct stm_cu16){px, W, W, H},
                                  options, k, &scratch, &err),
              &err);
    assert_int_equal(scratch.used, 0);
    stm_arena_destroy(&scratch);
    return f;
}

static struct found find_with(const uint16_t *px, double diameter, bool fixed, const struct stm_kernels *k,
                              int threads)
{
    const struct stm_cells_net_options options = {.diameter_px = diameter, .fixed = fixed};
    return find_by(px, &options, k, threads);
}

static struct found find(const uint16_t *px, double diameter, bool fixed, const struct stm_kernels *k)
{
    return find_with(px, diameter, fixed, k, 1);
}

/* Each drawn cell's middle is in a label of its own that is about as large. */
static void check_cells(const struct found *f)
{
    uint32_t area[W * H] = {0};
    assert_int_equal(f->sum.cells, CELLS);
    for (int i = 0; i < W * H; i++)
        area[f->labels[i]]++;
    for (int c = 0; c < CELLS; c++) {
        const uint32_t label = f->labels[(int)field[c].y * W + (int)field[c].x];
        const double drawn = 3.14159 / 4 * field[c].length * field[c].width;
        assert_int_not_equal(label, 0);
        assert_true(fabs(area[label] - drawn) < 0.35 * drawn);
        for (int d = 0; d < c; d++)
            assert_int_not_equal(label, f->labels[(int)field[d].y * W + (int)field[d].x]);
    }
}

static void finds_each_cell_of_either_sign(void **state)
{
    (void)state;
    uint16_t *px = malloc(W * H * sizeof *px);
    for (int sign = -1; sign <= 1; sign += 2) {
        draw(px, CELLS, sign);
        struct found f = find(px, USUAL, true, stm_kernels_best());
        check_cells(&f);
        assert_true(fabs(f.sum.diameter_px - USUAL) < 0.2 * USUAL);
        assert_true(f.sum.low < f.sum.covered && f.sum.covered < f.sum.high && f.sum.sharpness > 0.5);
        free(f.labels);
    }
    free(px);
}

/* From half and twice the size, and from nothing. */
static void finds_the_scale(void **state)
{
    (void)state;
    static const double ideas[] = {USUAL / 2.0, USUAL * 2.0, (double)NAN};
    uint16_t *px = malloc(W * H * sizeof *px);
    draw(px, CELLS, 1);
    for (size_t i = 0; i < sizeof ideas / sizeof *ideas; i++) {
        struct found f = find(px, ideas[i], false, stm_kernels_best());
        assert_true(fabs(f.sum.diameter_px - USUAL) < 0.3 * USUAL);
        free(f.labels);
    }
    free(px);
}

/* Under a strong objective: each pixel of the field is TIMES x TIMES, cells are 220 pixels wide. */
static void finds_the_size_of_large_cells(void **state)
{
    (void)state;
    enum { TIMES = 5 };
    uint16_t *px = malloc(W * H * sizeof *px), *large = malloc(TIMES * TIMES * W * H * sizeof *large);
    draw(px, CELLS, -1);
    for (int y = 0; y < TIMES * H; y++)
        for (int x = 0; x < TIMES * W; x++)
            large[y * TIMES * W + x] = px[y / TIMES * W + x / TIMES];
    const struct stm_cu16 plane = {large, TIMES * W, TIMES * W, TIMES * H};
    struct stm_error err;
    struct stm_arena scratch;
    double diameter = NAN;
    bool seen;
    assert_ok(stm_arena_create(&scratch, stm_cells_net_scratch(plane.w, plane.h), &err), &err);
    struct stm_net_look look = {.weights = &stm_opinions_cells,
                                .alone = true,
                                .view = {.kernels = stm_kernels_best(), .scratch = &scratch}};
    assert_ok(stm_net_find_size(&diameter, &seen, &look, plane, &err), &err);
    assert_true(seen && fabs(diameter - TIMES * USUAL) < 0.25 * TIMES * USUAL);
    assert_int_equal(scratch.used, 0);
    stm_arena_destroy(&scratch);
    free(large);
    free(px);
}

/* Seen from twice as near the same cells fit less, and nothing fits nothing. */
static void a_look_at_the_right_scale_fits_best(void **state)
{
    (void)state;
    uint16_t *px = malloc(W * H * sizeof *px);
    struct stm_error err;
    struct stm_arena scratch;
    struct stm_net_look look = {.weights = &stm_opinions_cells,
                                .alone = true,
                                .view = {.kernels = stm_kernels_best(), .scratch = &scratch}};
    const int cells[] = {CELLS, CELLS, 0};
    const double times[] = {1, 2, 1};
    double fit[3];
    assert_ok(stm_arena_create(&scratch, stm_cells_net_scratch(W, H), &err), &err);
    for (int i = 0; i < 3; i++) {
        const struct stm_cu16 plane = {px, W, W, H};
        draw(px, cells[i], 1);
        assert_ok(stm_net_look_at(&look, plane, times[i] * stm_net_look_factor(USUAL, W, H), &err), &err);
        assert_ok(stm_net_fit(&fit[i], &look, &err), &err);
        stm_arena_reset(&scratch, 0);
    }
    assert_true(fit[0] > 0.6 && fit[0] <= 1);
    assert_true(fit[1] < fit[0] - 0.05);
    assert_true(fit[2] >= 0 && fit[2] < fit[1]);
    stm_arena_destroy(&scratch);
    free(px);
}

static void same_labels_on_every_instruction_set(void **state)
{
    (void)state;
    uint16_t *px = malloc(W * H * sizeof *px);
    draw(px, CELLS, 1);
    struct found f = find(px, 2 * USUAL, true, stm_kernels_for(STM_ISA_REF));
    for (int isa = 1; isa < STM_ISAS; isa++) {
        const struct stm_kernels *k = stm_kernels_for((enum stm_isa)isa);
        if (!k) continue;
        struct found g = find(px, 2 * USUAL, true, k);
        assert_memory_equal(f.labels, g.labels, W * H * sizeof *f.labels);
        free(g.labels);
    }
    free(f.labels);
    free(px);
}

static void same_labels_for_any_number_of_threads(void **state)
{
    (void)state;
    uint16_t *px = malloc(W * H * sizeof *px);
    draw(px, CELLS, 1);
    struct found f = find(px, USUAL, false, stm_kernels_best());
    for (int threads = 2; threads <= 5; threads += 3) {
        struct found g = find_with(px, USUAL, false, stm_kernels_best(), threads);
        assert_memory_equal(f.labels, g.labels, W * H * sizeof *f.labels);
        assert_memory_equal(&f.sum.diameter_px, &g.sum.diameter_px, sizeof g.sum.diameter_px);
        free(g.labels);
    }
    free(f.labels);
    free(px);
}

/* The phase weights find dark cells in halos; left to itself, the network takes one of the two sets. */
static void takes_the_weights_asked_for(void **state)
{
    (void)state;
    static const struct stm_opinions *const weights[] = {&stm_opinions_cells, &stm_opinions_phase, NULL};
    struct found f[3];
    uint16_t *px = malloc(W * H * sizeof *px);
    draw(px, CELLS, 1);
    for (int i = 0; i < 3; i++) {
        const struct stm_cells_net_options options = {
            .diameter_px = USUAL, .fixed = true, .weights = weights[i]};
        f[i] = find_by(px, &options, stm_kernels_best(), 1);
        check_cells(&f[i]);
    }
    assert_true(!f[0].sum.phase && f[1].sum.phase);
    assert_memory_not_equal(f[0].labels, f[1].labels, W * H * sizeof *f[0].labels);
    assert_memory_equal(f[2].labels, f[f[2].sum.phase].labels, W * H * sizeof *f[0].labels);
    for (int i = 0; i < 3; i++)
        free(f[i].labels);
    free(px);
}

/* One network finds the same cells, with slightly other edges. */
static void asks_one_network_if_told(void **state)
{
    (void)state;
    uint16_t *px = malloc(W * H * sizeof *px);
    draw(px, CELLS, 1);
    struct found f[2];
    for (int alone = 0; alone < 2; alone++) {
        const struct stm_cells_net_options options = {.diameter_px = USUAL, .alone = alone};
        f[alone] = find_by(px, &options, stm_kernels_best(), 1);
        check_cells(&f[alone]);
    }
    assert_memory_not_equal(f[0].labels, f[1].labels, W * H * sizeof *f[0].labels);
    free(f[0].labels);
    free(f[1].labels);
    free(px);
}

/* Noise has specks that might be cells; stage `segment` leaves the network below a sharpness of 0.15. */
static void is_at_a_loss_in_noise(void **state)
{
    (void)state;
    uint16_t *px = malloc(W * H * sizeof *px);
    draw(px, 0, 1);
    struct found f = find(px, USUAL, false, stm_kernels_best());
    assert_true(f.sum.sharpness < 0.15);
    free(f.labels);
    for (int i = 0; i < W * H; i++) /* grain of 4 pixels, a few parts in a thousand */
        px[i] = (uint16_t)(3000 + (unsigned)(i % W / 4 * 7 + i / W / 4 * 13) * 2654435761u % 16);
    f = find(px, USUAL, false, stm_kernels_best());
    assert_true(f.sum.sharpness <= 0);
    free(f.labels);
    free(px);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_each_cell_of_either_sign),
        cmocka_unit_test(finds_the_scale),
        cmocka_unit_test(finds_the_size_of_large_cells),
        cmocka_unit_test(a_look_at_the_right_scale_fits_best),
        cmocka_unit_test(same_labels_on_every_instruction_set),
        cmocka_unit_test(same_labels_for_any_number_of_threads),
        cmocka_unit_test(takes_the_weights_asked_for),
        cmocka_unit_test(asks_one_network_if_told),
        cmocka_unit_test(is_at_a_loss_in_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
