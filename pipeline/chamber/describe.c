/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/maths.h"
#include "pipeline/chamber/finder.h"

#include <math.h>
#include <stdlib.h>

static const double log10_of_2 = 0.30102999566398120;

struct sums {
    int64_t n, x, y, xx, xy, yy; /* in the window */
    int64_t light, square, slope;
    int64_t steep2, steep4; /* powers of slopes in units of STEEP */
    int64_t core, cores;
    int64_t colour[3];
    int peak, dip, depth;
    bool cut;
};

/* Slopes are taken in 1/512 of the chamber's light for powers of them: 2^12 at most, so that fourth powers of
 * a window's pixels fit into 64 bits. */
enum { STEEP = 2 * STM_CHAMBER_LIGHT / 512, STEEPEST = 4095 };

/* A run of a cell: x from (x0, y0), the corner of its box, for the moments; its light and its depth. */
struct part {
    int x, y, n;    /* in the box */
    int at_x, at_y; /* in the picture */
    const uint16_t *light, *depth;
};

static bool is_hidden(const struct stm_cell_finder *f, int x, int y)
{
    return x < 0 || y < 0 || x >= f->w || y >= f->h || !f->light.px[y * f->light.stride + x];
}

static int64_t sum_of_squares_below(int64_t n)
{
    return (n - 1) * n * (2 * n - 1) / 6;
}

static void add_shape(struct sums *s, const struct part *p)
{
    const int64_t n = p->n, x = p->x, y = p->y, end = x + n, sum = n * (x + end - 1) / 2;
    s->n += n;
    s->x += sum;
    s->y += n * y;
    s->xx += sum_of_squares_below(end) - sum_of_squares_below(x);
    s->xy += sum * y;
    s->yy += n * y * y;
}

static void add_light(struct sums *s, const struct part *p)
{
    int64_t light = 0, square = 0;
    int peak = s->peak, dip = s->dip;
    for (int i = 0; i < p->n; i++) {
        const int v = p->light[i] - STM_CHAMBER_LIGHT;
        light += v;
        square += (int64_t)v * v;
        peak = v > peak ? v : peak;
        dip = v < dip ? v : dip;
    }
    s->light += light;
    s->square += square;
    s->peak = peak;
    s->dip = dip;
}

/* |gx| + |gy| by central differences, times two. */
static void add_slope(struct sums *s, int slope)
{
    const uint32_t part = (uint32_t)slope / STEEP, steep = part < STEEPEST ? part : STEEPEST;
    const uint32_t square = steep * steep;
    s->slope += slope;
    s->steep2 += square;
    s->steep4 += (int64_t)square * square;
}

static int slope_at(const uint16_t *p, ptrdiff_t stride)
{
    return abs(p[1] - p[-1]) + abs(p[stride] - p[-stride]);
}

/* Inside the picture every pixel has neighbours. */
static void add_slopes(struct sums *s, const struct part *p, ptrdiff_t stride)
{
    int seen = 1;
    for (int i = 0; i < p->n; i++) {
        const uint16_t *const at = p->light + i;
        add_slope(s, slope_at(at, stride));
        seen &= (at[-1] != 0) & (at[1] != 0) & (at[-stride] != 0) & (at[stride] != 0);
    }
    s->cut |= !seen;
}

/* At its edge the slope is 0, and what is beyond is hidden. */
static void add_slopes_at_edge(const struct stm_cell_finder *f, struct sums *s, const struct part *p)
{
    for (int i = 0; i < p->n; i++) {
        const int x = p->at_x + i, y = p->at_y;
        const bool inside = x > 0 && y > 0 && x < f->w - 1 && y < f->h - 1;
        add_slope(s, inside ? slope_at(p->light + i, f->light.stride) : 0);
        s->cut |= is_hidden(f, x - 1, y) || is_hidden(f, x + 1, y) || is_hidden(f, x, y - 1) ||
                  is_hidden(f, x, y + 1);
    }
}

static void add_core(const struct stm_cell_finder *f, struct sums *s, const struct part *p)
{
    const int colours = f->chamber->colours;
    const uint16_t *px[3];
    for (int c = 0; c < colours; c++)
        px[c] = f->planes[c].px + p->at_y * f->planes[c].stride + p->at_x;
    for (int i = 0; i < p->n; i++) {
        if (2 * p->depth[i] < s->depth) continue;
        s->core += p->light[i] - STM_CHAMBER_LIGHT;
        s->cores++;
        for (int c = 0; c < colours; c++)
            s->colour[c] += px[c][i];
    }
}

/* Ratio of the axes of the ellipse with these second moments; a pixel's own extent is 1/12. */
static double axes_of(const struct sums *s)
{
    const double n = (double)s->n, mx = (double)s->x / n, my = (double)s->y / n;
    const double xx = (double)s->xx / n - mx * mx + 1.0 / 12, yy = (double)s->yy / n - my * my + 1.0 / 12,
                 xy = (double)s->xy / n - mx * my;
    const double half = (xx + yy) / 2, root = sqrt((xx - yy) * (xx - yy) / 4 + xy * xy);
    return half + root > 0 && half > root ? sqrt((half - root) / (half + root)) : 0;
}

