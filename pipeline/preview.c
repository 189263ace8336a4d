/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/preview.h"

#include <string.h>

/* Pictures are drawn at most this wide or high before they are shrunk. */
enum { FULL_SIDE = 1100, HALF_SIDE = 4400, SAMPLE_STEP = 3 };

/* Values at the given per-mille ranks of every third pixel of every third row, from a histogram. */
static void percentiles(struct stm_cu16 plane, uint32_t *histogram, const int *per_mille, int n,
                        uint16_t *value)
{
    uint64_t total = 0, below = 0;
    memset(histogram, 0, 65536 * sizeof *histogram);
    for (int y = 0; y < plane.h; y += SAMPLE_STEP)
        for (int x = 0; x < plane.w; x += SAMPLE_STEP, total++)
            histogram[plane.px[y * plane.stride + x]]++;
    for (int i = 0, v = 0; i < n; i++) {
        const uint64_t rank = total * (uint64_t)per_mille[i] / 1000;
        for (; v < 65535 && below + histogram[v] <= rank; v++)
            below += histogram[v];
        value[i] = (uint16_t)v;
    }
}

/* Mean of each shrink x shrink block (what there is of it at the edges), stretched from lo..lo+span to
 * 0..255. */
static void shrink_row(struct stm_cu16 plane, int shrink, int row, uint32_t lo, uint32_t span, uint8_t *out,
                       int w)
{
    const int y0 = row * shrink, y1 = y0 + shrink < plane.h ? y0 + shrink : plane.h;
    for (int x = 0; x < w; x++) {
        const int x0 = x * shrink, x1 = x0 + shrink < plane.w ? x0 + shrink : plane.w;
        uint32_t sum = 0;
        for (int y = y0; y < y1; y++)
            for (int i = x0; i < x1; i++)
                sum += plane.px[y * plane.stride + i];
        const uint32_t mean = sum / (uint32_t)((y1 - y0) * (x1 - x0));
        const uint32_t over = mean > lo ? mean - lo : 0;
        out[x] = (uint8_t)(over >= span ? 255 : over * 255 / span);
    }
}

static bool preview_channel(const struct stm_site *site, struct stm_cu16 plane, int shrink,
                            struct stm_cu8 *out, struct stm_error *err)
{
    static const int ranks[] = {50, 250, 998};
    const int w = (plane.w + shrink - 1) / shrink, h = (plane.h + shrink - 1) / shrink;
    uint16_t p[3];
    uint8_t *const px = stm_arena_take(site->arena, (size_t)w * (size_t)h, "a preview", err);
    if (!px) return false;
    const size_t mark = stm_arena_mark(site->arena);
    uint32_t *const histogram = stm_arena_take(site->arena, 65536 * sizeof *histogram, "a histogram", err);
    if (!histogram) return false;
    percentiles(plane, histogram, ranks, 3, p);
    stm_arena_reset(site->arena, mark);
    const uint32_t lo = p[0], bright = p[2] > lo ? p[2] - lo : 1, noise = 8U * (uint32_t)(p[1] - p[0]);
    for (int y = 0; y < h; y++)
        shrink_row(plane, shrink, y, lo, bright > noise ? bright : noise, px + (size_t)y * (size_t)w, w);
    *out = (struct stm_cu8){px, w, w, h};
    return true;
}

bool stm_preview(const struct stm_site *site, struct stm_site_pixels *pixels, struct stm_error *err)
{
    const int side = site->geo.width > site->geo.height ? site->geo.width : site->geo.height;
    pixels->shrink = side <= FULL_SIDE ? 1 : side <= HALF_SIDE ? 2 : 4;
    for (int c = 0; c < site->geo.channels; c++)
        if (site->plane[c].px && !preview_channel(site, (struct stm_cu16)STM_CONST(site->plane[c]),
                                                  pixels->shrink, &pixels->preview[c], err))
            return false;
    return true;
}
