/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A results directory as a run of the store. */
#include "pipeline/audit/manifest.h"
#include "pipeline/audit/table.h"
#include "pipeline/audit/tree.h"
#include "pipeline/sinks/json.h"
#include "pipeline/store/store_private.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = STM_TABLE_CELL, MOST_JSON = 1 << 28 };

struct reader {
    struct stm_store_run *run;
    const char *directory;
    char folder[STM_PATH]; /* where the newest tables are: the directory, or that of an override */
    struct stm_json_value *manifest, *tables_manifest, *run_json;
    char manifest_hash[STM_SHA256_HEX], revision[STM_SHA256_HEX];
};

static bool set(struct stm_store_run *run, enum stm_store_field field, const char *text,
                struct stm_error *err)
{
    free(run->field[field]);
    run->field[field] = strdup(text ? text : "");
    return run->field[field] || stm_fail(err, STM_NO_MEMORY, "no memory for a run");
}

/* The text at "a.b" of a document, "" when there is none. */
static const char *text_at(const struct stm_json_value *document, const char *outer, const char *inner)
{
    const char *text = "";
    const struct stm_json_value *const value =
        outer[0] ? stm_json_get(stm_json_get(document, outer), inner) : stm_json_get(document, inner);
    stm_json_get_text(value, &text);
    return text;
}

/* The log must speak of the manifest that is there; the manifest of the tables. */
static bool open_manifest(const char *directory, const char *expected, struct stm_json_value **manifest,
                          struct stm_error *err)
{
    char path[STM_PATH], hex[STM_SHA256_HEX];
    if (!stm_tree_path(path, directory, "manifest.json", err) || !stm_sha256_file(path, hex, err))
        return false;
    if (strcmp(hex, expected) != 0) {
        stm_fail(err, STM_BAD_INPUT, "is not the one its audit log speaks of; `stroma audit %s` tells more",
                 directory);
        return stm_fail_file(err, path);
    }
    return stm_manifest_read(manifest, directory, err);
}

static bool open_log(struct reader *r, struct stm_error *err)
{
    struct stm_log log = {0};
    struct stm_findings findings = {0};
    bool good = stm_log_read(&log, r->directory, &findings, err);
    const struct stm_log_entry *const first = stm_log_run(&log), *const newest = stm_log_version(&log);
    if (good && (findings.breaks || !first)) {
        stm_fail(err, STM_BAD_INPUT,
                 "its audit log is damaged or has no finished run; `stroma audit` says where");
        good = stm_fail_file(err, r->directory);
    }
    good = good && open_manifest(r->directory, stm_log_text(first, "manifest"), &r->manifest, err);
    if (good) stm_text_copy(r->manifest_hash, sizeof r->manifest_hash, stm_log_text(first, "manifest"));
    stm_text_copy(r->folder, sizeof r->folder, r->directory);
    if (good && newest) {
        good = stm_tree_path(r->folder, r->directory, stm_log_text(newest, "outputs"), err) &&
               open_manifest(r->folder, stm_log_text(newest, "manifest"), &r->tables_manifest, err);
        stm_text_copy(r->revision, sizeof r->revision, newest->hash);
    }
    stm_findings_free(&findings);
    stm_log_free(&log);
    const struct stm_json_value *const tables = r->tables_manifest ? r->tables_manifest : r->manifest;
    return good && stm_manifest_holds(r->manifest, r->directory, "run.json", err) &&
           stm_manifest_holds(tables, r->folder, "wells.csv", err) &&
           stm_manifest_holds(tables, r->folder, "images.csv", err);
}

static bool open_table(struct stm_table **t, const struct reader *r, const char *name, struct stm_error *err)
{
    char path[STM_PATH];
    *t = NULL;
    return stm_tree_path(path, r->folder, name, err) && stm_table_open(t, path, err);
}

/* The cells of these columns, in this order. */
static bool add_cells(const struct stm_table *t, const char *const *names, int n, struct stm_lines *cells,
                      struct stm_error *err)
{
    char text[CELL];
    for (int i = 0; i < n; i++) {
        if (!stm_table_text_of(t, names[i], text, sizeof text, err)) return false;
        stm_lines_add(cells, text);
    }
    return true;
}

