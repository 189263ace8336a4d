/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/contrast.h"

#include "kernels/gauss.h"
#include "kernels/histogram.h"
#include "kernels/maths.h"
#include "kernels/resample.h"
#include "pipeline/nets/net.h"

#include <string.h>

enum { LEVELS = 65536, STEP = 3 }; /* every third row and column is enough for a rank */
static const double rank = 0.99;

static size_t most_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t stm_net_contrast_bytes(int w, int h)
{
    return 2 * stm_arena_cost((size_t)w * (size_t)h * 2) + stm_arena_cost((2 * (size_t)LEVELS + 1) * 2);
}

size_t stm_net_contrast_working_bytes(int plane_w, int plane_h, int w, int h)
{
    const size_t copy =
        stm_arena_cost((size_t)plane_w * (size_t)plane_h * 2) + stm_arena_cost(stm_resample_scratch(w));
    const size_t wide = stm_arena_cost(stm_gauss_grid_scratch(w, h, STM_CONTRAST_SIGMA));
    return most_of(copy, most_of(wide, stm_arena_cost(LEVELS * sizeof(uint32_t))));
}

/* How often counts can be doubled: what is resampled keeps parts of them. */
static int spare_bits(struct stm_cu16 plane)
{
    unsigned all = 0;
    int bits = 0;
    for (int y = 0; y < plane.h; y++)
        for (int x = 0; x < plane.w; x++)
            all |= plane.px[y * plane.stride + x];
    while (all && bits < 8 && all << (bits + 1) < LEVELS)
        bits++;
    return bits;
}

static bool resample(struct stm_net_contrast *c, struct stm_cu16 plane, struct stm_arena *arena,
                     struct stm_error *err)
{
    const size_t mark = stm_arena_mark(arena);
    const int bits = spare_bits(plane);
    uint16_t *px = stm_arena_take(arena, (size_t)plane.w * (size_t)plane.h * 2, "light", err);
    void *rows = stm_arena_take(arena, stm_resample_scratch(c->light.w), "resampling", err);
    if (!px || !rows) return false;
    for (int y = 0; y < plane.h; y++)
        for (int x = 0; x < plane.w; x++)
            px[(ptrdiff_t)y * plane.w + x] = (uint16_t)(plane.px[y * plane.stride + x] << bits);
    stm_resample(c->light, (struct stm_cu16){px, plane.w, plane.w, plane.h}, rows);
    stm_arena_reset(arena, mark);
    return true;
}

static bool make_ground(struct stm_net_contrast *c, const struct stm_kernels *kernels,
                        struct stm_arena *arena, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(arena);
    void *grid = stm_arena_take(arena, stm_gauss_grid_scratch(c->light.w, c->light.h, STM_CONTRAST_SIGMA),
                                "a grid", err);
    if (!grid) return false;
    stm_gauss_wide(kernels, c->ground, (struct stm_cu16)STM_CONST(c->light), STM_CONTRAST_SIGMA, grid);
    stm_arena_reset(arena, mark);
    return true;
}

static bool find_most(struct stm_net_contrast *c, struct stm_arena *arena, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(arena);
    uint32_t *bins = stm_arena_take(arena, LEVELS * sizeof *bins, "a histogram", err);
    if (!bins) return false;
    memset(bins, 0, LEVELS * sizeof *bins);
    for (int y = 0; y < c->light.h; y += STEP)
        for (int x = 0; x < c->light.w; x += STEP) {
            const int d = c->light.px[y * c->light.stride + x] - c->ground.px[y * c->ground.stride + x];
            bins[d < 0 ? -d : d]++;
        }
    c->most = stm_bins_quantile(bins, LEVELS, rank);
    if (c->most < 1) c->most = 1;
    stm_arena_reset(arena, mark);
    return true;
}

/* Nearest of 127 (1 + d / most) / 2, and of 127 (1 +- sqrt(|d| / most)) / 2. */
static void make_codes(struct stm_net_contrast *c)
{
    const int most = c->most;
    for (int d = -most; d <= most; d++) {
        const uint64_t r = stm_root(((uint64_t)(d < 0 ? -d : d) << 32) / (uint64_t)most);
        c->code[d + most][0] = (uint8_t)((127 * (most + d) + most) / (2 * most));
        c->code[d + most][1] = (uint8_t)((127 * (d < 0 ? 65536 - r : 65536 + r) + 65536) >> 17);
    }
}

static struct stm_u16 plane_of(int w, int h, struct stm_arena *arena, struct stm_error *err)
{
    return (struct stm_u16){stm_arena_take(arena, (size_t)w * (size_t)h * 2, "contrast", err), w, w, h};
}

bool stm_net_contrast_make(struct stm_net_contrast *c, struct stm_cu16 plane, int w, int h,
                           const struct stm_kernels *kernels, struct stm_arena *arena, struct stm_error *err)
{
    c->light = plane_of(w, h, arena, err);
    c->ground = plane_of(w, h, arena, err);
    c->code = stm_arena_take(arena, (2 * (size_t)LEVELS + 1) * sizeof *c->code, "a table", err);
    if (!c->light.px || !c->ground.px || !c->code) return false;
    if (!resample(c, plane, arena, err) || !make_ground(c, kernels, arena, err) || !find_most(c, arena, err))
        return false;
    make_codes(c);
    return true;
}

void stm_net_contrast_row(const struct stm_net_contrast *c, uint8_t *const *quad, int y)
{
    for (int part = 0; part < STM_NET_FINE; part++) {
        const uint16_t *light = c->light.px + (STM_NET_FINE * y + part) * c->light.stride;
        const uint16_t *ground = c->ground.px + (STM_NET_FINE * y + part) * c->ground.stride;
        for (int x = 0; x < c->light.w; x++) {
            int d = light[x] - ground[x];
            d = d < -c->most ? -c->most : d > c->most ? c->most : d;
            const int at = x / STM_NET_FINE * 4 + part * STM_NET_FINE + x % STM_NET_FINE;
            quad[0][at] = c->code[d + c->most][0];
            quad[1][at] = c->code[d + c->most][1];
        }
    }
}
