/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/review/uncertainty.h"

#include "pipeline/core/csv.h"
#include "pipeline/core/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const names[STM_COMPONENTS] = {"Depth",  "Dilution", "Pipetting",      "Scale",
                                                  "Volume", "Counting", "Classification", "Debris"};
static const char *const titles[STM_COMPONENTS] = {"depth of the chamber",
                                                   "dilution",
                                                   "pipetting of the sample",
                                                   "scale of the images",
                                                   "volume of the product",
                                                   "cells found or missed",
                                                   "live taken for dead or dead for live",
                                                   "debris taken for cells"};

const char *stm_component_name(enum stm_component component)
{
    return names[component];
}

/* Deviations from the truth on fields that the synthetic microscope made (tests/accuracy/bias.py prints
 * them): mean and standard deviation over fields, counts in percent, viability in points. */
static const struct {
    const char *assay;
    double count_bias, count_sd, viability_bias, viability_sd;
    int fields;
} accuracy[] = {
    {"fluorescence", 0.4, 1.3, -1.1, 1.4, 27},
};

static void set(struct stm_uncertainty *u, enum stm_component c, double standard, const char *how)
{
    u->component[c].standard = standard;
    stm_text_copy(u->component[c].how, sizeof u->component[c].how, how);
}

/* A known bias is not corrected for, since images of another laboratory have another one: it counts as
 * uncertainty, together with how it varies (GUM F.2.4.5). */
static void set_accuracy(struct stm_uncertainty *u, const char *assay)
{
    char how[128];
    set(u, STM_U_COUNTING, 5, "assumed: no accuracy figures for this assay");
    set(u, STM_U_CLASSIFICATION, 3, "assumed: no accuracy figures for this assay");
    for (size_t i = 0; i < sizeof accuracy / sizeof *accuracy; i++) {
        if (strcmp(assay, accuracy[i].assay)) continue;
        snprintf(how, sizeof how, "bias %+.1f %%, standard deviation %.1f %% on %d fields of known truth",
                 accuracy[i].count_bias, accuracy[i].count_sd, accuracy[i].fields);
        set(u, STM_U_COUNTING, hypot(accuracy[i].count_bias, accuracy[i].count_sd), how);
        snprintf(how, sizeof how, "bias %+.1f, standard deviation %.1f points on %d fields of known truth",
                 accuracy[i].viability_bias, accuracy[i].viability_sd, accuracy[i].fields);
        set(u, STM_U_CLASSIFICATION, hypot(accuracy[i].viability_bias, accuracy[i].viability_sd), how);
    }
}

/* One pipetting step at the limits of ISO 8655-2 for 100 and 1000 uL: systematic 0.8 % (rectangular), random
 * 0.3 %. Diluting d-fold takes two, of which the diluent's share is (d - 1) / d. */
static const double pipette_percent = 0.55;

void stm_uncertainty_default(struct stm_uncertainty *u, const char *assay, double dilution)
{
    const double diluent = dilution > 1 ? 1 - 1 / dilution : 0;
    set(u, STM_U_DEPTH, 2 / sqrt(3), "assumed: tolerance 2 %, rectangular");
    set(u, STM_U_DILUTION, diluent * sqrt(2) * pipette_percent, "two pipettings at the limits of ISO 8655-2");
    set(u, STM_U_PIPETTING, pipette_percent, "one pipetting at the limits of ISO 8655-2");
    set(u, STM_U_SCALE, 2 * 0.5 / sqrt(3),
        "assumed: pixel size known to 0.5 %, rectangular, twice for an area");
    set(u, STM_U_VOLUME, 1 / sqrt(3), "assumed: fill volume known to 1 %, rectangular");
    set(u, STM_U_DEBRIS, 3, "assumed: debris is not scored");
    set_accuracy(u, assay);
}

void stm_uncertainty_protocol(struct stm_uncertainty *u, const struct stm_results *results)
{
    static const enum stm_component of_error[STM_RESULT_ERRORS] = {[STM_ERROR_DEPTH] = STM_U_DEPTH,
                                                                   [STM_ERROR_DILUTION] = STM_U_DILUTION,
                                                                   [STM_ERROR_PIPETTING] = STM_U_PIPETTING,
                                                                   [STM_ERROR_SEGMENTATION] = STM_U_COUNTING};
    char how[128];
    for (int i = 0; i < STM_RESULT_ERRORS; i++) {
        if (isnan(results->error_percent[i])) continue;
        snprintf(how, sizeof how, "the protocol's %s", stm_result_error_names[i]);
        set(u, of_error[i], results->error_percent[i], how);
    }
}