static const char *const well_columns[] = {"Metadata_Plate", "Metadata_Well", "Status",
                                           "Reason",         "Sites_Found",   "Sites_Used"};
enum { WELL_COLUMNS = sizeof well_columns / sizeof *well_columns };

static bool is_fixed(const char *name, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(names[i], name)) return true;
    return false;
}

/* "Metadata_Batch" -> "batch"; NULL when the column is none of the sample's. */
static const char *metadata_key(const char *name, char key[STM_COLUMN_NAME])
{
    size_t i = 0;
    if (strncmp(name, "Metadata_", 9) != 0) return NULL;
    for (name += 9; name[i]; i++)
        key[i] = (char)tolower((unsigned char)name[i]);
    key[i] = '\0';
    return key;
}

static void add_metadata(struct stm_store_run *run, size_t well, const char *key, const char *value)
{
    struct stm_lines *const cells = &run->cells[STM_STORE_METADATA];
    if (!value[0]) return;
    stm_lines_addf(cells, "%zu", well);
    stm_lines_add(cells, key);
    stm_lines_add(cells, value);
}

static bool list_measures(struct stm_store_run *run, const struct stm_table *t, struct stm_error *err)
{
    char key[STM_COLUMN_NAME];
    for (size_t i = 0; i < t->heads; i++)
        if (!is_fixed(t->head[i], well_columns, WELL_COLUMNS) && !metadata_key(t->head[i], key))
            stm_lines_add(&run->measures, t->head[i]);
    return !run->measures.failed || stm_fail(err, STM_NO_MEMORY, "no memory for the names of measures");
}

static bool grow_values(struct stm_store_run *run, struct stm_error *err)
{
    if (run->n_wells < run->capacity) return true;
    const size_t capacity = run->capacity ? 2 * run->capacity : 96;
    double *const grown = realloc(run->values, capacity * (run->measures.n + 1) * sizeof *grown);
    if (!grown) return stm_fail(err, STM_NO_MEMORY, "no memory for %zu wells", capacity);
    run->values = grown;
    run->capacity = capacity;
    return true;
}

/* Numbers are measures; texts in columns of measures are kept as metadata of the well. */
static bool add_well(struct stm_store_run *run, const struct stm_table *t, struct stm_error *err)
{
    char text[CELL], key[STM_COLUMN_NAME];
    if (!grow_values(run, err)) return false;
    double *value = run->values + run->n_wells * run->measures.n;
    run->n_wells++;
    stm_lines_addf(&run->cells[STM_STORE_WELLS], "%zu", run->n_wells);
    if (!add_cells(t, well_columns, WELL_COLUMNS, &run->cells[STM_STORE_WELLS], err)) return false;
    for (size_t i = 0; i < t->heads; i++) {
        if (is_fixed(t->head[i], well_columns, WELL_COLUMNS)) continue;
        if (!stm_table_text(t, i, text, sizeof text, err)) return false;
        if (metadata_key(t->head[i], key)) {
            add_metadata(run, run->n_wells, key, text);
            continue;
        }
        *value = NAN;
        if (text[0] && !stm_text_to_double(text, value)) add_metadata(run, run->n_wells, t->head[i], text);
        value++;
    }
    return true;
}

/* What is the same in all wells is the run's: one row instead of one a well. Cells are well, key, value. */
static void collapse(struct stm_store_run *run)
{
    struct stm_lines *const old = &run->cells[STM_STORE_METADATA];
    struct stm_lines kept = *old;
    *old = (struct stm_lines){.failed = kept.failed};
    for (size_t i = 0; i < kept.n; i += 3) {
        size_t same = 0, first = kept.n;
        for (size_t k = 0; k < kept.n; k += 3) {
            if (strcmp(kept.line[k + 1], kept.line[i + 1]) != 0) continue;
            if (first == kept.n) first = k;
            same += !strcmp(kept.line[k + 2], kept.line[i + 2]);
        }
        if (same == run->n_wells && i != first) continue;
        stm_lines_add(old, same == run->n_wells ? "0" : kept.line[i]);
        stm_lines_add(old, kept.line[i + 1]);
        stm_lines_add(old, kept.line[i + 2]);
    }
    stm_lines_free(&kept);
}

