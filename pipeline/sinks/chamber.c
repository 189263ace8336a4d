/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sizes.csv and squares.csv, of runs that count in a chamber: how many live, dead and other objects of each
 * size a well has, and what each counted square holds. */
#include "pipeline/core/csv.h"
#include "pipeline/core/text.h"
#include "pipeline/sink.h"
#include "pipeline/sinks/outdir.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sizes up to 100, the last bin is open; roundness in twentieths, the last bin is all of 1 and more. */
enum { BINS = 101, MEASURES = 3, SQUARES = 400 };
static const struct {
    const char *column, *name, *unit;
    int per_unit, bins; /* bins */
} measures[MEASURES] = {
    {"Cell_Diameter_um", "Diameter", "um", 1, BINS},
    {"Cell_Diameter", "Diameter", "px", 1, BINS},
    {"AreaShape_FormFactor", "Circularity", "", 20, 21},
};
enum { UM, PX };
static const enum stm_class classes[] = {STM_CLASS_LIVE, STM_CLASS_DEAD, STM_CLASS_AMBIGUOUS,
                                         STM_CLASS_DEBRIS};
enum { KINDS = sizeof classes / sizeof *classes };
static const char kind_names[] = "Count_Live,Count_Dead,Count_Ambiguous,Count_Debris";

struct chamber {
    struct stm_file *sizes, *squares;
    const struct stm_run_info *info;
    int at[MEASURES], square, n_squares; /* columns */
    int bins[MEASURES][BINS][KINDS];     /* of the well so far */
    int counted[SQUARES + 1][KINDS];     /* of the site */
    struct stm_string text;
};

static int kind_of(const struct stm_object *o)
{
    for (int i = 0; i < KINDS; i++)
        if (classes[i] == o->class) return i;
    return -1;
}

static bool put_text(struct chamber *c, struct stm_file *file, struct stm_error *err)
{
    const bool ok = (!c->text.failed || stm_fail(err, STM_NO_MEMORY, "no memory for a table of counts")) &&
                    stm_file_write(file, c->text.text, c->text.length, err);
    c->text.length = 0;
    return ok;
}

static void discard(void *state)
{
    struct chamber *const c = state;
    if (c->sizes) stm_file_discard(&c->sizes);
    if (c->squares) stm_file_discard(&c->squares);
    stm_string_free(&c->text);
    free(c);
}

static bool open_files(struct chamber *c, struct stm_error *err)
{
    const char *const directory = c->info->directory;
    if (c->at[PX] < 0) return true; /* not a run of a chamber: nothing to write */
    if (!stm_outdir_file(&c->sizes, directory, "sizes.csv", err)) return false;
    stm_string_addf(&c->text, "Metadata_Plate,Metadata_Well,Measure,Unit,From,To,%s\n", kind_names);
    if (!put_text(c, c->sizes, err) || !stm_outdir_file(&c->squares, directory, "squares.csv", err))
        return false;
    stm_string_addf(&c->text,
                    "Metadata_Plate,Metadata_Well,Metadata_Site,ImageNumber,Square,Count_Cells,%s\n",
                    kind_names);
    return put_text(c, c->squares, err);
}

static bool open(void **state, const struct stm_run_info *info, struct stm_error *err)
{
    struct chamber *const c = calloc(1, sizeof *c);
    if (!c) return stm_fail(err, STM_NO_MEMORY, "no memory to begin sizes.csv");
    c->info = info;
    for (int i = 0; i < MEASURES; i++)
        c->at[i] = stm_columns_find(info->object_columns, measures[i].column);
    c->square = stm_columns_find(info->object_columns, "Cell_Square");
    c->n_squares = stm_columns_find(info->site_columns, "Squares_Counted");
    *state = c;
    if (open_files(c, err)) return true;
    discard(c);
    return false;
}

/* Values are those of objects.csv, with its two digits or more. */
static int bin_of(int measure, double value)
{
    const double at = floor(value * 100 + 0.5) / 100 * measures[measure].per_unit;
    return at >= measures[measure].bins - 1 ? measures[measure].bins - 1 : at > 0 ? (int)at : 0;
}

