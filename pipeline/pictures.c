/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/pictures.h"

#include "kernels/histogram.h"
#include "kernels/stretch.h"

#include <string.h>

/* Pictures larger than this on a side are halved, larger than the second quartered. Contrast is judged on
 * every third row. */
enum { FULL_SIDE = 1100, HALF_SIDE = 4400, ROW_STEP = 3, BINS = 65536 };

size_t stm_pictures_scratch(void)
{
    return stm_arena_cost(BINS * sizeof(uint32_t)) + stm_arena_cost(stm_histogram_scratch(0));
}

/* The contrast of a plane: black and white, black < white. */
static bool find_contrast(const struct stm_site *site, struct stm_cu16 plane, bool transmitted,
                          uint16_t *black, uint16_t *white, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(site->arena);
    uint32_t *const bins = stm_arena_take(site->arena, BINS * sizeof *bins, "a histogram", err);
    void *const scratch = stm_arena_take(site->arena, stm_histogram_scratch(0), "a histogram", err);
    if (!bins || !scratch) return false;
    memset(bins, 0, BINS * sizeof *bins);
    stm_histogram(
        bins,
        (struct stm_cu16){plane.px, ROW_STEP * plane.stride, plane.w, (plane.h + ROW_STEP - 1) / ROW_STEP}, 0,
        scratch);
    const int low = stm_bins_quantile(bins, BINS, transmitted ? 0.002 : 0.05),
              quarter = stm_bins_quantile(bins, BINS, 0.25);
    int high = stm_bins_quantile(bins, BINS, 0.998);
    if (!transmitted && high < low + 8 * (quarter - low)) high = low + 8 * (quarter - low);
    stm_arena_reset(site->arena, mark);
    *black = (uint16_t)(low < BINS - 2 ? low : BINS - 2);
    *white = (uint16_t)(high <= *black ? *black + 1 : high < BINS ? high : BINS - 1);
    return true;
}

struct contrast {
    uint16_t black, white;
};

static bool is_colour(const struct stm_site *site, int c)
{
    const enum stm_role role = site->row.channel[c].role;
    return role == STM_ROLE_RED || role == STM_ROLE_GREEN || role == STM_ROLE_BLUE;
}

static bool draw(const struct stm_kernels *k, const struct stm_site *site, struct stm_cu16 plane, int shift,
                 struct contrast contrast, struct stm_cu8 *out, struct stm_error *err)
{
    const int round_up = (1 << shift) - 1, w = (plane.w + round_up) >> shift,
              h = (plane.h + round_up) >> shift;
    uint8_t *const px = stm_arena_take(site->arena, (size_t)w * (size_t)h, "a picture", err);
    if (!px) return false;
    stm_stretch(k, (struct stm_u8){px, w, w, h}, plane, shift, contrast.black, contrast.white);
    *out = (struct stm_cu8){px, w, w, h};
    return true;
}

/* Transmitted light has its ground in the middle and cells on both sides of it. The colours of a picture
 * share the widest of their contrasts, so that they stay what they are. */
static bool find_contrasts(const struct stm_site *site, struct contrast *contrast, struct stm_error *err)
{
    struct contrast all = {UINT16_MAX, 0};
    for (int c = 0; c < site->geo.channels; c++) {
        const struct stm_cu16 plane = STM_CONST(site->plane[c]);
        if (plane.px && !find_contrast(site, plane, stm_role_is_transmitted(site->row.channel[c].role),
                                       &contrast[c].black, &contrast[c].white, err))
            return false;
        if (!plane.px || !is_colour(site, c)) continue;
        all.black = contrast[c].black < all.black ? contrast[c].black : all.black;
        all.white = contrast[c].white > all.white ? contrast[c].white : all.white;
    }
    for (int c = 0; c < site->geo.channels; c++)
        if (is_colour(site, c)) contrast[c] = all;
    return true;
}

bool stm_pictures(const struct stm_kernels *k, const struct stm_site *site, struct stm_site_pixels *pixels,
                  bool full, struct stm_error *err)
{
    const int side = site->geo.width > site->geo.height ? site->geo.width : site->geo.height;
    const int shift = side <= FULL_SIDE ? 0 : side <= HALF_SIDE ? 1 : 2;
    struct contrast contrast[STM_MAX_CHANNELS];
    pixels->shrink = 1 << shift;
    if (!find_contrasts(site, contrast, err)) return false;
    for (int c = 0; c < site->geo.channels; c++) {
        const struct stm_cu16 plane = STM_CONST(site->plane[c]);
        if (plane.px && (!draw(k, site, plane, shift, contrast[c], &pixels->preview[c], err) ||
                         (full && shift && !draw(k, site, plane, 0, contrast[c], &pixels->full[c], err))))
            return false;
    }
    return true;
}
