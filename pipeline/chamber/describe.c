/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/maths.h"
#include "pipeline/chamber/finder.h"

#include <math.h>

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

static bool is_hidden(const struct stm_cell_finder *f, int x, int y)
{
    return x < 0 || y < 0 || x >= f->w || y >= f->h || !f->light.px[y * f->light.stride + x];
}

/* |gx| + |gy| by central differences, times two; 0 beyond what is seen. */
static int slope_at(const struct stm_cell_finder *f, int x, int y)
{
    const uint16_t *const p = f->light.px + y * f->light.stride + x;
    if (x == 0 || y == 0 || x == f->w - 1 || y == f->h - 1) return 0;
    const int gx = p[1] - p[-1], gy = p[f->light.stride] - p[-f->light.stride];
    return (gx < 0 ? -gx : gx) + (gy < 0 ? -gy : gy);
}

static void add_shape(struct sums *s, int x, int y)
{
    s->n++;
    s->x += x;
    s->y += y;
    s->xx += (int64_t)x * x;
    s->xy += (int64_t)x * y;
    s->yy += (int64_t)y * y;
}

static void add_light(const struct stm_cell_finder *f, struct sums *s, int x, int y, int light, bool inner)
{
    s->light += light;
    s->square += (int64_t)light * light;
    const int slope = slope_at(f, x, y);
    const int64_t steep = slope / STEEP < STEEPEST ? slope / STEEP : STEEPEST;
    s->slope += slope;
    s->steep2 += steep * steep;
    s->steep4 += steep * steep * steep * steep;
    s->peak = light > s->peak ? light : s->peak;
    s->dip = light < s->dip ? light : s->dip;
    s->cut |=
        is_hidden(f, x - 1, y) || is_hidden(f, x + 1, y) || is_hidden(f, x, y - 1) || is_hidden(f, x, y + 1);
    if (!inner) return;
    s->core += light;
    s->cores++;
    for (int c = 0; c < f->chamber->colours; c++)
        s->colour[c] += f->planes[c].px[y * f->planes[c].stride + x];
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

static int deepest(struct stm_cu32 window, struct stm_cu16 depth, uint32_t label)
{
    int most = 0;
    for (int y = 0; y < window.h; y++)
        for (int x = 0; x < window.w; x++)
            if (window.px[y * window.stride + x] == label && depth.px[y * depth.stride + x] > most)
                most = depth.px[y * depth.stride + x];
    return most;
}

void stm_cell_describe(const struct stm_cell_finder *f, struct stm_cell *cell, struct stm_cu32 window,
                       struct stm_cu16 depth, uint32_t label, int x0, int y0)
{
    struct sums s = {.depth = deepest(window, depth, label), .peak = -STM_CHAMBER_LIGHT, .dip = 65535};
    for (int y = 0; y < window.h; y++)
        for (int x = 0; x < window.w; x++) {
            if (window.px[y * window.stride + x] != label) continue;
            const int light = f->light.px[(y0 + y) * f->light.stride + x0 + x] - STM_CHAMBER_LIGHT;
            add_shape(&s, x, y);
            add_light(f, &s, x0 + x, y0 + y, light, 2 * depth.px[y * depth.stride + x] >= s.depth);
        }
    const double n = s.n ? (double)s.n : 1, unit = STM_CHAMBER_LIGHT, mean = (double)s.light / n / unit;
    const double variance = (double)s.square / n / (unit * unit) - mean * mean;
    *cell = (struct stm_cell){
        .area = (double)s.n,
        .diameter = sqrt((double)s.n / 0.78539816339744831),
        .axes = axes_of(&s),
        .mean = mean,
        .contrast = sqrt(variance > 0 ? variance : 0),
        .peak = s.peak / unit,
        .dip = s.dip / unit,
        .core = s.cores ? (double)s.core / (double)s.cores / unit : 0,
        .rim = s.n > s.cores ? (double)(s.light - s.core) / (double)(s.n - s.cores) / unit : 0,
        .slope = (double)s.slope / n / 2 / unit,
        .blur = blur_of(&s),
        .cut = s.cut};
    if (s.n) cell->headroom = headroom_of(f, &s, x0, y0);
    describe_colour(f, cell, &s, x0, y0);
}