static bool find_component(const char *name, enum stm_component *found, struct stm_error *err)
{
    for (int i = 0; i < STM_COMPONENTS; i++)
        if (!stm_text_casecmp(name, names[i])) return *found = (enum stm_component)i, true;
    const char *const near = stm_text_nearest(name, names, STM_COMPONENTS);
    return stm_fail(
        err, STM_BAD_INPUT,
        "there is no component '%.40s'%s%s%s; there are Depth, Dilution, Pipetting, Scale, Volume, "
        "Counting, Classification, Debris",
        name, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

static bool read_row(struct stm_uncertainty *u, const struct stm_csv *csv, size_t row, const int at[3],
                     struct stm_error *err)
{
    enum stm_component c = STM_U_DEPTH;
    double percent;
    const char *const text = stm_csv_cell(csv, row, (size_t)at[1]);
    if (!find_component(stm_csv_cell(csv, row, (size_t)at[0]), &c, err)) return false;
    if (!stm_text_to_double(text, &percent) || !(percent >= 0 && percent <= 100))
        return stm_fail(err, STM_BAD_INPUT, "'%.40s' is no standard uncertainty from 0 to 100 %%", text);
    set(u, c, percent, at[2] >= 0 ? stm_csv_cell(csv, row, (size_t)at[2]) : "as entered");
    return true;
}

bool stm_uncertainty_read(struct stm_uncertainty *u, const char *path, struct stm_error *err)
{
    struct stm_csv csv;
    bool good = stm_csv_read(&csv, path, 1 << 20, 0, err);
    const int at[3] = {good ? stm_csv_find(&csv, 0, "Component") : -1,
                       good ? stm_csv_find(&csv, 0, "Percent") : -1,
                       good ? stm_csv_find(&csv, 0, "Source") : -1};
    if (good && (at[0] < 0 || at[1] < 0))
        good = stm_fail(err, STM_BAD_INPUT, "the first line has to name the columns Component and Percent");
    for (size_t row = 1; good && row < csv.rows; row++)
        if (stm_csv_columns(&csv, row) && !read_row(u, &csv, row, at, err))
            good = stm_fail_in(err, "line %u", (unsigned)csv.line[row]);
    stm_csv_free(&csv);
    return good || stm_fail_file(err, path);
}

static void add(struct stm_budget *b, const struct stm_uncertainty *u, enum stm_component c, double factor)
{
    stm_budget_add(b, titles[c], u->component[c].how, 'B', u->component[c].standard / 100 * factor, INFINITY);
}

void stm_uncertainty_add(struct stm_budget *b, const struct stm_uncertainty *u, enum stm_quantity quantity,
                         double viability, double dilution)
{
    const struct stm_quantity_kind *const kind = &stm_quantity_kinds[quantity];
    const bool in_volume = kind->basis == STM_BASIS_VOLUME || kind->basis == STM_BASIS_PRODUCT;
    if (quantity == STM_VIABILITY) add(b, u, STM_U_CLASSIFICATION, 1);
    if (quantity == STM_DEBRIS) add(b, u, STM_U_DEBRIS, 1);
    if (kind->basis == STM_BASIS_CELLS) return;
    if (kind->basis == STM_BASIS_PRODUCT || kind->basis == STM_BASIS_ENTERED) add(b, u, STM_U_VOLUME, 1);
    if (kind->basis == STM_BASIS_ENTERED) return;
    if (in_volume) {
        add(b, u, STM_U_DEPTH, 1);
        add(b, u, STM_U_PIPETTING, 1);
        if (dilution > 1) add(b, u, STM_U_DILUTION, 1);
    }
    add(b, u, STM_U_SCALE, 1);
    add(b, u, STM_U_COUNTING, 1);
    if (kind->viable && viability > 0) add(b, u, STM_U_CLASSIFICATION, 1 / viability);
}
