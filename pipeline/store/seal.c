/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seals of a run in the store: from what the database holds, so that making and checking are the same. */
#include "pipeline/audit/seal.h"
#include "pipeline/store/store_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = STM_STORE_SEALED - 1, CELL = 40, KEYS = 4 };

/* In the order in which they are hashed. CROSS JOIN: measures are the outer loop, as values lie by measure.
 * `row` finds what names the row, by its place among the run's. */
static const struct {
    const char *name, *sql, *row;
} parts[STM_STORE_SEALED] = {
    {"runs", "SELECT * FROM runs WHERE id = ?", "SELECT 'title', title FROM runs WHERE id = ?"},
    {"wells", "SELECT * FROM wells WHERE run = ? ORDER BY number",
     "SELECT 'plate', plate, 'well', well FROM wells WHERE run = ? ORDER BY number"},
    {"images", "SELECT * FROM images WHERE run = ? ORDER BY number",
     "SELECT 'number', number, 'well', well, 'site', site FROM images WHERE run = ? ORDER BY number"},
    {"parameters", "SELECT * FROM parameters WHERE run = ? ORDER BY name",
     "SELECT 'name', name FROM parameters WHERE run = ? ORDER BY name"},
    {"inputs", "SELECT * FROM inputs WHERE run = ? ORDER BY path",
     "SELECT 'path', path FROM inputs WHERE run = ? ORDER BY path"},
    {"outputs", "SELECT * FROM outputs WHERE run = ? ORDER BY path",
     "SELECT 'path', path FROM outputs WHERE run = ? ORDER BY path"},
    {"metadata", "SELECT * FROM metadata WHERE run = ? ORDER BY well, key",
     "SELECT 'well number', well, 'key', key FROM metadata WHERE run = ? ORDER BY well, key"},
    [VALUES] =
        {"well_values",
         "SELECT m.name, v.well, v.value FROM measures m CROSS JOIN well_values v ON v.measure = m.id WHERE "
         "v.run = "
         "? ORDER BY m.id, v.well",
         "SELECT 'plate', plate, 'well', well FROM wells WHERE run = ? ORDER BY number"},
};

const char *stm_store_sealed_name(int i)
{
    return parts[i].name;
}

/* Blocks are collected, and all cells hashed. */
struct maker {
    struct stm_sealer sealer;
    struct stm_sha256 sum;
    struct stm_string blocks;
};

static void keep(void *context, const char *block)
{
    stm_string_add(context, "\n");
    stm_string_add(context, block);
}

static void add_row(struct maker *m, const struct stm_cell *cells, size_t n)
{
    stm_sealer_row(&m->sealer, cells, n);
    for (size_t i = 0; i < n; i++)
        stm_seal_add(&m->sum, &cells[i]);
}

/* A value with its type in front, so that 1, 1.0 and '1' differ. Numbers are written into `text`. */
static struct stm_cell cell_of(const struct stm_sqlite_query *q, int column, char text[CELL],
                               struct stm_string *texts)
{
    const char type = stm_sqlite_type(q, column);
    if (type == 'i') snprintf(text, CELL, "i%" PRId64, stm_sqlite_integer(q, column));
    if (type == 'f') snprintf(text, CELL, "f%.17g", stm_sqlite_real(q, column));
    if (type == 'n') snprintf(text, CELL, "n");
    if (type == 'i' || type == 'f' || type == 'n') return (struct stm_cell){text, strlen(text)};
    texts->length = 0;
    stm_string_add_n(texts, &type, 1);
    stm_string_add(texts, stm_sqlite_text(q, column));
    return (struct stm_cell){texts->text, texts->length};
}

