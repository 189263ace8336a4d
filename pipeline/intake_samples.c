/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sample sheet meets the wells that have images. */
#include "pipeline/intake.h"

#include <stdlib.h>
#include <string.h>

enum { NAMED = 6 }; /* places that a sentence lists at most */

/* A sentence that lists places: "3 wells have no row in the sheet: A01, A02, A03". */
struct list {
    struct stm_string names;
    int n;
};

static void list_add(struct list *l, const char *plate, const char *well, bool with_plate)
{
    if (++l->n <= NAMED)
        stm_string_addf(&l->names, "%s%s%s%s", l->n > 1 ? ", " : "", with_plate ? plate : "",
                        with_plate && well[0] ? " " : "", well);
}

static void list_end(struct list *l, struct stm_string *out, const char *format_one, const char *format_many)
{
    if (l->n)
        stm_string_addf(out, "sample sheet: %d %s: %s%s\n", l->n, l->n == 1 ? format_one : format_many,
                        l->names.text ? l->names.text : "", l->n > NAMED ? ", …" : "");
    stm_string_free(&l->names);
}

static bool same_well(const struct stm_site_row *a, const struct stm_site_row *b)
{
    return !strcmp(a->well, b->well) && !strcmp(a->plate, b->plate);
}

static bool has_several_plates(const struct stm_intake *in)
{
    for (int i = 1; i < in->n_sites; i++)
        if (strcmp(in->sites[i].row.plate, in->sites[0].row.plate)) return true;
    return false;
}

static bool has_plate(const struct stm_intake *in, const char *plate)
{
    for (int i = 0; i < in->n_sites; i++)
        if (!strcmp(in->sites[i].row.plate, plate)) return true;
    return false;
}

/* One row of values a well; sites of a well stand together. */
static bool give_values(struct stm_intake *in, struct list *bare, int *known, struct stm_error *err)
{
    const struct stm_samples *const s = &in->samples;
    const bool several = has_several_plates(in);
    const char **next = calloc((size_t)in->n_wells * (size_t)s->n + 1, sizeof *next);
    in->metadata = next;
    if (!next) return stm_fail(err, STM_NO_MEMORY, "no memory for the sample sheet");
    for (int i = 0; i < in->n_sites; i++) {
        struct stm_site_row *const row = &in->sites[i].row;
        if (i && same_well(row, &in->sites[i - 1].row)) {
            row->metadata = in->sites[i - 1].row.metadata;
            continue;
        }
        row->metadata = next;
        if (stm_samples_of_well(s, row->plate, row->well, next))
            ++*known;
        else
            list_add(bare, row->plate, row->well, several);
        next += s->n;
    }
    return true;
}

/* Rows that no well asked for: of a plate that is not here, or of wells without images. */
static void list_unused(const struct stm_intake *in, struct list *wells, struct list *plates)
{
    const struct stm_samples *const s = &in->samples;
    const char *last = NULL;
    for (size_t i = 0; i < s->n_rows; i++) {
        const struct stm_sample_row *const row = &s->row[i];
        if (row->used) continue;
        const bool elsewhere = row->plate[0] && !has_plate(in, row->plate);
        if (!elsewhere)
            list_add(wells, row->plate, row->well[0] ? row->well : "*", row->plate[0]);
        else if (!last || strcmp(last, row->plate))
            list_add(plates, last = row->plate, "", true);
    }
}

static bool nothing_fits(const struct stm_intake *in, struct stm_error *err)
{
    const struct stm_sample_row *const row = &in->samples.row[0];
    const struct stm_site_row *const site = &in->sites[0].row;
    stm_fail(
        err, STM_BAD_INPUT,
        "no row speaks of a well that has images: the sheet's first is %s%.60s%swell %s, the images' first "
        "is plate %.60s well %s",
        row->plate[0] ? "plate " : "", row->plate, row->plate[0] ? " " : "", row->well[0] ? row->well : "*",
        site->plate, site->well);
    return stm_fail_file(err, in->samples.path);
}

bool stm_intake_samples(struct stm_intake *in, const char *path, struct stm_error *err)
{
    struct list bare = {0}, wells = {0}, plates = {0};
    int known = 0;
    if (!stm_samples_read(&in->samples, path, err) || !give_values(in, &bare, &known, err)) return false;
    list_unused(in, &wells, &plates);
    struct stm_string *const remarks = &in->samples.remarks;
    list_end(&bare, remarks, "well has images but no row", "wells have images but no row");
    list_end(&wells, remarks, "row is of a well without images", "rows are of wells without images");
    list_end(&plates, remarks, "plate has no images", "plates have no images");
    if (in->samples.remarks.text) stm_string_add(&in->problems, in->samples.remarks.text);
    if (remarks->failed || in->problems.failed)
        return stm_fail(err, STM_NO_MEMORY, "no memory for the sample sheet");
    return known || nothing_fits(in, err);
}
