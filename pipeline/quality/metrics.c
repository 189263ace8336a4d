/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/quality/metrics.h"

#include "pipeline/illumination/noise.h"
#include "pipeline/illumination/order.h"
#include "pipeline/illumination/tiles.h"
#include "pipeline/quality/edges.h"
#include "pipeline/quality/greys.h"
#include "pipeline/quality/local_focus.h"
#include "pipeline/quality/power_slope.h"

#include <math.h>

enum {
    GROUND_TILES = 8, /* along an axis: coarse enough that each tile sees ground */
    PILE_NEIGHBOURS = 16,
    PILE_FACTOR = 20, /* a level holding 20 times what its 16 lower neighbours hold on average is a cut */
    EDGE_NOISES = 3,  /* 10 sigma of the strips' noise (0.31 sigma): a row of pure noise spans 7 */
    EDGE_COUNTS = 3   /* lower edges have less than two steps in their half: the width is rounding */
};
static const double pile_noise = 0.5;   /* counts */
static const double pile_least = 0.001; /* part of the pixels; a single hot spot is no pile */

static void take_histogram(struct stm_metrics *m, const struct stm_greys *h)
{
    const int median = stm_greys_quantile(h, 0.5);
    m->mean = h->mean;
    m->median = median;
    m->std = sqrt(h->variance);
    m->mad = stm_greys_deviation(h, median);
    m->min = h->min;
    m->max = h->max;
    m->low = stm_greys_quantile(h, 0.005);
    m->high = stm_greys_quantile(h, 0.995);
    m->percent_min = 100.0 * h->bin[h->min] / (double)h->n;
    m->percent_max = 100.0 * h->bin[h->max] / (double)h->n;
    m->focus = h->mean > 0 ? h->variance / h->mean : 0;
    const double range = m->high - m->low;
    m->polarity = range > 0 ? (m->high + m->low - 2 * m->median) / range : 0;
}

/* Values were cut off at the plane's maximum: far more pixels there than just below. Without noise flat tops
 * do that too. */
static bool piled_up(const struct stm_greys *h, double noise)
{
    uint64_t below = 0;
    int n = 0;
    if (noise < pile_noise) return false;
    for (int v = h->max - 1; v > h->min && n < PILE_NEIGHBOURS; v--, n++)
        below += h->bin[v];
    return n == PILE_NEIGHBOURS && h->bin[h->max] >= pile_least * (double)h->n &&
           (uint64_t)h->bin[h->max] * PILE_NEIGHBOURS > PILE_FACTOR * below;
}

static void take_saturation(struct stm_metrics *m, const struct stm_greys *h, int bits)
{
    const int top = bits > 0 && bits < 16 ? (1 << bits) - 1 : STM_GREYS - 1;
    m->ceiling = h->max < top && piled_up(h, m->noise) ? h->max : top;
    m->percent_saturated = 100 * stm_greys_from(h, (int)m->ceiling);
}

static void take_ground(struct stm_metrics *m, const struct stm_kernels *kernels, struct stm_cu16 plane,
                        enum stm_role role)
{
    const struct stm_tiles tiles = stm_tiles_over(plane.w, plane.h, GROUND_TILES);
    uint32_t level[GROUND_TILES * GROUND_TILES];
    double v[GROUND_TILES * GROUND_TILES];
    const int n = tiles.nx * tiles.ny;
    stm_tiles_levels(kernels, tiles, plane, stm_role_is_transmitted(role) ? &stm_band_middle : &stm_band_dark,
                     1, level);
    for (int i = 0; i < n; i++)
        v[i] = (double)level[i] / STM_LEVEL_ONE;
    m->ground = n ? stm_median(v, n) : m->median;
    m->nonuniformity =
        n && m->ground > 0 ? 100 * (stm_quantile(v, n, 0.9) - stm_quantile(v, n, 0.1)) / m->ground : 0;
}

static double greatest(double a, double b, double c)
{
    const double ab = a > b ? a : b;
    return ab > c ? ab : c;
}

static void take_edges(struct stm_metrics *m, struct stm_cu16 plane, double least_edge, void *scratch)
{
    const double least = greatest(EDGE_NOISES * m->noise, least_edge * (m->high - m->low), EDGE_COUNTS);
    const struct stm_edges e = stm_edges_measure(plane, least, scratch);
    m->edges = e.n;
    m->edge_width = e.width;
    m->chord = e.chord;
    m->edge_part = e.width / e.chord;
}

size_t stm_metrics_scratch(int w)
{
    const size_t counts = STM_GREYS * sizeof(uint32_t), edges = stm_edges_scratch(w);
    const size_t more = edges > counts ? edges : counts, slope = stm_power_slope_scratch();
    return more > slope ? more : slope;
}

void stm_metrics_measure(struct stm_metrics *m, const struct stm_kernels *kernels, struct stm_cu16 plane,
                         int bits, enum stm_role role, double least_edge, bool spectrum, void *scratch)
{
    const struct stm_greys h = stm_greys_of(plane, scratch);
    m->noise = stm_noise(plane);
    take_histogram(m, &h);
    take_saturation(m, &h, bits);
    take_ground(m, kernels, plane, role);
    m->snr = (m->high - m->ground) / m->noise;
    m->local_focus = stm_local_focus(plane);
    m->power_slope = spectrum ? stm_power_slope(plane, scratch) : NAN;
    take_edges(m, plane, least_edge, scratch);
}
