/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/cells_net.h"

#include "pipeline/nets/around.h"
#include "pipeline/nets/doubtful.h"
#include "pipeline/nets/size.h"

#include <math.h>

enum { DOUBT = 256 }; /* of log odds, for the interval of what is covered */

/* General weights: logistic regression on 19 000 objects that are cells (matched at 0.5, or with an annotated
 * nucleus or middle in them) or lie on the ground by three quarters, each set with the same weight (half of
 * it where no ground is annotated): 26 annotated fields by both sets of weights, 96 drawn from phase maps, 16
 * of brightfield, with pixel size and without, 2 of another laboratory's phase contrast. Below even odds of
 * 0.75 an object is doubtful. What the weights are sure of by themselves, log odds of 5.9 (1500 / 256,
 * 99.7 %), stays: small clear cells beside large ones. Of a cell that the edge of the image cuts, the surest
 * part may lie beyond, and its area says little: there 3.9 (1000) will do. */
static const struct stm_net_doubt doubt_general = {.base = -11.15,
                                                   .odds = 2.96,
                                                   .top = 8.1,
                                                   .area = 6,
                                                   .slope = 8.51,
                                                   .bare = -2.72,
                                                   .most_odds = INFINITY,
                                                   .most_area = INFINITY,
                                                   .most_top = INFINITY,
                                                   .sure = 1500,
                                                   .edge_sure = 1000};

/* Weights that have learned one kind of image are sure of dirt in it, too: smaller than usual, less than 0.65
 * as sure, with a top below 0.68. On annotated fields known to them that is ground, dirt or a crumb of a cell
 * more often than a cell (89 objects, 24 of them cells); sums as above cost 1 % of precision there. */
static const struct stm_net_doubt doubt_phase = {.base = -1,
                                                 .most_odds = 0.65,
                                                 .most_area = 1,
                                                 .most_top = 700,
                                                 .least_bare = 0.3,
                                                 .sure = INT16_MAX,
                                                 .edge_sure = INT16_MAX};

/* The scale will do when cells come within these of what was expected (narrower ones, down to 0.75 and 1.3,
 * changed next to nothing but synthetic large flat cells, which came out worse); looks at one image, at most.
 */
static const double narrowest = 0.6, widest = 1.6;
enum { LOOKS = 3 };
static const double nearer = 0.75; /* where nothing is left of what was seen when sizes were tried */

/* An image whose light differs from its surroundings' by less than this part of it nearly everywhere is an
 * empty one: grain as faint, made as strong as cells are, passes for a closed layer. (Images of cells of six
 * microscopes have 0.22 or more, grain of cameras 0.01.) */
static const double faint = 0.02;

static size_t scratch_for(int w, int h)
{
    const double f = stm_net_look_nearest(w, h);
    const int view_w = stm_net_look_side(w, f), view_h = stm_net_look_side(h, f);
    const size_t around =
        stm_arena_cost((size_t)view_w * (size_t)view_h * 4) +
        stm_around_bytes(view_w, view_h, stm_net_view_most(view_w, view_h), stm_net_view_most(w, h));
    return stm_net_look_kept_bytes(w, h) +
           stm_arena_most(stm_net_look_working_bytes(w, h),
                          stm_arena_most(around, stm_net_doubtful_bytes(view_w, view_h)));
}

size_t stm_cells_net_scratch(int w, int h)
{
    enum { PART = STM_NET_PART };
    return stm_arena_most(scratch_for(w, h), scratch_for(w < PART ? w : PART, h < PART ? h : PART));
}

