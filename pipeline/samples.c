/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct stm_samples *samples;
    int plate_at, well_at;      /* columns of the table, -1 = not there */
    int at[STM_SAMPLE_COLUMNS]; /* column of the table for each of ours */
    const struct stm_sample_field *field[STM_SAMPLE_COLUMNS];
    struct stm_error *err;
};

static const char *const plate_names[] = {"Plate", "Metadata_Plate", "Plate name", "Barcode",
                                          "Plate_Map_Name"};
static const char *const well_names[] = {"Well", "Metadata_Well", "Well position", "well_position",
                                         "Metadata_well_position"};

static int find_any(const struct stm_csv *table, const char *const *names, int n)
{
    for (int i = 0; i < n; i++) {
        const int at = stm_csv_find(table, 0, names[i]);
        if (at >= 0) return at;
    }
    return -1;
}

/* The cell without blanks around it; cells are ours to cut. */
static char *cell_of(const struct stm_csv *table, size_t row, int column)
{
    static char nothing[1];
    if (column < 0 || (size_t)column >= stm_csv_columns(table, row)) return nothing;
    char *text = table->data + table->cell[table->first[row] + (size_t)column];
    text += strspn(text, " \t");
    for (size_t n = strlen(text); n && strchr(" \t", text[n - 1]); n--)
        text[n - 1] = '\0';
    return text;
}

static bool empty_row(const struct stm_csv *table, size_t row)
{
    for (size_t c = 0; c < stm_csv_columns(table, row); c++)
        if (*cell_of(table, row, (int)c)) return false;
    return true;
}

static bool no_well_column(const struct reader *r)
{
    const struct stm_csv *const table = &r->samples->table;
    const char *names[STM_SAMPLE_COLUMNS + 2];
    size_t n = 0;
    for (; n < stm_csv_columns(table, 0) && n < STM_SAMPLE_COLUMNS + 2; n++)
        names[n] = cell_of(table, 0, (int)n);
    const char *const near = stm_text_nearest("Well", names, n);
    return stm_fail(r->err, STM_BAD_INPUT,
                    "there is no column Well%s%.60s%s; the first line has to name the columns",
                    near ? " (is it '" : "", near ? near : "", near ? "'?)" : "");
}

/* A free column that is nearly called like a known one is worth a word. */
static void remark_on_heading(struct reader *r, const char *heading, const char *name)
{
    const char *names[32];
    size_t n = 0;
    for (const struct stm_sample_field *f = stm_sample_fields; f->name; f++)
        names[n++] = f->name;
    const char *const near = stm_text_nearest(name, names, n);
    if (near)
        stm_string_addf(&r->samples->remarks,
                        "sample sheet: column '%s' is carried along as it is; did you mean %s?\n", name,
                        near);
    if (stm_sample_personal_heading(heading))
        stm_string_addf(
            &r->samples->remarks,
            "sample sheet: column '%s' promises personal data, which does not belong into results; "
            "use donor codes\n",
            name);
}

static bool take_heading(struct reader *r, int column)
{
    struct stm_samples *const s = r->samples;
    const char *const heading = cell_of(&s->table, 0, column);
    if (!heading[0] || column == r->plate_at || column == r->well_at) return true;
    if (s->n == STM_SAMPLE_COLUMNS)
        return stm_fail(r->err, STM_BAD_INPUT, "the sheet has more than %d columns", STM_SAMPLE_COLUMNS);
    if (!stm_sample_field_name(s->name[s->n], heading, r->err)) return false;
    for (int i = 0; i < s->n; i++)
        if (!stm_text_casecmp(s->name[i], s->name[s->n]))
            return stm_fail(r->err, STM_BAD_INPUT, "two columns are called %s", s->name[i]);
    r->field[s->n] = stm_sample_field_find(heading);
    if (!r->field[s->n]) remark_on_heading(r, heading, s->name[s->n]);
    r->at[s->n++] = column;
    return true;
}

