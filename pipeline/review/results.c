/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/review/results.h"

#include "pipeline/audit/version.h"
#include "pipeline/core/json_read.h"
#include "pipeline/core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const stm_result_error_names[STM_RESULT_ERRORS] = {
    [STM_ERROR_DEPTH] = "depth_error_percent",
    [STM_ERROR_DILUTION] = "dilution_error_percent",
    [STM_ERROR_PIPETTING] = "pipetting_error_percent",
    [STM_ERROR_SEGMENTATION] = "segmentation_error_percent",
};

static char *copy_of(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *const copy = malloc(size);
    if (copy) memcpy(copy, text, size);
    return copy;
}

static double number_at(const struct stm_csv *csv, size_t row, int column)
{
    double value;
    if (column < 0) return NAN;
    return stm_text_to_double(stm_csv_cell(csv, row, (size_t)column), &value) ? value : NAN;
}

static const char *text_at(const struct stm_csv *csv, size_t row, int column)
{
    return column < 0 ? "" : stm_csv_cell(csv, row, (size_t)column);
}

static enum stm_verdict verdict_of(const char *text)
{
    for (int v = 0; v < STM_VERDICTS; v++)
        if (!strcmp(text, stm_verdict_name((enum stm_verdict)v))) return (enum stm_verdict)v;
    return STM_VERDICT_FAILED;
}

static int find_any(const struct stm_csv *csv, const char *const *names)
{
    for (; *names; names++) {
        const int at = stm_csv_find(csv, 0, *names);
        if (at >= 0) return at;
    }
    return -1;
}

/* How assays call what is counted in a field. */
static const char *const tally_names[STM_TALLIES][4] = {
    [STM_TALLY_TOTAL] = {"Count_Cells", "Count_Nuclei", NULL},
    [STM_TALLY_LIVE] = {"Count_Live", NULL},
    [STM_TALLY_DEAD] = {"Count_Dead", NULL},
    [STM_TALLY_AMBIGUOUS] = {"Count_Ambiguous", NULL},
    [STM_TALLY_DEBRIS] = {"Count_Debris", NULL},
};

/* Columns of images.csv; -1 = not there. */
struct image_columns {
    int plate, well, site, status, reason, width, height, pixel_um, area, depth, file, tally[STM_TALLIES];
};

static bool find_image_columns(struct image_columns *c, const struct stm_csv *csv, struct stm_error *err)
{
    static const char *const areas[] = {"Chamber_Area_mm2", "Counted_Area_mm2", "Area_mm2", NULL};
    c->plate = stm_csv_find(csv, 0, "Metadata_Plate");
    c->well = stm_csv_find(csv, 0, "Metadata_Well");
    c->site = stm_csv_find(csv, 0, "Metadata_Site");
    c->status = stm_csv_find(csv, 0, "Status");
    c->reason = stm_csv_find(csv, 0, "Reason");
    c->width = stm_csv_find(csv, 0, "Width");
    c->height = stm_csv_find(csv, 0, "Height");
    c->pixel_um = stm_csv_find(csv, 0, "PixelSize_um");
    c->area = find_any(csv, areas);
    c->depth = stm_csv_find(csv, 0, "Chamber_Depth_um");
    c->file = -1;
    for (size_t i = 0; c->file < 0 && i < stm_csv_columns(csv, 0); i++)
        if (!strncmp(stm_csv_cell(csv, 0, i), "FileName_", 9)) c->file = (int)i;
    for (int t = 0; t < STM_TALLIES; t++)
        c->tally[t] = find_any(csv, tally_names[t]);
    if (c->plate >= 0 && c->well >= 0 && c->status >= 0) return true;
    return stm_fail(err, STM_BAD_INPUT, "images.csv lacks Metadata_Plate, Metadata_Well or Status");
}

static void read_field(struct stm_result_field *f, const struct stm_csv *csv, size_t row,
                       const struct image_columns *c)
{
    const double um = number_at(csv, row, c->pixel_um);
    f->site = text_at(csv, row, c->site);
    f->reason = text_at(csv, row, c->reason);
    f->stem = text_at(csv, row, c->file);
    f->verdict = verdict_of(text_at(csv, row, c->status));
    for (int t = 0; t < STM_TALLIES; t++)
        f->tally[t] = number_at(csv, row, c->tally[t]);
    f->area_mm2 = c->area >= 0
                      ? number_at(csv, row, c->area)
                      : um * um * 1e-6 * number_at(csv, row, c->width) * number_at(csv, row, c->height);
    f->volume_ml = f->area_mm2 * number_at(csv, row, c->depth) * 1e-6; /* mm2 um are 1e-6 mL */
}

