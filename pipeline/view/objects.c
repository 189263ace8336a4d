/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/view/objects.h"

#include "pipeline/io/input.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A row of objects.csv takes about 600 bytes; one that does not fit is no row of ours. */
enum { PIECE = 1 << 20 };

enum { IMAGE, NUMBER, CLASS, X, Y, AREA, PLATE, WELL, SITE, COLUMNS };
static const char *const columns[COLUMNS] = {"ImageNumber",       "ObjectNumber",      "Class",
                                             "Location_Center_X", "Location_Center_Y", "AreaShape_Area",
                                             "Metadata_Plate",    "Metadata_Well",     "Metadata_Site"};

struct reader {
    struct stm_input input;
    struct stm_select *select;
    struct stm_view_objects *out;
    int at[COLUMNS], limit;
    long seen, total; /* matches so far, and of all when that is known */
    char *header;
    size_t header_length;
};

/* Where the last complete line of `n` bytes ends; a quoted cell may hold line ends. 0 when there is none. */
static size_t complete(const char *text, size_t n)
{
    size_t end = 0;
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        quoted ^= text[i] == '"';
        if (text[i] == '\n' && !quoted) end = i + 1;
    }
    return end;
}

static enum stm_class class_of(const char *name)
{
    for (int c = 0; c < STM_CLASSES; c++)
        if (!strcmp(name, stm_class_name((enum stm_class)c))) return (enum stm_class)c;
    return STM_CLASS_NONE;
}

static double number(const struct stm_csv *csv, size_t row, int column)
{
    double value;
    return column >= 0 && stm_text_to_double(stm_csv_cell(csv, row, (size_t)column), &value) ? value : NAN;
}

static bool keep(struct reader *r, const struct stm_csv *csv, size_t row, struct stm_error *err)
{
    const double image = number(csv, row, r->at[IMAGE]), n = number(csv, row, r->at[NUMBER]);
    struct stm_view_object *const o = &r->out->object[r->out->n];
    if (!(image >= 1 && image < 1e9 && n >= 1 && n < 1e9))
        return stm_fail(err, STM_BAD_INPUT, "row for image '%.20s' has no image and object number",
                        stm_csv_cell(csv, row, (size_t)r->at[IMAGE]));
    *o = (struct stm_view_object){.image = (int)image,
                                  .number = (int)n,
                                  .class = class_of(stm_csv_cell(csv, row, (size_t)r->at[CLASS])),
                                  .x = number(csv, row, r->at[X]),
                                  .y = number(csv, row, r->at[Y]),
                                  .area = number(csv, row, r->at[AREA])};
    stm_text_copy(o->plate, sizeof o->plate, stm_csv_cell(csv, row, (size_t)r->at[PLATE]));
    stm_text_copy(o->well, sizeof o->well, stm_csv_cell(csv, row, (size_t)r->at[WELL]));
    stm_text_copy(o->site, sizeof o->site, stm_csv_cell(csv, row, (size_t)r->at[SITE]));
    r->out->n++;
    return true;
}

/* Counts in the first pass; keeps every match, or evenly spread ones, in the second. */
static bool look_at(struct reader *r, const struct stm_csv *csv, struct stm_error *err)
{
    for (size_t row = 1; row < csv->rows; row++) {
        if (!stm_csv_columns(csv, row) || !stm_select_match(r->select, csv, row)) continue;
        const long i = r->seen++;
        if (r->total == 0 || r->out->n == r->limit) continue;
        if ((r->total <= r->limit || i >= (long)((double)r->out->n * (double)r->total / r->limit)) &&
            !keep(r, csv, row, err))
            return false;
    }
    return true;
}

static bool bind(struct reader *r, const struct stm_csv *csv, struct stm_error *err)
{
    for (int c = 0; c < COLUMNS; c++) {
        r->at[c] = stm_csv_find(csv, 0, columns[c]);
        if (r->at[c] < 0 && c != AREA)
            return stm_fail(err, STM_BAD_INPUT, "objects.csv has no column %s", columns[c]);
    }
    return stm_select_bind(r->select, csv, err);
}

/* The header line and `n` bytes of whole lines as one table. */
static bool parse(struct reader *r, const char *lines, size_t n, struct stm_error *err)
{
    struct stm_csv csv = {0};
    char *const text = malloc(r->header_length + n + 1);
    if (!text) return stm_fail(err, STM_NO_MEMORY, "no memory for a piece of objects.csv");
    memcpy(text, r->header, r->header_length);
    memcpy(text + r->header_length, lines, n);
    text[r->header_length + n] = '\0';
    const bool good = stm_csv_parse(&csv, text, r->header_length + n, ',', err) && csv.rows > 0 &&
                      bind(r, &csv, err) && look_at(r, &csv, err);
    stm_csv_free(&csv);
    return good;
}

static bool take_header(struct reader *r, const char *text, size_t n, size_t *length, struct stm_error *err)
{
    const char *const end = memchr(text, '\n', n);
    if (!end) return stm_fail(err, STM_BAD_INPUT, "objects.csv has no header line");
    *length = r->header_length = (size_t)(end - text) + 1;
    r->header = malloc(r->header_length + 1);
    if (!r->header) return stm_fail(err, STM_NO_MEMORY, "no memory for the header of objects.csv");
    memcpy(r->header, text, r->header_length);
    return true;
}

static bool pass(struct reader *r, char *piece, struct stm_error *err)
{
    uint64_t at = 0;
    for (r->seen = 0; at < r->input.size;) {
        const size_t n = stm_input_some(&r->input, at, piece, PIECE);
        size_t begin = 0, end = at + n >= r->input.size ? n : complete(piece, n);
        if (!end)
            return stm_fail(err, STM_BAD_INPUT,
                            "objects.csv has a line of more than %d bytes, or cannot be read", PIECE);
        if (!r->header && !take_header(r, piece, n, &begin, err)) return false;
        if (at == 0) begin = r->header_length;
        if (!parse(r, piece + begin, end - begin, err)) return false;
        at += end;
    }
    return true;
}

static bool read_all(struct reader *r, struct stm_error *err)
{
    char *const piece = malloc(PIECE);
    bool good = piece || stm_fail(err, STM_NO_MEMORY, "no memory to read objects.csv");
    good = good && pass(r, piece, err);
    r->out->found = r->total = r->seen;
    if (good && r->total) {
        const size_t most = (size_t)(r->total < r->limit ? r->total : r->limit);
        r->out->object = malloc(most * sizeof *r->out->object);
        good = r->out->object ? pass(r, piece, err)
                              : stm_fail(err, STM_NO_MEMORY, "no memory for %zu objects", most);
    }
    free(piece);
    free(r->header);
    return good;
}

bool stm_view_objects_read(struct stm_view_objects *objects, const char *directory, struct stm_select *select,
                           int limit, struct stm_error *err)
{
    struct reader r = {.select = select, .out = objects, .limit = limit};
    struct stm_string path = {0};
    *objects = (struct stm_view_objects){0};
    stm_string_addf(&path, "%s/objects.csv", directory);
    bool good = !path.failed || stm_fail(err, STM_NO_MEMORY, "no memory for a path");
    if (good && (good = stm_input_open(&r.input, path.text, err))) {
        good = read_all(&r, err);
        stm_input_close(&r.input);
    }
    if (!good && path.text) stm_fail_file(err, path.text);
    stm_string_free(&path);
    if (!good) stm_view_objects_free(objects);
    return good;
}

void stm_view_objects_free(struct stm_view_objects *objects)
{
    free(objects->object);
    objects->object = NULL;
    objects->n = 0;
}
