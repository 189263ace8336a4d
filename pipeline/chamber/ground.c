/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the chamber looks like without cells and lines: the median of each tile, then the median of 3 x 3
 * tiles, so that a clump of cells that fills a tile does not count. */
#include "kernels/flat_field.h"
#include "kernels/gauss.h"
#include "kernels/rank.h"
#include "kernels/shrink.h"
#include "pipeline/chamber/looker.h"

#include <stdlib.h>
#include <string.h>

/* A tile with less than a fifth of the light of the bright ones is behind the field stop: the unevenness of
 * lamps and eyepieces is smaller; nor can be worked with less than 1/256 of full light. Colours are looked at
 * in every fourth row: their ground is smooth. */
enum { DARK_PART = 5, DARK = 256, COLOUR_ROWS = 4, MIDDLE = 500 };

static int shift_up(int n, int bits)
{
    uint32_t most = (uint32_t)n * ((1u << bits) - 1);
    int up = 0;
    for (; most <= 32767; up++)
        most <<= 1;
    for (; most > 65535; up--)
        most >>= 1;
    return up;
}

static void sum_row(uint16_t *restrict to, const uint16_t *restrict a, const uint16_t *restrict b,
                    const uint16_t *restrict c, int w, int up)
{
    if (up >= 0)
        for (int x = 0; x < w; x++)
            to[x] = (uint16_t)((a[x] + b[x] + c[x]) << up);
    else
        for (int x = 0; x < w; x++)
            to[x] = (uint16_t)(((uint32_t)a[x] + b[x] + c[x]) >> -up);
}

static void grey_row(uint16_t *restrict to, const uint16_t *restrict a, int w, int up)
{
    for (int x = 0; x < w; x++)
        to[x] = (uint16_t)(up >= 0 ? a[x] << up : a[x] >> -up);
}

static void add_colours(const struct stm_looker *l, struct stm_u16 sum, int up)
{
    for (int y = 0; y < l->h; y++) {
        const uint16_t *row[3];
        for (int c = 0; c < l->n; c++)
            row[c] = l->planes[c].px + y * l->planes[c].stride;
        uint16_t *const to = sum.px + y * sum.stride;
        if (l->n == 3)
            sum_row(to, row[0], row[1], row[2], l->w, up);
        else
            grey_row(to, row[0], l->w, up);
    }
}