static bool same_place(const struct stm_csv *images, size_t row, const struct image_columns *c,
                       const struct stm_result_well *w)
{
    return !strcmp(text_at(images, row, c->well), w->well) &&
           !strcmp(text_at(images, row, c->plate), w->plate);
}

/* Rows of images.csv follow those of wells.csv: plate order. */
static bool join(struct stm_results *r, struct stm_error *err)
{
    const struct stm_csv *const wells = &r->wells_csv, *const images = &r->images_csv;
    struct image_columns c;
    size_t next = 1;
    const int plate = stm_csv_find(wells, 0, "Metadata_Plate"),
              well = stm_csv_find(wells, 0, "Metadata_Well"), status = stm_csv_find(wells, 0, "Status"),
              reason = stm_csv_find(wells, 0, "Reason");
    if (plate < 0 || well < 0 || status < 0)
        return stm_fail(err, STM_BAD_INPUT, "wells.csv lacks Metadata_Plate, Metadata_Well or Status");
    if (!find_image_columns(&c, images, err)) return false;
    r->object_name = stm_csv_find(images, 0, "Count_Nuclei") >= 0 ? "nuclei" : "cells";
    for (size_t row = 1; row < wells->rows; row++) {
        struct stm_result_well *const w = &r->well[r->n_wells++];
        *w = (struct stm_result_well){text_at(wells, row, plate),
                                      text_at(wells, row, well),
                                      text_at(wells, row, reason),
                                      verdict_of(text_at(wells, row, status)),
                                      row,
                                      r->n_fields,
                                      0,
                                      0};
        for (; next < images->rows && same_place(images, next, &c, w); next++, w->n++) {
            struct stm_result_field *const f = &r->field[r->n_fields++];
            read_field(f, images, next, &c);
            r->has_classes |=
                f->verdict <= STM_VERDICT_WARN && f->tally[STM_TALLY_LIVE] + f->tally[STM_TALLY_DEAD] > 0;
        }
    }
    return next == images->rows || stm_fail(err, STM_BAD_INPUT,
                                            "images.csv, line %u is of a well that wells.csv does not have "
                                            "there: the files are not of one run",
                                            (unsigned)images->line[next]);
}

static char *json_text(const struct stm_json_value *object, const char *key)
{
    const char *text = NULL;
    return copy_of(stm_json_get_text(stm_json_get(object, key), &text) && text ? text : "");
}

/* A number among the protocol's parameters, whatever stage it belongs to. */
static double parameter(const struct stm_json_value *protocol, const char *name)
{
    const struct stm_json_value *const list = stm_json_get(protocol, "parameters");
    double value = NAN;
    for (size_t i = 0; i < stm_json_size(list) && i < 1000; i++) {
        const struct stm_json_value *const p = stm_json_at(list, i, NULL);
        const char *own = NULL, *text = NULL;
        if (stm_json_get_text(stm_json_get(p, "name"), &own) && !strcmp(own, name) &&
            stm_json_get_text(stm_json_get(p, "value"), &text) && !stm_text_to_double(text, &value))
            value = NAN;
    }
    return value;
}

static bool read_run(struct stm_results *r, const char *path, struct stm_error *err)
{
    struct stm_json_value *run = NULL;
    if (!stm_json_read(&run, path, STM_RESULTS_BYTES, err)) return false;
    const struct stm_json_value *const protocol = stm_json_get(run, "protocol");
    r->title = json_text(run, "title");
    r->version = json_text(run, "version");
    r->assay = json_text(stm_json_get(run, "assay"), "name");
    r->protocol_hash = json_text(protocol, "sha256");
    r->inputs_hash = json_text(run, "inputs_sha256");
    r->samples_hash = json_text(stm_json_get(run, "samples"), "sha256");
    r->depth_um = parameter(protocol, "depth_um");
    if (!(r->depth_um > 0)) r->depth_um = NAN; /* 0 = as the chamber's name says */
    for (int i = 0; i < STM_RESULT_ERRORS; i++)
        r->error_percent[i] = parameter(protocol, stm_result_error_names[i]);
    r->dilution = parameter(protocol, "dilution");
    stm_json_free(&run);
    return (r->title && r->version && r->assay && r->protocol_hash && r->inputs_hash && r->samples_hash) ||
           stm_fail(err, STM_NO_MEMORY, "no memory for the results");
}

