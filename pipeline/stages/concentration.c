/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage concentration: what the fields of one sample say together: cells per mL, viability, sizes, with an
 * uncertainty budget. See docs/counting-chamber.md. */
#include "pipeline/core/text.h"
#include "pipeline/stage.h"
#include "pipeline/stats/chamber_budget.h"
#include "pipeline/stats/dispersion.h"
#include "pipeline/stats/summary.h"
#include "pipeline/well.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct knobs {
    double depth_um, dilution, sample_ml;
    double depth_error_percent, dilution_error_percent, pipetting_error_percent, segmentation_error_percent;
    double least_cells, most_covered_percent, most_clumped_percent;
};

static const struct stm_param params[] = {
    STM_REAL(knobs, depth_um, "um", 0, 10000, 0, "depth of the chamber; 0 = as the chamber's name says"),
    STM_REAL(knobs, dilution, "", 1, 1e9, 1,
             "volume counted in over volume of sample in it: 2 = mixed 1:1 with dye"),
    STM_REAL(knobs, sample_ml, "mL", 0, 1e9, 0,
             "volume of the whole sample, for the number of cells in it; 0 = not given"),
    STM_REAL(knobs, depth_error_percent, "%", 0, 100, 2, "standard uncertainty of the depth"),
    STM_REAL(knobs, dilution_error_percent, "%", 0, 100, 1.5,
             "standard uncertainty of the dilution; without dilution none"),
    STM_REAL(knobs, pipetting_error_percent, "%", 0, 100, 2,
             "standard uncertainty of taking and loading the sample"),
    STM_REAL(knobs, segmentation_error_percent, "%", 0, 100, 1.5,
             "standard uncertainty of finding cells in a picture"),
    STM_REAL(knobs, least_cells, "", 0, 1e9, 100, "warn when fewer are counted in all fields together"),
    STM_REAL(knobs, most_covered_percent, "%", 0, 100, 20,
             "warn when cells cover more of a field: they hide each other"),
    STM_REAL(knobs, most_clumped_percent, "%", 0, 100, 30, "warn when more of the cells touch others"),
    {0},
};

enum {
    COUNT_CELLS,
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
    CELLS_ML,
    CELLS_ML_LOW,
    CELLS_ML_HIGH,
    LIVE_ML,
    LIVE_ML_LOW,
    LIVE_ML_HIGH,
    IN_SAMPLE,
    IN_SAMPLE_LOW,
    IN_SAMPLE_HIGH,
    LIVE_IN_SAMPLE,
    VOLUME,
    DISPERSION_PHI,
    DISPERSION_P,
    U_COUNTING,
    U_DISPERSION,
    U_DEPTH,
    U_DILUTION,
    U_PIPETTING,
    U_SCALE,
    U_SEGMENTATION,
    U_ALL,
    DEBRIS_PER_CELL,
    CLUMPED,
    COVERED,
    DIAMETER_LIVE,
    DIAMETER_DEAD,
    DIAMETER_DEBRIS,
    CIRCULARITY,
    COLUMNS
};

