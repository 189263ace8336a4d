/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage foreground: which part of the field cells cover. The method is in pipeline/cells. */
#include "pipeline/cells/foreground.h"
#include "pipeline/cells/divide.h"
#include "pipeline/core/text.h"
#include "pipeline/stage.h"
#include "pipeline/stats/quantile.h"
#include "pipeline/stats/summary.h"
#include "pipeline/well.h"

#include <math.h>
#include <stdlib.h>

static const char *const contrasts[] = {"auto", "positive", "negative", "texture", NULL};

struct knobs {
    int contrast;
    double texture_percent, least_um2, uncertainty_percent;
};

static const struct stm_param params[] = {
    STM_CHOICE(
        knobs, contrast, contrasts, STM_CONTRAST_AUTO,
        "phase contrast with dark cells (positive) or bright ones (negative), or whatever is not smooth "
        "(texture); auto = texture for brightfield, else as the halos are"),
    STM_REAL(knobs, texture_percent, "%", 0.1, 50, 2.2,
             "bare surface varies less than this, of its light, over 6 um; noise is added to it"),
    STM_REAL(knobs, least_um2, "um2", 1, 100000, 120, "smaller patches are dirt"),
    STM_REAL(knobs, uncertainty_percent, "%", 0, 80, 20,
             "uncertainty of all thresholds that Confluence_Low and Confluence_High come from"),
    {0},
};

enum { CONFLUENCE, LOW, HIGH, ROUNDED, EXCLUDED, THRESHOLD, CONTRAST, SITE_COLUMNS };
static const struct stm_measure site_columns[SITE_COLUMNS + 1] = {
    [CONFLUENCE] = {"Confluence", "%", 2, "covered part of the surface: 100 * covered / (all - excluded)"},
    [LOW] = {"Confluence_Low", "%", 2,
             "Confluence with all thresholds raised by foreground.uncertainty_percent"},
    [HIGH] = {"Confluence_High", "%", 2, "Confluence with all thresholds lowered as much"},
    [ROUNDED] = {"Confluence_Rounded", "%", 2,
                 "part of the surface under bright, compact cells: about to divide, or afloat"},
    [EXCLUDED] = {"Confluence_Excluded", "%", 2,
                  "part of the image that is no culture surface: stop of the microscope, scale bar"},
    [THRESHOLD] = {"Foreground_Threshold", "%", 2, "texture that ends bare surface, of its light"},
    [CONTRAST] = {"Foreground_Contrast", "", 0,
                  "1 phase contrast with dark cells, 2 with bright ones, 3 texture"},
};

enum { WELL_CONFLUENCE, WELL_LOW, WELL_HIGH, WELL_BETWEEN, WELL_WITH_REJECTED, WELL_COLUMNS };
static const struct stm_measure well_columns[WELL_COLUMNS + 1] = {
    [WELL_CONFLUENCE] = {"Confluence", "%", 2,
                         "covered part of the surface of the sites in use, weighted by their area"},
    [WELL_LOW] = {"Confluence_Low", "%", 2,
                  "lower limit, 95 %: Confluence - sqrt((Student's t * standard error between the sites)^2 + "
                  "(mean Confluence - Confluence_Low of the sites)^2)"},
    [WELL_HIGH] = {"Confluence_High", "%", 2, "upper limit of the same, with Confluence_High"},
    [WELL_BETWEEN] = {"Confluence_BetweenSites", "%", 2, "standard deviation of the sites' Confluence"},
    [WELL_WITH_REJECTED] = {"Confluence_WithRejected", "%", 2,
                            "Confluence if the rejected sites were used as well"},
};

static int channel_of(const struct stm_site *site)
{
    const int phase = stm_site_channel(site, STM_ROLE_PHASE);
    return phase >= 0 ? phase : stm_site_channel(site, STM_ROLE_BRIGHTFIELD);
}

