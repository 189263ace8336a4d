/* SPDX-License-Identifier: GPL-2.0-or-later */
/* COMET's columns, cell by cell. */
#include "pipeline/core/text.h"
#include "pipeline/stats/linearity_row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum column {
    METHOD,
    TARGET,
    SAMPLE,
    OBSERVATION,
    CONCENTRATION,
    NEEDED,
    MEASURED = NEEDED,
    TIME,
    CELL_TYPE,
    CONCENTRATION_TYPE,
    STOCK,
    EXTRACTION,
    RAW_COUNT,
    VIABLE,
    STARTING,
    REPLICATE,
    ANALYST,
    COLUMNS
};

/* lo < hi: a number in this range. */
static const struct {
    const char *name;
    double lo, hi;
} columns[COLUMNS] = {
    [METHOD] = {"counting_method", 0, 0},
    [TARGET] = {"target_dilution_fraction", 1e-6, 1},
    [SAMPLE] = {"random_sample_number", 0, 0},
    [OBSERVATION] = {"rep_obsv", 0, 0},
    [CONCENTRATION] = {"cell_conc", 0, 1e15},
    [MEASURED] = {"measured_dilution_fraction", 1e-6, 2},
    [TIME] = {"time_elapsed", 0, 1e9},
    [CELL_TYPE] = {"cell_type", 0, 0},
    [CONCENTRATION_TYPE] = {"concentration_type", 0, 0},
    [STOCK] = {"stock_solution", 0, 0},
    [EXTRACTION] = {"stock_extraction", 0, 0},
    [RAW_COUNT] = {"raw_count", 0, 1e12},
    [VIABLE] = {"percent_viable_cells", 0, 100},
    [STARTING] = {"starting_soln_conc", 0, 1e15},
    [REPLICATE] = {"replicate_sample", 0, 0},
    [ANALYST] = {"analyst", 0, 0},
};

enum { MAX_TEXT = 200 };

struct reader {
    struct stm_linearity_data *data;
    int at[COLUMNS]; /* where each column is, -1 when it is not there */
    size_t row;
    const char *text[COLUMNS]; /* of the row, "" where missing */
    double number[COLUMNS];    /* NaN where missing */
    struct stm_error *err;
};

static bool fail_at(const struct reader *r, enum column c, const char *what)
{
    stm_fail(r->err, STM_BAD_INPUT, "%s", what);
    return stm_fail_in(r->err, "row %u, column %s", (unsigned)r->data->csv.line[r->row], columns[c].name);
}

static bool missing_column(const struct stm_csv *csv, const char *name, struct stm_error *err)
{
    const char *names[64];
    size_t n = 0;
    for (; n < stm_csv_columns(csv, 0) && n < 64; n++)
        names[n] = stm_csv_cell(csv, 0, n);
    const char *const near = stm_text_nearest(name, names, n);
    return stm_fail(err, STM_BAD_INPUT,
                    "there is no column %s%s%.60s%s; the first row has to name the columns", name,
                    near ? " (is it '" : "", near ? near : "", near ? "'?)" : "");
}

static bool find_columns(struct reader *r)
{
    for (enum column c = 0; c < COLUMNS; c++) {
        r->at[c] = stm_csv_find(&r->data->csv, 0, columns[c].name);
        if (r->at[c] < 0 && c < NEEDED) return missing_column(&r->data->csv, columns[c].name, r->err);
    }
    return true;
}

/* The cell without the blanks around it, "" when it says that there is nothing. */
static const char *cell_text(const struct stm_csv *csv, size_t row, int column)
{
    static const char *const nothing[] = {"NA", "N/A", "NaN"};
    if (column < 0 || (size_t)column >= stm_csv_columns(csv, row)) return "";
    char *text = csv->data + csv->cell[csv->first[row] + (size_t)column];
    text += strspn(text, " \t");
    for (size_t n = strlen(text); n && strchr(" \t\r\n", text[n - 1]); n--)
        text[n - 1] = '\0';
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        if (!stm_text_casecmp(text, nothing[i])) return "";
    return text;
}

static bool check_text(struct reader *r, enum column c)
{
    const char *const text = r->text[c];
    if (strlen(text) > MAX_TEXT) return fail_at(r, c, "the text is longer than 200 bytes");
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return fail_at(r, c, "the text has control characters or line ends in it");
    return true;
}