static const struct stm_measure columns[COLUMNS + 1] = {
    [COUNT_CELLS] = {"Count_Cells", "", 0, "counted cells of the fields in use"},
    [COUNT_LIVE] = {"Count_Live", "", 0, "live among them"},
    [COUNT_DEAD] = {"Count_Dead", "", 0, "dead among them"},
    [COUNT_AMBIGUOUS] = {"Count_Ambiguous", "", 0, "of which cannot be told whether they live"},
    [COUNT_DEBRIS] = {"Count_Debris", "", 0, "counted objects that are no cells"},
    [VIABILITY] = {"Viability", "%", 2, "100 * Count_Live / (Count_Live + Count_Dead)"},
    [VIABILITY_LOW] =
        {"Viability_Low", "%", 2,
         "lower limit, 95 %: Wilson's interval of Count_Live / Viability_DesignEffect in (Count_Live + "
         "Count_Dead) / Viability_DesignEffect"},
    [VIABILITY_HIGH] = {"Viability_High", "%", 2, "upper limit of the same"},
    [VIABILITY_EFFECT] = {"Viability_DesignEffect", "", 2,
                          "variance of the ratio over the fields / binomial variance, at least 1"},
    [VIABILITY_IF_LIVE] = {"Viability_IfAmbiguousLive", "%", 2, "viability if all ambiguous cells were live"},
    [VIABILITY_IF_DEAD] = {"Viability_IfAmbiguousDead", "%", 2, "viability if all ambiguous cells were dead"},
    [CELLS_ML] =
        {"Cells_per_mL", "1/mL", 0,
         "in the sample: Count_Cells / (Chamber_Volume_uL / 1000) * dilution; empty without a scale"},
    [CELLS_ML_LOW] =
        {"Cells_per_mL_Low", "1/mL", 0,
         "lower limit, 95 %: exact Poisson interval with Dispersion_Phi and the uncertainty budget in "
         "quadrature"},
    [CELLS_ML_HIGH] = {"Cells_per_mL_High", "1/mL", 0, "upper limit of the same"},
    [LIVE_ML] = {"LiveCells_per_mL", "1/mL", 0, "the same of Count_Live"},
    [LIVE_ML_LOW] = {"LiveCells_per_mL_Low", "1/mL", 0, "lower limit, 95 %"},
    [LIVE_ML_HIGH] = {"LiveCells_per_mL_High", "1/mL", 0, "upper limit of the same"},
    [IN_SAMPLE] = {"Cells_in_Sample", "", 0, "Cells_per_mL * sample_ml"},
    [IN_SAMPLE_LOW] = {"Cells_in_Sample_Low", "", 0, "lower limit, 95 %"},
    [IN_SAMPLE_HIGH] = {"Cells_in_Sample_High", "", 0, "upper limit of the same"},
    [LIVE_IN_SAMPLE] = {"LiveCells_in_Sample", "", 0, "LiveCells_per_mL * sample_ml"},
    [VOLUME] = {"Chamber_Volume_uL", "uL", 5, "volume counted: visible area of the fields in use * depth"},
    [DISPERSION_PHI] =
        {"Dispersion_Phi", "", 2,
         "variance between quarters of fields / variance by chance, at least 1: clumps, settling"},
    [DISPERSION_P] = {"Dispersion_P", "", 4,
                      "probability of parts differing so much by chance (chi-square test)"},
    [U_COUNTING] = {"Uncertainty_Counting", "%", 2,
                    "relative standard uncertainty of the count: 100 / sqrt(count)"},
    [U_DISPERSION] = {"Uncertainty_Dispersion", "%", 2,
                      "what uneven spread adds: 100 * sqrt((Dispersion_Phi - 1) / count)"},
    [U_DEPTH] = {"Uncertainty_Depth", "%", 2, "concentration.depth_error_percent"},
    [U_DILUTION] = {"Uncertainty_Dilution", "%", 2,
                    "concentration.dilution_error_percent; 0 when not diluted"},
    [U_PIPETTING] = {"Uncertainty_Pipetting", "%", 2, "concentration.pipetting_error_percent"},
    [U_SCALE] = {"Uncertainty_Scale", "%", 2, "twice the error of the pixel size, from the gaps of the grid"},
    [U_SEGMENTATION] = {"Uncertainty_Segmentation", "%", 2, "concentration.segmentation_error_percent"},
    [U_ALL] = {"Uncertainty", "%", 2, "all of them, root of the sum of squares"},
    [DEBRIS_PER_CELL] = {"Debris_per_Cell", "", 3, "Count_Debris / Count_Cells"},
    [CLUMPED] = {"Clumped_Percent", "%", 1, "cells that touch others, of all"},
    [COVERED] = {"Covered_Percent", "%", 1, "area of cells over visible area, in the fullest field"},
    [DIAMETER_LIVE] = {"Median_Diameter_Live", "um", 2, "median of Cell_Diameter_um over counted live cells"},
    [DIAMETER_DEAD] = {"Median_Diameter_Dead", "um", 2, "the same of dead cells"},
    [DIAMETER_DEBRIS] = {"Median_Diameter_Debris", "um", 2, "the same of debris"},
    [CIRCULARITY] = {"Median_Circularity", "", 4, "median of AreaShape_FormFactor over counted cells"},
};

