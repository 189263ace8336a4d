/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/shading.h"

#include "pipeline/illumination/noise.h"
#include "pipeline/illumination/order.h"

#include <math.h>

enum {
    COUNTS_LEAST = 2, /* of shading: less is the rounding of the pixels */
    LEVEL_LEAST = 8,  /* counts of light on the ground; below, one count of rounding is more than 12 % */
};
/* Chance fits of unrelated sites explain nothing of each other and improve half of the sites. */
static const double least_improved = 0.75, least_explained = 0.2;

struct bench {
    const struct stm_survey *survey;
    struct stm_tiles tiles;
};

static uint16_t relative_light(double light, double median)
{
    const double part = light / median * STM_LIGHT_ONE + 0.5;
    return part < 0 ? 0 : part < UINT16_MAX ? (uint16_t)part : UINT16_MAX;
}

void stm_survey_add(struct stm_survey *survey, const struct stm_kernels *kernels, struct stm_tiles tiles,
                    struct stm_cu16 plane, bool glow, double dark)
{
    const struct stm_band bands[2] = {glow ? stm_band_dark : stm_band_middle, stm_band_bright};
    uint32_t level[2 * STM_TILES_MOST];
    double light[STM_TILES_MOST], sorted[STM_TILES_MOST];
    const int n = tiles.nx * tiles.ny;
    survey->seen++;
    if (!n || survey->n >= STM_SURVEY_SITES) return;
    stm_tiles_levels(kernels, tiles, plane, bands, glow ? 2 : 1, level);
    for (int k = 0; k < n; k++)
        sorted[k] = light[k] = (double)level[k] / STM_LEVEL_ONE - dark;
    const double median = stm_median(sorted, n);
    if (median < LEVEL_LEAST) return;
    for (int k = 0; k < n; k++)
        survey->relative[survey->n][k] = relative_light(light[k], median);
    survey->median[survey->n++] = median;
    if (glow) stm_brightness_add(&survey->objects, tiles, light, level + n, stm_noise(plane), dark);
}

/* Light in tile k of the i-th site, relative to the site's median. */
static double relative(const struct bench *bench, int i, int k)
{
    return (double)bench->survey->relative[i][k] / STM_LIGHT_ONE;
}

/* Surface of sites first, first + step, …, scaled to mean 1; its values in the tiles into at[]. */
static bool fit(const struct bench *bench, int degree, int first, int step, struct stm_surface *surface,
                double *at)
{
    const struct stm_tiles tiles = bench->tiles;
    double field[STM_TILES_MOST], v[STM_SURVEY_SITES], sum = 0;
    for (int k = 0; k < tiles.nx * tiles.ny; k++) {
        int n = 0;
        for (int i = first; i < bench->survey->n; i += step)
            v[n++] = relative(bench, i, k);
        field[k] = stm_median(v, n);
    }
    if (!stm_surface_fit(surface, degree, field, tiles.nx, tiles.ny)) return false;
    for (int y = 0, k = 0; y < tiles.ny; y++)
        for (int x = 0; x < tiles.nx; x++, k++)
            sum += at[k] = stm_surface_at(surface, (x + 0.5) / tiles.nx, (y + 0.5) / tiles.ny);
    const double mean = sum / (tiles.nx * tiles.ny);
    for (int k = 0; k < tiles.nx * tiles.ny; k++) {
        at[k] /= mean;
        if (!(at[k] > 0)) return false;
    }
    for (int t = 0; t < STM_SURFACE_TERMS; t++)
        surface->c[t] /= mean;
    return true;
}

static double correlation(const double *a, const double *b, int n)
{
    double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
    for (int i = 0; i < n; i++) {
        ma += a[i] / n;
        mb += b[i] / n;
    }
    for (int i = 0; i < n; i++) {
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i] - mb) * (b[i] - mb);
        ab += (a[i] - ma) * (b[i] - mb);
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

/* Squared 10 to 90 % range: variation of the ground without the tiles that a cluster of cells covers. */
static double variation(double *v, int n)
{
    const double lo = stm_quantile(v, n, 0.1), hi = stm_quantile(v, n, 0.9);
    return (hi - lo) * (hi - lo);
}

