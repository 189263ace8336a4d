/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/quality/verdict.h"

enum {
    EDGES_LEAST = 8,     /* fewer say nothing about focus */
    EDGES_TO_REJECT = 48 /* fewer may be a slope of the ground with noise on it */
};
static const double inverted = -0.3;

struct judge {
    const struct stm_demand *demand;
    const struct stm_metrics *m;
    const struct stm_channel *channel;
    struct stm_site_row *row;
    bool essential;
};

static bool transmitted(const struct judge *j)
{
    return stm_role_is_transmitted(j->channel->role);
}

static enum stm_verdict grave(const struct judge *j, bool reject)
{
    return reject && j->essential ? STM_VERDICT_REJECTED : STM_VERDICT_WARN;
}

static bool empty(const struct judge *j)
{
    if (j->m->min != j->m->max) return false;
    stm_row_flag(j->row, grave(j, true), "channel %s is empty (all pixels = %.0f)", j->channel->name,
                 j->m->min);
    return true;
}

static void saturation(const struct judge *j)
{
    const struct stm_metrics *const m = j->m;
    const int bits = j->channel->true_bits;
    if (m->percent_saturated < j->demand->warn_saturated_percent) return;
    const enum stm_verdict verdict = grave(j, m->percent_saturated >= j->demand->reject_saturated_percent);
    if (m->ceiling < (bits > 0 && bits < 16 ? (1 << bits) - 1 : 65535))
        stm_row_flag(j->row, verdict,
                     "%.1f %% of the pixels of channel %s are at exactly %.0f: values were cut off",
                     m->percent_saturated, j->channel->name, m->ceiling);
    else
        stm_row_flag(
            j->row, verdict,
            "%.1f %% of the pixels of channel %s are at the %d-bit maximum: the exposure is too long",
            m->percent_saturated, j->channel->name, bits);
}

/* px; at high magnification the sharpest edge there is covers many pixels */
static double limit(const struct judge *j, double fluorescence, double through)
{
    const double px = transmitted(j) ? through : fluorescence, sharp = j->demand->sharp_um / j->row->pixel_um;
    return sharp > px ? sharp : px; /* NaN when the pixel size is unknown: px */
}

static void focus(const struct judge *j)
{
    const struct stm_metrics *const m = j->m;
    const struct stm_demand *const d = j->demand;
    const double warn = limit(j, d->warn_edge_px, d->warn_transmitted_edge_px);
    const double reject = limit(j, d->reject_edge_px, d->reject_transmitted_edge_px);
    if (!j->essential) return;
    if (m->edges < EDGES_LEAST)
        stm_row_flag(j->row, STM_VERDICT_WARN,
                     "no object stands out from the noise of channel %s: no cells, or far out of focus",
                     j->channel->name);
    else if (m->edge_width >= warn && (transmitted(j) || !(m->edge_part < d->edge_part)))
        stm_row_flag(
            j->row, grave(j, m->edge_width >= reject && m->edges >= EDGES_TO_REJECT),
            "out of focus: edges in channel %s are %.1f px wide, those of a sharp image below %.1f px",
            j->channel->name, m->edge_width, warn);
}

static void polarity(const struct judge *j)
{
    if (transmitted(j) || j->m->polarity > inverted || j->m->edges < EDGES_LEAST) return;
    stm_row_flag(j->row, STM_VERDICT_WARN,
                 "inverted: channel %s shows dark objects on a bright ground of %.0f counts",
                 j->channel->name, j->m->ground);
}

void stm_demand_judge(const struct stm_demand *demand, const struct stm_metrics *metrics, int channel,
                      bool essential, struct stm_site_row *row)
{
    const struct judge j = {demand, metrics, &row->channel[channel], row, essential};
    if (empty(&j)) return;
    saturation(&j);
    focus(&j);
    polarity(&j);
}