static bool read_wells(struct reader *r, struct stm_error *err)
{
    bool row = true;
    struct stm_table *t;
    bool good = open_table(&t, r, "wells.csv", err) && list_measures(r->run, t, err);
    while (good && (good = stm_table_next(t, &row, err)) && row)
        good = add_well(r->run, t, err);
    if (good) collapse(r->run);
    stm_table_close(&t);
    return good || stm_fail_in(err, "wells.csv");
}

static const char *const image_columns[] = {"ImageNumber",   "Metadata_Plate", "Metadata_Well",
                                            "Metadata_Site", "Status",         "Reason"};
enum { IMAGE_COLUMNS = sizeof image_columns / sizeof *image_columns };

/* Everything else of the row as one JSON object. */
static bool add_image(struct stm_store_run *run, const struct stm_table *t, struct stm_error *err)
{
    char text[CELL];
    double number;
    struct stm_string all = {0};
    struct stm_json json = {.out = &all};
    struct stm_lines *const cells = &run->cells[STM_STORE_IMAGES];
    bool good = add_cells(t, image_columns, IMAGE_COLUMNS, cells, err);
    stm_json_open(&json, NULL, '{');
    for (size_t i = 0; good && i < t->heads; i++) {
        if (is_fixed(t->head[i], image_columns, IMAGE_COLUMNS)) continue;
        good = stm_table_text(t, i, text, sizeof text, err);
        if (!good || !text[0]) continue;
        const size_t digits = strspn(text, "0123456789.-");
        if (stm_text_to_double(text, &number) && !text[digits]) {
            stm_json_integer(&json, t->head[i], 0); /* the number goes in as it is written */
            all.length--;
            stm_string_add(&all, text);
        } else
            stm_json_text(&json, t->head[i], text);
    }
    stm_json_close(&json, '}');
    stm_lines_add(cells, all.text ? all.text : "{}");
    good = good && (!all.failed || stm_fail(err, STM_NO_MEMORY, "no memory for a row"));
    stm_string_free(&all);
    return good;
}

static bool read_images(struct reader *r, struct stm_error *err)
{
    bool row = true;
    struct stm_table *t;
    bool good = open_table(&t, r, "images.csv", err);
    while (good && (good = stm_table_next(t, &row, err)) && row)
        good = add_image(r->run, t, err);
    stm_table_close(&t);
    return good || stm_fail_in(err, "images.csv");
}

static void add_files(struct stm_lines *cells, const struct stm_json_value *list)
{
    for (size_t i = 0; stm_json_is_array(list) && i < stm_json_size(list); i++) {
        const char *path = "", *sum = "";
        int64_t bytes = 0;
        const struct stm_json_value *const file = stm_json_at(list, i, NULL);
        stm_json_get_text(stm_json_get(file, "path"), &path);
        stm_json_get_text(stm_json_get(file, "sha256"), &sum);
        stm_json_get_integer(stm_json_get(file, "bytes"), &bytes);
        stm_lines_add(cells, path);
        stm_lines_add(cells, sum);
        stm_lines_addf(cells, "%lld", (long long)bytes);
    }
}

static void add_parameters(struct stm_lines *cells, const struct stm_json_value *run)
{
    const struct stm_json_value *const list = stm_json_get(stm_json_get(run, "protocol"), "parameters");
    for (size_t i = 0; stm_json_is_array(list) && i < stm_json_size(list); i++) {
        const char *stage = "", *name = "", *value = "";
        const struct stm_json_value *const p = stm_json_at(list, i, NULL);
        stm_json_get_text(stm_json_get(p, "stage"), &stage);
        stm_json_get_text(stm_json_get(p, "name"), &name);
        stm_json_get_text(stm_json_get(p, "value"), &value);
        stm_lines_addf(cells, "%s.%s", stage, name);
        stm_lines_add(cells, value);
    }
}

