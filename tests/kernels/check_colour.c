/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/colour.h"

#include "tests/kernels/check.h"

#include <math.h>

/* Haematoxylin and eosin (Ruifrok and Johnston); the third is what they leave. */
static const double stains[3][3] = {{0.65, 0.70, 0.29}, {0.07, 0.99, 0.11}, {0, 0, 0}};

static void logarithms(void)
{
    uint16_t before = 0;
    for (int v = 0; v < 65536; v++) {
        const uint16_t log = stm_log_of((uint16_t)v);
        const double exact = STM_DENSITY_ONE * log10(v ? v : 1);
        CHECK(fabs(log - exact) <= 1.5 && log >= before, "log of %d is %u, not %g", v, log, exact);
        before = log;
    }
}

static struct stm_grid light(uint16_t *node, uint16_t level)
{
    *node = stm_log_of(level);
    return (struct stm_grid){.node = {node, 1, 1, 1}, .shift = 5};
}

/* Light through known amounts of two stains comes back as those amounts. */
static void mixtures(const struct stm_kernels *ref)
{
    enum { WHITE = 60000 };
    struct stm_unmix unmix[3];
    uint16_t node;
    CHECK(stm_unmix_make(unmix, stains), "haematoxylin and eosin differ");
    const struct stm_grid white[3] = {light(&node, WHITE), light(&node, WHITE), light(&node, WHITE)};
    for (int i = 0; i < 100; i++) {
        const double amount[2] = {check_below(1000) / 1000.0, check_below(1000) / 1000.0};
        uint16_t rgb[3], out[3];
        for (int c = 0; c < 3; c++) {
            double density = 0;
            for (int s = 0; s < 2; s++) {
                const double *v = stains[s], length = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
                density += amount[s] * v[c] / length;
            }
            rgb[c] = (uint16_t)(WHITE * pow(10, -density) + 0.5);
        }
        const struct stm_cu16 raw[3] = {{&rgb[0], 1, 1, 1}, {&rgb[1], 1, 1, 1}, {&rgb[2], 1, 1, 1}};
        const struct stm_u16 dst[3] = {{&out[0], 1, 1, 1}, {&out[1], 1, 1, 1}, {&out[2], 1, 1, 1}};
        stm_stains(ref, dst, raw, white, unmix);
        for (int s = 0; s < 2; s++)
            CHECK(fabs(out[s] - amount[s] * STM_DENSITY_ONE) < 30, "stain %d: %u for %g", s, out[s],
                  amount[s] * STM_DENSITY_ONE);
        CHECK(out[2] < 30, "a third stain where there is none: %u", out[2]);
    }
}

static void refusals(void)
{
    static const double same[3][3] = {{1, 1, 1}, {1, 1, 1.01}, {0, 0, 0}}, none[3][3] = {{0}};
    struct stm_unmix unmix[3];
    CHECK(!stm_unmix_make(unmix, same), "stains of nearly one colour");
    CHECK(!stm_unmix_make(unmix, none), "no stains");
}

static void extremes(const struct stm_kernels *ref)
{
    static const uint16_t most = 65535, zero = 0;
    const struct stm_cu16 full = {&most, 1, 1, 1}, nothing = {&zero, 1, 1, 1};
    const struct stm_cu16 all[3] = {full, full, full}, none[3] = {nothing, nothing, nothing};
    const struct stm_unmix plus = {{21000, 21000, 21000}, 1 << 23}, minus = {{-21000, -21000, -21000}, 0};
    uint16_t out;
    stm_unmix(ref, (struct stm_u16){&out, 1, 1, 1}, all, &plus);
    CHECK(out == 65535, "%u instead of the most", out);
    stm_unmix(ref, (struct stm_u16){&out, 1, 1, 1}, all, &minus);
    CHECK(out == 0, "%u instead of nothing", out);
    stm_unmix(ref, (struct stm_u16){&out, 1, 1, 1}, none, &plus);
    CHECK(out == 2048, "%u instead of the offset", out);
}

static void truth(const struct stm_kernels *ref)
{
    logarithms();
    mixtures(ref);
    refusals();
    extremes(ref);
}

static struct stm_unmix any_unmix(void)
{
    struct stm_unmix u = {.offset = (int32_t)check_below(1 << 23)};
    for (int i = 0; i < 3; i++)
        u.factor[i] = (int16_t)((int)check_below(42001) - 21000);
    return u;
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    const int nodes = stm_grid_cells(s->w ? s->w : 1, 4), rows = stm_grid_cells(s->h, 4);
    const struct stm_grid white = {check_const(check_image_fill(nodes, rows, 1, FILL_NOISE)), 4};
    const struct stm_u16 a = check_image(s->w, s->h, 0), b = check_image(s->w, s->h, s->side);
    struct stm_cu16 raw[3];
    for (int c = 0; c < 3; c++)
        raw[c] = check_const(check_image_fill(s->w, s->h, s->side, c ? FILL_NOISE : s->fill));
    stm_density(ref, a, raw[0], white);
    stm_density(k, b, raw[0], white);
    check_equal_u16(a, b, "density");
    const struct stm_unmix u = any_unmix(), all[3] = {u, u, u};
    stm_unmix(ref, a, raw, &u);
    stm_unmix(k, b, raw, &u);
    check_equal_u16(a, b, "unmix");
    stm_stains(ref, (struct stm_u16[3]){{0}, a, {0}}, raw, (struct stm_grid[3]){white, white, white}, all);
    stm_stains(k, (struct stm_u16[3]){{0}, b, {0}}, raw, (struct stm_grid[3]){white, white, white}, all);
    check_equal_u16(a, b, "stains");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct stm_u16 dst[3];
    struct stm_cu16 raw[3];
    struct stm_grid white[3];
    struct stm_unmix unmix[3];
};

static void density_work(void *state)
{
    const struct bench *b = state;
    stm_density(b->k, b->dst[0], b->raw[0], b->white[0]);
}

static void stains_work(void *state)
{
    const struct bench *b = state;
    stm_stains(b->k, b->dst, b->raw, b->white, b->unmix);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    struct bench b = {.k = k};
    uint16_t node;
    for (int c = 0; c < 3; c++) {
        b.raw[c] = check_const(check_image_fill(N, N, 0, FILL_NOISE));
        b.white[c] = light(&node, 60000);
    }
    stm_unmix_make(b.unmix, stains);
    b.dst[0] = check_image(N, N, 0);
    b.dst[1] = check_image(N, N, 0);
    check_time("density of one colour", density_work, &b, N * N);
    check_time("two stains of three colours", stains_work, &b, N * N);
}

const struct check check_colour = {"colour", truth, same, bench};