static bool take_headings(struct reader *r)
{
    struct stm_samples *const s = r->samples;
    const int columns = s->table.rows ? (int)stm_csv_columns(&s->table, 0) : 0;
    if (!columns) return stm_fail(r->err, STM_BAD_INPUT, "the sheet is empty");
    r->plate_at = find_any(&s->table, plate_names, 5);
    r->well_at = find_any(&s->table, well_names, 5);
    for (int c = 0; c < columns; c++)
        if (!take_heading(r, c)) return false;
    if (!s->n)
        return stm_fail(r->err, STM_BAD_INPUT, "the sheet says nothing: it needs a column beside Well");
    return r->well_at >= 0 || (r->plate_at >= 0 || s->table.rows <= 2) || no_well_column(r);
}

static bool take_well(struct reader *r, size_t line, struct stm_sample_row *row)
{
    const char *const text = cell_of(&r->samples->table, line, r->well_at);
    int y, x;
    if (!text[0] || !strcmp(text, "*") || !strcmp(text, "-"))
        return stm_text_copy(row->well, sizeof row->well, text[0] == '-' ? "-" : "");
    if (!stm_wellname_parse(text, strlen(text), &y, &x))
        return stm_fail(r->err, STM_BAD_INPUT, "'%.40s' is no well: A1, A01 … AF48, or * for the whole plate",
                        text);
    stm_wellname_text(row->well, y, x);
    return true;
}

static void remark_on_value(struct reader *r, const struct stm_sample_row *row, int c, const char *value)
{
    const enum stm_sample_kind kind = r->field[c] ? r->field[c]->kind : STM_SAMPLE_TEXT;
    struct stm_string *const remarks = &r->samples->remarks;
    if (remarks->length > 4000) return; /* a sheet full of them needs no more */
    if (kind == STM_SAMPLE_DONOR && stm_sample_personal(value))
        stm_string_addf(remarks,
                        "sample sheet, line %u: the donor looks like %s; results must carry codes, not "
                        "persons\n",
                        row->line, stm_sample_personal(value));
    if (kind != STM_SAMPLE_TISSUE || !value[0] || stm_sample_tissue_known(value)) return;
    const char *const near = stm_sample_tissue_near(value);
    if (near)
        stm_string_addf(remarks, "sample sheet, line %u: tissue '%s' is kept as it is; did you mean %s?\n",
                        row->line, value, near);
}

static bool take_cells(struct reader *r, size_t line, struct stm_sample_row *row)
{
    struct stm_samples *const s = r->samples;
    char value[STM_SAMPLE_CELL + 1];
    for (int c = 0; c < s->n; c++) {
        if (!stm_sample_field_value(value, r->field[c], cell_of(&s->table, line, r->at[c]), r->err))
            return stm_fail_in(r->err, "column %s", s->name[c]);
        row->value[c] = "";
        if (!value[0]) continue;
        stm_lines_add(&s->texts, value);
        if (s->texts.failed) return stm_fail(r->err, STM_NO_MEMORY, "no memory for the sample sheet");
        row->value[c] = s->texts.line[s->texts.n - 1];
        remark_on_value(r, row, c, value);
    }
    return true;
}

static bool take_row(struct reader *r, size_t line)
{
    struct stm_samples *const s = r->samples;
    struct stm_sample_row *const row = &s->row[s->n_rows];
    if (empty_row(&s->table, line)) return true;
    row->line = s->table.line[line];
    row->plate = cell_of(&s->table, line, r->plate_at);
    if (!strcmp(row->plate, "*")) row->plate = "";
    row->value = s->cells + s->n_rows * (size_t)s->n;
    if (!take_well(r, line, row) || !take_cells(r, line, row))
        return stm_fail_in(r->err, "line %u", (unsigned)row->line);
    s->n_rows++;
    return true;
}

static int by_place(const void *left, const void *right)
{
    const struct stm_sample_row *const a = left, *const b = right;
    const int plate = strcmp(a->plate, b->plate), well = strcmp(a->well, b->well);
    if (plate) return plate;
    return well ? well : (a->line > b->line) - (a->line < b->line);
}

static bool each_once(const struct reader *r)
{
    const struct stm_samples *const s = r->samples;
    for (size_t i = 1; i < s->n_rows; i++) {
        const struct stm_sample_row *const a = &s->row[i - 1], *const b = &s->row[i];
        if (strcmp(a->plate, b->plate) || strcmp(a->well, b->well)) continue;
        return stm_fail(r->err, STM_BAD_INPUT, "lines %u and %u both speak of %s%s%s%.60s; once is enough",
                        a->line, b->line, a->well[0] ? "well " : "all wells", a->well,
                        a->plate[0] ? " of plate " : "", a->plate);
    }
    return true;
}