static bool seal_table(struct maker *m, struct stm_sqlite_query *q, struct stm_error *err)
{
    enum { MOST = 32 };
    struct stm_cell cells[MOST];
    struct stm_string texts[MOST] = {{0}};
    char numbers[MOST][CELL];
    const int n = stm_sqlite_columns(q) < MOST ? stm_sqlite_columns(q) : MOST;
    bool row, good = stm_sealer_begin(&m->sealer, (size_t)n, keep, &m->blocks, err);
    while (good && (good = stm_sqlite_step(q, &row, err)) && row) {
        for (int i = 0; i < n; i++) {
            cells[i] = cell_of(q, i, numbers[i], &texts[i]);
            if (texts[i].failed) good = stm_fail(err, STM_NO_MEMORY, "no memory for a row");
        }
        if (good) add_row(m, cells, (size_t)n);
    }
    for (int i = 0; i < MOST; i++)
        stm_string_free(&texts[i]);
    return good;
}

/* The values of a run as rows of wells: collected first, as the database has them by measure. */
struct grid {
    struct stm_lines names;
    char (*cell)[CELL]; /* [measure][well] */
    size_t wells, capacity;
};

static bool grow(struct grid *g, struct stm_error *err)
{
    if (g->names.n <= g->capacity) return true;
    const size_t capacity = g->capacity ? 2 * g->capacity : 64;
    char(*const grown)[CELL] = realloc(g->cell, capacity * g->wells * sizeof *grown);
    if (!grown) return stm_fail(err, STM_NO_MEMORY, "no memory for the values of %zu wells", g->wells);
    memset(grown + g->capacity * g->wells, 0, (capacity - g->capacity) * g->wells * sizeof *grown);
    g->cell = grown;
    g->capacity = capacity;
    return true;
}

static bool read_grid(struct grid *g, struct stm_sqlite_query *q, struct stm_error *err)
{
    bool row, good;
    struct stm_string unused = {0};
    while ((good = stm_sqlite_step(q, &row, err)) && row) {
        const char *const name = stm_sqlite_text(q, 0);
        const int64_t well = stm_sqlite_integer(q, 1);
        if (!g->names.n || strcmp(g->names.line[g->names.n - 1], name) != 0) stm_lines_add(&g->names, name);
        if (g->names.failed) good = stm_fail(err, STM_NO_MEMORY, "no memory for the names of measures");
        good = good && grow(g, err);
        if (!good) break;
        char *const text =
            g->cell[(g->names.n - 1) * g->wells + (size_t)(well < 1 ? 0 : well - 1) % g->wells];
        const struct stm_cell cell = cell_of(q, 2, text, &unused);
        /* what is no number, or no well of the run, was not written by this program */
        if (cell.text != text || well < 1 || (size_t)well > g->wells) snprintf(text, CELL, "?");
    }
    stm_string_free(&unused);
    return good;
}

static bool count_wells(struct stm_store *store, int64_t run, size_t *n, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    bool row = false;
    if (!stm_sqlite_prepare(&q, store->db, "SELECT count(*) FROM wells WHERE run = ?", err)) return false;
    stm_sqlite_bind_integer(q, 1, run);
    const bool good = stm_sqlite_step(q, &row, err);
    *n = row ? (size_t)stm_sqlite_integer(q, 0) : 0;
    stm_sqlite_finish(&q);
    return good;
}

static bool add_grid(struct maker *m, const struct grid *g, struct stm_error *err)
{
    struct stm_cell *const cells = malloc((g->names.n + 1) * sizeof *cells);
    bool good = cells || stm_fail(err, STM_NO_MEMORY, "no memory for a row of values");
    good = good && stm_sealer_begin(&m->sealer, g->names.n, keep, &m->blocks, err);
    for (size_t c = 0; good && c < g->names.n; c++)
        cells[c] = (struct stm_cell){g->names.line[c], strlen(g->names.line[c])};
    if (good) add_row(m, cells, g->names.n);
    for (size_t w = 0; good && w < g->wells; w++) {
        for (size_t c = 0; c < g->names.n; c++) {
            const char *const text = g->cell[c * g->wells + w];
            cells[c] = (struct stm_cell){text, strlen(text)};
        }
        add_row(m, cells, g->names.n);
    }
    free(cells);
    return good;
}

static bool seal_values(struct stm_store *store, struct maker *m, struct stm_sqlite_query *q, int64_t run,
                        struct stm_error *err)
{
    struct grid g = {.cell = NULL};
    bool good = count_wells(store, run, &g.wells, err);
    if (good && !g.wells) g.wells = 1;
    good = good && read_grid(&g, q, err) && add_grid(m, &g, err);
    stm_lines_free(&g.names);
    free(g.cell);
    return good;
}