static size_t scratch_bytes(const void *unused, const struct stm_geometry *geo)
{
    (void)unused;
    const struct stm_cells_size s = stm_cells_size(geo->width, geo->height, geo->pixel_um);
    const size_t look = stm_cells_look_bytes(geo->width, geo->height, geo->pixel_um),
                 find = stm_cells_foreground_bytes(s.w, s.h),
                 back = stm_cells_back_bytes(geo->width, geo->height, geo->pixel_um);
    const size_t step = look > find ? look : find;
    return stm_cells_view_bytes(geo->width, geo->height, geo->pixel_um) +
           3 * stm_arena_cost((size_t)s.w * (size_t)s.h) + (step > back ? step : back);
}

static bool take_mask(struct stm_u8 *mask, const struct stm_cells_view *view, struct stm_error *err)
{
    *mask = (struct stm_u8){NULL, view->w, view->w, view->h};
    mask->px = stm_arena_take(view->scratch, (size_t)view->w * (size_t)view->h, "a mask", err);
    return mask->px != NULL;
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100 * (double)part / (double)whole : NAN;
}

static bool take_masks(struct stm_foreground_masks *m, const struct stm_cells_view *view,
                       struct stm_error *err)
{
    return take_mask(&m->covered, view, err) && take_mask(&m->bodies, view, err) &&
           take_mask(&m->balls, view, err);
}

/* The same search with other thresholds; an image whose contrast was turned over stays so. */
static bool repeat(double *confluence, struct stm_cells_view *view, struct stm_foreground_options options,
                   double strictness, const struct stm_foreground_masks *masks, struct stm_error *err)
{
    struct stm_foreground again;
    options.strictness = strictness;
    if (!stm_cells_foreground(&again, masks, view, &options, err)) return false;
    *confluence = percent(again.covered, view->surface);
    return true;
}

/* The label image holds what kind of part a covered pixel is, for the stage that tells cells apart. */
static void write_parts(struct stm_site *site, const struct stm_cells_view *view,
                        const struct stm_foreground_masks *m)
{
    const struct stm_u32 part = site->labels;
    for (int y = 0; y < part.h; y++)
        for (int x = 0; x < part.w; x++) {
            const size_t i = (size_t)((int64_t)y * view->h / part.h) * (size_t)view->w +
                             (size_t)((int64_t)x * view->w / part.w);
            const bool covered = site->mask.px[y * site->mask.stride + x];
            part.px[y * part.stride + x] = !covered          ? STM_PART_NONE
                                           : m->balls.px[i]  ? STM_PART_ROUND
                                           : m->bodies.px[i] ? STM_PART_BODY
                                                             : STM_PART_LINE;
        }
}

static bool fill(struct stm_site *site, struct stm_cells_view *view, struct stm_foreground_options options,
                 double spread, double *value, struct stm_error *err)
{
    struct stm_foreground found;
    struct stm_foreground_masks m;
    if (!take_masks(&m, view, err) || !stm_cells_foreground(&found, &m, view, &options, err) ||
        !stm_cells_mask_back(view, site->mask, (struct stm_cu8)STM_CONST(m.covered), err))
        return false;
    write_parts(site, view, &m);
    value[CONFLUENCE] = percent(found.covered, view->surface);
    value[ROUNDED] = percent(found.rounded, view->surface);
    value[EXCLUDED] = 100 - percent(view->surface, (uint64_t)view->w * (uint64_t)view->h);
    value[THRESHOLD] = found.threshold;
    value[CONTRAST] = found.contrast;
    options.contrast = found.contrast == STM_CONTRAST_NEGATIVE ? STM_CONTRAST_POSITIVE : found.contrast;
    if (!repeat(&value[LOW], view, options, 1 + spread, &m, err) ||
        !repeat(&value[HIGH], view, options, 1 / (1 + spread), &m, err))
        return false;
    const double low = fmin(value[LOW], value[HIGH]), high = fmax(value[LOW], value[HIGH]);
    value[LOW] = fmin(low, value[CONFLUENCE]);
    value[HIGH] = fmax(high, value[CONFLUENCE]);
    return true;
}