static bool read_table(struct stm_csv *csv, char hash[STM_SHA256_HEX], const char *directory,
                       const char *name, struct stm_error *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (!stm_csv_read(csv, path, STM_RESULTS_BYTES, ',', err) || !stm_sha256_file(path, hash, err))
        return false;
    if (csv->rows >= 1) return true;
    stm_fail(err, STM_BAD_INPUT, "the table is empty");
    return stm_fail_file(err, path);
}

/* objects.csv of an override has a row for each object that has another class than measured. */
static void count_overridden(struct stm_results *r, const struct stm_csv *objects)
{
    const int plate = stm_csv_find(objects, 0, "Metadata_Plate"),
              well = stm_csv_find(objects, 0, "Metadata_Well");
    for (size_t row = 1; row < objects->rows; row++)
        for (size_t i = 0; i < r->n_wells; i++)
            if (!strcmp(text_at(objects, row, well), r->well[i].well) &&
                !strcmp(text_at(objects, row, plate), r->well[i].plate)) {
                r->well[i].overridden++;
                r->overridden++;
            }
}

static bool read_overridden(struct stm_results *r, const struct stm_version *version, struct stm_error *err)
{
    char hash[STM_SHA256_HEX];
    struct stm_csv objects = {0};
    r->override_entry = version->entry;
    if (!version->entry) return true;
    const bool good = read_table(&objects, hash, version->folder, "objects.csv", err);
    if (good) count_overridden(r, &objects);
    stm_csv_free(&objects);
    return good;
}

bool stm_results_read(struct stm_results *r, const char *directory, struct stm_error *err)
{
    char path[4096];
    struct stm_error first = {0};
    struct stm_version version;
    snprintf(path, sizeof path, "%s/run.json", directory);
    r->directory = copy_of(directory);
    if (!stm_sha256_file(path, r->run_hash, &first)) {
        stm_fail(err, STM_BAD_INPUT,
                 "there is no run.json, so this is no complete results directory of `stroma run`");
        return stm_fail_file(err, directory);
    }
    if (!r->directory || !read_run(r, path, err) || !stm_version_find(&version, directory, err) ||
        !read_table(&r->wells_csv, r->wells_hash, version.folder, "wells.csv", err) ||
        !read_table(&r->images_csv, r->images_hash, version.folder, "images.csv", err))
        return false;
    r->well = calloc(r->wells_csv.rows, sizeof *r->well);
    r->field = calloc(r->images_csv.rows, sizeof *r->field);
    if (!r->well || !r->field)
        return stm_fail(err, STM_NO_MEMORY, "no memory for %zu wells", r->wells_csv.rows);
    return (join(r, err) || stm_fail_file(err, directory)) && read_overridden(r, &version, err);
}

void stm_results_free(struct stm_results *r)
{
    char *const texts[] = {r->directory,     r->title,       r->version,     r->assay,
                           r->protocol_hash, r->inputs_hash, r->samples_hash};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    stm_csv_free(&r->wells_csv);
    stm_csv_free(&r->images_csv);
    free(r->well);
    free(r->field);
    memset(r, 0, sizeof *r);
}

const char *stm_results_sample(const struct stm_results *r, const struct stm_result_well *well,
                               const char *name)
{
    char column[STM_COLUMN_NAME];
    snprintf(column, sizeof column, "Metadata_%s", name);
    return text_at(&r->wells_csv, well->row, stm_csv_find(&r->wells_csv, 0, column));
}

double stm_results_value(const struct stm_results *r, const struct stm_result_well *well, const char *column)
{
    return number_at(&r->wells_csv, well->row, stm_csv_find(&r->wells_csv, 0, column));
}
