/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage aggregate: what a well's fields of view say together, and how sure it is. See docs/statistics.md. */
#include "pipeline/stage.h"
#include "pipeline/stats/dispersion.h"
#include "pipeline/stats/interval.h"
#include "pipeline/stats/summary.h"
#include "pipeline/well.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    COUNT_NUCLEI,
    COUNT_LOW,
    COUNT_HIGH,
    COUNT_LIVE,
    COUNT_DEAD,
    COUNT_AMBIGUOUS,
    COUNT_DEBRIS,
    VIABILITY,
    VIABILITY_LOW,
    VIABILITY_HIGH,
    VIABILITY_EFFECT,
    VIABILITY_IF_LIVE,
    VIABILITY_IF_DEAD,
    DENSITY,
    DENSITY_LOW,
    DENSITY_HIGH,
    DISPERSION_PHI,
    DISPERSION_P,
    COUNT_PER_SITE,
    MEDIAN_AREA,
    MEDIAN_AREA_UM2,
    MEDIAN_FORM_FACTOR,
    MEDIAN_ECCENTRICITY,
    COUNT_WITH_REJECTED,
    VIABILITY_WITH_REJECTED,
    COLUMNS
};

static const struct stm_measure columns[COLUMNS + 1] = {
    [COUNT_NUCLEI] = {"Count_Nuclei", "", 0, "counted nuclei of the sites in use"},
    [COUNT_LOW] =
        {"Count_Nuclei_Low", "", 1,
         "lower limit, 95 %, of the count expected in as many fields of such a well: exact Poisson, "
         "Dispersion_Phi * Garwood(Count_Nuclei / Dispersion_Phi)"},
    [COUNT_HIGH] = {"Count_Nuclei_High", "", 1, "upper limit of the same"},
    [COUNT_LIVE] = {"Count_Live", "", 0, "live among them"},
    [COUNT_DEAD] = {"Count_Dead", "", 0, "dead among them"},
    [COUNT_AMBIGUOUS] = {"Count_Ambiguous", "", 0, "neither clearly live nor clearly dead"},
    [COUNT_DEBRIS] = {"Count_Debris", "", 0, "counted objects that are no nuclei"},
    [VIABILITY] = {"Viability", "%", 2, "100 * Count_Live / (Count_Live + Count_Dead)"},
    [VIABILITY_LOW] =
        {"Viability_Low", "%", 2,
         "lower limit, 95 %: Wilson's interval of Count_Live / Viability_DesignEffect in (Count_Live + "
         "Count_Dead) / Viability_DesignEffect"},
    [VIABILITY_HIGH] = {"Viability_High", "%", 2, "upper limit of the same"},
    [VIABILITY_EFFECT] =
        {"Viability_DesignEffect", "", 2,
         "variance of the ratio over the sites / binomial variance, at least 1; 1 = the sites differ no "
         "more than chance makes them, and the interval is Wilson's own"},
    [VIABILITY_IF_LIVE] = {"Viability_IfAmbiguousLive", "%", 2,
                           "viability if all ambiguous nuclei were live"},
    [VIABILITY_IF_DEAD] = {"Viability_IfAmbiguousDead", "%", 2,
                           "viability if all ambiguous nuclei were dead"},
    [DENSITY] =
        {"Nuclei_per_mm2", "1/mm2", 1,
         "Count_Nuclei / Counted_Area of the sites in use; unbiased with frame.edge_rule = frame; empty "
         "when a pixel "
         "size is unknown"},
    [DENSITY_LOW] = {"Nuclei_per_mm2_Low", "1/mm2", 1, "Count_Nuclei_Low / the same area"},
    [DENSITY_HIGH] = {"Nuclei_per_mm2_High", "1/mm2", 1, "Count_Nuclei_High / the same area"},
    [DISPERSION_PHI] =
        {"Dispersion_Phi", "", 2,
         "variance between sites / variance by chance, at least 1: sum((x - e)^2 / e) / (sites - 1), e = "
         "expected by area"},
    [DISPERSION_P] = {"Dispersion_P", "", 4,
                      "probability of sites differing so much by chance (chi-square test)"},
    [COUNT_PER_SITE] = {"Count_Nuclei_PerSite", "", 1, "mean of Count_Nuclei over the sites in use"},
    [MEDIAN_AREA] = {"Median_AreaShape_Area", "px", 1, "median of AreaShape_Area over counted nuclei"},
    [MEDIAN_AREA_UM2] = {"Median_AreaShape_Area_um2", "um2", 2,
                         "median of AreaShape_Area_um2 over counted nuclei"},
    [MEDIAN_FORM_FACTOR] = {"Median_AreaShape_FormFactor", "", 4,
                            "median of AreaShape_FormFactor over counted nuclei"},
    [MEDIAN_ECCENTRICITY] = {"Median_AreaShape_Eccentricity", "", 4,
                             "median of AreaShape_Eccentricity over counted nuclei"},
    [COUNT_WITH_REJECTED] = {"Count_Nuclei_WithRejected", "", 0,
                             "Count_Nuclei if the rejected sites were used as well"},
    [VIABILITY_WITH_REJECTED] = {"Viability_WithRejected", "%", 2,
                                 "Viability if the rejected sites were used as well"},
};

