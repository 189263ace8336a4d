/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/grid.h"
#include "pipeline/chamber/looker.h"

#include <math.h>
#include <string.h>

/* Tiles must be larger than cells, so that their median is the ground between them, and small against the
 * unevenness of light: an eightieth to a thirtieth of the picture's shorter side. */
static int tile_shift(int w, int h)
{
    const int side = w < h ? w : h;
    return side < 600 ? 4 : side < 1500 ? 5 : 6;
}

/* Both axes show the same squares unless the pixels are not square: their mean, weighted by lines seen; the
 * better one where they are not of one kind. */
static double common_pitch(const struct stm_ruling r[2])
{
    const double a = r[0].pitch, b = r[1].pitch;
    if (isnan(a) || isnan(b)) return isnan(a) ? b : a;
    if (fabs(a - b) > 0.06 * (a + b) / 2) return r[0].gaps >= r[1].gaps ? a : b;
    return (a * r[0].gaps + b * r[1].gaps) / (r[0].gaps + r[1].gaps);
}

/* Pixels of tiles that are not hidden. */
static double count_visible(const struct stm_looker *l)
{
    int64_t n = 0;
    for (int j = 0; j < l->tiles_h; j++)
        for (int i = 0; i < l->tiles_w; i++) {
            const int x = i << l->shift, y = j << l->shift, size = 1 << l->shift;
            const int w = l->w - x < size ? l->w - x : size, h = l->h - y < size ? l->h - y : size;
            n += l->hidden[j * l->tiles_w + i] ? 0 : (int64_t)w * h;
        }
    return (double)n;
}

/* From the lower quartile of the distance to the empty chamber's light over every fourth row, so that cells
 * may cover half of the picture; 3.1383 of it is the deviation of normal noise. */
static double noise_of(struct stm_cu16 light, uint32_t *bins)
{
    uint64_t n = 0, sum = 0;
    memset(bins, 0, STM_CHAMBER_LIGHT * sizeof *bins);
    for (int y = 0; y < light.h; y += 4)
        for (int x = 0; x < light.w; x++) {
            const int d = light.px[y * light.stride + x] - STM_CHAMBER_LIGHT, size = d < 0 ? -d : d;
            if (d == -STM_CHAMBER_LIGHT) continue;
            bins[size < STM_CHAMBER_LIGHT ? size : STM_CHAMBER_LIGHT - 1]++;
            n++;
        }
    for (int i = 0; i < STM_CHAMBER_LIGHT; i++)
        if ((sum += bins[i]) * 4 >= n) return 3.1383 * (i + 0.5) / STM_CHAMBER_LIGHT;
    return 0;
}

static double node(const struct stm_grid_of_colour *g, int i, int j)
{
    i = i < 0 ? 0 : i >= g->w ? g->w - 1 : i;
    j = j < 0 ? 0 : j >= g->h ? g->h - 1 : j;
    return g->level[j * g->w + i];
}

double stm_chamber_ground(const struct stm_chamber *chamber, int c, double x, double y)
{
    const struct stm_grid_of_colour *const g = &chamber->ground[c];
    const double size = 1 << g->shift, u = (x + 0.5) / size - 0.5, v = (y + 0.5) / size - 0.5;
    const int i = (int)floor(u), j = (int)floor(v);
    const double a = u - i, b = v - j;
    return (1 - b) * ((1 - a) * node(g, i, j) + a * node(g, i + 1, j)) +
           b * ((1 - a) * node(g, i, j + 1) + a * node(g, i + 1, j + 1));
}

/* Mean difference of red and blue over their grounds, from its own mean, over a sample of pixels. */
static double chroma_of(const struct stm_chamber *c, const struct stm_cu16 *planes)
{
    enum { STEP = 13 };
    double sum = 0, square = 0;
    int n = 0;
    for (int y = STEP / 2; c->colours == 3 && y < planes->h; y += STEP)
        for (int x = STEP / 2; x < planes->w; x += STEP) {
            const double red = stm_chamber_ground(c, 0, x, y), blue = stm_chamber_ground(c, 2, x, y);
            if (!(red > 0 && blue > 0)) continue;
            const double d =
                planes[0].px[y * planes[0].stride + x] / red - planes[2].px[y * planes[2].stride + x] / blue;
            sum += d;
            square += d * d;
            n++;
        }
    const double variance = n ? square / n - (sum / n) * (sum / n) : 0;
    return variance > 0 ? sqrt(variance) : 0;
}

size_t stm_chamber_scratch(int w, int h)
{
    const size_t tiles = (size_t)((w >> 4) + 1) * (size_t)((h >> 4) + 1);
    return stm_arena_cost(tiles) +
           stm_arena_most(stm_arena_most(stm_looker_flatten_bytes(w, h), stm_looker_unrule_bytes(w, h)),
                          stm_arena_cost(STM_CHAMBER_LIGHT * sizeof(uint32_t)));
}

size_t stm_chamber_kept(int w, int h)
{
    const size_t tiles = (size_t)((w >> 4) + 1) * (size_t)((h >> 4) + 1);
    return 3 * stm_arena_cost(tiles * sizeof(uint16_t));
}

/* Before anything else is taken: `keep` may be the arena of scratch memory, too, which goes back to where it
 * was after this. */
static bool keep_ground(const struct stm_looker *l, struct stm_arena *keep, struct stm_error *err)
{
    const size_t n = (size_t)l->tiles_w * (size_t)l->tiles_h;
    for (int c = 0; c < l->n; c++) {
        uint16_t *const level = stm_arena_take(keep, n * sizeof *level, "the ground", err);
        if (!level) return false;
        l->out->ground[c] = (struct stm_grid_of_colour){level, l->tiles_w, l->tiles_h, l->shift};
    }
    return true;
}

bool stm_chamber_look(struct stm_chamber *out, const struct stm_cu16 *planes, int n, int bits,
                      const struct stm_kernels *kernels, struct stm_arena *scratch, struct stm_arena *keep,
                      struct stm_error *err)
{
    const struct stm_cu16 light = STM_CONST(out->light);
    struct stm_looker l = {.kernels = kernels,
                           .scratch = scratch,
                           .out = out,
                           .planes = planes,
                           .n = n,
                           .bits = bits,
                           .w = planes->w,
                           .h = planes->h,
                           .shift = tile_shift(planes->w, planes->h)};
    l.tiles_w = stm_grid_cells(l.w, l.shift);
    l.tiles_h = stm_grid_cells(l.h, l.shift);
    if (!keep_ground(&l, keep, err)) return false;
    const size_t mark = stm_arena_mark(scratch);
    l.hidden = stm_arena_take(scratch, (size_t)l.tiles_w * (size_t)l.tiles_h, "tiles", err);
    out->colours = n;
    out->bits = bits;
    if (!l.hidden || !stm_looker_flatten(&l, err) || !stm_looker_unrule(&l, err)) return false;
    out->pitch = common_pitch(out->ruling);
    out->visible = count_visible(&l);
    uint32_t *const bins = stm_arena_take(scratch, STM_CHAMBER_LIGHT * sizeof *bins, "a histogram", err);
    if (!bins) return false;
    out->noise = noise_of(light, bins);
    out->chroma = chroma_of(out, planes);
    stm_arena_reset(scratch, mark);
    return true;
}
