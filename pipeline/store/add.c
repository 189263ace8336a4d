/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting a run into the store: one transaction, which also seals it and writes the log. */
#include "pipeline/sinks/json.h"
#include "pipeline/store/store_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *sql;
    int columns;
} tables[STM_STORE_TABLES] = {
    [STM_STORE_WELLS] = {"INSERT INTO wells VALUES(?,?,?,?,?,?,?,?)", 7},
    [STM_STORE_IMAGES] = {"INSERT INTO images VALUES(?,?,?,?,?,?,?,?)", 7},
    [STM_STORE_PARAMETERS] = {"INSERT INTO parameters VALUES(?,?,?)", 2},
    [STM_STORE_INPUTS] = {"INSERT OR REPLACE INTO inputs VALUES(?,?,?,?)", 3},
    [STM_STORE_OUTPUTS] = {"INSERT OR REPLACE INTO outputs VALUES(?,?,?,?)", 3},
    [STM_STORE_METADATA] = {"INSERT OR REPLACE INTO metadata VALUES(?,?,?,?)", 3},
};

int stm_store_columns(enum stm_store_table table)
{
    return tables[table].columns;
}

static bool add_rows(struct stm_store *store, enum stm_store_table table, int64_t run,
                     const struct stm_lines *cells, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    const int columns = tables[table].columns;
    if (!stm_sqlite_prepare(&q, store->db, tables[table].sql, err)) return false;
    bool good = true;
    for (size_t at = 0; good && at + (size_t)columns <= cells->n; at += (size_t)columns) {
        stm_sqlite_bind_integer(q, 1, run);
        for (int i = 0; i < columns; i++)
            stm_sqlite_bind_text(q, i + 2, cells->line[at + (size_t)i]);
        good = stm_sqlite_run(q, err);
    }
    stm_sqlite_finish(&q);
    return good;
}

/* Number of the measure of this name, which is made when there is none. */
static bool measure_id(struct stm_store *store, const char *name, int64_t *id, struct stm_error *err)
{
    struct stm_sqlite_query *make = NULL, *find = NULL;
    bool row = false;
    bool good = stm_sqlite_prepare(&make, store->db, "INSERT OR IGNORE INTO measures(name) VALUES(?)", err) &&
                stm_sqlite_prepare(&find, store->db, "SELECT id FROM measures WHERE name = ?", err);
    if (good) {
        stm_sqlite_bind_text(make, 1, name);
        stm_sqlite_bind_text(find, 1, name);
        good = stm_sqlite_run(make, err) && stm_sqlite_step(find, &row, err);
        *id = row ? stm_sqlite_integer(find, 0) : 0;
    }
    stm_sqlite_finish(&make);
    stm_sqlite_finish(&find);
    return good;
}

static bool add_values(struct stm_store *store, int64_t id, const struct stm_store_run *run,
                       struct stm_error *err)
{
    struct stm_sqlite_query *q;
    const size_t n = run->measures.n;
    if (!stm_sqlite_prepare(&q, store->db, "INSERT INTO well_values VALUES(?,?,?,?)", err)) return false;
    bool good = true;
    for (size_t m = 0; good && m < n; m++) {
        int64_t measure;
        good = measure_id(store, run->measures.line[m], &measure, err);
        for (size_t w = 0; good && w < run->n_wells; w++) {
            const double value = run->values[w * n + m];
            if (isnan(value)) continue;
            stm_sqlite_bind_integer(q, 1, measure);
            stm_sqlite_bind_integer(q, 2, id);
            stm_sqlite_bind_integer(q, 3, (int64_t)w + 1);
            stm_sqlite_bind_real(q, 4, value);
            good = stm_sqlite_run(q, err);
        }
    }
    stm_sqlite_finish(&q);
    return good;
}

