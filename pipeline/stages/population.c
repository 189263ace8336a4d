/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage aggregate of assay adherent: the cells of a well together, with intervals. See docs/statistics.md. */
#include "pipeline/stage.h"
#include "pipeline/stats/dispersion.h"
#include "pipeline/stats/interval.h"
#include "pipeline/stats/summary.h"
#include "pipeline/well.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS, SPINDLE, POLYGONAL, FLAT, ROUNDED, COUNTS };
static const char *const count_names[COUNTS] = {"Count_Cells", "Count_Spindle", "Count_Polygonal",
                                                "Count_Flat", "Count_Rounded"};
enum { AREA, ELONGATION, SCORE, LENGTH, WIDTH, LISTS };
static const char *const list_names[LISTS] = {"AreaShape_Area_um2", "Shape_Elongation", "Shape_SpindleScore",
                                              "Shape_Length_um", "Shape_Width_um"};

/* A fraction: value, low, high. */
enum {
    FRACTION = COUNTS + 5,
    FRACTIONS = 4,
    LIST = FRACTION + 3 * FRACTIONS,
    PER_LIST = 4,
    COLUMNS = LIST + 4 * LISTS
};
enum { COUNT_LOW = COUNTS, COUNT_HIGH, DENSITY, DENSITY_LOW, DENSITY_HIGH };

#define FRACTION_OF(name, what)                                                                              \
    {name, "%", 2, "100 * " what " / Count_Cells"},                                                          \
        {name "_Low", "%", 2,                                                                                \
         "lower limit, 95 %: Wilson's interval, counts divided by the design effect between sites"},         \
    {                                                                                                        \
        name "_High", "%", 2, "upper limit of the same"                                                      \
    }
#define LIST_OF(name, unit, digits)                                                                          \
    {"Median_" name, unit, digits, "median over counted spread cells"},                                      \
        {"P10_" name, unit, digits, "10 % of these cells lie below"},                                        \
        {"P90_" name, unit, digits, "90 % of these cells lie below"},                                        \
    {                                                                                                        \
        "Skew_" name, "", 2, "skewness of the same, m3 / m2^1.5"                                             \
    }

static const struct stm_measure columns[COLUMNS + 1] = {
    {"Count_Cells", "", 0, "counted cells of the sites in use"},
    {"Count_Spindle", "", 0, "spindles among them"},
    {"Count_Polygonal", "", 0, "polygonal ones"},
    {"Count_Flat", "", 0, "large flat ones"},
    {"Count_Rounded", "", 0, "rounded ones: dividing, or afloat"},
    {"Count_Cells_Low", "", 1,
     "lower limit, 95 %, of the count expected in as many fields: exact Poisson times dispersion"},
    {"Count_Cells_High", "", 1, "upper limit of the same"},
    {"Cells_per_mm2", "1/mm2", 1,
     "Count_Cells / area of the sites in use; empty when a pixel size is unknown"},
    {"Cells_per_mm2_Low", "1/mm2", 1, "Count_Cells_Low / the same area"},
    {"Cells_per_mm2_High", "1/mm2", 1, "Count_Cells_High / the same area"},
    FRACTION_OF("SpindleFraction", "Count_Spindle"),
    FRACTION_OF("PolygonalFraction", "Count_Polygonal"),
    FRACTION_OF("FlatFraction", "Count_Flat"),
    FRACTION_OF("RoundedFraction", "Count_Rounded"),
    LIST_OF("AreaShape_Area_um2", "um2", 2),
    LIST_OF("Shape_Elongation", "", 3),
    LIST_OF("Shape_SpindleScore", "", 4),
    LIST_OF("Shape_Length_um", "um", 2),
    LIST_OF("Shape_Width_um", "um", 2),
};

static const double confidence = 0.95;

struct fields {
    double *count[COUNTS], *pixels, *list;
    double area_mm2;
    int k;
};

static bool find(int *at, const struct stm_columns *columns_, const char *const *names, int n,
                 struct stm_error *err)
{
    for (int i = 0; i < n; i++) {
        at[i] = stm_columns_find(columns_, names[i]);
        if (at[i] < 0)
            return stm_fail(err, STM_USAGE, "%s is missing: run stage shape before aggregate", names[i]);
    }
    return true;
}

static double *take_fields(struct fields *f, const struct stm_well *well, struct stm_error *err)
{
    size_t objects = 0;
    const size_t k = (size_t)well->n_sites;
    for (int s = 0; s < well->n_sites; s++)
        objects += (size_t)well->sites[s].n_objects;
    double *room = malloc(((COUNTS + 1) * k + objects + 1) * sizeof *room);
    if (!room) {
        stm_fail(err, STM_NO_MEMORY, "no memory for the %zu cells of a well", objects);
        return NULL;
    }
    *f = (struct fields){.pixels = room + COUNTS * k, .list = room + (COUNTS + 1) * k};
    for (int i = 0; i < COUNTS; i++)
        f->count[i] = room + (size_t)i * k;
    return room;
}

