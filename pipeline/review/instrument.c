/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of other cell counters, as they are: a table below any number of other lines (Vi-CELL BLU, NC-View,
 * Cellaca, Matrix), or one "name;value" a line (NucleoView). */
#include "pipeline/core/text.h"
#include "pipeline/review/comparand.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HEAD_LINES = 60, MAX_COLUMNS = 200, FILE_BYTES = 1 << 26 };

/* What a heading means: it is compared in small letters without blanks; "(" ends it where the table says so,
 * since what follows is written differently (um with either of two Greek letters). */
static const struct {
    const char *heading, *measure;
    double scale;
} headings[] = {
    {"viability(%)", "Viability", 1},
    {"viability", "Viability", 1},
    {"total(x10^6)cells/ml", "Total_per_mL", 1e6},
    {"viable(x10^6)cells/ml", "Viable_per_mL", 1e6},
    {"total(cells/ml)", "Total_per_mL", 1},
    {"live(cells/ml)", "Viable_per_mL", 1},
    {"dead(cells/ml)", "Dead_per_mL", 1},
    {"totalcells/ml", "Total_per_mL", 1},
    {"livecells/ml", "Viable_per_mL", 1},
    {"deadcells/ml", "Dead_per_mL", 1},
    {"totalconcentration(e6)", "Total_per_mL", 1e6},
    {"liveconcentration(e6)", "Viable_per_mL", 1e6},
    {"deadconcentration(e6)", "Dead_per_mL", 1e6},
    {"averagediameter(", "Diameter_um", 1},
    {"diameter(", "Diameter_um", 1},
    {"estimatedcelldiameter(", "Diameter_um", 1},
    {"totalmeansize", "Diameter_um", 1},
    {"averagecircularity", "Circularity", 1},
    {"aggregates(%)", "Aggregates", 1},
    {"(%)ofcellsinaggregateswithfiveormorecells", "Aggregates", 1},
    {"debrisindex", "Debris_Index", 1},
};

/* Whose samples a heading names; earlier ones go first. */
static const char *const keys[] = {"sampleid", "name", "wellname", "image", "well"};

/* What tells the instruments apart: a heading that only one of them has. */
static const struct {
    const char *heading, *kind;
} kinds[] = {{"viable(x10^6)cells/ml", "Vi-CELL BLU"},
             {"liveconcentration(e6)", "Cellaca"},
             {"livecells/ml", "Matrix"},
             {"debrisindex", "NC-View"},
             {"multiplicationfactor", "NucleoView"},
             {"live(cells/ml)", "NC-View"}};

static void fold(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (; *text && n + 1 < size; text++)
        if (*text >= 'A' && *text <= 'Z')
            out[n++] = (char)(*text | 32);
        else if (*text != ' ' && *text != '\t' && *text != '_')
            out[n++] = *text;
    out[n] = '\0';
}

static int heading_of(const char *cell)
{
    char name[128];
    fold(name, sizeof name, cell);
    for (size_t i = 0; name[0] && i < sizeof headings / sizeof *headings; i++) {
        const size_t n = strlen(headings[i].heading);
        const bool open = headings[i].heading[n - 1] == '(';
        if (open ? !strncmp(name, headings[i].heading, n) : !strcmp(name, headings[i].heading)) return (int)i;
    }
    return -1;
}

/* "274 000", "2.45E6", "87.00%", "<0.1" is none. Blanks between digits, also the narrow and the fixed one,
 * are thousands. */
static double number_of(const char *cell)
{
    char text[64];
    size_t n = 0;
    double value;
    for (const unsigned char *p = (const unsigned char *)cell; *p && n + 1 < sizeof text;) {
        if (p[0] == 0xc2 && p[1] == 0xa0)
            p += 2;
        else if (p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xaf || p[2] == 0x89))
            p += 3;
        else if (*p == ' ' || (*p == '%' && !p[1]))
            p++;
        else
            text[n++] = (char)*p++;
    }
    text[n] = '\0';
    return stm_text_to_double(text, &value) ? value : NAN;
}

static void set(struct stm_comparand *c, struct stm_comparand_sample *s, int heading, const char *cell)
{
    const double value = number_of(cell);
    const int m = isnan(value) ? -1 : stm_comparand_measure(c, headings[heading].measure);
    if (m >= 0 && isnan(s->value[m])) s->value[m] = value * headings[heading].scale;
}