enum { CELLS, LIVE, DEAD, AMBIGUOUS, DEBRIS, CLUMPS, AREA, PIXEL_ERROR, DEPTH, READS };
static const char *const read_names[READS] = {"Count_Cells",      "Count_Live",         "Count_Dead",
                                              "Count_Ambiguous",  "Count_Debris",       "Count_InClumps",
                                              "Chamber_Area_mm2", "Chamber_PixelError", "Chamber_Depth_um"};

static const double confidence = 0.95;

struct sample {
    double sum[READS];
    double worst_cover, scale_error;
    int sites, doubtful; /* fields in use, and those with a warning */
};

static double percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : NAN;
}

static bool is_used(const struct stm_site_row *row)
{
    return row->verdict <= STM_VERDICT_WARN;
}

static int squares_of(const struct stm_site_row *row, const struct stm_stage_env *env)
{
    const int at = stm_columns_find(env->site_columns, "Squares_Counted");
    return at >= 0 && row->values && row->values[at] > 0 ? (int)row->values[at] : 0;
}

static double cover_of(const struct stm_site_row *row, const struct stm_stage_env *env, double area_mm2)
{
    const int at = stm_columns_find(env->object_columns, "Cell_Diameter_um");
    double sum = 0;
    for (int i = 0; i < row->n_objects && at >= 0; i++) {
        const double d = row->object_values[(ptrdiff_t)i * env->object_columns->n + at];
        const bool is_cell = row->objects[i].class != STM_CLASS_DEBRIS;
        if (is_cell && d > 0 && (row->objects[i].counted || !squares_of(row, env)))
            sum += 0.78539816339744831 * d * d * 1e-6;
    }
    return percent(sum, area_mm2);
}

static struct sample add_up(const struct stm_well *well, const struct stm_stage_env *env, const int at[READS])
{
    struct sample s = {.worst_cover = NAN};
    for (int i = 0; i < well->n_sites; i++) {
        const struct stm_site_row *const row = &well->sites[i];
        if (!is_used(row)) continue;
        for (int k = 0; k < READS; k++)
            s.sum[k] += row->values[at[k]];
        const double cover = cover_of(row, env, row->values[at[AREA]]);
        s.worst_cover = isnan(s.worst_cover) || cover > s.worst_cover ? cover : s.worst_cover;
        /* the area of squares is as engraved */
        const double error = squares_of(row, env) ? 0 : row->values[at[PIXEL_ERROR]];
        s.scale_error = error > s.scale_error ? error : s.scale_error;
        s.sites++;
        s.doubtful += row->verdict == STM_VERDICT_WARN;
    }
    return s;
}

/* Counts of parts of fields side by side, with the live ones and those decided of whole fields. */
struct parts {
    double *cells, *pixels, *live, *decided;
    int n, fields;
};

/* Fields are cut into 4 x 4 parts, and so is each square where squares are counted in (Cell_SquarePart), so
 * that one field already says how evenly the cells have settled. */
enum { SIDE = 4, PARTS = SIDE * SIDE };

static size_t parts_of(const struct stm_site_row *row, const struct stm_stage_env *env)
{
    const int squares = squares_of(row, env);
    return (size_t)(squares > 1 ? squares : 1) * PARTS;
}

