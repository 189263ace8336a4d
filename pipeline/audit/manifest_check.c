/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files held against a manifest: which one changed, in which row and field. */
#include "pipeline/audit/manifest.h"

#include "pipeline/audit/seal.h"
#include "pipeline/audit/tree.h"
#include "pipeline/core/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_CHANGES = 40, TEXT = 120 }; /* named in one file; of a cell that is shown */

static void keep_block(void *context, const char *block)
{
    stm_lines_add(context, block);
}

/* The changes of one file, with the lines they are about, which are looked up together. */
struct changes {
    const char *name; /* of the file in findings */
    enum stm_seal_kind kind;
    struct stm_findings *findings;
    struct stm_seal_change list[MOST_CHANGES];
    size_t n, more;
};

static void note_change(void *context, const struct stm_seal_change *change)
{
    struct changes *const c = context;
    if (c->n == MOST_CHANGES) {
        c->more++;
        return;
    }
    struct stm_seal_change *const kept = &c->list[c->n++];
    *kept = *change;
    size_t *const column = malloc((change->columns + 1) * sizeof *column);
    if (column && change->columns) memcpy(column, change->column, change->columns * sizeof *column);
    if (!column) kept->columns = 0;
    kept->column = column;
}

/* A cell or line as it may be printed: what is no plain character becomes '?'. */
static void show(char *out, const char *text, size_t n)
{
    size_t i = 0;
    for (; i < n && i < TEXT; i++)
        out[i] = (unsigned char)text[i] >= ' ' && text[i] != 0x7f ? text[i] : '?';
    while (i > 0 && out[i - 1] == '?' && i == n)
        i--;
    out[i] = '\0';
}

/* Cells that say which row it is: those of the columns Metadata_…, ImageNumber and ObjectNumber. */
static void name_row(struct stm_string *out, const struct stm_cell *head, size_t heads,
                     const struct stm_cell *cell, size_t cells)
{
    static const char *const keys[] = {"Metadata_", "ImageNumber", "ObjectNumber"};
    char text[TEXT + 1], name[TEXT + 1];
    for (size_t i = 0; i < heads && i < cells && i < 8; i++)
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            if (head[i].n >= strlen(keys[k]) && !memcmp(head[i].text, keys[k], strlen(keys[k]))) {
                show(name, head[i].text, head[i].n);
                show(text, cell[i].text, cell[i].n);
                stm_string_addf(out, "%s%s %s", out->length ? ", " : "",
                                !strncmp(name, "Metadata_", 9) ? name + 9 : name, text);
            }
}

static void add_fields(struct stm_string *fields, struct stm_string *values,
                       const struct stm_seal_change *change, const struct stm_cell *head, size_t heads,
                       const struct stm_cell *cell, size_t cells)
{
    char name[TEXT + 1] = "", text[TEXT + 1] = "";
    for (size_t i = 0; i < change->columns && i < 4; i++) {
        const size_t c = change->column[i];
        if (c < heads) show(name, head[c].text, head[c].n);
        if (c >= heads) snprintf(name, sizeof name, "column %zu", c + 1);
        if (c < cells) show(text, cell[c].text, cell[c].n);
        stm_string_addf(fields, "%s%s", i ? " or " : "", name);
        stm_string_addf(values, "%s'%s'", i ? ", " : "", text);
    }
    if (change->columns > 4) stm_string_addf(fields, " or %zu more", change->columns - 4);
}

static void report_row(const struct changes *c, const struct stm_seal_change *change, const char *first,
                       size_t n_first, const char *row, size_t n)
{
    static struct stm_cell head[STM_SEAL_COLUMNS], cell[STM_SEAL_COLUMNS];
    struct stm_string fields = {0}, values = {0}, key = {0};
    size_t heads = stm_row_cells(first, n_first, head, STM_SEAL_COLUMNS);
    size_t cells = stm_row_cells(row, n, cell, STM_SEAL_COLUMNS);
    if (heads > STM_SEAL_COLUMNS) heads = STM_SEAL_COLUMNS;
    if (cells > STM_SEAL_COLUMNS) cells = STM_SEAL_COLUMNS;
    name_row(&key, head, heads, cell, cells);
    stm_string_add(&key, "");
    stm_string_add(&fields, "");
    const char *const brackets[] = {key.length ? " (" : "", key.length ? ")" : ""};
    if (change->what == STM_SEAL_ADDED)
        stm_findings_add(c->findings, STM_FINDING_ADDED, c->name, (long)change->row + 1, NULL,
                         "this row%s%s%s was not there", brackets[0], key.text, brackets[1]);
    else if (cells != heads)
        stm_findings_add(c->findings, STM_FINDING_ALTERED, c->name, (long)change->row + 1, NULL,
                         "the row%s%s%s has %zu cells, the table %zu columns", brackets[0], key.text,
                         brackets[1], cells, heads);
    else {
        add_fields(&fields, &values, change, head, heads, cell, cells);
        stm_findings_add(c->findings, STM_FINDING_ALTERED, c->name, (long)change->row + 1, fields.text,
                         "is not what it was%s%s%s; now %s", brackets[0], key.text, brackets[1],
                         values.length ? values.text : "unclear");
    }
    stm_string_free(&fields);
    stm_string_free(&values);
    stm_string_free(&key);
}