/* How much flatter the i-th site gets when divided by a surface it had no part in: 1 = quite flat, < 0 =
 * worse. */
static double gained(const struct bench *bench, int i, const double *surface)
{
    const int n = bench->tiles.nx * bench->tiles.ny;
    double before[STM_TILES_MOST], after[STM_TILES_MOST];
    for (int k = 0; k < n; k++) {
        before[k] = relative(bench, i, k);
        after[k] = before[k] / surface[k];
    }
    const double b = variation(before, n);
    return b > 0 ? 1 - variation(after, n) / b : 0;
}

static void cross_validate(struct stm_shading *shading, const struct bench *bench, const double *even,
                           const double *odd)
{
    double v[STM_SURVEY_SITES];
    int better = 0;
    for (int i = 0; i < bench->survey->n; i++) {
        v[i] = gained(bench, i, i % 2 ? even : odd);
        better += v[i] > 0;
    }
    shading->improved = (double)better / bench->survey->n;
    shading->explained = stm_median(v, bench->survey->n);
}

static enum stm_shading_finding judge(const struct stm_shading *shading, struct stm_shading_demand demand)
{
    const bool seen_on_ground = shading->improved >= least_improved && shading->explained >= least_explained;
    const bool seen_on_objects = shading->improved >= 0.5 && shading->strength >= 4 * shading->error;
    if (shading->agreement < demand.agreement || !(seen_on_ground || seen_on_objects))
        return STM_SHADING_DISAGREES;
    if (shading->range * shading->ground < COUNTS_LEAST) return STM_SHADING_DARK;
    return shading->range < demand.range ? STM_SHADING_FLAT : STM_SHADING_FOUND;
}

/* A finer surface has to leave a tenth less of what other sites show, or it only follows their cells. */
static bool worth(const struct stm_shading *finer, const struct stm_shading *coarse)
{
    return 1 - finer->explained < 0.9 * (1 - coarse->explained);
}

static double ground_of(const struct stm_survey *survey)
{
    double v[STM_SURVEY_SITES];
    for (int i = 0; i < survey->n; i++)
        v[i] = survey->median[i];
    return stm_median(v, survey->n);
}

/* The finding with surfaces of one degree. */
static struct stm_shading attempt(const struct bench *bench, int degree, struct stm_shading_demand demand)
{
    struct stm_shading shading = {.finding = STM_SHADING_DISAGREES, .sites = bench->survey->n};
    struct stm_surface half;
    double all[STM_TILES_MOST], even[STM_TILES_MOST], odd[STM_TILES_MOST];
    const int n = bench->tiles.nx * bench->tiles.ny;
    if (!fit(bench, degree, 0, 2, &half, even) || !fit(bench, degree, 1, 2, &half, odd) ||
        !fit(bench, degree, 0, 1, &shading.surface, all))
        return shading;
    shading.agreement = correlation(even, odd, n);
    cross_validate(&shading, bench, even, odd);
    shading.ground = ground_of(bench->survey);
    shading.strength = stm_strength(&bench->survey->objects, bench->tiles, all, &shading.error);
    shading.range = stm_quantile(all, n, 0.98) - stm_quantile(all, n, 0.02);
    shading.finding = judge(&shading, demand);
    return shading;
}

void stm_shading_find(struct stm_shading *shading, const struct stm_survey *survey, struct stm_tiles tiles,
                      struct stm_shading_demand demand)
{
    const struct bench bench = {survey, tiles};
    *shading = (struct stm_shading){.finding = STM_SHADING_FEW_SITES, .sites = survey->n};
    if (survey->seen < demand.sites) return;
    shading->finding = STM_SHADING_DARK;
    if (survey->n < demand.sites || survey->n < 2) return;
    *shading = attempt(&bench, 2, demand);
    for (int degree = 4; degree <= STM_SURFACE_DEGREE; degree += 2) {
        const struct stm_shading finer = attempt(&bench, degree, demand);
        if (finer.finding <= shading->finding && worth(&finer, shading)) *shading = finer;
    }
}
