/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/cells/cells.h"

#include "kernels/label_row.h"
#include "pipeline/cells/divide.h"
#include "pipeline/cells/rounded.h"
#include "pipeline/cells/view.h"
#include "pipeline/nets/cells_net.h"
#include "pipeline/nets/opinions.h"

#include <math.h>
#include <string.h>

/* Where the search for the scale begins when nothing is said. As discs, spread mesenchymal cells are 45 um
 * wide, those of tumour lines and fibroblasts 20 to 60; of 38 and 45, 38 left more of the annotated and the
 * synthetic cells apart. */
static const double usual_um = 38;

/* Less than this part of the usual cell's area is a crumb; rounded cells are a fifth of it (of
 * 75 objects below 0.15 on fields that the networks had never seen, one was a cell). */
static const double crumb = 0.12;

/* Of a cell that the edge of the image cuts less may be seen (counts of 21 synthetic fields up to 60 %
 * covered: 5.6 % off with 1, 4.9 with 0.3 or 0.2). Weights for clear phase contrast do not tell such from
 * crumbs. */
static const double cut_crumb = 0.3;

/* What is no culture surface has no cells. Returns the surface in pixels. */
static uint64_t blank_outside(struct stm_u32 labels, const struct stm_cells_view *view)
{
    uint64_t surface = 0;
    if (view->surface == (uint64_t)view->w * (uint64_t)view->h)
        return (uint64_t)labels.w * (uint64_t)labels.h;
    for (int y = 0; y < labels.h; y++) {
        const uint8_t *outside =
            view->outside.px + (2 * (int64_t)y + 1) * view->h / (2 * labels.h) * view->outside.stride;
        uint32_t *row = labels.px + y * labels.stride;
        for (int x = 0; x < labels.w; x++) {
            const bool out = outside[(2 * (int64_t)x + 1) * view->w / (2 * labels.w)];
            if (out) row[x] = 0;
            surface += !out;
        }
    }
    return surface;
}

static double rounded_percent(const struct stm_cells *cells, uint64_t surface)
{
    uint64_t rounded = 0;
    const bool any = memchr(cells->rounded + 1, true, cells->n);
    for (int y = 0; y < cells->labels.h && any; y++) {
        const uint32_t *row = cells->labels.px + y * cells->labels.stride;
        for (int x = 0, end; x < cells->labels.w; x = end) {
            end = stm_label_run_end(row, x, cells->labels.w);
            if (row[x] && cells->rounded[row[x]]) rounded += (uint64_t)(end - x);
        }
    }
    return surface ? 100 * (double)rounded / (double)surface : NAN;
}

static const struct stm_opinions *const weights[] = {[STM_WEIGHTS_AUTO] = NULL,
                                                     [STM_WEIGHTS_GENERAL] = &stm_opinions_cells,
                                                     [STM_WEIGHTS_PHASE] = &stm_opinions_phase};

static double within(double percent)
{
    return percent < 0 ? 0 : percent > 100 ? 100 : percent;
}

static struct stm_confluence confluence_of(const struct stm_cells_net_found *found, uint64_t covered,
                                           uint64_t surface, uint64_t all)
{
    struct stm_confluence c = {.threshold = NAN, .rounded = NAN};
    const double part = surface ? (double)all / (double)surface : NAN;
    c.percent = surface ? 100 * (double)covered / (double)surface : NAN;
    c.low = within(c.percent - 100 * part * (found->covered - found->low));
    c.high = within(c.percent + 100 * part * (found->high - found->covered));
    c.excluded = 100 * (1 - (double)surface / (double)all);
    return c;
}

bool stm_cells_by_net(struct stm_cells *out, struct stm_cu16 plane, double pixel_um,
                      const struct stm_cells_options *o, const struct stm_kernels *kernels,
                      struct stm_arena *scratch, struct stm_error *err)
{
    const bool known = pixel_um > 0, fixed = known && o->cell_um > 0;
    const struct stm_cells_net_options options = {
        .diameter_px = known ? (fixed ? o->cell_um : usual_um) / pixel_um : (double)NAN,
        .fixed = fixed,
        .alone = o->networks < 2,
        .weights = weights[o->weights],
        .nuclei = o->nuclei,
        .n_nuclei = o->n_nuclei,
        .twin = o->twin};
    struct stm_cells_net_found found;
    struct stm_cells_view view;
    if (!stm_cells_net_label(out->labels, &found, plane, &options, kernels, scratch, err) ||
        !stm_cells_look_outside(&view, plane, pixel_um, kernels, scratch, err))
        return false;
    const uint64_t surface = blank_outside(out->labels, &view);
    const double least = known ? o->least_um2 / (pixel_um * pixel_um) : 0;
    struct stm_cells_small small = {.label = out->labels,
                                    .mask = out->mask,
                                    .n = found.cells,
                                    .round = found.nucleated,
                                    .least_px = (uint32_t)(least + 0.5),
                                    .usual_part = crumb,
                                    .cut = found.phase ? 1 : cut_crumb};
    if (!stm_cells_join_small(&small, scratch, err)) return false;
    out->n = small.n;
    out->usual_px = found.diameter_px;
    out->sharpness = found.sharpness;
    out->phase = found.phase;
    out->confluence = confluence_of(&found, small.covered, surface, (uint64_t)plane.w * (uint64_t)plane.h);
    out->rounded = stm_arena_take(scratch, (size_t)out->n + 1, "rounded cells", err);
    if (!out->rounded ||
        !stm_cells_judge_rounded(out->rounded, out->n, (struct stm_cu32)STM_CONST(out->labels), plane,
                                 found.diameter_px, kernels, scratch, err))
        return false;
    out->confluence.rounded = rounded_percent(out, surface);
    return true;
}

size_t stm_cells_by_net_bytes(int w, int h, double pixel_um)
{
    const size_t net = stm_cells_net_scratch(w, h), most = stm_cells_net_most(w, h);
    const size_t look = stm_cells_look_bytes(w, h, pixel_um), round = stm_cells_rounded_bytes(w, h, most);
    const size_t small = stm_cells_small_bytes(w, h, most), after = small > round ? small : round;
    const size_t end =
        stm_cells_view_bytes(w, h, pixel_um) + stm_arena_cost(most + 1) + (look > after ? look : after);
    return net > end ? net : end;
}
