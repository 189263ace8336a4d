/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/cells_net.h"

#include "kernels/kernels.h"
#include "kernels/maths.h"
#include "pipeline/nets/around.h"
#include "pipeline/nets/contrast.h"
#include "pipeline/nets/doubtful.h"
#include "pipeline/nets/objects.h"
#include "pipeline/nets/opinions.h"
#include "pipeline/nets/style.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cells are 26 pixels wide where the network works (it was trained from 16 to 42). The image it takes in has
 * STM_NET_FINE times as many along a side; one smaller than LARGE pixels may grow to that size, larger ones
 * do not grow: that bounds memory. */
static const double canonical = 26, least_factor = 0.02, greatest_factor = 1.5;
enum { LARGE = 1 << 22, LEAST_SIDE = 8 };
enum { PART = 640 }; /* side of what sizes are tried on: some 50 cells of the usual size */

/* A pixel is in a cell when its log odds are above 0.25; a top is at least 0.44 high and 0.18 above
 * its passes. Lower rises cut long cells of real phase contrast, higher ones join crowded synthetic spindles:
 * found on 7 annotated fields that were held out of training and 18 synthetic ones. With these odds, and
 * without doubtful objects, the mean confluence of both is within half a point. */
static const struct stm_net_limits limits = {.odds = 64, .rise = 180, .top = 450};
enum { DOUBT = 256 };

/* The usual cell of an image is where the networks are surest. What is smaller and less than 0.65 as sure,
 * with a top below 0.68, is ground, dirt or a crumb of a cell more often than a cell: of what networks that
 * had never seen its kind found on 26 annotated fields it was 650 objects, 4 of them cells; on the same
 * fields, known to the networks, 89 of which 24 were cells (counted at log odds above 0.4). Large flat cells,
 * which are faint too, stay. */
static const struct stm_net_doubt doubtful = {.odds = 0.65, .bare = 0.3, .top = 700};

/* Where half of the covered area ends, cells are this much wider than the median cell (47 annotated fields of
 * three laboratories: 1.13 to 1.17). */
static const double of_cover = 1.15;

/* The scale will do when cells come within these of what was expected (found by trying, they are 0.75 to 1.2
 * of it); looks at one image, at most. */
static const double narrowest = 0.6, widest = 1.6;
enum { LOOKS = 3 };

/* Diameters that are tried: in pixels of the plane where nothing is known, else in parts of the idea; each is
 * STEP of the one before. How much an octave between size and idea counts. */
static const double tries[] = {110, 82.5, 62, 46.5, 35, 26}, parts[] = {1.333, 1, 0.75, 0.5625};
static const double step = 0.75, doubt = 0.02;

enum { MOST_TRIES = 6, FEW = 3, TOP = 16384 };

/* An image whose light differs from its surroundings' by less than this part of it nearly everywhere is an
 * empty one: grain as faint, made as strong as cells are, passes for a closed layer. (Images of cells of six
 * microscopes have 0.22 or more, grain of cameras 0.01.) */
static const double faint = 0.02;