static void report_line(const struct changes *c, const struct stm_seal_change *change, const char *row,
                        size_t n)
{
    char text[TEXT + 1];
    const bool bytes = c->kind == STM_SEAL_BYTES;
    const enum stm_finding_kind kind =
        change->what == STM_SEAL_ADDED ? STM_FINDING_ADDED : STM_FINDING_ALTERED;
    show(text, row + strspn(row, " "), n > strspn(row, " ") ? n - strspn(row, " ") : 0);
    if (bytes)
        stm_findings_add(c->findings, kind, c->name, 0, NULL, "bytes %zu to %zu are not what they were",
                         change->row * STM_ROW_PIECE, change->row * STM_ROW_PIECE + n - 1);
    else
        stm_findings_add(c->findings, kind, c->name, (long)change->row + 1, NULL, "now: %s", text);
}

static void report_missing(const struct changes *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->list[i].what == STM_SEAL_MISSING)
            stm_findings_add(c->findings, STM_FINDING_MISSING, c->name, 0, NULL,
                             "what was %s %zu is not there any more or was altered",
                             c->kind == STM_SEAL_BYTES ? "piece" : "line", c->list[i].row + 1);
}

/* Goes through the file once more for the lines that the changes are about. */
static bool report_changes(const struct changes *c, const char *path, struct stm_error *err)
{
    struct stm_rows *rows;
    struct stm_string first = {0};
    const char *row = NULL;
    size_t n = 1, at = 0;
    report_missing(c);
    const enum stm_row_kind by = c->kind == STM_SEAL_BYTES ? STM_ROWS_PIECES : STM_ROWS_LINES;
    if (!stm_rows_open(&rows, path, by, err)) return false;
    bool good = true;
    for (size_t i = 0; good && i < c->n; i++) {
        if (c->list[i].what == STM_SEAL_MISSING) continue;
        for (; good && n && at <= c->list[i].row; at++) {
            good = stm_rows_next(rows, &row, &n, err);
            if (good && !at && c->kind == STM_SEAL_TABLE) stm_string_add_n(&first, row, n);
        }
        if (good && c->kind == STM_SEAL_TABLE)
            report_row(c, &c->list[i], first.text ? first.text : "", first.length, row, n);
        else if (good)
            report_line(c, &c->list[i], row, n);
    }
    stm_string_free(&first);
    stm_rows_close(&rows);
    return good;
}

/* Where a file whose SHA-256 is wrong differs, as far as its seal tells. */
static void trace(const struct stm_lines *then, enum stm_seal_kind kind, const char *path, const char *name,
                  struct stm_findings *findings)
{
    struct stm_error err = {0};
    struct stm_lines now = {0};
    struct changes *const c = calloc(1, sizeof *c);
    const size_t before = findings->breaks;
    if (c) {
        *c = (struct changes){.name = name, .kind = kind, .findings = findings};
        const bool good = stm_seal_file(path, kind, stm_seal_columns(then), keep_block, &now, &err) &&
                          stm_seal_compare(then, &now, note_change, c, &err) && report_changes(c, path, &err);
        if (!good) stm_findings_add(findings, STM_FINDING_NOTE, name, 0, NULL, "%s", err.message);
        if (c->more)
            stm_findings_add(findings, STM_FINDING_ALTERED, name, 0, NULL, "%zu more rows differ", c->more);
        for (size_t i = 0; i < c->n; i++)
            free((void *)c->list[i].column);
    }
    if (findings->breaks == before)
        stm_findings_add(findings, STM_FINDING_ALTERED, name, 0, NULL,
                         "its SHA-256 is not the one in the manifest");
    free(c);
    stm_lines_free(&now);
}

static void list_blocks(struct stm_lines *lines, const struct stm_json_value *blocks)
{
    const char *text;
    for (size_t i = 0; i < stm_json_size(blocks); i++)
        if (stm_json_get_text(stm_json_at(blocks, i, NULL), &text)) stm_lines_add(lines, text);
}