/* Which part an object is in, -1 for none. */
static int part_of(const struct stm_site_row *row, const struct stm_stage_env *env, int i)
{
    const struct stm_object *const o = &row->objects[i];
    const int square = stm_columns_find(env->object_columns, "Cell_Square"),
              part = stm_columns_find(env->object_columns, "Cell_SquarePart");
    if (squares_of(row, env) && square >= 0 && part >= 0) {
        const double *const v = row->object_values + (ptrdiff_t)i * env->object_columns->n;
        return v[square] > 0 ? (int)(v[square] - 1) * PARTS + (int)v[part] - 1 : -1;
    }
    const int u = (int)(o->cx * SIDE / row->width), w = (int)(o->cy * SIDE / row->height);
    return u < 0 || w < 0 || u >= SIDE || w >= SIDE ? -1 : w * SIDE + u;
}

static void list_parts(struct parts *p, const struct stm_well *well, const struct stm_stage_env *env,
                       const int at[READS])
{
    for (int s = 0; s < well->n_sites; s++) {
        const struct stm_site_row *const row = &well->sites[s];
        if (!is_used(row)) continue;
        double *const cells = p->cells + p->n;
        const int n = (int)parts_of(row, env);
        for (int i = 0; i < n; i++, p->n++) {
            p->cells[p->n] = 0;
            p->pixels[p->n] = squares_of(row, env) ? 1 : (double)row->width * row->height / n;
        }
        for (int i = 0; i < row->n_objects; i++) {
            const struct stm_object *const o = &row->objects[i];
            const int part = o->counted && o->class != STM_CLASS_DEBRIS ? part_of(row, env, i) : -1;
            if (part >= 0 && part < n) cells[part]++;
        }
        p->live[p->fields] = row->values[at[LIVE]];
        p->decided[p->fields++] = row->values[at[LIVE]] + row->values[at[DEAD]];
    }
}

static void fill_viability(double *v, const struct sample *s, const struct parts *p)
{
    const double live = s->sum[LIVE], dead = s->sum[DEAD], unclear = s->sum[AMBIGUOUS];
    const struct stm_ratio ratio = stm_ratio_of(p->live, p->decided, p->fields);
    const struct stm_interval i =
        stm_interval_wilson(live / ratio.effect, (live + dead) / ratio.effect, confidence);
    v[VIABILITY] = percent(live, live + dead);
    v[VIABILITY_LOW] = 100 * i.low;
    v[VIABILITY_HIGH] = 100 * i.high;
    v[VIABILITY_EFFECT] = live + dead > 0 ? ratio.effect : NAN;
    v[VIABILITY_IF_LIVE] = percent(live + unclear, live + dead + unclear);
    v[VIABILITY_IF_DEAD] = percent(live, live + dead + unclear);
}

static void fill_limits(double *v, int at, double count, double phi, double factor,
                        const double part[STM_CHAMBER_U_PARTS])
{
    const struct stm_interval i = stm_chamber_budget_interval(count, phi, factor, part, confidence);
    v[at] = count * factor;
    v[at + 1] = i.low;
    v[at + 2] = i.high;
}

