/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stages/features/groups.h"

#include "pipeline/stats/dispersion.h"
#include "pipeline/stats/interval.h"
#include "pipeline/stats/summary.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS, SPINDLE, POLYGONAL, FLAT, ROUNDED, COUNTS };
static const char *const count_names[COUNTS] = {"Count_Cells", "Count_Spindle", "Count_Polygonal",
                                                "Count_Flat", "Count_Rounded"};
enum { COUNT_LOW = COUNTS, COUNT_HIGH, DENSITY, DENSITY_LOW, DENSITY_HIGH };
/* A fraction: value, low, high. */
enum { FRACTION = COUNTS + 5, FRACTIONS = 4 };

static const double confidence = 0.95;

struct fields {
    double *count[COUNTS], *pixels, *list;
    double area_mm2;
    int k;
};

static bool find(int at[COUNTS], const struct stm_columns *columns, struct stm_error *err)
{
    for (int i = 0; i < COUNTS; i++) {
        at[i] = stm_columns_find(columns, count_names[i]);
        if (at[i] < 0)
            return stm_fail(err, STM_USAGE, "%s is missing: run the stage that tells shapes before",
                            count_names[i]);
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

static void collect(struct fields *f, const struct stm_well *well, const int *at,
                    const struct stm_columns *columns)
{
    for (int s = 0; s < well->n_sites; s++) {
        const struct stm_site_row *row = &well->sites[s];
        if (row->verdict > STM_VERDICT_WARN) continue;
        for (int i = 0; i < COUNTS; i++)
            f->count[i][f->k] = row->values[at[i]];
        f->pixels[f->k] = stm_row_counted_area(row, columns);
        f->area_mm2 += row->pixel_um * row->pixel_um * 1e-6 * f->pixels[f->k];
        f->k++;
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

static bool is_spread(const struct stm_object *o, const double *row, int class_column)
{
    if (class_column < 0) return o->counted && o->class != STM_CLASS_ROUNDED;
    return o->counted && !isnan(row[class_column]) && row[class_column] != STM_CLASS_ROUNDED;
}

/* A column of the counted spread cells of the sites in use. */
static size_t list_column(double *list, const struct stm_well *well, int column, int class_column, int step)
{
    size_t n = 0;
    for (int s = 0; s < well->n_sites; s++) {
        const struct stm_site_row *row = &well->sites[s];
        for (int i = 0; row->verdict <= STM_VERDICT_WARN && i < row->n_objects; i++) {
            const double *values = row->object_values + (ptrdiff_t)i * step;
            if (is_spread(&row->objects[i], values, class_column)) list[n++] = values[column];
        }
    }
    return n;
}

static void fill_lists(double *out, const struct fields *f, const struct stm_well *well,
                       const struct stm_groups *groups, const struct stm_columns *columns)
{
    const int class = groups->class_column ? stm_columns_find(columns, groups->class_column) : -1;
    for (int i = 0; i < groups->n_lists; i++, out += STM_GROUP_PER_LIST) {
        const int column = stm_columns_find(columns, groups->lists[i]);
        if (column < 0) continue;
        const size_t n = list_column(f->list, well, column, class, columns->n);
        out[0] = stm_percentile(f->list, n, 0.5);
        out[1] = stm_percentile(f->list, n, 0.1);
        out[2] = stm_percentile(f->list, n, 0.9);
        out[3] = stm_summarise(f->list, n).skew;
    }
}

void stm_groups_flag(struct stm_well_row *row, const char *format, ...)
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

void stm_groups_judge(struct stm_well *well, int used)
{
    struct stm_well_row *row = &well->row;
    const int unscaled = without_scale(well);
    if (!used) {
        stm_groups_flag(row, "none of %d fields of view could be used", well->n_sites);
        row->verdict = STM_VERDICT_REJECTED;
    } else if (used < well->n_sites)
        stm_groups_flag(row, "%d of %d fields of view were left out", well->n_sites - used, well->n_sites);
    if (unscaled)
        stm_groups_flag(
            row,
            "pixel size unknown in %d of %d fields of view: no micrometres, and sizes looked for are a guess",
            unscaled, used);
}

bool stm_groups_well(struct stm_well *well, const struct stm_groups *groups, const struct stm_stage_env *env,
                     int *used, struct stm_error *err)
{
    int counts[COUNTS];
    struct fields f;
    double *const v = well->values + env->well_first;
    if (!find(counts, env->site_columns, err)) return false;
    double *const room = take_fields(&f, well, err);
    if (!room) return false;
    collect(&f, well, counts, env->site_columns);
    *used = f.k;
    if (f.k) {
        fill_counts(v, &f);
        fill_fractions(v, &f);
        fill_lists(v + STM_GROUP_FIXED, &f, well, groups, env->object_columns);
    }
    free(room);
    return true;
}