/* The ground's mean over the colours against the greatest value of a pixel. */
static double headroom_of(const struct stm_cell_finder *f, const struct sums *s, int x0, int y0)
{
    const double x = x0 + (double)s->x / (double)s->n, y = y0 + (double)s->y / (double)s->n;
    double sum = 0;
    for (int c = 0; c < f->chamber->colours; c++)
        sum += stm_chamber_ground(f->chamber, c, x, y);
    const double most = (double)(f->chamber->colours * ((1 << f->chamber->bits) - 1));
    return sum > 0 ? most / sum - 1 : NAN;
}

/* Optical density of the core in each colour against the empty chamber there. */
static void describe_colour(const struct stm_cell_finder *f, struct stm_cell *cell, const struct sums *s,
                            int x0, int y0)
{
    double density[3];
    cell->dye = cell->neutral = NAN;
    if (f->chamber->colours != 3 || !s->cores) return;
    const double x = x0 + (double)s->x / (double)s->n, y = y0 + (double)s->y / (double)s->n;
    for (int c = 0; c < 3; c++) {
        const double through = ((double)s->colour[c] + 0.5) / (double)s->cores,
                     ground = stm_chamber_ground(f->chamber, c, x, y) + 0.5;
        density[c] = log10_of_2 * stm_log2(ground / (through > 0.5 ? through : 0.5));
    }
    cell->dye = density[0] - density[2];
    cell->neutral = (density[0] + density[1] + density[2]) / 3;
}

/* The blur that makes an edge as soft as the sharpest ones of the cell are: a step of height h, blurred by a
 * normal distribution of deviation s, is h / (2.5066 s) steep. The height is all that the light goes up and
 * down; the steepness the root of the mean square slope, weighted by the square slope, which noise does not
 * lift as it lifts the greatest slope. What the picture is smoothed by before cells are looked for (1 px,
 * with the width of a slope 1.15) is taken off. NaN where nothing is steep. */
static const double smoothed_px = 1.15;

static double blur_of(const struct sums *s)
{
    const int peak = s->peak > 0 ? s->peak : 0, dip = s->dip < 0 ? s->dip : 0;
    const double steepest = s->steep2 ? sqrt((double)s->steep4 / (double)s->steep2) / 512 : 0;
    if (!(steepest > 0)) return NAN;
    const double all = (peak - dip) / (double)STM_CHAMBER_LIGHT / (2.5066 * steepest),
                 own = all * all - smoothed_px * smoothed_px;
    return own > 0 ? sqrt(own) : 0;
}

static void fill_cell(const struct stm_cell_finder *f, struct stm_cell *cell, const struct sums *s, int x0,
                      int y0)
{
    const double n = s->n ? (double)s->n : 1, unit = STM_CHAMBER_LIGHT, mean = (double)s->light / n / unit;
    const double variance = (double)s->square / n / (unit * unit) - mean * mean;
    *cell = (struct stm_cell){
        .area = (double)s->n,
        .diameter = sqrt((double)s->n / 0.78539816339744831),
        .axes = axes_of(s),
        .mean = mean,
        .contrast = sqrt(variance > 0 ? variance : 0),
        .peak = s->peak / unit,
        .dip = s->dip / unit,
        .core = s->cores ? (double)s->core / (double)s->cores / unit : 0,
        .rim = s->n > s->cores ? (double)(s->light - s->core) / (double)(s->n - s->cores) / unit : 0,
        .slope = (double)s->slope / n / 2 / unit,
        .blur = blur_of(s),
        .cut = s->cut};
    if (s->n) cell->headroom = headroom_of(f, s, x0, y0);
    describe_colour(f, cell, s, x0, y0);
}

static struct part part_of(const struct stm_cell_finder *f, const struct stm_segment *run,
                           struct stm_cu16 depth, int x0, int y0)
{
    return (struct part){.n = run->x1 - run->x0,
                         .at_x = run->x0,
                         .at_y = run->y,
                         .light = f->light.px + run->y * f->light.stride + run->x0,
                         .depth = depth.px + (run->y - y0) * depth.stride + run->x0 - x0};
}

static int deepest(const struct part *p, int most)
{
    for (int i = 0; i < p->n; i++)
        most = p->depth[i] > most ? p->depth[i] : most;
    return most;
}

static void add_run(const struct stm_cell_finder *f, struct sums *s, const struct part *p)
{
    const bool inside = p->at_y > 0 && p->at_y < f->h - 1 && p->at_x > 0 && p->at_x + p->n < f->w;
    add_shape(s, p);
    add_light(s, p);
    if (inside)
        add_slopes(s, p, f->light.stride);
    else
        add_slopes_at_edge(f, s, p);
    add_core(f, s, p);
}

void stm_cell_describe(const struct stm_cell_finder *f, struct stm_cell *cell, const struct stm_segment *run,
                       size_t n, struct stm_cu16 depth, int x0, int y0)
{
    struct sums s = {.peak = -STM_CHAMBER_LIGHT, .dip = 65535};
    int left = run->x0;
    for (size_t i = 0; i < n; i++) {
        const struct part p = part_of(f, &run[i], depth, x0, y0);
        s.depth = deepest(&p, s.depth);
        left = run[i].x0 < left ? run[i].x0 : left;
    }
    for (size_t i = 0; i < n; i++) {
        struct part p = part_of(f, &run[i], depth, x0, y0);
        p.x = run[i].x0 - left;
        p.y = run[i].y - run->y;
        add_run(f, &s, &p);
    }
    fill_cell(f, cell, &s, left, run->y);
}
