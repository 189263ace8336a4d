/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/size.h"

#include "kernels/maths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Diameters that are tried: in pixels of the plane where nothing is known, else in parts of the idea; each is
 * STEP of the one before. Of the latter, those in old cultures are the greatest, those of lymphocytes nearly
 * the smallest. */
static const double tries[] = {348, 261, 196, 147, 110, 82.5, 62, 46.5, 35, 26},
                    parts[] = {1.777, 1.333, 1, 0.75, 0.5625, 0.4219};
static const double step = 0.75;
enum { MOST_TRIES = sizeof tries / sizeof *tries, FEW = 3, TOP = 16384 };

/* They are tried from near to far, until one fits less well than the best by DESCENT where the best is good
 * enough: from farther away cells melt into each other. The fit has several tops where cells of several sizes
 * lie together, and seen from too near the grain of large cells passes for small ones; but of 459 searches
 * (fields of three laboratories as they are and up to four times as large, synthetic and drawn ones, with and
 * without pixel size) none found a better size than one that fits better than 0.76 behind a descent of 0.02.
 * Behind one of 0.745 there were such. */
static const double descent = 0.03, good = 0.78;

/* A part of a plane is ten usual cells long: some 50 of them. */
static const double cells_along = 10;

/* What an octave costs (squared when there are more), against a mean top of 0.7 to 0.9: between the size that
 * is tried and that of the cells found at it, and between the former and the idea. The first was found, with
 * the weights before, on 26 annotated fields, 18 synthetic ones and 32 images drawn again, at several scales
 * each: sizes that suit the networks' cells were within 0.30 octaves of the annotated ones on the drawn
 * images (mean; 0.54 when tops alone counted), 0.09 (0.13) on annotated fields. Where it is 0.2 they are
 * nearer still, but real cells that the networks take to pieces are then small cells. */
static const double unlike = 0.1, doubt = 0.02;

struct fit {
    double size, height; /* height: how well it fits; 0 where too few cells are seen */
};

/* Mean height of the cells' tops, in parts of the greatest possible; 0 when there are too few to tell. */
static bool mean_top(double *mean, const struct stm_net_view *view, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(view->scratch), n = (size_t)view->labels + 1;
    int16_t *top = stm_arena_take(view->scratch, n * sizeof *top, "tops", err);
    if (!top) return false;
    memset(top, 0, n * sizeof *top);
    for (int y = 0; y < view->h; y++)
        for (int x = 0; x < view->w; x++) {
            const uint32_t i = view->label.px[(y + 1) * view->label.stride + x + 1];
            const int16_t z = view->map[1].px[y * view->map[1].stride + x];
            top[i] = z > top[i] ? z : top[i];
        }
    int64_t sum = 0;
    for (size_t i = 1; i < n; i++)
        sum += top[i];
    *mean = view->labels < FEW ? 0 : (double)sum / view->labels / TOP;
    stm_arena_reset(view->scratch, mark);
    return true;
}

static double square_of_octaves(double a, double b)
{
    const double octaves = stm_log2(a / b);
    return octaves * octaves;
}

/* idea NAN: before the image is seen, all sizes are alike. */
static double height_of(double top, double usual, double size, double idea)
{
    if (!(top > 0 && usual > 0)) return 0;
    const double likely = idea > 0 ? 1 / (1 + doubt * square_of_octaves(size, idea)) : 1;
    const double height = top * likely - unlike * square_of_octaves(usual, STM_NET_CANONICAL);
    return height > 0 ? height : 0;
}

bool stm_net_fit(double *fit, const struct stm_net_look *look, struct stm_error *err)
{
    double top;
    if (!mean_top(&top, &look->view, err)) return false;
    *fit = height_of(top, look->usual, NAN, NAN);
    return true;
}

