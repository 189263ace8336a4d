/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/cells_net.h"

#include "kernels/kernels.h"
#include "pipeline/nets/contrast.h"
#include "pipeline/nets/objects.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Cells are 26 pixels wide where the network works (it was trained from 16 to 42). The image it takes in has
 * STM_NET_FINE times as many along a side; one smaller than LARGE pixels may grow to that size, larger ones
 * do not grow: that bounds memory. */
static const double canonical = 26, least_factor = 0.02, greatest_factor = 1.5;
enum { LARGE = 1 << 22, LEAST_SIDE = 8 };

/* A pixel is in a cell when its log odds are above 0; a top is at least 0.45 high and 0.1 above its passes.
 */
static struct stm_net_limits limits = {.odds = 0, .rise = 60, .top = 400};
enum { DOUBT = 256 };

/* The scale is right when cells come within these of what was expected; looks at one image, at most. */
static const double narrowest = 0.75, widest = 1.33;
enum { LOOKS = 3 };

struct view {
    struct stm_net_view net;
    struct stm_net_contrast contrast;
};

static int side(int n, double factor)
{
    const int scaled = (int)(n * factor + 0.5);
    return scaled < LEAST_SIDE ? LEAST_SIDE : scaled;
}

static double most_factor(int w, int h)
{
    const double area = (double)w * h, room = sqrt(LARGE / area) / STM_NET_FINE;
    return room > greatest_factor ? greatest_factor : room < 1.0 / STM_NET_FINE ? 1.0 / STM_NET_FINE : room;
}

static double factor_for(double diameter, int w, int h)
{
    const double f = canonical / diameter, most = most_factor(w, h);
    return f < least_factor ? least_factor : f > most ? most : f;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t stm_cells_net_scratch(int full_w, int full_h)
{
    const double f = most_factor(full_w, full_h);
    const int w = side(full_w, f), h = side(full_h, f), fine_w = STM_NET_FINE * w, fine_h = STM_NET_FINE * h;
    const size_t seeing = most(stm_net_contrast_working_bytes(full_w, full_h, fine_w, fine_h),
                               stm_net_scratch(&stm_net_cells, stm_net_padded(w), stm_net_padded(h)));
    return stm_net_view_bytes(w, h) + stm_net_contrast_bytes(fine_w, fine_h) +
           most(seeing, stm_net_view_working_bytes(w, h, full_w));
}

size_t stm_cells_net_most(int w, int h)
{
    const double f = most_factor(w, h);
    return stm_net_view_most(side(w, f), side(h, f));
}

static void input_row(void *from, uint8_t *const *quad, int y)
{
    const struct view *v = from;
    stm_net_contrast_row(&v->contrast, quad, stm_net_mirrored(y, v->net.h));
    for (int q = 0; q < 2; q++)
        for (int x = v->net.w; x < stm_net_padded(v->net.w); x++)
            memcpy(quad[q] + 4 * x, quad[q] + 4 * stm_net_mirrored(x, v->net.w), 4);
}

static bool look(struct view *v, struct stm_cu16 plane, double factor, uint32_t *usual, struct stm_error *err)
{
    const int w = side(plane.w, factor), h = side(plane.h, factor);
    return stm_net_view_take(&v->net, w, h, err) &&
           stm_net_contrast_make(&v->contrast, plane, STM_NET_FINE * w, STM_NET_FINE * h, v->net.kernels,
                                 v->net.scratch, err) &&
           stm_net_run(&stm_net_cells, v->net.kernels, input_row, v, v->net.map, v->net.scratch, err) &&
           stm_net_view_part(&v->net, &limits, err) && stm_net_view_usual(&v->net, usual, err);
}

static void sum_up(struct stm_cells_net_found *found, const struct view *v)
{
    const double all = (double)v->net.w * v->net.h;
    double in = 0, low = 0, high = 0;
    for (int y = 0; y < v->net.h; y++)
        for (int x = 0; x < v->net.w; x++) {
            const int odds = v->net.map[0].px[y * v->net.map[0].stride + x];
            in += odds > limits.odds;
            low += odds > limits.odds + DOUBT;
            high += odds > limits.odds - DOUBT;
        }
    found->sharpness = high > 0 ? low / high : 1;
    found->covered = in / all;
    found->low = low / all;
    found->high = high / all;
}

static bool find(struct view *v, struct stm_cells_net_found *found, struct stm_cu16 plane, double diameter,
                 bool fixed, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->net.scratch);
    double factor = factor_for(diameter, plane.w, plane.h);
    for (int turn = 0; turn < LOOKS; turn++) {
        uint32_t usual;
        stm_arena_reset(v->net.scratch, mark);
        if (!look(v, plane, factor, &usual, err)) return false;
        found->diameter_px = usual ? sqrt(usual / 0.78539816339744831) / factor : NAN;
        const double ratio = found->diameter_px * factor / canonical;
        if (getenv("STM_SWEEP"))
            fprintf(stderr, "factor %.3f cells %u seen %.1f px ratio %.2f\n", factor, v->net.labels,
                    found->diameter_px, ratio);
        if (fixed || !usual || (ratio >= narrowest && ratio <= widest)) break;
        const double next = factor_for(found->diameter_px, plane.w, plane.h);
        if (!(next < factor || next > factor)) break;
        if (turn + 1 < LOOKS) factor = next;
    }
    sum_up(found, v);
    return true;
}

bool stm_cells_net_label(struct stm_u32 labels, struct stm_cells_net_found *found, struct stm_cu16 plane,
                         const struct stm_cells_net_options *options, const struct stm_kernels *kernels,
                         struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct view v = {.net = {.kernels = kernels, .scratch = scratch}};
    const double first = options->diameter_px > 0 ? options->diameter_px : 50;
    if (getenv("STM_TOP")) limits.top = atoi(getenv("STM_TOP"));
    if (getenv("STM_RISE")) limits.rise = atoi(getenv("STM_RISE"));
    if (getenv("STM_ODDS")) limits.odds = atoi(getenv("STM_ODDS"));
    if (!find(&v, found, plane, first, options->fixed, err)) return false;
    found->cells = v.net.labels;
    const bool ok = stm_net_view_enlarge(&v.net, labels, limits.odds, err);
    stm_arena_reset(scratch, mark);
    return ok;
}