static void fill_concentration(double *v, const struct sample *s, const struct knobs *k, double phi)
{
    const double depth = k->depth_um > 0 ? k->depth_um : s->sum[DEPTH] / s->sites;
    const double volume_ul = s->sum[AREA] * depth * 1e-3, factor = k->dilution * 1000 / volume_ul;
    const double part[STM_CHAMBER_U_PARTS] = {
        k->depth_error_percent / 100, k->dilution > 1 ? k->dilution_error_percent / 100 : 0,
        k->pipetting_error_percent / 100, s->scale_error / 100, k->segmentation_error_percent / 100};
    const double n = s->sum[CELLS], own = n > 0 ? 100 / sqrt(n) : NAN,
                 rest = 100 * stm_chamber_budget_systematic(part);
    v[VOLUME] = volume_ul;
    v[U_COUNTING] = own;
    v[U_DISPERSION] = own * sqrt(phi - 1);
    v[U_DEPTH] = 100 * part[STM_CHAMBER_U_DEPTH];
    v[U_DILUTION] = 100 * part[STM_CHAMBER_U_DILUTION];
    v[U_PIPETTING] = 100 * part[STM_CHAMBER_U_PIPETTING];
    v[U_SCALE] = 200 * part[STM_CHAMBER_U_SCALE];
    v[U_SEGMENTATION] = 100 * part[STM_CHAMBER_U_SEGMENTATION];
    v[U_ALL] = sqrt(own * own * phi + rest * rest);
    if (!(volume_ul > 0)) return;
    fill_limits(v, CELLS_ML, n, phi, factor, part);
    fill_limits(v, LIVE_ML, s->sum[LIVE], phi, factor, part);
    if (!(k->sample_ml > 0)) return;
    for (int i = 0; i < 3; i++)
        v[IN_SAMPLE + i] = v[CELLS_ML + i] * k->sample_ml;
    v[LIVE_IN_SAMPLE] = v[LIVE_ML] * k->sample_ml;
}

/* Median of a column over counted objects of some classes. */
static double median_of(const struct stm_well *well, const struct stm_stage_env *env, const char *column,
                        unsigned classes, double *list)
{
    const int at = stm_columns_find(env->object_columns, column);
    size_t n = 0;
    for (int s = 0; s < well->n_sites && at >= 0; s++) {
        const struct stm_site_row *const row = &well->sites[s];
        for (int i = 0; is_used(row) && i < row->n_objects; i++)
            if (row->objects[i].counted && classes >> row->objects[i].class & 1)
                list[n++] = row->object_values[(ptrdiff_t)i * env->object_columns->n + at];
    }
    return at < 0 ? NAN : stm_percentile(list, n, 0.5);
}

static void fill_sizes(double *v, const struct stm_well *well, const struct stm_stage_env *env, double *list)
{
    static const struct {
        int column;
        const char *source;
        unsigned classes;
    } medians[] = {
        {DIAMETER_LIVE, "Cell_Diameter_um", 1u << STM_CLASS_LIVE},
        {DIAMETER_DEAD, "Cell_Diameter_um", 1u << STM_CLASS_DEAD},
        {DIAMETER_DEBRIS, "Cell_Diameter_um", 1u << STM_CLASS_DEBRIS},
        {CIRCULARITY, "AreaShape_FormFactor",
         1u << STM_CLASS_LIVE | 1u << STM_CLASS_DEAD | 1u << STM_CLASS_AMBIGUOUS},
    };
    for (size_t i = 0; i < sizeof medians / sizeof *medians; i++)
        v[medians[i].column] = median_of(well, env, medians[i].source, medians[i].classes, list);
}

static void flag(struct stm_well_row *row, const char *format, double value, double limit)
{
    const size_t used = strlen(row->reason);
    if (row->verdict < STM_VERDICT_WARN) row->verdict = STM_VERDICT_WARN;
    snprintf(row->reason + used, sizeof row->reason - used, used ? "; " : "");
    const size_t now = strlen(row->reason);
    snprintf(row->reason + now, sizeof row->reason - now, format, value, limit);
}

