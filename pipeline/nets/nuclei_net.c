/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/nuclei_net.h"

#include "kernels/kernels.h"
#include "pipeline/nets/fine.h"
#include "pipeline/nets/joins.h"
#include "pipeline/nets/normalise.h"
#include "pipeline/nets/objects.h"
#include "pipeline/nets/opinions.h"
#include "pipeline/nets/resize.h"

#include <math.h>

/* Nuclei are 15.5 pixels wide where the network works (it was trained around 16). Images smaller than LARGE
 * pixels may grow to that size on the way there, larger ones do not grow: that bounds memory. */
static const double canonical = 15.5, least_factor = 0.2, greatest_factor = 2.5;
enum { LARGE = 1 << 22, LEAST_SIDE = 8 };

/* A pixel is in a nucleus when its log odds are above 0. Tops that are 0.1 above their passes make parts,
 * which are nuclei or join: logistic regression on 1 689 pairs of parts of 86 annotated fields, of which 550
 * are one nucleus; low passes part nuclei, slim or large parts are nuclei by themselves. A nucleus has a top
 * of at least 0.55 (0.39, 0.47 and 0.62: precision of 0.809, 0.814 and 0.816 on 115 fields instead of 0.819).
 */
static const struct stm_net_limits limits = {.odds = 0, .rise = 100, .edge_rise = 100, .top = 200};
static const struct stm_net_joins joins = {
    .base = -3.64, .pass = 18.88, .small = -2.82, .slim = -0.667, .top = 560};

struct view {
    struct stm_net_view net;
    uint8_t (*input)[4];
    struct stm_u16 light;
};

static int side(int n, double factor)
{
    const int scaled = (int)(n * factor + 0.5);
    return scaled < LEAST_SIDE ? LEAST_SIDE : scaled;
}

static double most_factor(int w, int h)
{
    const double area = (double)w * h, room = area < LARGE ? sqrt(LARGE / area) : 1;
    return room < greatest_factor ? room : greatest_factor;
}

static double factor_for(double diameter, int w, int h)
{
    const double f = canonical / diameter, most = most_factor(w, h);
    return f < least_factor ? least_factor : f > most ? most : f;
}

static size_t bytes_at(int w, int h, int full_w)
{
    const int fine_w = STM_NET_FINE * w, fine_h = STM_NET_FINE * h;
    const size_t light =
        stm_arena_cost((size_t)fine_w * (size_t)fine_h * 2) + stm_arena_cost(STM_NET_LEVELS * 4);
    const size_t seeing = stm_arena_most(
        stm_arena_most(stm_resize_bytes(full_w, fine_w), stm_arena_cost(stm_net_normalise_scratch())),
        stm_opinions_bytes(&stm_opinions_nuclei, w, h));
    return stm_net_view_bytes(w, h) +
           stm_arena_most(stm_arena_most(light + seeing, stm_net_view_join_bytes(w, h)),
                          stm_net_view_working_bytes(w, h, full_w));
}

size_t stm_nuclei_net_scratch(int w, int h)
{
    const double f = most_factor(w, h);
    return bytes_at(side(w, f), side(h, f), w);
}

static void input_row(void *from, uint8_t *const *quad, int y)
{
    const struct view *v = from;
    for (int part = 0; part < STM_NET_FINE; part++) {
        const uint16_t *px = v->light.px + (STM_NET_FINE * y + part) * v->light.stride;
        for (int x = 0; x < v->light.w; x += STM_NET_FINE)
            stm_net_put_pair(quad, STM_NET_ROOTS, x, part, v->input[px[x]], v->input[px[x + 1]]);
    }
}

static bool shrink(struct view *v, struct stm_cu16 light, struct stm_error *err)
{
    struct stm_arena *scratch = v->net.scratch;
    const size_t mark = stm_arena_mark(scratch);
    if (!stm_resize(v->light, light, 0, scratch, err)) return false;
    void *bins = stm_arena_take(scratch, stm_net_normalise_scratch(), "a histogram", err);
    if (!bins) return false;
    stm_net_normalise(v->input, (struct stm_cu16)STM_CONST(v->light), bins);
    stm_arena_reset(scratch, mark);
    return true;
}

static bool take(struct view *v, int w, int h, struct stm_error *err)
{
    w *= STM_NET_FINE;
    h *= STM_NET_FINE;
    v->light =
        (struct stm_u16){stm_arena_take(v->net.scratch, (size_t)w * (size_t)h * 2, "light", err), w, w, h};
    v->input = stm_arena_take(v->net.scratch, STM_NET_LEVELS * sizeof *v->input, "a table", err);
    return v->light.px && v->input;
}

/* The maps; what they were made from is given back. */
static bool see(struct view *v, struct stm_cu16 light, int w, int h, struct stm_error *err)
{
    if (!stm_net_view_take(&v->net, w, h, err)) return false;
    const size_t mark = stm_arena_mark(v->net.scratch);
    const struct stm_net_image image = {w, h, input_row, v};
    const bool ok =
        take(v, w, h, err) && shrink(v, light, err) &&
        stm_opinions_ask(&stm_opinions_nuclei, &image, NULL, v->net.kernels, v->net.map, v->net.scratch, err);
    stm_arena_reset(v->net.scratch, mark);
    return ok;
}

static bool look(struct view *v, struct stm_cu16 light, double factor, uint32_t *usual, struct stm_error *err)
{
    return see(v, light, side(light.w, factor), side(light.h, factor), err) &&
           stm_net_view_part(&v->net, &limits, err) && stm_net_view_join(&v->net, &joins, err) &&
           stm_net_view_usual(&v->net, stm_net_median, usual, err);
}

bool stm_nuclei_net_label(struct stm_u32 labels, uint32_t *count, struct stm_cu16 light, double diameter,
                          const struct stm_kernels *kernels, struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct view v = {.net = {.kernels = kernels, .scratch = scratch}};
    double factor = factor_for(diameter, light.w, light.h);
    for (int turn = 0; turn < 2; turn++) {
        uint32_t usual;
        stm_arena_reset(scratch, mark);
        if (!look(&v, light, factor, &usual, err)) return false;
        const double seen = sqrt(usual / 0.78539816339744831) / factor;
        if (!usual || (seen >= 0.9 * diameter && seen <= 1.12 * diameter)) break;
        const double next = factor_for(seen, light.w, light.h);
        if (!(next < factor || next > factor)) break;
        if (turn == 0) factor = next;
    }
    *count = v.net.labels;
    const bool ok = stm_net_view_enlarge(&v.net, labels, limits.odds, err);
    stm_arena_reset(scratch, mark);
    return ok;
}
