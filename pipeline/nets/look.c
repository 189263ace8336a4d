/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/look.h"

#include "pipeline/nets/fine.h"
#include "pipeline/nets/style.h"

#include <math.h>

/* The networks were trained with cells of 16 to 42 pixels. The image they take in has STM_NET_FINE times as
 * many along a side as the view; one smaller than LARGE pixels may grow to that size, larger ones do not
 * grow: that bounds memory. */
static const double least_factor = 0.02, greatest_factor = 1.5;
enum { LARGE = 1 << 22, LEAST_SIDE = 8 };

/* A pixel is in a cell when its log odds are above 0.25; a top is at least 0.44 high and 0.19 above
 * its passes. Lower rises cut long cells of real phase contrast, higher ones join crowded synthetic spindles:
 * 0.176 was found on 7 annotated fields that were held out of training and 18 synthetic ones, 0.190 cuts
 * fewer cells of crowded layers and changes little else (docs/nets-trials.md). With these odds, and without
 * doubtful objects, the mean confluence of both is within half a point. At the edge 0.06 are enough: of 600
 * pairs of synthetic and drawn parts that rise 0.06 to 0.18 there, three quarters are two cells (elsewhere
 * half of those below 0.13). Who annotated clear phase contrast left out what the edge leaves of a cell, so
 * its weights cannot tell. */
const struct stm_net_limits stm_net_cells_limits = {.odds = 64, .rise = 195, .edge_rise = 60, .top = 450};

static struct stm_net_limits limits_of(const struct stm_net_look *look)
{
    struct stm_net_limits l = stm_net_cells_limits;
    if (look->weights == &stm_opinions_phase) l.edge_rise = l.rise;
    return l;
}

/* Where half of the covered area ends, cells are this much wider than the median cell (47 annotated fields of
 * three laboratories: 1.13 to 1.17). */
static const double of_cover = 1.15;

int stm_net_look_side(int n, double factor)
{
    const int scaled = (int)(n * factor + 0.5);
    return scaled < LEAST_SIDE ? LEAST_SIDE : scaled;
}

double stm_net_look_nearest(int w, int h)
{
    const double area = (double)w * h, room = sqrt(LARGE / area) / STM_NET_FINE;
    return room > greatest_factor ? greatest_factor : room < 1.0 / STM_NET_FINE ? 1.0 / STM_NET_FINE : room;
}

double stm_net_look_factor(double diameter, int w, int h)
{
    const double f = STM_NET_CANONICAL / diameter, most = stm_net_look_nearest(w, h);
    return f < least_factor ? least_factor : f > most ? most : f;
}

static void input_row(void *from, uint8_t *const *quad, int y)
{
    stm_net_contrast_row(from, quad, y);
}

/* Crumbs hardly weigh in the usual diameter. */
static bool measure_usual(struct stm_net_look *look, struct stm_error *err)
{
    uint32_t area;
    if (!stm_net_view_usual(&look->view, stm_net_median_of_cover, &area, err)) return false;
    look->usual = area ? sqrt(area / 0.78539816339744831) / of_cover : NAN;
    return true;
}

static bool choose(struct stm_net_look *look, struct stm_error *err)
{
    struct stm_style style;
    if (look->weights) return true;
    if (!stm_style_measure(&style, &look->contrast, look->view.scratch, err)) return false;
    look->weights = stm_style_is_phase(&style) ? &stm_opinions_phase : &stm_opinions_cells;
    return true;
}

static bool make_contrast(struct stm_net_contrast *c, const struct stm_net_look *look, struct stm_cu16 plane,
                          int w, int h, struct stm_error *err)
{
    return stm_net_contrast_make(c, plane, STM_NET_FINE * w, STM_NET_FINE * h, look->view.kernels,
                                 look->view.scratch, err);
}

static bool ask(struct stm_net_look *look, struct stm_cu16 plane, int w, int h, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(look->view.scratch);
    struct stm_opinions who = *look->weights;
    struct stm_net_contrast contrast;
    const struct stm_net_image image = {w, h, input_row, &look->contrast},
                               farther = {stm_opinions_farther(w), stm_opinions_farther(h), input_row,
                                          &contrast};
    if (look->alone) who.second = NULL;
    const bool ok =
        (!who.second || make_contrast(&contrast, look, plane, farther.w, farther.h, err)) &&
        stm_opinions_ask(&who, &image, &farther, look->view.kernels, look->view.map, look->view.scratch, err);
    stm_arena_reset(look->view.scratch, mark);
    return ok;
}

bool stm_net_look_at(struct stm_net_look *look, struct stm_cu16 plane, double factor, struct stm_error *err)
{
    const int w = stm_net_look_side(plane.w, factor), h = stm_net_look_side(plane.h, factor);
    if (!stm_net_view_take(&look->view, w, h, err) ||
        !make_contrast(&look->contrast, look, plane, w, h, err) || !choose(look, err) ||
        !ask(look, plane, w, h, err))
        return false;
    const struct stm_net_limits limits = limits_of(look);
    return stm_net_view_part(&look->view, &limits, err) && measure_usual(look, err);
}

size_t stm_net_look_kept_bytes(int w, int h)
{
    const double f = stm_net_look_nearest(w, h);
    const int view_w = stm_net_look_side(w, f), view_h = stm_net_look_side(h, f);
    return stm_net_view_bytes(view_w, view_h) +
           stm_net_contrast_bytes(STM_NET_FINE * view_w, STM_NET_FINE * view_h);
}

static size_t asking_bytes(int plane_w, int w, int h)
{
    const int far_w = STM_NET_FINE * stm_opinions_farther(w), far_h = STM_NET_FINE * stm_opinions_farther(h);
    return stm_net_contrast_bytes(far_w, far_h) +
           stm_arena_most(stm_net_contrast_working_bytes(plane_w, far_w),
                          stm_opinions_bytes(&stm_opinions_cells, w, h));
}

size_t stm_net_look_working_bytes(int w, int h)
{
    const double f = stm_net_look_nearest(w, h);
    const int view_w = stm_net_look_side(w, f), view_h = stm_net_look_side(h, f),
              fine_w = STM_NET_FINE * view_w;
    return stm_arena_most(
        stm_arena_most(stm_net_contrast_working_bytes(w, fine_w), stm_style_bytes(fine_w)),
        stm_arena_most(asking_bytes(w, view_w, view_h), stm_net_view_working_bytes(view_w, view_h, w)));
}