static const char *kind_of(const struct stm_csv *csv, size_t row, bool column)
{
    char name[128];
    const size_t n = column ? csv->rows : stm_csv_columns(csv, row);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < n; i++) {
            fold(name, sizeof name, column ? stm_csv_cell(csv, i, 0) : stm_csv_cell(csv, row, i));
            if (!strcmp(name, kinds[k].heading)) return kinds[k].kind;
        }
    return "table";
}

static int key_column(const struct stm_csv *csv, size_t row)
{
    char name[128];
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        for (size_t i = 0; i < stm_csv_columns(csv, row); i++) {
            fold(name, sizeof name, stm_csv_cell(csv, row, i));
            if (!strcmp(name, keys[k])) return (int)i;
        }
    return -1;
}

/* The line that names a sample and at least two measures. */
static bool find_table(const struct stm_csv *csv, size_t *head)
{
    for (*head = 0; *head < csv->rows && *head < HEAD_LINES; ++*head) {
        int known = 0;
        for (size_t i = 0; i < stm_csv_columns(csv, *head); i++)
            known += heading_of(stm_csv_cell(csv, *head, i)) >= 0;
        if (known >= 2 && key_column(csv, *head) >= 0) return true;
    }
    return false;
}

static bool read_rows(struct stm_comparand *c, const struct stm_csv *csv, size_t head, struct stm_error *err)
{
    int at[MAX_COLUMNS];
    const size_t columns =
        stm_csv_columns(csv, head) < MAX_COLUMNS ? stm_csv_columns(csv, head) : MAX_COLUMNS;
    const int key = key_column(csv, head);
    for (size_t i = 0; i < columns; i++)
        at[i] = heading_of(stm_csv_cell(csv, head, i));
    for (size_t row = head + 1; row < csv->rows; row++) {
        const char *const name = stm_csv_cell(csv, row, (size_t)key);
        if (!name[0]) continue;
        struct stm_comparand_sample *const s = stm_comparand_add(c, name, err);
        if (!s) return false;
        for (size_t i = 0; i < columns; i++)
            if (at[i] >= 0) set(c, s, at[i], stm_csv_cell(csv, row, i));
    }
    return true;
}

/* One sample, a line for each of its properties. */
static bool read_properties(struct stm_comparand *c, const struct stm_csv *csv, struct stm_error *err)
{
    const char *name = c->title;
    for (size_t row = 0; row < csv->rows; row++)
        if (!stm_text_casecmp(stm_csv_cell(csv, row, 0), "Image") && stm_csv_cell(csv, row, 1)[0])
            name = stm_csv_cell(csv, row, 1);
    struct stm_comparand_sample *const s = stm_comparand_add(c, name, err);
    for (size_t row = 0; s && row < csv->rows; row++) {
        const int h = heading_of(stm_csv_cell(csv, row, 0));
        if (h >= 0) set(c, s, h, stm_csv_cell(csv, row, 1));
    }
    return s;
}

static bool has_properties(const struct stm_csv *csv)
{
    int known = 0;
    for (size_t row = 0; row < csv->rows; row++)
        known += stm_csv_columns(csv, row) >= 2 && heading_of(stm_csv_cell(csv, row, 0)) >= 0;
    return known >= 2;
}

bool stm_comparand_instrument(struct stm_comparand *c, const char *path, struct stm_error *err)
{
    struct stm_csv csv;
    size_t head;
    bool good = stm_csv_read(&csv, path, FILE_BYTES, 0, err) && stm_sha256_file(path, c->sha256, err);
    c->unit = "samples";
    stm_text_copy(c->title, sizeof c->title, stm_text_basename(path));
    if (good && find_table(&csv, &head)) {
        c->kind = kind_of(&csv, head, false);
        good = read_rows(c, &csv, head, err);
    } else if (good && has_properties(&csv)) {
        c->kind = kind_of(&csv, 0, true);
        good = read_properties(c, &csv, err);
    } else if (good)
        good = stm_fail(
            err, STM_BAD_INPUT,
            "neither a results directory nor a table of a cell counter: no line names samples (Sample ID, "
            "Name, Well Name) and results (Viability (%%), Total (cells/ml), …)");
    if (good && !c->n_samples) good = stm_fail(err, STM_BAD_INPUT, "the table has no samples");
    stm_csv_free(&csv);
    return good || stm_fail_file(err, path);
}