static void collect(struct fields *f, const struct stm_well *well, const int *at)
{
    for (int s = 0; s < well->n_sites; s++) {
        const struct stm_site_row *row = &well->sites[s];
        if (row->verdict > STM_VERDICT_WARN) continue;
        for (int i = 0; i < COUNTS; i++)
            f->count[i][f->k] = row->values[at[i]];
        f->pixels[f->k++] = (double)row->width * row->height;
        f->area_mm2 += row->pixel_um * row->pixel_um * 1e-6 * row->width * row->height;
    }
}

static void fill_counts(double *v, const struct fields *f)
{
    for (int i = 0; i < COUNTS; i++) {
        v[i] = 0;
        for (int s = 0; s < f->k; s++)
            v[i] += f->count[i][s];
    }
    const struct stm_dispersion spread = stm_dispersion_of(f->count[CELLS], f->pixels, f->k);
    const struct stm_interval n = stm_interval_count(v[CELLS], spread.phi, confidence);
    v[COUNT_LOW] = n.low;
    v[COUNT_HIGH] = n.high;
    v[DENSITY] = v[CELLS] / f->area_mm2;
    v[DENSITY_LOW] = n.low / f->area_mm2;
    v[DENSITY_HIGH] = n.high / f->area_mm2;
}

static void fill_fractions(double *v, const struct fields *f)
{
    for (int i = 0; i < FRACTIONS && v[CELLS] > 0; i++) {
        const double effect = stm_ratio_of(f->count[1 + i], f->count[CELLS], f->k).effect;
        const struct stm_interval p = stm_interval_wilson(v[1 + i] / effect, v[CELLS] / effect, confidence);
        v[FRACTION + 3 * i] = 100 * v[1 + i] / v[CELLS];
        v[FRACTION + 3 * i + 1] = 100 * p.low;
        v[FRACTION + 3 * i + 2] = 100 * p.high;
    }
}

/* A column of the counted spread cells of the sites in use. */
static size_t list_column(double *list, const struct stm_well *well, int column, int step)
{
    size_t n = 0;
    for (int s = 0; s < well->n_sites; s++) {
        const struct stm_site_row *row = &well->sites[s];
        for (int i = 0; row->verdict <= STM_VERDICT_WARN && i < row->n_objects; i++)
            if (row->objects[i].counted && row->objects[i].class != STM_CLASS_ROUNDED)
                list[n++] = row->object_values[(ptrdiff_t)i * step + column];
    }
    return n;
}

static void fill_lists(double *v, const struct fields *f, const struct stm_well *well, const int *at,
                       int step)
{
    for (int i = 0; i < LISTS; i++) {
        double *out = v + LIST + PER_LIST * i;
        if (at[i] < 0) continue;
        const size_t n = list_column(f->list, well, at[i], step);
        out[0] = stm_percentile(f->list, n, 0.5);
        out[1] = stm_percentile(f->list, n, 0.1);
        out[2] = stm_percentile(f->list, n, 0.9);
        out[3] = stm_summarise(f->list, n).skew;
    }
}

/* Adds a sentence to the well's reason; what no longer fits is dropped. */
__attribute__((format(printf, 2, 3))) static void flag(struct stm_well_row *row, const char *format, ...)
{
    size_t n = strlen(row->reason);
    va_list args;
    if (n) n += (size_t)snprintf(row->reason + n, sizeof row->reason - n, "; ");
    if (n >= sizeof row->reason) return;
    va_start(args, format);
    vsnprintf(row->reason + n, sizeof row->reason - n, format, args);
    va_end(args);
    if (row->verdict < STM_VERDICT_WARN) row->verdict = STM_VERDICT_WARN;
}

static int without_scale(const struct stm_well *well)
{
    int n = 0;
    for (int s = 0; s < well->n_sites; s++)
        n += well->sites[s].verdict <= STM_VERDICT_WARN && !(well->sites[s].pixel_um > 0);
    return n;
}

static void judge(struct stm_well *well, int used)
{
    struct stm_well_row *row = &well->row;
    const int unscaled = without_scale(well);
    if (!used) {
        flag(row, "none of %d fields of view could be used", well->n_sites);
        row->verdict = STM_VERDICT_REJECTED;
    } else if (used < well->n_sites)
        flag(row, "%d of %d fields of view were left out", well->n_sites - used, well->n_sites);
    if (unscaled)
        flag(
            row,
            "pixel size unknown in %d of %d fields of view: no micrometres, and sizes looked for are a guess",
            unscaled, used);
}

static bool well(struct stm_well *well, const struct stm_stage_env *env, struct stm_error *err)
{
    int counts[COUNTS], lists[LISTS];
    struct fields f;
    double *const v = well->values + env->well_first;
    if (!find(counts, env->site_columns, count_names, COUNTS, err)) return false;
    for (int i = 0; i < LISTS; i++)
        lists[i] = stm_columns_find(env->object_columns, list_names[i]);
    double *const room = take_fields(&f, well, err);
    if (!room) return false;
    collect(&f, well, counts);
    if (f.k) {
        fill_counts(v, &f);
        fill_fractions(v, &f);
        fill_lists(v, &f, well, lists, env->object_columns->n);
    }
    judge(well, f.k);
    free(room);
    return true;
}

const struct stm_stage stm_stage_population = {
    .name = "aggregate",
    .summary = "the cells of a well together: counts, classes and shapes, with intervals",
    .reads = STM_SLOT_OBJECTS,
    .well_columns = columns,
    .well = well,
};