bool stm_store_seal(struct stm_store *store, int i, int64_t run, struct stm_string *seal,
                    struct stm_error *err)
{
    struct stm_sqlite_query *q;
    struct maker m = {.blocks = {0}};
    char hex[STM_SHA256_HEX];
    if (!stm_sqlite_prepare(&q, store->db, parts[i].sql, err)) return false;
    stm_sqlite_bind_integer(q, 1, run);
    stm_sha256_begin(&m.sum);
    bool good = i == VALUES ? seal_values(store, &m, q, run, err) : seal_table(&m, q, err);
    if (m.sealer.emit) good = stm_sealer_end(&m.sealer, err) && good;
    stm_sqlite_finish(&q);
    stm_sha256_end(&m.sum, hex);
    stm_string_add(seal, hex);
    if (m.blocks.length) stm_string_add_n(seal, m.blocks.text, m.blocks.length);
    if (good && (seal->failed || m.blocks.failed))
        good = stm_fail(err, STM_NO_MEMORY, "no memory for a seal");
    stm_string_free(&m.blocks);
    return good;
}

void stm_store_seals_hash(const struct stm_string *seals, char hex[STM_SHA256_HEX])
{
    struct stm_sha256 sum;
    stm_sha256_begin(&sum);
    for (int i = 0; i < STM_STORE_SEALED; i++) {
        stm_sha256_add(&sum, parts[i].name, strlen(parts[i].name) + 1);
        stm_sha256_add(&sum, seals[i].text, seals[i].length);
    }
    stm_sha256_end(&sum, hex);
}

/* Columns of well_values are the measures that the run has, in the order of their numbers. */
static bool measure_name(struct stm_store *store, int64_t run, size_t c, char *name, size_t size,
                         struct stm_error *err)
{
    struct stm_sqlite_query *q;
    bool row = false;
    if (!stm_sqlite_prepare(&q, store->db,
                            "SELECT name FROM measures m WHERE EXISTS (SELECT 1 FROM well_values v WHERE "
                            "v.measure = m.id AND v.run = ?) ORDER BY id LIMIT 1 OFFSET ?",
                            err))
        return false;
    stm_sqlite_bind_integer(q, 1, run);
    stm_sqlite_bind_integer(q, 2, (int64_t)c);
    const bool good = stm_sqlite_step(q, &row, err);
    if (good && row) stm_text_copy(name, size, stm_sqlite_text(q, 0));
    stm_sqlite_finish(&q);
    return good;
}

bool stm_store_seal_column(struct stm_store *store, int i, int64_t run, size_t c, char *name, size_t size,
                           struct stm_error *err)
{
    struct stm_sqlite_query *q;
    snprintf(name, size, "column %zu", c + 1);
    if (i == VALUES) return measure_name(store, run, c, name, size, err);
    if (!stm_sqlite_prepare(&q, store->db, parts[i].sql, err)) return false;
    if (c < (size_t)stm_sqlite_columns(q)) stm_text_copy(name, size, stm_sqlite_name(q, (int)c));
    stm_sqlite_finish(&q);
    return true;
}

bool stm_store_seal_row(struct stm_store *store, int i, int64_t run, size_t r, struct stm_string *text,
                        struct stm_error *err)
{
    struct stm_sqlite_query *q;
    bool row = true, good = true;
    if (i == VALUES && r-- == 0) return stm_string_add(text, "names of the measures"), true;
    if (!stm_sqlite_prepare(&q, store->db, parts[i].row, err)) return false;
    stm_sqlite_bind_integer(q, 1, run);
    for (size_t k = 0; good && row && k <= r; k++)
        good = stm_sqlite_step(q, &row, err);
    for (int c = 0; good && row && c + 1 < stm_sqlite_columns(q); c += 2)
        stm_string_addf(text, "%s%s %s", c ? ", " : "", stm_sqlite_text(q, c), stm_sqlite_text(q, c + 1));
    stm_sqlite_finish(&q);
    return good;
}
