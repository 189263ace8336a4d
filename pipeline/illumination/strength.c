/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/strength.h"

#include "pipeline/illumination/order.h"

#include <math.h>
#include <stdbool.h>

enum {
    OBJECT_NOISES = 8, /* the brightest sixteenth of noise alone is 2 sigma above the ground */
    TILES_IN_SITE = 8, /* with objects; fewer have no median worth the name */
    TILES_LEAST = 32,  /* for a slope */
    ROUNDS = 4,
    GROUPS = 8
};
static const double model_error = 0.1;     /* of the slope: light that varies within a tile is not seen */
static const double most_strength = 6;     /* five sixths of the ground are offset */
static const double wild_error = 0.5;      /* a slope this uncertain is no guide to which objects to count */
static const double least_of_bright = 0.2; /* of the 90 % quantile: haze beside an object is no object */
static const double least_of_median = 0.3,
                    most_of_median = 3; /* between which objects count, where the light is 1 */

/* Brightest sixteenth of each tile above the site's ground, in counts. */
static void excess_of(double *excess, struct stm_tiles tiles, const uint32_t *top, double ground, double dark)
{
    for (int k = 0; k < tiles.nx * tiles.ny; k++)
        excess[k] = (double)top[k] / STM_LEVEL_ONE - dark - ground;
}

static uint16_t in_units(double value, double unit)
{
    const double v = value / unit * STM_BRIGHT_ONE + 0.5;
    return v < 0 ? 0 : v < UINT16_MAX ? (uint16_t)v : UINT16_MAX;
}

void stm_brightness_add(struct stm_brightness *objects, struct stm_tiles tiles, const double *ground,
                        const uint32_t *top, double noise, double dark)
{
    double excess[STM_TILES_MOST], sorted[STM_TILES_MOST];
    const int tiles_n = tiles.nx * tiles.ny;
    int n = 0;
    if (objects->n >= STM_SURVEY_SITES) return;
    for (int k = 0; k < tiles_n; k++)
        sorted[k] = ground[k];
    const double base = stm_median(sorted, tiles_n);
    excess_of(excess, tiles, top, base, dark);
    for (int k = 0; k < tiles_n; k++)
        sorted[k] = excess[k];
    const double least = fmax(least_of_bright * stm_quantile(sorted, tiles_n, 0.9), OBJECT_NOISES * noise);
    for (int k = 0; k < tiles_n; k++)
        if (excess[k] >= least) sorted[n++] = excess[k];
    if (n < TILES_IN_SITE) return;
    const double median = stm_median(sorted, n);
    for (int k = 0; k < tiles_n; k++)
        objects->top[objects->n][k] = excess[k] < least / 2 ? 0 : in_units(excess[k], median);
    objects->ground[objects->n++] = base / median;
}

/* Objects of all sites by tile. */
struct line {
    double sum[STM_TILES_MOST];
    int n[STM_TILES_MOST];
};

/* Objects by tile whose brightness, with the light of `slope` taken off, lies between the bounds: bounds that
 * do not follow the light would leave more of the bright ones where it is dim. The ground's own unevenness,
 * seen through the objects, is taken off as well. */
static void collect(struct line *l, const struct stm_brightness *objects, int left_out, int tiles_n,
                    const double *surface, double slope)
{
    for (int k = 0; k < tiles_n; k++) {
        const double light = fmax(1 + slope * (surface[k] - 1), 0.1);
        l->sum[k] = 0;
        l->n[k] = 0;
        for (int i = 0; i < objects->n; i++) {
            if (i % GROUPS == left_out) continue;
            const double top = (double)objects->top[i][k] / STM_BRIGHT_ONE;
            const double bright = top - objects->ground[i] * (surface[k] - 1);
            if (!objects->top[i][k] || bright < least_of_median * light || bright > most_of_median * light)
                continue;
            l->sum[k] += bright;
            l->n[k]++;
        }
    }
}

/* Slope of the line relative to its height where the surface is 1; NaN without enough objects. */
static double slope_of(const struct line *l, int tiles_n, const double *surface)
{
    double count = 0, x = 0, y = 0, xx = 0, xy = 0;
    int used = 0;
    for (int k = 0; k < tiles_n; k++) {
        count += l->n[k];
        x += l->n[k] * surface[k];
        y += l->sum[k];
        used += l->n[k] > 0;
    }
    if (used < TILES_LEAST) return NAN;
    for (int k = 0; k < tiles_n; k++) {
        xx += l->n[k] * (surface[k] - x / count) * (surface[k] - x / count);
        xy += (surface[k] - x / count) * (l->sum[k] - l->n[k] * y / count);
    }
    const double one = y / count + xy / xx * (1 - x / count);
    return xx > 0 && one > 0 ? xy / xx / one : NAN;
}

/* Leaving out one of GROUPS groups of sites at a time: objects vary between cells, not between tiles, so only
 * whole sites are independent. */
static double jackknife(struct line *l, const struct stm_brightness *objects, int tiles_n,
                        const double *surface, double slope)
{
    double v[GROUPS], mean = 0, sum = 0;
    for (int g = 0; g < GROUPS; g++) {
        collect(l, objects, g, tiles_n, surface, slope);
        v[g] = slope_of(l, tiles_n, surface);
        mean += v[g] / GROUPS;
    }
    for (int g = 0; g < GROUPS; g++)
        sum += (v[g] - mean) * (v[g] - mean);
    return sqrt(sum * (GROUPS - 1) / GROUPS);
}

double stm_strength(const struct stm_brightness *objects, struct stm_tiles tiles, const double *surface,
                    double *error)
{
    struct line line;
    double used = 1, slope = 1;
    const int n = tiles.nx * tiles.ny;
    *error = INFINITY;
    for (int round = 0; round < ROUNDS && objects->n >= 2 * GROUPS; round++) {
        collect(&line, objects, -1, n, surface, used);
        slope = slope_of(&line, n, surface);
        if (isnan(slope)) return *error = INFINITY, 1;
        *error = jackknife(&line, objects, n, surface, used);
        if (!(*error <= wild_error)) break;
        used = slope;
    }
    if (isnan(*error)) *error = INFINITY;
    return slope;
}

double stm_strength_prudent(double slope, double error)
{
    if (slope < -2 * error) return 1; /* objects are not brighter where light is missing: no guide at all */
    const double model = model_error * slope, away = slope - 1;
    const double doubt = 3 * (error * error + model * model) / (away * away);
    const double prudent = doubt < 1 ? 1 + away * (1 - doubt) : 1;
    return fmin(fmax(prudent, 0), most_strength);
}