static const struct {
    int column;
    const char *source;
} medians[] = {
    {MEDIAN_AREA, "AreaShape_Area"},
    {MEDIAN_AREA_UM2, "AreaShape_Area_um2"},
    {MEDIAN_FORM_FACTOR, "AreaShape_FormFactor"},
    {MEDIAN_ECCENTRICITY, "AreaShape_Eccentricity"},
};

enum { NUCLEI, LIVE, DEAD, AMBIGUOUS, DEBRIS, COUNTS };
static const char *const count_names[COUNTS] = {"Count_Nuclei", "Count_Live", "Count_Dead", "Count_Ambiguous",
                                                "Count_Debris"};

static const double confidence = 0.95;

/* Where stage classify put a site's counts. */
static bool find_counts(int at[COUNTS], const struct stm_stage_env *env, struct stm_error *err)
{
    for (int i = 0; i < COUNTS; i++) {
        at[i] = stm_columns_find(env->site_columns, count_names[i]);
        if (at[i] < 0)
            return stm_fail(err, STM_USAGE, "stage aggregate needs %s: run stage classify before it",
                            count_names[i]);
    }
    return true;
}

/* Sums over the sites whose verdict is at most `worst`. */
struct totals {
    double count[COUNTS], area_mm2;
    int sites;
};

static struct totals add_up(const struct stm_well *well, const int at[COUNTS],
                            const struct stm_columns *site_columns, enum stm_verdict worst)
{
    struct totals t = {0};
    for (int s = 0; s < well->n_sites; s++) {
        const struct stm_site_row *row = &well->sites[s];
        if (row->verdict > worst) continue;
        for (int i = 0; i < COUNTS; i++)
            t.count[i] += row->values[at[i]];
        t.area_mm2 += row->pixel_um * row->pixel_um * 1e-6 * stm_row_counted_area(row, site_columns);
        t.sites++;
    }
    return t;
}

static double percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : NAN;
}

static void fill_counts(double *v, const struct totals *t, const struct totals *with_rejected)
{
    const double live = t->count[LIVE], dead = t->count[DEAD], unclear = t->count[AMBIGUOUS];
    v[COUNT_NUCLEI] = t->count[NUCLEI];
    v[COUNT_LIVE] = live;
    v[COUNT_DEAD] = dead;
    v[COUNT_AMBIGUOUS] = unclear;
    v[COUNT_DEBRIS] = t->count[DEBRIS];
    v[COUNT_PER_SITE] = t->count[NUCLEI] / t->sites;
    v[VIABILITY] = percent(live, live + dead);
    v[VIABILITY_IF_LIVE] = percent(live + unclear, live + dead + unclear);
    v[VIABILITY_IF_DEAD] = percent(live, live + dead + unclear);
    v[COUNT_WITH_REJECTED] = with_rejected->count[NUCLEI];
    v[VIABILITY_WITH_REJECTED] =
        percent(with_rejected->count[LIVE], with_rejected->count[LIVE] + with_rejected->count[DEAD]);
}

/* Per site in use, side by side: `k` of each. */
struct fields {
    double *nuclei, *pixels, *live, *decided;
    int k;
};

static void fill_uncertainty(double *v, const struct fields *f, double area_mm2)
{
    const struct stm_dispersion spread = stm_dispersion_of(f->nuclei, f->pixels, f->k);
    const struct stm_interval count = stm_interval_count(v[COUNT_NUCLEI], spread.phi, confidence);
    const struct stm_ratio ratio = stm_ratio_of(f->live, f->decided, f->k);
    const double decided = v[COUNT_LIVE] + v[COUNT_DEAD];
    const struct stm_interval viability =
        stm_interval_wilson(v[COUNT_LIVE] / ratio.effect, decided / ratio.effect, confidence);
    v[DISPERSION_PHI] = spread.phi;
    v[DISPERSION_P] = spread.p;
    v[COUNT_LOW] = count.low;
    v[COUNT_HIGH] = count.high;
    v[DENSITY] = v[COUNT_NUCLEI] / area_mm2;
    v[DENSITY_LOW] = count.low / area_mm2;
    v[DENSITY_HIGH] = count.high / area_mm2;
    v[VIABILITY_LOW] = 100 * viability.low;
    v[VIABILITY_HIGH] = 100 * viability.high;
    v[VIABILITY_EFFECT] = decided > 0 ? ratio.effect : NAN;
}