struct view {
    const struct stm_opinions *weights; /* NULL: those that suit what is seen */
    bool alone;                         /* only the first network is asked */
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

static size_t scratch_for(int full_w, int full_h)
{
    const double f = most_factor(full_w, full_h);
    const int w = side(full_w, f), h = side(full_h, f), fine_w = STM_NET_FINE * w, fine_h = STM_NET_FINE * h;
    const size_t running = stm_opinions_bytes(&stm_opinions_cells, w, h),
                 seeing = most(most(stm_net_contrast_working_bytes(full_w, fine_w), stm_style_bytes(fine_w)),
                               running);
    const size_t around = stm_arena_cost((size_t)w * (size_t)h * 4) +
                          stm_around_bytes(w, h, stm_net_view_most(w, h), stm_net_view_most(full_w, full_h));
    return stm_net_view_bytes(w, h) + stm_net_contrast_bytes(fine_w, fine_h) +
           most(most(seeing, around),
                most(stm_net_doubtful_bytes(w, h), stm_net_view_working_bytes(w, h, full_w)));
}

size_t stm_cells_net_scratch(int w, int h)
{
    return most(scratch_for(w, h), scratch_for(w < PART ? w : PART, h < PART ? h : PART));
}

size_t stm_cells_net_most(int w, int h)
{
    const double f = most_factor(w, h);
    return stm_net_view_most(side(w, f), side(h, f));
}

static void input_row(void *from, uint8_t *const *quad, int y)
{
    const struct view *v = from;
    stm_net_contrast_row(&v->contrast, quad, y);
}

/* Diameter of the usual cell in pixels of the view; NAN without cells. Crumbs hardly weigh in it. */
static bool usual_diameter(double *diameter, const struct view *v, struct stm_error *err)
{
    const struct stm_net_view *net = &v->net;
    const size_t mark = stm_arena_mark(net->scratch), n = (size_t)net->labels + 1;
    uint32_t *area = stm_arena_take(net->scratch, n * sizeof *area, "areas", err);
    if (!area) return false;
    memset(area, 0, n * sizeof *area);
    for (size_t i = 0; i < (size_t)net->label.stride * (size_t)net->label.h; i++)
        area[net->label.px[i]]++;
    const double median = stm_net_median_of_cover(area + 1, n - 1);
    *diameter = median > 0 ? sqrt(median / 0.78539816339744831) / of_cover : NAN;
    stm_arena_reset(net->scratch, mark);
    return true;
}

/* Sizes are tried with the first of the general weights: their tops are higher the better a size fits, on any
 * image. */
static bool choose(struct view *v, struct stm_error *err)
{
    struct stm_style style;
    if (v->weights) return true;
    if (!stm_style_measure(&style, &v->contrast, v->net.scratch, err)) return false;
    v->weights = stm_style_is_phase(&style) ? &stm_opinions_phase : &stm_opinions_cells;
    return true;
}

static bool ask(struct view *v, int w, int h, struct stm_error *err)
{
    struct stm_opinions who = *v->weights;
    const struct stm_net_image image = {w, h, input_row, v};
    if (v->alone) who.second = NULL;
    return stm_opinions_ask(&who, &image, v->net.kernels, v->net.map, v->net.scratch, err);
}

static bool look(struct view *v, struct stm_cu16 plane, double factor, double *usual, struct stm_error *err)
{
    const int w = side(plane.w, factor), h = side(plane.h, factor);
    return stm_net_view_take(&v->net, w, h, err) &&
           stm_net_contrast_make(&v->contrast, plane, STM_NET_FINE * w, STM_NET_FINE * h, v->net.kernels,
                                 v->net.scratch, err) &&
           choose(v, err) && ask(v, w, h, err) && stm_net_view_part(&v->net, &limits, err) &&
           usual_diameter(usual, v, err);
}

static bool is_faint(const struct stm_net_contrast *c)
{
    uint64_t sum = 0, n = 0;
    for (int y = 0; y < c->light.h; y += 4)
        for (int x = 0; x < c->light.w; x += 4, n++)
            sum += c->light.px[y * c->light.stride + x];
    return c->most < faint * (double)sum / (double)n;
}

/* What is undecided of the labels is at their rims; doubtful objects might be cells. */
static void sum_up(struct stm_cells_net_found *found, const struct view *v)
{
    const double all = (double)v->net.w * v->net.h;
    double sure = 0, maybe = 0, in = 0, low = 0, high = 0;
    for (int y = 0; y < v->net.h; y++)
        for (int x = 0; x < v->net.w; x++) {
            const int odds = v->net.map[0].px[y * v->net.map[0].stride + x];
            const bool labelled = v->net.label.px[(y + 1) * v->net.label.stride + x + 1],
                       clear = odds > limits.odds + DOUBT, vague = odds > limits.odds - DOUBT;
            sure += clear;
            maybe += vague;
            in += labelled;
            low += labelled && clear;
            high += labelled || vague;
        }
    found->sharpness = is_faint(&v->contrast) ? 0 : maybe > 0 ? sure / maybe : 1;
    found->covered = in / all;
    found->low = low / all;
    found->high = high / all;
}

/* seen: there were cells when sizes were tried; where none are left, it looks nearer. */
static bool find(struct view *v, struct stm_cells_net_found *found, struct stm_cu16 plane, double diameter,
                 bool fixed, bool seen, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->net.scratch);
    double factor = factor_for(diameter, plane.w, plane.h);
    for (int turn = 0; turn < LOOKS; turn++) {
        double usual;
        stm_arena_reset(v->net.scratch, mark);
        if (!look(v, plane, factor, &usual, err)) return false;
        found->diameter_px = usual / factor;
        const double ratio = usual / canonical;
        if (fixed || (!(usual > 0) && !seen) || (ratio >= narrowest && ratio <= widest)) break;
        const double next =
            factor_for(usual > 0 ? found->diameter_px : step * canonical / factor, plane.w, plane.h);
        if (!(next < factor || next > factor)) break;
        factor = next;
    }
    return true;
}