/* SHA-256 over what decides the results and the tables themselves; with the override, for a version. */
static void hash_run(const struct reader *r, const char *revision, char hex[STM_SHA256_HEX])
{
    static const char *const tables[] = {"wells.csv", "images.csv"};
    struct stm_string text = {0};
    const struct stm_json_value *const run = r->run_json;
    stm_string_addf(&text, "stroma run 1\n%s\n%s\n%s\n%s\n%s\n", text_at(run, "", "version"),
                    text_at(run, "assay", "name"), text_at(run, "assay", "version"),
                    text_at(run, "protocol", "sha256"), text_at(run, "", "inputs_sha256"));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct stm_manifest_file file;
        const bool there = stm_manifest_find(r->manifest, tables[i], &file);
        stm_string_addf(&text, "%s\n", there ? file.sha256 : "");
    }
    stm_string_addf(&text, "%s\n", revision);
    stm_sha256_hex(text.text ? text.text : "", text.length, hex);
    stm_string_free(&text);
}

static bool fill_fields(struct reader *r, struct stm_error *err)
{
    char hash[STM_SHA256_HEX], origin[STM_SHA256_HEX];
    const struct stm_json_value *const run = r->run_json, *const manifest = r->manifest;
    hash_run(r, r->revision, hash);
    hash_run(r, "", origin);
    const struct {
        enum stm_store_field field;
        const char *text;
    } fields[] = {
        {STM_STORE_HASH, hash},
        {STM_STORE_ORIGIN, origin},
        {STM_STORE_TITLE, text_at(run, "", "title")},
        {STM_STORE_DIRECTORY, r->directory},
        {STM_STORE_STARTED, text_at(run, "timing", "started")},
        {STM_STORE_FINISHED, text_at(run, "timing", "finished")},
        {STM_STORE_PROGRAM, text_at(run, "", "version")},
        {STM_STORE_PROGRAM_HASH, text_at(manifest, "program", "sha256")},
        {STM_STORE_ASSAY, text_at(run, "assay", "name")},
        {STM_STORE_ASSAY_VERSION, text_at(run, "assay", "version")},
        {STM_STORE_PROTOCOL, text_at(run, "protocol", "name")},
        {STM_STORE_PROTOCOL_HASH, text_at(run, "protocol", "sha256")},
        {STM_STORE_INPUTS_HASH, text_at(run, "", "inputs_sha256")},
        {STM_STORE_MANIFEST_HASH, r->manifest_hash},
        {STM_STORE_COMMAND, text_at(run, "", "command")},
        {STM_STORE_HOST, text_at(run, "host", "name")},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!set(r->run, fields[i].field, fields[i].text, err)) return false;
    return true;
}

static bool read_pairs(struct stm_store_run *run, const char *const *pairs, int n, struct stm_error *err)
{
    char key[STM_COLUMN_NAME];
    for (int i = 0; i < n; i++) {
        const char *const equals = strchr(pairs[i], '=');
        const size_t length = equals ? (size_t)(equals - pairs[i]) : 0;
        if (!length || length >= sizeof key)
            return stm_fail(err, STM_USAGE, "--meta takes key=value, not '%s'", pairs[i]);
        for (size_t k = 0; k < length; k++)
            key[k] = (char)tolower((unsigned char)pairs[i][k]);
        key[length] = '\0';
        add_metadata(run, 0, key, equals + 1);
    }
    return true;
}

static bool read_run_json(struct reader *r, struct stm_error *err)
{
    char path[STM_PATH];
    if (!stm_tree_path(path, r->directory, "run.json", err) ||
        !stm_json_read(&r->run_json, path, MOST_JSON, err) || !fill_fields(r, err))
        return false;
    add_parameters(&r->run->cells[STM_STORE_PARAMETERS], r->run_json);
    add_files(&r->run->cells[STM_STORE_INPUTS], stm_json_get(r->manifest, "inputs"));
    add_files(&r->run->cells[STM_STORE_OUTPUTS], stm_json_get(r->manifest, "outputs"));
    return true;
}

bool stm_store_read_report(struct stm_store_run *run, const char *directory, const char *const *metadata,
                           int n_metadata, struct stm_error *err)
{
    struct reader r = {.run = run, .directory = directory};
    const bool good = open_log(&r, err) && read_run_json(&r, err) && read_wells(&r, err) &&
                      read_images(&r, err) && read_pairs(run, metadata, n_metadata, err);
    stm_json_free(&r.manifest);
    stm_json_free(&r.tables_manifest);
    stm_json_free(&r.run_json);
    return good || stm_fail_in(err, "%s", directory);
}