static int ascending(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* Hides dark tiles and those beside them, whose light is partly stopped. */
static void hide_dark(struct stm_looker *l, const uint16_t *level, uint16_t *sorted)
{
    const int w = l->tiles_w, h = l->tiles_h, n = w * h;
    memcpy(sorted, level, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, ascending);
    const int part = sorted[n - 1 - n / 10] / DARK_PART, least = part > DARK ? part : DARK;
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            for (int i = 0; i < 9; i++) {
                const int u = x + i % 3 - 1, v = y + i / 3 - 1;
                if (u < 0 || v < 0 || u >= w || v >= h || level[v * w + u] >= least) continue;
                l->hidden[y * w + x] = 1;
            }
}

/* Mean of the tiles around (x, y) whose mark is below `round`, 0 when there are none. */
static uint16_t mean_around(const struct stm_looker *l, const uint16_t *level, const uint8_t *mark, int round,
                            int x, int y)
{
    uint32_t sum = 0, n = 0;
    for (int i = 0; i < 9; i++) {
        const int u = x + i % 3 - 1, v = y + i / 3 - 1;
        if (u < 0 || v < 0 || u >= l->tiles_w || v >= l->tiles_h || mark[v * l->tiles_w + u] >= round)
            continue;
        sum += level[v * l->tiles_w + u];
        n++;
    }
    return (uint16_t)(n ? sum / n : 0);
}

/* Hidden tiles get the ground of their neighbours, ring by ring, so that they do not darken the ground beside
 * them. `mark` is 0 for seen tiles and the ring's number for others. */
static void fill_hidden(const struct stm_looker *l, uint16_t *level, uint8_t *mark)
{
    enum { RINGS = 4, FAR = 255 };
    const int n = l->tiles_w * l->tiles_h;
    for (int i = 0; i < n; i++)
        mark[i] = l->hidden[i] ? FAR : 0;
    for (int round = 1; round <= RINGS; round++)
        for (int i = 0; i < n; i++) {
            if (mark[i] != FAR) continue;
            const uint16_t mean = mean_around(l, level, mark, round, i % l->tiles_w, i / l->tiles_w);
            if (!mean) continue;
            level[i] = mean;
            mark[i] = (uint8_t)round;
        }
}

static void tile_medians(const struct stm_looker *l, struct stm_u16 level, struct stm_cu16 src, int skip)
{
    for (int j = 0; j < level.h; j++) {
        const int y = j << l->shift, rows = l->h - y < 1 << l->shift ? l->h - y : 1 << l->shift;
        struct stm_cu16 band = {src.px + y * src.stride, src.stride * skip, src.w, (rows + skip - 1) / skip};
        stm_shrink_rank(l->kernels, (struct stm_u16){level.px + j * level.stride, level.stride, level.w, 1},
                        band, l->shift, MIDDLE);
    }
}

static void find_ground(const struct stm_looker *l, struct stm_u16 level, struct stm_cu16 src, int skip,
                        uint8_t *mark, void *scratch)
{
    tile_medians(l, level, src, skip);
    fill_hidden(l, level.px, mark);
    if (level.w >= 3 && level.h >= 3)
        stm_median_filter(l->kernels, level, (struct stm_cu16)STM_CONST(level), 1, scratch);
}

/* gain = 2^14 light / ground; what would be brightened more than fourfold is left too dark. */
static void make_gain(uint16_t *gain, const uint16_t *level, int n)
{
    for (int i = 0; i < n; i++) {
        const uint32_t g = (uint32_t)STM_CHAMBER_LIGHT * 16384u / (level[i] ? level[i] : 1);
        gain[i] = (uint16_t)(g > 65535 ? 65535 : g);
    }
}

static void note_colours(const struct stm_looker *l, uint8_t *mark, void *scratch)
{
    for (int c = 0; c < l->n; c++)
        find_ground(l, (struct stm_u16){l->out->ground[c].level, l->tiles_w, l->tiles_w, l->tiles_h},
                    l->planes[c], COLOUR_ROWS, mark, scratch);
}

static void clear_hidden(const struct stm_looker *l)
{
    const struct stm_u16 light = l->out->light;
    for (int j = 0; j < l->tiles_h; j++)
        for (int i = 0; i < l->tiles_w; i++)
            for (int y = j << l->shift; l->hidden[j * l->tiles_w + i] && y < (j + 1) << l->shift && y < l->h;
                 y++)
                for (int x = i << l->shift; x < (i + 1) << l->shift && x < l->w; x++)
                    light.px[y * light.stride + x] = STM_CHAMBER_LIGHT;
}

size_t stm_looker_flatten_bytes(int w, int h)
{
    const size_t n = (size_t)((w >> 4) + 1) * (size_t)((h >> 4) + 1);
    const struct stm_gauss gauss = stm_gauss_make(1);
    return stm_arena_cost((size_t)w * (size_t)h * 2 + 64) + 3 * stm_arena_cost(n * sizeof(uint16_t)) +
           stm_arena_cost(stm_gauss_scratch(w, &gauss)) + stm_arena_cost(stm_median_scratch(w, 1));
}

bool stm_looker_flatten(struct stm_looker *l, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(l->scratch), n = (size_t)l->tiles_w * (size_t)l->tiles_h;
    const struct stm_gauss gauss = stm_gauss_make(1);
    struct stm_u16 sum = {NULL, l->w, l->w, l->h}, level = {NULL, l->tiles_w, l->tiles_w, l->tiles_h};
    sum.px = stm_arena_take(l->scratch, (size_t)l->w * (size_t)l->h * 2 + 64, "the light", err);
    level.px = stm_arena_take(l->scratch, n * sizeof *level.px, "the ground", err);
    uint16_t *const gain = stm_arena_take(l->scratch, n * sizeof *gain, "the gain", err);
    uint16_t *const sorted = stm_arena_take(l->scratch, n * sizeof *sorted, "tiles", err);
    void *const smooth = stm_arena_take(l->scratch, stm_gauss_scratch(l->w, &gauss), "rows", err);
    void *const median = stm_arena_take(l->scratch, stm_median_scratch(l->w, 1), "rows", err);
    if (!sum.px || !level.px || !gain || !sorted || !smooth || !median) return false;
    add_colours(l, sum, shift_up(l->n, l->bits));
    memset(l->hidden, 0, n);
    stm_looker_hide_bars(l, (struct stm_cu16)STM_CONST(sum));
    tile_medians(l, level, (struct stm_cu16)STM_CONST(sum), 1);
    hide_dark(l, level.px, sorted);
    fill_hidden(l, level.px, (uint8_t *)sorted);
    if (level.w >= 3 && level.h >= 3)
        stm_median_filter(l->kernels, level, (struct stm_cu16)STM_CONST(level), 1, median);
    make_gain(gain, level.px, (int)n);
    const struct stm_grid grid = {{gain, l->tiles_w, l->tiles_w, l->tiles_h}, l->shift};
    stm_amplify(l->kernels, l->out->light, (struct stm_cu16)STM_CONST(sum), grid, 0);
    stm_gauss(l->kernels, l->out->light, (struct stm_cu16)STM_CONST(l->out->light), &gauss, smooth);
    clear_hidden(l);
    note_colours(l, (uint8_t *)sorted, median);
    stm_arena_reset(l->scratch, mark);
    return true;
}