static void add_object(struct chamber *c, const double *values, int kind)
{
    for (int m = 0; m < MEASURES; m++)
        if (c->at[m] >= 0 && !isnan(values[c->at[m]])) c->bins[m][bin_of(m, values[c->at[m]])][kind]++;
    const double square = c->square < 0 ? NAN : values[c->square];
    if (square >= 1 && square <= SQUARES) c->counted[(int)square][kind]++;
}

static bool put_squares(struct chamber *c, const struct stm_site_row *site, struct stm_error *err)
{
    const double n = c->n_squares < 0 || !site->values ? NAN : site->values[c->n_squares];
    for (int i = 1; i <= n && i <= SQUARES; i++) {
        const int *const k = c->counted[i];
        stm_csv_text(&c->text, site->plate);
        stm_string_add(&c->text, ",");
        stm_csv_text(&c->text, site->well);
        stm_string_add(&c->text, ",");
        stm_csv_text(&c->text, site->site);
        stm_string_addf(&c->text, ",%d,%d,%d,%d,%d,%d,%d\n", site->image_number, i, k[0] + k[1] + k[2], k[0],
                        k[1], k[2], k[3]);
    }
    return put_text(c, c->squares, err);
}

static bool site(void *state, const struct stm_site_row *site, const struct stm_site_pixels *pixels,
                 struct stm_error *err)
{
    struct chamber *const c = state;
    (void)pixels;
    if (!c->sizes || site->verdict > STM_VERDICT_WARN) return true;
    memset(c->counted, 0, sizeof c->counted);
    for (int i = 0; i < site->n_objects; i++) {
        const int kind = kind_of(&site->objects[i]);
        if (kind >= 0 && site->objects[i].counted)
            add_object(c, site->object_values + (ptrdiff_t)i * c->info->object_columns->n, kind);
    }
    return put_squares(c, site, err);
}

static int total(const struct chamber *c, int measure, int from, int to)
{
    int n = 0;
    for (int i = from; i < to; i++)
        for (int k = 0; k < KINDS; k++)
            n += c->bins[measure][i][k];
    return n;
}

/* Bins from the first to the last that holds anything. */
static void put_histogram(struct chamber *c, const struct stm_well_row *well, int m)
{
    const int bins = measures[m].bins;
    for (int i = 0; i < bins; i++) {
        const int *const k = c->bins[m][i];
        if (!total(c, m, 0, i + 1) || !total(c, m, i, bins)) continue;
        stm_csv_text(&c->text, well->plate);
        stm_string_add(&c->text, ",");
        stm_csv_text(&c->text, well->well);
        stm_string_addf(&c->text, ",%s,%s,%.4g,", measures[m].name, measures[m].unit,
                        (double)i / measures[m].per_unit);
        if (i + 1 < bins) stm_string_addf(&c->text, "%.4g", (double)(i + 1) / measures[m].per_unit);
        stm_string_addf(&c->text, ",%d,%d,%d,%d\n", k[0], k[1], k[2], k[3]);
    }
}

/* In micrometres where all objects have them, else in pixels. */
static bool well(void *state, const struct stm_well_row *well, struct stm_error *err)
{
    struct chamber *const c = state;
    if (!c->sizes) return true;
    const bool um = total(c, UM, 0, BINS) == total(c, PX, 0, BINS);
    for (int m = 0; m < MEASURES; m++)
        if (m != (um ? PX : UM)) put_histogram(c, well, m);
    memset(c->bins, 0, sizeof c->bins);
    return put_text(c, c->sizes, err);
}

static bool finish(void *state, struct stm_error *err)
{
    struct chamber *const c = state;
    const bool ok = !c->sizes || (stm_file_commit(&c->sizes, err) && stm_file_commit(&c->squares, err));
    discard(c);
    return ok;
}

const struct stm_sink stm_sink_chamber = {
    .name = "chamber",
    .summary = "sizes.csv, squares.csv: sizes by class of each well, counts of each square; chambers only",
    .writes = "sizes.csv squares.csv",
    .default_on = true,
    .open = open,
    .site = site,
    .well = well,
    .close = finish,
    .discard = discard,
};