static int column_called(const struct stm_samples *s, const char *name)
{
    for (int i = 0; i < s->n; i++)
        if (!strcmp(s->name[i], name)) return i;
    return -1;
}

static bool take_rows(struct reader *r)
{
    struct stm_samples *const s = r->samples;
    for (size_t line = 1; line < s->table.rows; line++)
        if (!take_row(r, line)) return false;
    if (!s->n_rows) return stm_fail(r->err, STM_BAD_INPUT, "the sheet has headings but no rows");
    if (column_called(s, "Concentration") >= 0 && column_called(s, "ConcentrationUnit") < 0)
        stm_string_add(&s->remarks,
                       "sample sheet: Concentration has no unit; add a column ConcentrationUnit\n");
    qsort(s->row, s->n_rows, sizeof *s->row, by_place);
    return each_once(r);
}

/* Room for the headings first, then for the rows, whose width is known by then. */
static bool read_table(struct reader *r)
{
    struct stm_samples *const s = r->samples;
    if (s->table.rows > STM_SAMPLE_ROWS)
        return stm_fail(r->err, STM_BAD_INPUT, "the sheet has %zu lines; %d are read at most", s->table.rows,
                        STM_SAMPLE_ROWS);
    s->name = calloc(STM_SAMPLE_COLUMNS, sizeof *s->name);
    const char **const names = calloc(STM_SAMPLE_COLUMNS, sizeof *names);
    s->names = names;
    if (!s->name || !names) return stm_fail(r->err, STM_NO_MEMORY, "no memory for the sample sheet");
    if (!take_headings(r)) return false;
    for (int i = 0; i < s->n; i++)
        names[i] = s->name[i];
    s->row = calloc(s->table.rows, sizeof *s->row);
    s->cells = calloc(s->table.rows * (size_t)s->n, sizeof *s->cells);
    if (!s->row || !s->cells) return stm_fail(r->err, STM_NO_MEMORY, "no memory for the sample sheet");
    if (!take_rows(r)) return false;
    return !s->remarks.failed || stm_fail(r->err, STM_NO_MEMORY, "no memory for the sample sheet");
}

bool stm_samples_read(struct stm_samples *samples, const char *path, struct stm_error *err)
{
    struct reader r = {.samples = samples, .err = err};
    const size_t size = strlen(path) + 1;
    samples->path = malloc(size);
    if (!samples->path) return stm_fail(err, STM_NO_MEMORY, "no memory for the sample sheet");
    memcpy(samples->path, path, size);
    if (!stm_csv_read(&samples->table, path, STM_SAMPLE_BYTES, 0, err) ||
        !stm_sha256_file(path, samples->sha256, err))
        return false;
    return read_table(&r) || stm_fail_file(err, path);
}

struct stm_sample_row *stm_samples_find(const struct stm_samples *s, const char *plate, const char *well)
{
    size_t lo = 0, hi = s->n_rows;
    while (lo < hi) {
        const size_t middle = lo + (hi - lo) / 2;
        const int c = strcmp(s->row[middle].plate, plate), order = c ? c : strcmp(s->row[middle].well, well);
        if (!order) return &s->row[middle];
        if (order < 0)
            lo = middle + 1;
        else
            hi = middle;
    }
    return NULL;
}

bool stm_samples_of_well(const struct stm_samples *s, const char *plate, const char *well, const char **value)
{
    const char *const places[4][2] = {{plate, well}, {"", well}, {plate, ""}, {"", ""}};
    bool any = false;
    for (int c = 0; c < s->n; c++)
        value[c] = "";
    for (int i = 0; i < 4; i++) {
        struct stm_sample_row *const row = stm_samples_find(s, places[i][0], places[i][1]);
        if (!row) continue;
        any = row->used = true;
        for (int c = 0; c < s->n; c++)
            if (!value[c][0]) value[c] = row->value[c];
    }
    return any;
}

void stm_samples_free(struct stm_samples *s)
{
    free(s->path);
    free(s->name);
    free((void *)s->names);
    free(s->row);
    free(s->cells);
    stm_string_free(&s->remarks);
    stm_lines_free(&s->texts);
    stm_csv_free(&s->table);
    memset(s, 0, sizeof *s);
}