static void check_file(const struct stm_manifest_file *file, const char *directory, const char *prefix,
                       struct stm_findings *findings)
{
    char path[STM_PATH], name[STM_PATH], hex[STM_SHA256_HEX];
    struct stm_error err = {0};
    struct stm_lines then = {0};
    snprintf(name, sizeof name, "%s%s", prefix, file->path);
    if (!stm_tree_path(path, directory, file->path, &err)) return;
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        stm_findings_add(findings, STM_FINDING_MISSING, name, 0, NULL, "the file is not there");
        return;
    }
    if (!stm_sha256_file(path, hex, &err)) {
        stm_findings_add(findings, STM_FINDING_MISSING, name, 0, NULL, "%s", err.message);
        return;
    }
    if (!strcmp(hex, file->sha256)) return;
    list_blocks(&then, file->blocks);
    const enum stm_seal_kind kind = stm_seal_kind_called(file->kind);
    trace(&then, kind < STM_SEAL_KINDS ? kind : STM_SEAL_BYTES, path, name, findings);
    stm_lines_free(&then);
}

void stm_manifest_check(const struct stm_json_value *manifest, const char *directory, const char *prefix,
                        struct stm_lines *known, struct stm_findings *findings)
{
    const struct stm_json_value *const outputs = stm_json_get(manifest, "outputs");
    struct stm_manifest_file file;
    const size_t n = stm_json_is_array(outputs) ? stm_json_size(outputs) : 0;
    for (size_t i = 0; i < n; i++) {
        if (!stm_manifest_file(stm_json_at(outputs, i, NULL), &file)) {
            stm_findings_add(findings, STM_FINDING_ALTERED, "manifest.json", 0, NULL,
                             "the entry of output %zu is incomplete", i + 1);
            continue;
        }
        stm_lines_addf(known, "%s%s", prefix, file.path);
        check_file(&file, directory, prefix, findings);
    }
}

/* The list ends with "lines_sha256" and the SHA-256 of the blocks, which are taken off: a list that was
 * altered itself would name the wrong line. */
static bool list_is_good(struct stm_lines *blocks)
{
    char hex[STM_SHA256_HEX];
    if (blocks->failed || blocks->n < 2) return false;
    stm_manifest_lines_hash(blocks, blocks->n - 2, hex);
    const bool good =
        !strcmp(blocks->line[blocks->n - 2], "lines_sha256") && !strcmp(blocks->line[blocks->n - 1], hex);
    free(blocks->line[--blocks->n]);
    free(blocks->line[--blocks->n]);
    return good;
}

/* The blocks behind the last `"lines": [`, and the text in front of it. */
static bool split_own(char *text, struct stm_lines *blocks, size_t *n)
{
    char *at = NULL;
    for (char *next = text; (next = strstr(next, ",\n  \"lines\": [")); next++)
        at = next;
    if (!at) return false;
    *n = (size_t)(at - text);
    for (char *quote = strchr(at + 12, '"'); quote; quote = strchr(quote, '"')) {
        char *const end = strchr(++quote, '"');
        if (!end) return false;
        *end = '\0';
        stm_lines_add(blocks, quote);
        quote = end + 1;
    }
    return list_is_good(blocks);
}

static bool compare_own(char *text, struct changes *c, struct stm_lines *now, struct stm_error *err)
{
    struct stm_lines then = {0};
    struct stm_sealer sealer;
    size_t n, begin = 0;
    bool good = split_own(text, &then, &n) && stm_sealer_begin(&sealer, 0, keep_block, now, err);
    for (size_t i = 0; good && i < n; i++)
        if (text[i] == '\n') {
            stm_sealer_row(&sealer, &(struct stm_cell){text + begin, i + 1 - begin}, 1);
            begin = i + 1;
        }
    good = good && stm_sealer_end(&sealer, err) && stm_seal_compare(&then, now, note_change, c, err);
    stm_lines_free(&then);
    return good;
}

void stm_manifest_check_lines(const char *directory, const char *prefix, struct stm_findings *findings)
{
    char path[STM_PATH], name[STM_PATH];
    char *text = NULL;
    size_t n;
    struct stm_error err = {0};
    struct stm_lines now = {0};
    struct changes *const c = calloc(1, sizeof *c);
    const size_t before = findings->breaks;
    snprintf(name, sizeof name, "%smanifest.json", prefix);
    if (c && stm_tree_path(path, directory, "manifest.json", &err) &&
        stm_file_read_all(path, (size_t)1 << 30, &text, &n, &err)) {
        *c = (struct changes){.name = name, .kind = STM_SEAL_LINES, .findings = findings};
        if (compare_own(text, c, &now, &err)) report_changes(c, path, &err);
        for (size_t i = 0; i < c->n; i++)
            free((void *)c->list[i].column);
    }
    if (findings->breaks == before)
        stm_findings_add(
            findings, STM_FINDING_ALTERED, name, 0, NULL,
            "is not the one that the log speaks of; its list of lines, or all of it, was altered");
    free(text);
    free(c);
    stm_lines_free(&now);
}
