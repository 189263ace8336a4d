/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/review/series.h"

#include "pipeline/core/text.h"
#include "pipeline/io/wellname.h"

#include <math.h>
#include <string.h>

/* Columns of the design that say where an observation is. */
struct places {
    int plate, well, site, method, concentration;
};

static bool find_places(struct places *p, const struct stm_csv *design, struct stm_error *err)
{
    p->plate = stm_csv_find(design, 0, "Plate");
    p->well = stm_csv_find(design, 0, "Well");
    p->site = stm_csv_find(design, 0, "Site");
    p->method = stm_csv_find(design, 0, "counting_method");
    p->concentration = stm_csv_find(design, 0, "cell_conc");
    return p->well >= 0 || stm_fail(err, STM_BAD_INPUT,
                                    "the design has no column Well, which says where each observation is");
}

static const char *text_at(const struct stm_csv *csv, size_t row, int column)
{
    return column < 0 ? "" : stm_csv_cell(csv, row, (size_t)column);
}

static bool same_well(const char *a, const char *b)
{
    int row[2], col[2];
    return !strcmp(a, b) ||
           (stm_wellname_parse(a, strlen(a), &row[0], &col[0]) &&
            stm_wellname_parse(b, strlen(b), &row[1], &col[1]) && row[0] == row[1] && col[0] == col[1]);
}

/* The one well of all results that a row means. */
static const struct stm_result_well *find_well(const struct stm_results *results, int n, const char *plate,
                                               const char *well, const struct stm_results **from,
                                               struct stm_error *err)
{
    const struct stm_result_well *found = NULL;
    for (int i = 0; i < n; i++)
        for (size_t w = 0; w < results[i].n_wells; w++) {
            const struct stm_result_well *const candidate = &results[i].well[w];
            if (!same_well(well, candidate->well) || (plate[0] && strcmp(plate, candidate->plate))) continue;
            if (found) {
                stm_fail(err, STM_BAD_INPUT, "well %.20s is on plates %.60s and %.60s: add a column Plate",
                         well, found->plate, candidate->plate);
                return NULL;
            }
            found = candidate;
            *from = &results[i];
        }
    if (!found)
        stm_fail(err, STM_BAD_INPUT, "the results have no well %.20s%s%.60s", well,
                 plate[0] ? " of plate " : "", plate);
    return found;
}

static bool concentration(double *value, const struct stm_results *r, const struct stm_result_well *w,
                          const char *site, double depth_um, double dilution, struct stm_error *err)
{
    const double depth = isnan(depth_um) ? r->depth_um : depth_um;
    const double known = isnan(dilution) ? r->dilution : dilution;
    double cells = 0, ml = 0;
    for (size_t i = w->first; i < w->first + w->n; i++) {
        const struct stm_result_field *const f = &r->field[i];
        if (f->verdict > STM_VERDICT_WARN || (site[0] && strcmp(site, f->site))) continue;
        const double volume =
            isnan(depth_um) && !isnan(f->volume_ml) ? f->volume_ml : f->area_mm2 * depth * 1e-6;
        if (!(volume > 0))
            return stm_fail(
                err, STM_BAD_INPUT,
                "the counted volume is not known: it needs a pixel size, and the chamber's depth (--depth)");
        cells += f->tally[STM_TALLY_TOTAL];
        ml += volume;
    }
    *value = ml > 0 ? cells / ml * (isnan(known) ? 1 : known) : NAN;
    return true;
}

static void put_heading(struct stm_string *out, const struct stm_csv *design, const struct places *p)
{
    stm_string_add(out, p->method < 0 ? "counting_method,cell_conc" : "cell_conc");
    for (int c = 0; c < (int)stm_csv_columns(design, 0); c++) {
        if (c == p->plate || c == p->well || c == p->site || c == p->concentration) continue;
        stm_string_add(out, ",");
        stm_csv_text(out, stm_csv_cell(design, 0, (size_t)c));
    }
    stm_string_add(out, "\n");
}

static void put_row(struct stm_string *out, const struct stm_csv *design, size_t row, const struct places *p,
                    const char *method, double value)
{
    char text[64];
    if (p->method < 0) stm_string_addf(out, "stroma %s,", method);
    stm_string_add(out, stm_text_number(text, sizeof text, value, 3));
    for (int c = 0; c < (int)stm_csv_columns(design, 0); c++) {
        if (c == p->plate || c == p->well || c == p->site || c == p->concentration) continue;
        stm_string_add(out, ",");
        stm_csv_text(out, stm_csv_cell(design, row, (size_t)c));
    }
    stm_string_add(out, "\n");
}

bool stm_series_fill(struct stm_string *out, const struct stm_csv *design, const struct stm_results *results,
                     int n_results, double depth_um, double dilution, struct stm_error *err)
{
    struct places p;
    if (!find_places(&p, design, err)) return false;
    put_heading(out, design, &p);
    for (size_t row = 1; row < design->rows; row++) {
        const struct stm_results *from = NULL;
        double value = NAN;
        const char *const well = text_at(design, row, p.well);
        if (!well[0]) continue;
        const struct stm_result_well *const w =
            find_well(results, n_results, text_at(design, row, p.plate), well, &from, err);
        if (!w || !concentration(&value, from, w, text_at(design, row, p.site), depth_um, dilution, err))
            return stm_fail_in(err, "line %u", (unsigned)design->line[row]);
        put_row(out, design, row, &p, from->assay, value);
    }
    return !out->failed || stm_fail(err, STM_NO_MEMORY, "no memory for the series");
}