/* Nothing measured in micrometres is filled then; what is looked for has a size all the same. */
static void say_scale(struct stm_site *site)
{
    if (!(site->geo.pixel_um > 0))
        stm_row_flag(&site->row, STM_VERDICT_WARN,
                     "pixel size unknown: cells are looked for as if it were %.2f um (give --pixel-size)",
                     stm_cells_um);
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const struct knobs *k = env->params;
    const int c = channel_of(site);
    struct stm_cells_view view;
    if (c < 0) return stm_fail(err, STM_BAD_INPUT, "the image by transmitted light is missing");
    say_scale(site);
    struct stm_foreground_options options = {k->contrast, k->texture_percent, k->least_um2, 1};
    if (options.contrast == STM_CONTRAST_AUTO && site->row.channel[c].role == STM_ROLE_BRIGHTFIELD)
        options.contrast = STM_CONTRAST_TEXTURE;
    if (!stm_cells_look(&view, (struct stm_cu16)STM_CONST(site->plane[c]), site->geo.pixel_um, env->kernels,
                        env->scratch, err))
        return false;
    return fill(site, &view, options, k->uncertainty_percent / 100, site->site_values + env->site_first, err);
}

/* Sums over the sites whose verdict is at most `worst`; confluences into `list` when there is one. */
struct totals {
    double covered, low, high, area;
    int n;
};

static struct totals add_up(const struct stm_well *well, int first, enum stm_verdict worst, double *list)
{
    struct totals t = {0};
    for (int s = 0; s < well->n_sites; s++) {
        const struct stm_site_row *row = &well->sites[s];
        const double *v = row->values + first;
        if (row->verdict > worst || isnan(v[CONFLUENCE])) continue;
        const double area = (double)row->width * row->height * (1 - v[EXCLUDED] / 100);
        t.covered += area * v[CONFLUENCE];
        t.low += area * v[LOW];
        t.high += area * v[HIGH];
        t.area += area;
        if (list) list[t.n] = v[CONFLUENCE];
        t.n++;
    }
    return t;
}

/* Plate state: fields of view without a pixel size. */
static void note(const struct stm_site *site, const struct stm_stage_env *env)
{
    *(int *)env->plate += !(site->geo.pixel_um > 0);
}

static bool conclude(const struct stm_stage_env *env, struct stm_error *err)
{
    const int n = *(const int *)env->plate;
    (void)err;
    if (n && env->notes)
        stm_string_addf(
            env->notes,
            "pixel size unknown in %d fields of view: taken as %.2f um to look for cells, nothing "
            "is given in micrometres\n",
            n, stm_cells_um);
    return true;
}

static double root(double a, double b)
{
    return sqrt(a * a + b * b);
}

static double within(double x)
{
    return x < 0 ? 0 : x > 100 ? 100 : x;
}

static bool well(struct stm_well *well, const struct stm_stage_env *env, struct stm_error *err)
{
    double *const v = well->values + env->well_first;
    double *const list = calloc((size_t)well->n_sites + 1, sizeof *list);
    if (!list) return stm_fail(err, STM_NO_MEMORY, "no memory for the %d sites of a well", well->n_sites);
    const struct totals used = add_up(well, env->site_first, STM_VERDICT_WARN, list),
                        all = add_up(well, env->site_first, STM_VERDICT_REJECTED, NULL);
    const double sd = stm_summarise(list, (size_t)used.n).sd;
    free(list);
    if (all.n) v[WELL_WITH_REJECTED] = all.covered / all.area;
    if (!used.n) return true;
    const double mean = used.covered / used.area,
                 error = used.n > 1 ? stm_quantile_student(0.975, used.n - 1) * sd / sqrt(used.n) : 0;
    v[WELL_CONFLUENCE] = mean;
    v[WELL_BETWEEN] = sd;
    v[WELL_LOW] = within(mean - root(error, mean - used.low / used.area));
    v[WELL_HIGH] = within(mean + root(error, used.high / used.area - mean));
    return true;
}

const struct stm_stage stm_stage_foreground = {
    .name = "foreground",
    .summary = "which part of the surface adherent cells cover",
    .reads = STM_SLOT_RAW | STM_SLOT_FLAT,
    .writes = STM_SLOT_FOREGROUND | STM_SLOT_LABELS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .site_columns = site_columns,
    .well_columns = well_columns,
    .plate_bytes = sizeof(int),
    .scratch_bytes = scratch_bytes,
    .run = run,
    .note = note,
    .conclude = conclude,
    .well = well,
};
