/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wells.csv, images.csv, objects.csv: RFC 4180 with LF line ends, UTF-8, an empty cell where nothing was
 * measured. */
#include "pipeline/core/csv.h"
#include "pipeline/core/text.h"
#include "pipeline/sink.h"
#include "pipeline/sinks/outdir.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct csv {
    struct stm_file *file;
    const struct stm_run_info *info;
    struct stm_string row; /* reused from row to row */
};

static void comma(struct stm_string *out)
{
    stm_string_add_n(out, ",", 1);
}

static void put_fields(struct stm_string *out, int n, const char *const *fields)
{
    for (int i = 0; i < n; i++) {
        if (i) comma(out);
        stm_csv_text(out, fields[i]);
    }
}

static void put_metadata_names(struct stm_string *out, const struct stm_run_info *info)
{
    char name[STM_COLUMN_NAME];
    for (int i = 0; i < info->n_metadata; i++) {
        snprintf(name, sizeof name, "Metadata_%s", info->metadata[i]);
        comma(out);
        stm_csv_text(out, name);
    }
}

static void put_metadata(struct stm_string *out, const struct stm_run_info *info, const char *const *values)
{
    for (int i = 0; i < info->n_metadata; i++) {
        comma(out);
        stm_csv_text(out, values ? values[i] : "");
    }
}

static void put_names(struct stm_string *out, const struct stm_columns *columns)
{
    for (int i = 0; i < columns->n; i++) {
        comma(out);
        stm_csv_text(out, columns->column[i].name);
    }
}

static void put_values(struct stm_string *out, const struct stm_columns *columns, const double *values)
{
    char text[340]; /* the largest double has 309 digits */
    for (int i = 0; i < columns->n; i++) {
        comma(out);
        if (values)
            stm_string_add(
                out, stm_text_number(text, sizeof text, values[i], columns->column[i].measure->decimals));
    }
}

/* A number that is no column: as many digits as distinguish it, nothing when unknown. */
static void put_plain(struct stm_string *out, double value)
{
    comma(out);
    if (!isnan(value)) stm_string_addf(out, "%.10g", value);
}

static void end_row(struct stm_string *out)
{
    stm_string_add_n(out, "\n", 1);
}

static bool whole(const struct stm_string *text, struct stm_error *err)
{
    return !text->failed || stm_fail(err, STM_NO_MEMORY, "no memory for a row of %zu bytes", text->length);
}

/* Writes the row that was collected and begins the next. */
static bool put_row(struct csv *csv, struct stm_error *err)
{
    end_row(&csv->row);
    const bool ok = whole(&csv->row, err) && stm_file_write(csv->file, csv->row.text, csv->row.length, err);
    csv->row.length = 0;
    return ok;
}

static void discard(void *state)
{
    struct csv *const csv = state;
    stm_file_discard(&csv->file);
    stm_string_free(&csv->row);
    free(csv);
}

static bool finish(void *state, struct stm_error *err)
{
    struct csv *const csv = state;
    const bool ok = stm_file_commit(&csv->file, err);
    discard(csv);
    return ok;
}

static bool begin(void **state, const struct stm_run_info *info, const char *name, struct stm_error *err)
{
    struct csv *const csv = calloc(1, sizeof *csv);
    if (!csv) return stm_fail(err, STM_NO_MEMORY, "no memory to begin %s", name);
    csv->info = info;
    *state = csv;
    if (stm_outdir_file(&csv->file, info->directory, name, err)) return true;
    free(csv);
    return false;
}

/* Writes the header that was collected. */
static bool begun(void *state, struct stm_error *err)
{
    if (put_row(state, err)) return true;
    discard(state);
    return false;
}

static bool wells_open(void **state, const struct stm_run_info *info, struct stm_error *err)
{
    static const char *const names[] = {"Metadata_Plate", "Metadata_Well", "Status",
                                        "Reason",         "Sites_Found",   "Sites_Used"};
    if (!begin(state, info, "wells.csv", err)) return false;
    struct csv *const csv = *state;
    put_fields(&csv->row, 6, names);
    put_metadata_names(&csv->row, info);
    put_names(&csv->row, info->well_columns);
    return begun(csv, err);
}

static bool wells_well(void *state, const struct stm_well_row *well, struct stm_error *err)
{
    struct csv *const csv = state;
    const char *const fields[] = {well->plate, well->well, stm_verdict_name(well->verdict), well->reason};
    put_fields(&csv->row, 4, fields);
    stm_string_addf(&csv->row, ",%d,%d", well->sites, well->sites_used);
    put_metadata(&csv->row, csv->info, well->metadata);
    put_values(&csv->row, csv->info->well_columns, well->values);
    return put_row(csv, err);
}

const struct stm_sink stm_sink_wells = {
    .name = "wells",
    .summary = "wells.csv: one row per well",
    .writes = "wells.csv",
    .default_on = true,
    .open = wells_open,
    .well = wells_well,
    .close = finish,
    .discard = discard,
};