/* How much the light changes from pixel to pixel, of every fourth row and column. */
static uint64_t unrest(struct stm_cu16 plane)
{
    uint64_t sum = 0;
    for (int y = 0; y < plane.h; y += 4)
        for (int x = 4; x < plane.w; x += 4) {
            const uint16_t *px = plane.px + y * plane.stride + x;
            sum += (uint64_t)abs(px[0] - px[-4]);
        }
    return sum;
}

static struct stm_cu16 part_of(struct stm_cu16 plane, int side, int x, int y)
{
    const int w = plane.w < side ? plane.w : side, h = plane.h < side ? plane.h : side;
    return (struct stm_cu16){plane.px + (plane.h - h) * y / 2 * plane.stride + (plane.w - w) * x / 2,
                             plane.stride, w, h};
}

/* Of a large plane, the part of nine with most unrest: cells are there. */
static struct stm_cu16 busiest(struct stm_cu16 plane, double diameter)
{
    const int longest = plane.w > plane.h ? plane.w : plane.h,
              side = (int)fmin(fmax(cells_along * diameter, STM_NET_PART), longest);
    struct stm_cu16 best = part_of(plane, side, 1, 1);
    uint64_t most_unrest = unrest(best);
    if (plane.w <= side && plane.h <= side) return best;
    for (int i = 0; i < 9; i++) {
        const struct stm_cu16 part = part_of(plane, side, i % 3, i / 3);
        const uint64_t here = unrest(part);
        if (here > most_unrest) best = part;
        most_unrest = here > most_unrest ? here : most_unrest;
    }
    return best;
}

static bool try_size(struct fit *fit, struct stm_net_look *look, struct stm_cu16 whole, double idea,
                     struct stm_error *err)
{
    const struct stm_cu16 part = busiest(whole, fit->size);
    const size_t mark = stm_arena_mark(look->view.scratch);
    double top;
    if (!stm_net_look_at(look, part, stm_net_look_factor(fit->size, part.w, part.h), err) ||
        !mean_top(&top, &look->view, err))
        return false;
    fit->height = height_of(top, look->usual, fit->size, idea);
    stm_arena_reset(look->view.scratch, mark);
    return true;
}

/* How many steps beyond try i the best is, from its neighbours: the vertex of a parabola. */
static double beyond(const struct fit *fit, size_t i, size_t n)
{
    if (i == 0 || i + 1 >= n) return 0;
    const double a = fit[i - 1].height, b = fit[i].height, c = fit[i + 1].height, bend = a - 2 * b + c;
    return bend < 0 ? 0.5 * (a - c) / bend : 0;
}

/* Sizes that are tried, from far to near; returns how many. Those that the whole plane cannot be seen at are
 * all the same: the greatest of them will do. */
static size_t list_sizes(struct fit *fit, double idea, double nearest)
{
    const bool known = idea > 0;
    const size_t most = known ? sizeof parts / sizeof *parts : MOST_TRIES;
    size_t n = 0;
    do
        fit[n].size = known ? idea * parts[n] : tries[n];
    while (fit[n++].size > nearest && n < most);
    return n;
}

/* The network is surest of what is one cell at the size that it was trained with, and the cells it finds are
 * of that size then. */
bool stm_net_find_size(double *diameter, bool *seen, struct stm_net_look *look, struct stm_cu16 plane,
                       struct stm_error *err)
{
    const double idea = *diameter, nearest = STM_NET_CANONICAL / stm_net_look_nearest(plane.w, plane.h);
    struct fit fit[MOST_TRIES];
    const size_t n = list_sizes(fit, idea, nearest);
    size_t best = n - 1;
    for (size_t i = n; i-- > 0;) {
        if (!try_size(&fit[i], look, plane, idea, err)) return false;
        best = fit[i].height >= fit[best].height ? i : best;
        if (fit[best].height > good && fit[i].height < fit[best].height - descent) break;
    }
    *seen = fit[best].height > 0;
    if (*seen) *diameter = fit[best].size * (1 - (1 - step) * beyond(fit, best, n));
    return true;
}