static bool add_run(struct stm_store *store, const struct stm_store_run *run, int64_t *id,
                    struct stm_error *err)
{
    struct stm_sqlite_query *q;
    if (!stm_sqlite_prepare(&q, store->db, "INSERT INTO runs VALUES(NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                            err))
        return false;
    for (int i = 0; i < STM_STORE_FIELDS; i++)
        stm_sqlite_bind_text(q, i + 1, run->field[i] ? run->field[i] : "");
    const bool good = stm_sqlite_run(q, err);
    *id = stm_sqlite_last_id(store->db);
    stm_sqlite_finish(&q);
    return good;
}

static bool is_there(struct stm_store *store, const char *hash, bool *there, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    if (!stm_sqlite_prepare(&q, store->db, "SELECT 1 FROM runs WHERE hash = ?", err)) return false;
    stm_sqlite_bind_text(q, 1, hash);
    const bool good = stm_sqlite_step(q, there, err);
    stm_sqlite_finish(&q);
    return good;
}

static bool keep_seal(struct stm_store *store, int64_t run, int part, const struct stm_string *seal,
                      struct stm_error *err)
{
    struct stm_sqlite_query *q;
    if (!stm_sqlite_prepare(&q, store->db, "INSERT INTO seals VALUES(?,?,?)", err)) return false;
    stm_sqlite_bind_integer(q, 1, run);
    stm_sqlite_bind_text(q, 2, stm_store_sealed_name(part));
    stm_sqlite_bind_text(q, 3, seal->text);
    const bool good = stm_sqlite_run(q, err);
    stm_sqlite_finish(&q);
    return good;
}

static bool log_store(struct stm_store *store, int64_t id, const struct stm_store_run *run,
                      const char *content, struct stm_error *err)
{
    struct stm_string details = {0};
    struct stm_json json = {.out = &details};
    stm_json_integer(&json, "run", id);
    stm_json_text(&json, "hash_of_run", run->field[STM_STORE_HASH]);
    stm_json_text(&json, "content", content);
    const struct stm_log_event event = {"store", "", details.text, NULL};
    const bool good = details.failed ? stm_fail(err, STM_NO_MEMORY, "no memory for the log")
                                     : stm_store_log(store, &event, err);
    stm_string_free(&details);
    return good;
}

static bool seal_run(struct stm_store *store, int64_t id, const struct stm_store_run *run,
                     struct stm_error *err)
{
    struct stm_string seals[STM_STORE_SEALED] = {{0}};
    char content[STM_SHA256_HEX];
    bool good = true;
    for (int i = 0; good && i < STM_STORE_SEALED; i++)
        good = stm_store_seal(store, i, id, &seals[i], err) && keep_seal(store, id, i, &seals[i], err);
    if (good) stm_store_seals_hash(seals, content);
    good = good && log_store(store, id, run, content, err);
    for (int i = 0; i < STM_STORE_SEALED; i++)
        stm_string_free(&seals[i]);
    return good;
}

static bool add_all(struct stm_store *store, const struct stm_store_run *run, bool *added,
                    struct stm_error *err)
{
    int64_t id;
    bool there;
    if (!is_there(store, run->field[STM_STORE_HASH], &there, err)) return false;
    *added = !there;
    if (there) return true;
    bool good = add_run(store, run, &id, err);
    for (int i = 0; good && i < STM_STORE_TABLES; i++)
        good = add_rows(store, (enum stm_store_table)i, id, &run->cells[i], err);
    return good && add_values(store, id, run, err) && seal_run(store, id, run, err);
}

static bool whole(const struct stm_store_run *run)
{
    bool good = run->field[STM_STORE_HASH] && !run->measures.failed;
    for (int i = 0; i < STM_STORE_TABLES; i++)
        good &= !run->cells[i].failed;
    return good;
}

bool stm_store_add(struct stm_store *store, const struct stm_store_run *run, bool *added,
                   struct stm_error *err)
{
    struct stm_error ignored;
    *added = false;
    if (!whole(run)) return stm_fail(err, STM_NO_MEMORY, "no memory for the rows of a run");
    if (!stm_sqlite_exec(store->db, "BEGIN IMMEDIATE", err)) return false;
    if (add_all(store, run, added, err) && stm_sqlite_exec(store->db, "COMMIT", err)) return true;
    stm_sqlite_exec(store->db, "ROLLBACK", &ignored);
    return false;
}

bool stm_store_log(struct stm_store *store, const struct stm_log_event *event, struct stm_error *err)
{
    struct stm_sqlite_query *last = NULL, *add = NULL;
    struct stm_string line = {0};
    char previous[STM_SHA256_HEX] = "", hash[STM_SHA256_HEX] = "";
    bool row = false;
    bool good =
        stm_sqlite_prepare(&last, store->db, "SELECT n, hash FROM log ORDER BY n DESC LIMIT 1", err) &&
        stm_sqlite_step(last, &row, err);
    const int64_t n = row ? stm_sqlite_integer(last, 0) + 1 : 1;
    if (row) stm_text_copy(previous, sizeof previous, stm_sqlite_text(last, 1));
    stm_sqlite_finish(&last);
    good = good && stm_log_line(&line, n, previous, event, hash, err) &&
           stm_sqlite_prepare(&add, store->db, "INSERT INTO log VALUES(?,?,?)", err);
    if (good) {
        stm_sqlite_bind_integer(add, 1, n);
        stm_sqlite_bind_text(add, 2, hash);
        stm_sqlite_bind_text(add, 3, line.text);
        good = stm_sqlite_run(add, err);
    }
    stm_sqlite_finish(&add);
    stm_string_free(&line);
    return good;
}