static void put_channel_names(struct stm_string *out, const struct stm_run_info *info)
{
    static const char *const of_channel[] = {"FileName", "Plane", "BitDepth", "Scale", "Offset"};
    for (int c = 0; c < info->n_channels; c++)
        for (int i = 0; i < 5; i++) {
            char name[2 * STM_NAME];
            snprintf(name, sizeof name, "%s_%s", of_channel[i], info->channels[c]);
            comma(out);
            stm_csv_text(out, name);
        }
}

static bool images_open(void **state, const struct stm_run_info *info, struct stm_error *err)
{
    static const char *const names[] = {
        "ImageNumber", "Metadata_Plate", "Metadata_Well", "Metadata_Site", "Metadata_Timepoint", "Status",
        "Reason",      "Width",          "Height",        "PixelSize_um",  "ObjectCount"};
    if (!begin(state, info, "images.csv", err)) return false;
    struct csv *const csv = *state;
    put_fields(&csv->row, 11, names);
    put_metadata_names(&csv->row, info);
    put_channel_names(&csv->row, info);
    put_names(&csv->row, info->site_columns);
    return begun(csv, err);
}

/* FileName, Plane, BitDepth, Scale, Offset; empty where the file is missing. */
static void put_channel(struct stm_string *out, const struct stm_channel *channel)
{
    comma(out);
    if (!channel || !channel->file) {
        stm_string_add(out, ",,,,");
        return;
    }
    stm_csv_text(out, stm_text_basename(channel->file));
    stm_string_addf(out, ",%d,%d", channel->plane, channel->true_bits);
    put_plain(out, channel->scale);
    put_plain(out, channel->offset);
}

static bool images_site(void *state, const struct stm_site_row *site, const struct stm_site_pixels *pixels,
                        struct stm_error *err)
{
    (void)pixels;
    struct csv *const csv = state;
    struct stm_string *const out = &csv->row;
    stm_string_addf(out, "%d,", site->image_number);
    put_fields(out, 3, (const char *[]){site->plate, site->well, site->site});
    comma(out);
    if (site->timepoint >= 0) stm_string_addf(out, "%d", site->timepoint);
    comma(out);
    put_fields(out, 2, (const char *[]){stm_verdict_name(site->verdict), site->reason});
    stm_string_addf(out, ",%d,%d", site->width, site->height);
    put_plain(out, site->pixel_um);
    stm_string_addf(out, ",%d", site->n_objects);
    put_metadata(out, csv->info, site->metadata);
    for (int c = 0; c < csv->info->n_channels; c++)
        put_channel(out, c < site->channels ? &site->channel[c] : NULL);
    put_values(out, csv->info->site_columns, site->values);
    return put_row(csv, err);
}

const struct stm_sink stm_sink_images = {
    .name = "images",
    .summary = "images.csv: one row per field of view, also when it failed",
    .writes = "images.csv",
    .default_on = true,
    .open = images_open,
    .site = images_site,
    .close = finish,
    .discard = discard,
};

static bool objects_open(void **state, const struct stm_run_info *info, struct stm_error *err)
{
    static const char *const names[] = {"Metadata_Plate", "Metadata_Well", "Metadata_Site", "ImageNumber",
                                        "ObjectNumber",   "FileName",      "Class",         "Counted"};
    if (!begin(state, info, "objects.csv", err)) return false;
    struct csv *const csv = *state;
    put_fields(&csv->row, 8, names);
    put_names(&csv->row, info->object_columns);
    return begun(csv, err);
}

static const char *first_file(const struct stm_site_row *site)
{
    for (int c = 0; c < site->channels; c++)
        if (site->channel[c].file) return stm_text_basename(site->channel[c].file);
    return "";
}

static bool objects_format(const void *state, const struct stm_site_row *site,
                           const struct stm_site_pixels *pixels, struct stm_string *out,
                           struct stm_error *err)
{
    (void)pixels;
    const struct stm_columns *const columns = ((const struct csv *)state)->info->object_columns;
    struct stm_string before = {0}, file = {0}; /* what is the same in all rows of the site */
    put_fields(&before, 3, (const char *[]){site->plate, site->well, site->site});
    stm_string_addf(&before, ",%d,", site->image_number);
    stm_csv_text(&file, first_file(site));
    out->failed |= before.failed || file.failed;
    for (int i = 0; i < site->n_objects && !out->failed; i++) {
        const struct stm_object *const o = &site->objects[i];
        stm_string_add_n(out, before.text, before.length);
        stm_string_addf(out, "%u,", o->number);
        stm_string_add_n(out, file.text, file.length);
        stm_string_addf(out, ",%s,%d", stm_class_name(o->class), o->counted);
        put_values(out, columns, site->object_values + (size_t)i * (size_t)columns->n);
        end_row(out);
    }
    stm_string_free(&before);
    stm_string_free(&file);
    return whole(out, err);
}

static bool objects_append(void *state, const char *text, size_t n, struct stm_error *err)
{
    return stm_file_write(((struct csv *)state)->file, text, n, err);
}

const struct stm_sink stm_sink_objects = {
    .name = "objects",
    .summary = "objects.csv: one row per object",
    .writes = "objects.csv",
    .default_on = true,
    .open = objects_open,
    .format = objects_format,
    .append = objects_append,
    .close = finish,
    .discard = discard,
};