static void judge(struct stm_well *well, const double *v, const struct sample *s, const struct knobs *k)
{
    struct stm_well_row *const row = &well->row;
    if (!s->sites) {
        row->verdict = STM_VERDICT_REJECTED;
        snprintf(row->reason, sizeof row->reason, "none of %d fields of view could be used", well->n_sites);
        return;
    }
    if (isnan(v[CELLS_ML]))
        flag(row, "no concentration: the size of a pixel is not known and no grid is seen; give --pixel-size",
             0, 0);
    if (v[COUNT_CELLS] < k->least_cells)
        flag(row, "only %.0f cells counted, %.0f wanted: count more fields", v[COUNT_CELLS], k->least_cells);
    if (v[COVERED] > k->most_covered_percent)
        flag(row, "too crowded: cells cover %.0f %% of a field, more than %.0f %%: dilute", v[COVERED],
             k->most_covered_percent);
    if (v[CLUMPED] > k->most_clumped_percent)
        flag(row, "%.0f %% of the cells touch others, more than %.0f %%: mix well", v[CLUMPED],
             k->most_clumped_percent);
    if (v[DISPERSION_P] < 0.001 && v[DISPERSION_PHI] > 1.5)
        flag(row,
             "cells have settled unevenly: parts of the fields differ %.1f times as much as by chance (p "
             "%.4f)",
             v[DISPERSION_PHI], v[DISPERSION_P]);
    if (s->doubtful)
        flag(row, "%.0f of %.0f fields of view have warnings, see images.csv", s->doubtful, s->sites);
    if (s->sites < well->n_sites)
        flag(row, "%.0f of %.0f fields of view were left out", well->n_sites - s->sites, well->n_sites);
}

static bool find_reads(int at[READS], const struct stm_stage_env *env, struct stm_error *err)
{
    for (int i = 0; i < READS; i++)
        if ((at[i] = stm_columns_find(env->site_columns, read_names[i])) < 0)
            return stm_fail(err, STM_USAGE, "stage concentration needs %s: run cells and live_dead before it",
                            read_names[i]);
    return true;
}

static double *take_lists(struct parts *p, const struct stm_well *well, const struct stm_stage_env *env,
                          double **objects_list, struct stm_error *err)
{
    size_t objects = 0, n = 0;
    const size_t k = (size_t)well->n_sites;
    for (int s = 0; s < well->n_sites; s++) {
        objects += (size_t)well->sites[s].n_objects;
        n += parts_of(&well->sites[s], env);
    }
    double *const list = malloc((2 * n + 2 * k + objects + 1) * sizeof *list);
    if (!list) {
        stm_fail(err, STM_NO_MEMORY, "no memory for the %zu objects of a well", objects);
        return NULL;
    }
    *p = (struct parts){list, list + n, list + 2 * n, list + 2 * n + k, 0, 0};
    *objects_list = list + 2 * n + 2 * k;
    return list;
}

static bool well(struct stm_well *well, const struct stm_stage_env *env, struct stm_error *err)
{
    int at[READS];
    struct parts p;
    double *const v = well->values + env->well_first;
    if (!find_reads(at, env, err)) return false;
    double *objects, *const list = take_lists(&p, well, env, &objects, err);
    if (!list) return false;
    const struct sample s = add_up(well, env, at);
    if (s.sites) {
        list_parts(&p, well, env, at);
        const struct stm_dispersion spread = stm_dispersion_of(p.cells, p.pixels, p.n);
        for (int i = CELLS; i <= DEBRIS; i++)
            v[COUNT_CELLS + i] = s.sum[i];
        v[DISPERSION_PHI] = spread.phi;
        v[DISPERSION_P] = spread.p;
        fill_viability(v, &s, &p);
        fill_concentration(v, &s, env->params, spread.phi);
        v[DEBRIS_PER_CELL] = s.sum[CELLS] > 0 ? s.sum[DEBRIS] / s.sum[CELLS] : NAN;
        v[CLUMPED] = percent(s.sum[CLUMPS], s.sum[CELLS]);
        v[COVERED] = s.worst_cover;
        fill_sizes(v, well, env, objects);
    }
    judge(well, v, &s, env->params);
    free(list);
    return true;
}

const struct stm_stage stm_stage_concentration = {
    .name = "concentration",
    .summary = "cells per mL and viability of a sample over its fields of view, with an uncertainty budget",
    .reads = STM_SLOT_OBJECTS,
    .params = params,
    .params_size = sizeof(struct knobs),
    .well_columns = columns,
    .well = well,
};
