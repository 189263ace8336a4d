/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage foreground: how much of the surface cells cover, in a field and in a well. */
#include "pipeline/core/text.h"
#include "pipeline/stage.h"
#include "pipeline/stats/quantile.h"
#include "pipeline/stats/summary.h"
#include "pipeline/well.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CONFLUENCE, LOW, HIGH, ROUNDED, EXCLUDED, THRESHOLD, CONTRAST, SITE_COLUMNS };
static const struct stm_measure site_columns[SITE_COLUMNS + 1] = {
    [CONFLUENCE] = {"Confluence", "%", 2, "covered part of the surface: 100 * covered / (all - excluded)"},
    [LOW] = {"Confluence_Low", "%", 2,
             "Confluence with what tells cells from bare surface raised (docs/adherent.md)"},
    [HIGH] = {"Confluence_High", "%", 2, "Confluence with it lowered"},
    [ROUNDED] = {"Confluence_Rounded", "%", 2,
                 "part of the surface under bright, compact cells: about to divide, or afloat"},
    [EXCLUDED] = {"Confluence_Excluded", "%", 2,
                  "part of the image that is no culture surface: stop of the microscope, scale bar"},
    [THRESHOLD] = {"Foreground_Threshold", "%", 2,
                   "classical method: texture that ends bare surface, of its light"},
    [CONTRAST] = {"Foreground_Contrast", "", 0,
                  "classical method: 1 phase contrast with dark cells, 2 with bright ones, 3 texture"},
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

/* Nothing measured in micrometres is filled then; what is looked for has a size all the same. */
static void say_scale(struct stm_site *site)
{
    if (!(site->geo.pixel_um > 0))
        stm_row_flag(&site->row, STM_VERDICT_WARN,
                     "pixel size unknown: nothing is given in micrometres (give --pixel-size)");
}

static bool run(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err)
{
    const struct stm_confluence *c = &site->confluence;
    const double value[SITE_COLUMNS] = {
        [CONFLUENCE] = c->percent, [LOW] = c->low,           [HIGH] = c->high,
        [ROUNDED] = c->rounded,    [EXCLUDED] = c->excluded, [THRESHOLD] = c->threshold,
        [CONTRAST] = c->contrast};
    (void)err;
    say_scale(site);
    memcpy(site->site_values + env->site_first, value, sizeof value);
    return true;
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
            "pixel size unknown in %d fields of view: cells are looked for in the size they seem to have, "
            "nothing is given in micrometres\n",
            n);
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
    .reads = STM_SLOT_FOREGROUND,
    .site_columns = site_columns,
    .well_columns = well_columns,
    .plate_bytes = sizeof(int),
    .run = run,
    .note = note,
    .conclude = conclude,
    .well = well,
};