static void list_fields(struct fields *f, const struct stm_well *well, const int at[COUNTS],
                        const struct stm_columns *site_columns)
{
    for (int s = 0; s < well->n_sites; s++) {
        const struct stm_site_row *row = &well->sites[s];
        if (row->verdict > STM_VERDICT_WARN) continue;
        f->nuclei[f->k] = row->values[at[NUCLEI]];
        f->pixels[f->k] = stm_row_counted_area(row, site_columns);
        f->live[f->k] = row->values[at[LIVE]];
        f->decided[f->k++] = row->values[at[LIVE]] + row->values[at[DEAD]];
    }
}

/* A column of the counted nuclei of the sites in use into `list`; returns how many. */
static size_t list_column(double *list, const struct stm_well *well, int column, int step)
{
    size_t n = 0;
    for (int s = 0; s < well->n_sites; s++) {
        const struct stm_site_row *row = &well->sites[s];
        for (int i = 0; row->verdict <= STM_VERDICT_WARN && i < row->n_objects; i++)
            if (row->objects[i].counted && row->objects[i].class != STM_CLASS_DEBRIS)
                list[n++] = row->object_values[(ptrdiff_t)i * step + column];
    }
    return n;
}

static void fill_medians(double *v, const struct stm_well *well, const struct stm_stage_env *env,
                         double *list)
{
    for (size_t i = 0; i < sizeof medians / sizeof *medians; i++) {
        const int column = stm_columns_find(env->object_columns, medians[i].source);
        if (column < 0) continue;
        const size_t n = list_column(list, well, column, env->object_columns->n);
        v[medians[i].column] = stm_percentile(list, n, 0.5);
    }
}

/* A well without a usable field is no result; one with some left out says what they would change. */
static void judge(struct stm_well *well, const double *v, int used)
{
    struct stm_well_row *row = &well->row;
    const int left_out = well->n_sites - used;
    if (!left_out) return;
    row->verdict = used ? STM_VERDICT_WARN : STM_VERDICT_REJECTED;
    if (!used)
        snprintf(row->reason, sizeof row->reason, "none of %d fields of view could be used", well->n_sites);
    else if (isnan(v[VIABILITY]) || isnan(v[VIABILITY_WITH_REJECTED]))
        snprintf(row->reason, sizeof row->reason, "%d of %d fields of view were left out", left_out,
                 well->n_sites);
    else
        snprintf(row->reason, sizeof row->reason,
                 "%d of %d fields of view were left out; with the rejected ones viability would be %.1f "
                 "instead of %.1f %%",
                 left_out, well->n_sites, v[VIABILITY_WITH_REJECTED], v[VIABILITY]);
}

static double *take_lists(struct fields *f, const struct stm_well *well, struct stm_error *err)
{
    size_t objects = 0;
    const size_t k = (size_t)well->n_sites;
    for (int s = 0; s < well->n_sites; s++)
        objects += (size_t)well->sites[s].n_objects;
    double *list = malloc((4 * k + objects + 1) * sizeof *list);
    if (!list) {
        stm_fail(err, STM_NO_MEMORY, "no memory for the %zu objects of a well", objects);
        return NULL;
    }
    *f = (struct fields){list, list + k, list + 2 * k, list + 3 * k, 0};
    return list;
}

static bool well(struct stm_well *well, const struct stm_stage_env *env, struct stm_error *err)
{
    int at[COUNTS];
    struct fields f;
    double *const v = well->values + env->well_first;
    if (!find_counts(at, env, err)) return false;
    double *const list = take_lists(&f, well, err);
    if (!list) return false;
    const struct totals used = add_up(well, at, env->site_columns, STM_VERDICT_WARN),
                        all = add_up(well, at, env->site_columns, STM_VERDICT_REJECTED);
    if (used.sites) {
        list_fields(&f, well, at, env->site_columns);
        fill_counts(v, &used, &all);
        fill_uncertainty(v, &f, used.area_mm2);
        fill_medians(v, well, env, list + 4 * (size_t)well->n_sites);
    }
    judge(well, v, used.sites);
    free(list);
    return true;
}

const struct stm_stage stm_stage_aggregate = {
    .name = "aggregate",
    .summary = "counts, viability and density of a well over its fields of view, with intervals",
    .roles = 1u << STM_ROLE_NUCLEI,
    .reads = STM_SLOT_OBJECTS,
    .well_columns = columns,
    .well = well,
};