static bool check_number(struct reader *r, enum column c)
{
    char what[256];
    const char *const text = r->text[c];
    r->number[c] = NAN;
    if (!text[0] || columns[c].lo >= columns[c].hi) return true;
    if (!stm_text_to_double(text, &r->number[c])) {
        snprintf(what, sizeof what, "'%.60s' is not a number (decimal point, no thousands separators)", text);
        return fail_at(r, c, what);
    }
    if (r->number[c] >= columns[c].lo && r->number[c] <= columns[c].hi) return true;
    snprintf(what, sizeof what, "%.60s is not between %g and %g%s", text, columns[c].lo, columns[c].hi,
             c == TARGET ? "; a dilution fraction says how much of the volume is stock" : "");
    return fail_at(r, c, what);
}

static bool check_measured(struct reader *r)
{
    const double target = r->number[TARGET], x = r->number[MEASURED];
    char what[128];
    if (isnan(x) || (x > target / 2 && x < target * 2)) return true;
    snprintf(what, sizeof what, "%g is not near the target %g; one of the two is a slip", x, target);
    return fail_at(r, MEASURED, what);
}

static bool read_cells(struct reader *r)
{
    for (enum column c = 0; c < COLUMNS; c++)
        r->text[c] = cell_text(&r->data->csv, r->row, r->at[c]);
    if (!r->text[METHOD][0] && !r->text[CONCENTRATION][0]) return true;
    for (enum column c = 0; c < COLUMNS; c++)
        if (!check_text(r, c) || !check_number(r, c)) return false;
    for (enum column c = 0; c < CONCENTRATION; c++)
        if (!r->text[c][0]) return fail_at(r, c, "the cell is empty");
    return check_measured(r);
}

static bool find_method(struct reader *r, int *index)
{
    struct stm_linearity_data *const data = r->data;
    const char *const name = r->text[METHOD];
    for (*index = 0; *index < data->n_methods; ++*index)
        if (!strcmp(data->method[*index].name, name)) return true;
    if (data->n_methods == STM_LINEARITY_METHODS)
        return fail_at(r, METHOD, "this is the 17th counting method; 16 can be compared");
    data->method[data->n_methods++].name = name;
    return true;
}

/* One kind of cells and of concentration a run: others are no replicates. */
static bool same_type(struct reader *r, enum column c, const char **type)
{
    char what[256];
    const char *const text = r->text[c];
    if (text[0] && !**type) *type = text;
    if (!text[0] || !strcmp(text, *type)) return true;
    snprintf(what, sizeof what, "'%.80s' after '%.80s'; one at a time can be analysed", text, *type);
    return fail_at(r, c, what);
}

static bool read_row(struct reader *r, struct stm_linearity_row *row)
{
    const bool extracted = r->text[EXTRACTION][0];
    *row = (struct stm_linearity_row){.name = r->text[METHOD],
                                      .stock = r->text[STOCK],
                                      .number = r->text[extracted ? EXTRACTION : SAMPLE],
                                      .observation = r->text[OBSERVATION],
                                      .target = r->number[TARGET],
                                      .x = r->number[isnan(r->number[MEASURED]) ? TARGET : MEASURED],
                                      .value = r->number[CONCENTRATION],
                                      .time = r->number[TIME],
                                      .line = (unsigned)r->data->csv.line[r->row]};
    return find_method(r, &row->method) && same_type(r, CELL_TYPE, &r->data->cell_type) &&
           same_type(r, CONCENTRATION_TYPE, &r->data->concentration_type);
}

static bool read_rows(struct reader *r, struct stm_linearity_row *rows, int *n)
{
    const struct stm_csv *const csv = &r->data->csv;
    for (r->row = 1; r->row < csv->rows; r->row++) {
        if (!read_cells(r)) return false;
        if (!r->text[METHOD][0] && !r->text[CONCENTRATION][0])
            r->data->n_ignored++;
        else if (!read_row(r, &rows[(*n)++]))
            return false;
    }
    if (*n) return true;
    return stm_fail(r->err, STM_BAD_INPUT, "the table has no observations below its first row");
}

bool stm_linearity_rows(struct stm_linearity_data *data, struct stm_linearity_row **rows, int *n,
                        struct stm_error *err)
{
    struct reader r = {.data = data, .err = err};
    *rows = NULL;
    *n = 0;
    data->cell_type = data->concentration_type = "";
    if (data->csv.rows == 0) return stm_fail(err, STM_BAD_INPUT, "the table is empty");
    if (data->csv.rows > STM_LINEARITY_ROWS)
        return stm_fail(err, STM_BAD_INPUT, "%zu rows; at most %d are read", data->csv.rows,
                        STM_LINEARITY_ROWS);
    if (!find_columns(&r)) return false;
    *rows = calloc(data->csv.rows, sizeof **rows);
    if (!*rows) return stm_fail(err, STM_NO_MEMORY, "no memory for %zu rows", data->csv.rows);
    if (read_rows(&r, *rows, n)) return true;
    free(*rows);
    *rows = NULL;
    return false;
}
