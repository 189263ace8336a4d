/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/contrast.h"

#include "kernels/gauss.h"
#include "kernels/histogram.h"
#include "kernels/maths.h"
#include "pipeline/nets/fine.h"
#include "pipeline/nets/resize.h"

#include <string.h>

enum { LEVELS = 65536, STEP = 3 }; /* every third row and column is enough for a rank */
static const double rank = 0.99;

size_t stm_net_contrast_bytes(int w, int h)
{
    return stm_arena_cost((size_t)w * (size_t)h * 2) + stm_arena_cost((2 * (size_t)LEVELS + 1) * 2) +
           stm_arena_cost(stm_gauss_grid_scratch(w, h, STM_CONTRAST_SIGMA));
}

size_t stm_net_contrast_working_bytes(int plane_w, int w)
{
    return stm_arena_most(stm_resize_bytes(plane_w, w), stm_arena_cost(LEVELS * sizeof(uint32_t)));
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

/* The ground is made from its grid where it is needed: a plane of it would not stay in the cache. */
static bool make_ground(struct stm_net_contrast *c, struct stm_arena *arena, struct stm_error *err)
{
    void *grid = stm_arena_take(arena, stm_gauss_grid_scratch(c->light.w, c->light.h, STM_CONTRAST_SIGMA),
                                "a grid", err);
    if (!grid) return false;
    c->ground = stm_gauss_grid(c->kernels, (struct stm_cu16)STM_CONST(c->light), STM_CONTRAST_SIGMA, grid);
    return true;
}

/* A part of a row: its light, and the ground under it. */
struct stretch {
    const uint16_t *light;
    uint16_t ground[STM_GRID_CHUNK];
    int n;
};

static void take_stretch(struct stretch *s, const struct stm_net_contrast *c, int x, int y)
{
    s->n = c->light.w - x < STM_GRID_CHUNK ? c->light.w - x : STM_GRID_CHUNK;
    s->light = c->light.px + y * c->light.stride + x;
    stm_grid_row(c->kernels, s->ground, c->ground, x, s->n, y);
}

static bool find_most(struct stm_net_contrast *c, struct stm_arena *arena, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(arena);
    uint32_t *bins = stm_arena_take(arena, LEVELS * sizeof *bins, "a histogram", err);
    if (!bins) return false;
    memset(bins, 0, LEVELS * sizeof *bins);
    for (int y = 0; y < c->light.h; y += STEP)
        for (int x = 0; x < c->light.w; x += STM_GRID_CHUNK) {
            struct stretch s;
            take_stretch(&s, c, x, y);
            for (int i = (STEP - x % STEP) % STEP; i < s.n; i += STEP) {
                const int d = s.light[i] - s.ground[i];
                bins[d < 0 ? -d : d]++;
            }
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
    for (int d = 0; d <= most; d++) {
        const uint64_t r = stm_root(((uint64_t)d << 32) / (uint64_t)most);
        uint8_t *const below = c->code[most - d], *const above = c->code[most + d];
        below[0] = (uint8_t)((127 * (most - d) + most) / (2 * most));
        below[1] = (uint8_t)((127 * (65536 - r) + 65536) >> 17);
        above[0] = (uint8_t)((127 * (most + d) + most) / (2 * most));
        above[1] = (uint8_t)((127 * (65536 + r) + 65536) >> 17);
    }
}

bool stm_net_contrast_make(struct stm_net_contrast *c, struct stm_cu16 plane, int w, int h,
                           const struct stm_kernels *kernels, struct stm_arena *arena, struct stm_error *err)
{
    c->kernels = kernels;
    c->light = (struct stm_u16){stm_arena_take(arena, (size_t)w * (size_t)h * 2, "contrast", err), w, w, h};
    c->code = stm_arena_take(arena, (2 * (size_t)LEVELS + 1) * sizeof *c->code, "a table", err);
    if (!c->light.px || !c->code) return false;
    if (!stm_resize(c->light, plane, spare_bits(plane), arena, err) || !make_ground(c, arena, err) ||
        !find_most(c, arena, err))
        return false;
    make_codes(c);
    return true;
}

static const uint8_t *code_of(const struct stm_net_contrast *c, const struct stretch *s, int i)
{
    const int d = s->light[i] - s->ground[i];
    return c->code[(d < -c->most ? -c->most : d > c->most ? c->most : d) + c->most];
}

static void put_codes(uint8_t *const *quad, const struct stm_net_contrast *c, const struct stretch *s, int x,
                      int part)
{
    for (int i = 0; i < s->n; i += STM_NET_FINE)
        stm_net_put_pair(quad, STM_CONTRAST_CODES, x + i, part, code_of(c, s, i), code_of(c, s, i + 1));
}

void stm_net_contrast_row(const struct stm_net_contrast *c, uint8_t *const *quad, int y)
{
    for (int part = 0; part < STM_NET_FINE; part++)
        for (int x = 0; x < c->light.w; x += STM_GRID_CHUNK) {
            struct stretch s;
            take_stretch(&s, c, x, STM_NET_FINE * y + part);
            put_codes(quad, c, &s, x, part);
        }
}