size_t stm_cells_net_most(int w, int h)
{
    const double f = stm_net_look_nearest(w, h);
    return stm_net_view_most(stm_net_look_side(w, f), stm_net_look_side(h, f));
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
static void sum_up(struct stm_cells_net_found *found, const struct stm_net_look *look)
{
    const double all = (double)look->view.w * look->view.h;
    double sure = 0, maybe = 0, in = 0, low = 0, high = 0;
    for (int y = 0; y < look->view.h; y++)
        for (int x = 0; x < look->view.w; x++) {
            const int odds = look->view.map[0].px[y * look->view.map[0].stride + x];
            const bool labelled = look->view.label.px[(y + 1) * look->view.label.stride + x + 1],
                       clear = odds > stm_net_cells_limits.odds + DOUBT,
                       vague = odds > stm_net_cells_limits.odds - DOUBT;
            sure += clear;
            maybe += vague;
            in += labelled;
            low += labelled && clear;
            high += labelled || vague;
        }
    found->sharpness = is_faint(&look->contrast) ? 0 : maybe > 0 ? sure / maybe : 1;
    found->covered = in / all;
    found->low = low / all;
    found->high = high / all;
}

/* The factor of the look after one at `factor`; the same when that will do. seen: there were cells when sizes
 * were tried; where none are left, it looks nearer. */
static double next_factor(const struct stm_net_look *look, struct stm_cu16 plane, double factor, bool seen)
{
    const double ratio = look->usual / STM_NET_CANONICAL;
    if ((!(look->usual > 0) && !seen) || (ratio >= narrowest && ratio <= widest)) return factor;
    return stm_net_look_factor(look->usual > 0 ? look->usual / factor : nearer * STM_NET_CANONICAL / factor,
                               plane.w, plane.h);
}

static bool look_at(struct stm_net_look *look, struct stm_cu16 plane, double factor, size_t mark,
                    struct stm_error *err)
{
    stm_arena_reset(look->view.scratch, mark);
    return stm_net_look_at(look, plane, factor, err);
}

/* Of several looks the one that fits best counts, of two alike the later one: a closed layer that hardly
 * shows is seen as large cells from near, and not at all from far. */
static bool find(struct stm_net_look *look, struct stm_cells_net_found *found, struct stm_cu16 plane,
                 double diameter, bool fixed, bool seen, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(look->view.scratch);
    double factor = stm_net_look_factor(diameter, plane.w, plane.h), next = factor, best = factor,
           most_fit = 0;
    for (int turn = 0; turn < LOOKS; turn++) {
        factor = next;
        if (!look_at(look, plane, factor, mark, err)) return false;
        next = fixed ? factor : next_factor(look, plane, factor, seen);
        const bool last = !(next < factor || next > factor);
        double fit = 0;
        if (!(last && turn == 0) && !stm_net_fit(&fit, look, err)) return false;
        best = fit >= most_fit ? factor : best;
        most_fit = fit >= most_fit ? fit : most_fit;
        if (last) break;
    }
    if ((best < factor || best > factor) && !look_at(look, plane, best, mark, err)) return false;
    found->diameter_px = look->usual / best;
    return true;
}

/* The nuclei at the view's scale: those under the middle of each pixel. */
static bool shrink_nuclei(struct stm_u32 *small, struct stm_cu32 nuclei, const struct stm_net_look *look,
                          struct stm_error *err)
{
    const int w = look->view.w, h = look->view.h;
    *small = (struct stm_u32){
        stm_arena_take(look->view.scratch, (size_t)w * (size_t)h * sizeof *small->px, "nuclei", err), w, w,
        h};
    for (int y = 0; small->px && y < h; y++)
        for (int x = 0; x < w; x++)
            small->px[y * w + x] = nuclei.px[(2 * (int64_t)y + 1) * nuclei.h / (2 * h) * nuclei.stride +
                                             (2 * (int64_t)x + 1) * nuclei.w / (2 * w)];
    return small->px;
}

static bool part_around(struct stm_net_look *look, struct stm_cells_net_found *found,
                        const struct stm_cells_net_options *options, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(look->view.scratch);
    struct stm_net_view *net = &look->view;
    struct stm_u32 nuclei;
    if (!shrink_nuclei(&nuclei, options->nuclei, look, err)) return false;
    struct stm_around a = {
        .label = {net->label.px + net->label.stride + 1, net->label.stride, net->w, net->h},
        .nucleus = STM_CONST(nuclei),
        .twin = options->twin,
        .odds = STM_CONST(net->map[0]),
        .height = STM_CONST(net->map[1]),
        .least_odds = stm_net_cells_limits.odds,
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
    struct stm_net_look look = {
        .weights = &stm_opinions_cells, .alone = true, .view = {.kernels = kernels, .scratch = scratch}};
    double first = options->diameter_px;
    bool seen = false;
    if (!options->fixed && !stm_net_find_size(&first, &seen, &look, plane, err)) return false;
    look.weights = options->weights;
    look.alone = options->alone;
    if (!find(&look, found, plane, first, options->fixed, seen, err)) return false;
    found->phase = look.weights == &stm_opinions_phase;
    found->nucleated = 0;
    if (options->nuclei.px
            ? !part_around(&look, found, options, err)
            : !stm_net_drop_doubtful(&look.view, (struct stm_cu16)STM_CONST(look.contrast.light),
                                     found->phase ? &doubt_phase : &doubt_general, err))
        return false;
    found->cells = look.view.labels;
    sum_up(found, &look);
    const bool ok = stm_net_view_enlarge(&look.view, labels, stm_net_cells_limits.odds, err);
    stm_arena_reset(scratch, mark);
    return ok;
}