/* Mean height of the cells' tops, in parts of the greatest possible; 0 when there are too few to tell. */
static bool mean_top(double *mean, const struct view *v, struct stm_error *err)
{
    const struct stm_net_view *net = &v->net;
    const size_t mark = stm_arena_mark(net->scratch), n = (size_t)net->labels + 1;
    int16_t *top = stm_arena_take(net->scratch, n * sizeof *top, "tops", err);
    if (!top) return false;
    memset(top, 0, n * sizeof *top);
    for (int y = 0; y < net->h; y++)
        for (int x = 0; x < net->w; x++) {
            const uint32_t i = net->label.px[(y + 1) * net->label.stride + x + 1];
            const int16_t z = net->map[1].px[y * net->map[1].stride + x];
            top[i] = z > top[i] ? z : top[i];
        }
    int64_t sum = 0;
    for (size_t i = 1; i < n; i++)
        sum += top[i];
    *mean = net->labels < FEW ? 0 : (double)sum / net->labels / TOP;
    stm_arena_reset(net->scratch, mark);
    return true;
}

/* How likely a size is before the image is seen; idea NAN: all are alike. */
static double likely(double diameter, double idea)
{
    const double octaves = idea > 0 && diameter > 0 ? stm_log2(diameter / idea) : 0;
    return 1 / (1 + doubt * octaves * octaves);
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

static struct stm_cu16 part_of(struct stm_cu16 plane, int x, int y)
{
    const int w = plane.w < PART ? plane.w : PART, h = plane.h < PART ? plane.h : PART;
    return (struct stm_cu16){plane.px + (plane.h - h) * y / 2 * plane.stride + (plane.w - w) * x / 2,
                             plane.stride, w, h};
}

/* Of a large plane, the part of nine with most unrest: cells are there. */
static struct stm_cu16 busiest(struct stm_cu16 plane)
{
    struct stm_cu16 best = part_of(plane, 1, 1);
    uint64_t most_unrest = unrest(best);
    if (plane.w <= PART && plane.h <= PART) return best;
    for (int i = 0; i < 9; i++) {
        const struct stm_cu16 part = part_of(plane, i % 3, i / 3);
        const uint64_t here = unrest(part);
        if (here > most_unrest) best = part;
        most_unrest = here > most_unrest ? here : most_unrest;
    }
    return best;
}

/* How many steps beyond try i the best is, from its neighbours: the vertex of a parabola. */
static double beyond(const double *height, size_t i, size_t n)
{
    if (i == 0 || i + 1 >= n) return 0;
    const double a = height[i - 1], b = height[i], c = height[i + 1], bend = a - 2 * b + c;
    return bend < 0 ? 0.5 * (a - c) / bend : 0;
}

/* Sizes from far to near; *diameter: the idea, then the size at which cells have the highest tops: there the
 * network is surest of what is one cell (7 annotated fields and 6 synthetic ones: precision at this size was
 * within 0.07 of the best of all sizes, 0.02 in the mean). Those that a whole plane as large as this cannot
 * be seen at are all the same to it: the greatest of them will do. */
static bool try_sizes(struct view *v, double *diameter, bool *seen, struct stm_cu16 whole,
                      struct stm_error *err)
{
    const struct stm_cu16 plane = busiest(whole);
    const size_t mark = stm_arena_mark(v->net.scratch);
    const double idea = *diameter;
    const bool known = idea > 0;
    const size_t n = known ? sizeof parts / sizeof *parts : sizeof tries / sizeof *tries;
    const double nearest = canonical / most_factor(whole.w, whole.h);
    double height[MOST_TRIES], size[MOST_TRIES], usual;
    size_t best = 0, tried = 0;
    for (size_t i = 0; i < n && (i == 0 || size[i - 1] > nearest); i++) {
        size[i] = known ? idea * parts[i] : tries[i];
        if (!look(v, plane, factor_for(size[i], plane.w, plane.h), &usual, err) ||
            !mean_top(&height[i], v, err))
            return false;
        height[i] *= likely(size[i], idea);
        best = height[i] > height[best] ? i : best;
        stm_arena_reset(v->net.scratch, mark);
        tried = i + 1;
        if (known && height[i] < height[best]) break; /* smaller sizes take longest */
    }
    *seen = height[best] > 0;
    if (*seen) *diameter = size[best] * (1 - (1 - step) * beyond(height, best, tried));
    return true;
}

/* The nuclei at the view's scale: those under the middle of each pixel. */
static bool shrink_nuclei(struct stm_u32 *small, struct stm_cu32 nuclei, const struct view *v,
                          struct stm_error *err)
{
    const int w = v->net.w, h = v->net.h;
    *small = (struct stm_u32){
        stm_arena_take(v->net.scratch, (size_t)w * (size_t)h * sizeof *small->px, "nuclei", err), w, w, h};
    for (int y = 0; small->px && y < h; y++)
        for (int x = 0; x < w; x++)
            small->px[y * w + x] = nuclei.px[(2 * (int64_t)y + 1) * nuclei.h / (2 * h) * nuclei.stride +
                                             (2 * (int64_t)x + 1) * nuclei.w / (2 * w)];
    return small->px;
}

static bool part_around(struct view *v, struct stm_cells_net_found *found,
                        const struct stm_cells_net_options *options, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(v->net.scratch);
    struct stm_net_view *net = &v->net;
    struct stm_u32 nuclei;
    if (!shrink_nuclei(&nuclei, options->nuclei, v, err)) return false;
    struct stm_around a = {
        .label = {net->label.px + net->label.stride + 1, net->label.stride, net->w, net->h},
        .nucleus = STM_CONST(nuclei),
        .twin = options->twin,
        .odds = STM_CONST(net->map[0]),
        .height = STM_CONST(net->map[1]),
        .least_odds = limits.odds,
        .parts = net->labels,
        .nuclei = options->n_nuclei};
    if (!stm_around_nuclei(&a, net->scratch, err)) return false;
    net->labels = a.cells;
    found->nucleated = a.nucleated;
    stm_arena_reset(net->scratch, mark);
    return true;
}

bool stm_cells_net_label(struct stm_u32 labels, struct stm_cells_net_found *found, struct stm_cu16 plane,
                         const struct stm_cells_net_options *options, const struct stm_kernels *kernels,
                         struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct view v = {
        .weights = &stm_opinions_cells, .alone = true, .net = {.kernels = kernels, .scratch = scratch}};
    double first = options->diameter_px;
    bool seen = false;
    if (!options->fixed && !try_sizes(&v, &first, &seen, plane, err)) return false;
    v.weights = options->weights;
    v.alone = options->alone;
    if (!find(&v, found, plane, first, options->fixed, seen, err)) return false;
    found->phase = v.weights == &stm_opinions_phase;
    found->nucleated = 0;
    if (options->nuclei.px ? !part_around(&v, found, options, err)
                           : !stm_net_drop_doubtful(&v.net, &doubtful, err))
        return false;
    found->cells = v.net.labels;
    sum_up(found, &v);
    const bool ok = stm_net_view_enlarge(&v.net, labels, limits.odds, err);
    stm_arena_reset(scratch, mark);
    return ok;
}
