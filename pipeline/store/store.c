/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables, and opening them. */
#include "pipeline/store/store_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A change here is a new STM_STORE_VERSION, and a step in docs/store.md. */
static const struct {
    const char *name, *sql;
} schema[] = {
    {"runs",
     "CREATE TABLE runs(id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, origin TEXT NOT NULL, title TEXT "
     "NOT "
     "NULL, directory TEXT NOT NULL, started TEXT NOT NULL, finished TEXT NOT NULL, program TEXT NOT NULL, "
     "program_sha256 TEXT NOT NULL, assay TEXT NOT NULL, assay_version TEXT NOT NULL, protocol TEXT NOT "
     "NULL, "
     "protocol_sha256 TEXT NOT NULL, inputs_sha256 TEXT NOT NULL, manifest_sha256 TEXT NOT NULL, command "
     "TEXT "
     "NOT NULL, host TEXT NOT NULL)"},
    {"wells",
     "CREATE TABLE wells(run INTEGER NOT NULL REFERENCES runs, number INTEGER NOT NULL, plate TEXT NOT "
     "NULL, well TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, sites_found INTEGER NOT "
     "NULL, sites_used INTEGER NOT NULL, PRIMARY KEY(run, number)) WITHOUT ROWID"},
    {"measures", "CREATE TABLE measures(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)"},
    {"well_values",
     "CREATE TABLE well_values(measure INTEGER NOT NULL REFERENCES measures, run INTEGER NOT NULL "
     "REFERENCES runs, well INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY(measure, run, "
     "well)) WITHOUT ROWID"},
    {"images",
     "CREATE TABLE images(run INTEGER NOT NULL REFERENCES runs, number INTEGER NOT NULL, plate TEXT "
     "NOT NULL, well TEXT NOT NULL, site TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, "
     "measures TEXT NOT NULL, PRIMARY KEY(run, number)) WITHOUT ROWID"},
    {"parameters",
     "CREATE TABLE parameters(run INTEGER NOT NULL REFERENCES runs, name TEXT NOT NULL, value TEXT "
     "NOT NULL, PRIMARY KEY(run, name)) WITHOUT ROWID"},
    {"inputs",
     "CREATE TABLE inputs(run INTEGER NOT NULL REFERENCES runs, path TEXT NOT NULL, sha256 TEXT NOT "
     "NULL, bytes INTEGER NOT NULL, PRIMARY KEY(run, path)) WITHOUT ROWID"},
    {"outputs",
     "CREATE TABLE outputs(run INTEGER NOT NULL REFERENCES runs, path TEXT NOT NULL, sha256 TEXT NOT "
     "NULL, bytes INTEGER NOT NULL, PRIMARY KEY(run, path)) WITHOUT ROWID"},
    {"metadata",
     "CREATE TABLE metadata(run INTEGER NOT NULL REFERENCES runs, well INTEGER NOT NULL, key TEXT "
     "NOT NULL, value TEXT NOT NULL, PRIMARY KEY(run, well, key)) WITHOUT ROWID"},
    {"metadata_values", "CREATE INDEX metadata_values ON metadata(key, value, run, well)"},
    {"seals",
     "CREATE TABLE seals(run INTEGER NOT NULL REFERENCES runs, part TEXT NOT NULL, seal TEXT NOT NULL, "
     "PRIMARY KEY(run, part)) WITHOUT ROWID"},
    {"log", "CREATE TABLE log(n INTEGER PRIMARY KEY, hash TEXT NOT NULL, line TEXT NOT NULL)"},
    {"log_update",
     "CREATE TRIGGER log_update BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is only "
     "added to'); END"},
    {"log_delete",
     "CREATE TRIGGER log_delete BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is only "
     "added to'); END"},
};
enum { SCHEMA = sizeof schema / sizeof *schema };

const char *stm_store_schema(const char *name)
{
    for (int i = 0; i < SCHEMA; i++)
        if (!strcmp(schema[i].name, name)) return schema[i].sql;
    return NULL;
}

static bool user_version(struct stm_store *store, int64_t *version, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    bool row = false;
    if (!stm_sqlite_prepare(&q, store->db, "PRAGMA user_version", err)) return false;
    const bool good = stm_sqlite_step(q, &row, err);
    *version = row ? stm_sqlite_integer(q, 0) : 0;
    stm_sqlite_finish(&q);
    return good;
}

static bool make_tables(struct stm_store *store, struct stm_error *err)
{
    char sql[64];
    bool good = stm_sqlite_exec(store->db, "BEGIN IMMEDIATE", err);
    for (int i = 0; good && i < SCHEMA; i++)
        good = stm_sqlite_exec(store->db, schema[i].sql, err);
    snprintf(sql, sizeof sql, "PRAGMA user_version = %d", STM_STORE_VERSION);
    return good && stm_sqlite_exec(store->db, sql, err) && stm_sqlite_exec(store->db, "COMMIT", err);
}

/* The tables, and nothing that acts by itself but our own triggers. */
static bool compare_tables(struct stm_store *store, struct stm_error *err)
{
    struct stm_sqlite_query *q;
    bool row, good;
    int n = 0;
    if (!stm_sqlite_prepare(&q, store->db,
                            "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'", err))
        return false;
    while ((good = stm_sqlite_step(q, &row, err)) && row) {
        const char *const sql = stm_store_schema(stm_sqlite_text(q, 0));
        if (!sql || strcmp(sql, stm_sqlite_text(q, 1)) != 0) {
            good = stm_fail(err, STM_BAD_INPUT, "the table or trigger '%s' is not one that stroma made",
                            stm_sqlite_text(q, 0));
            break;
        }
        n++;
    }
    stm_sqlite_finish(&q);
    return good && (n == SCHEMA || stm_fail(err, STM_BAD_INPUT, "%d of %d tables are there", n, SCHEMA));
}

static bool check_version(struct stm_store *store, struct stm_error *err)
{
    int64_t version;
    if (!user_version(store, &version, err)) return false;
    if (version == STM_STORE_VERSION) return true;
    return stm_fail(err, STM_UNSUPPORTED, "its tables are of version %lld, this program has version %d",
                    (long long)version, STM_STORE_VERSION);
}

bool stm_store_connect(struct stm_store **store, const char *path, enum stm_sqlite_mode mode,
                       bool check_tables, struct stm_error *err)
{
    bool fresh = false;
    struct stm_store *const s = calloc(1, sizeof *s);
    *store = s;
    if (!s) return stm_fail(err, STM_NO_MEMORY, "no memory to open a store");
    bool good = stm_sqlite_open(&s->db, path, mode, STM_STORE_APPLICATION, &fresh, err);
    if (good && fresh && mode == STM_SQLITE_WRITE) good = make_tables(s, err);
    if (good && check_tables) good = check_version(s, err) && compare_tables(s, err);
    if (good) return true;
    stm_store_close(store);
    return stm_fail_file(err, path);
}

/* A new store is made beside its place and then put there, so that it is complete or not there. Of two
 * programs that begin at once the second goes on with the store of the first. */
static bool make_store(const char *path, struct stm_error *err)
{
    char part[4096];
    struct stm_store *store;
    if (snprintf(part, sizeof part, "%s.%ld.part", path, (long)getpid()) >= (int)sizeof part)
        return stm_fail(err, STM_USAGE, "the store's path is too long");
    unlink(part);
    if (!stm_store_connect(&store, part, STM_SQLITE_WRITE, true, err)) return false;
    stm_store_close(&store);
    const bool good = link(part, path) == 0 || errno == EEXIST;
    if (!good) stm_fail(err, STM_IO, "cannot be created: %s", strerror(errno));
    unlink(part);
    return good || stm_fail_file(err, path);
}

bool stm_store_open(struct stm_store **store, const char *path, bool write, struct stm_error *err)
{
    *store = NULL;
    if (write && access(path, F_OK) != 0 && errno == ENOENT && !make_store(path, err)) return false;
    return stm_store_connect(store, path, write ? STM_SQLITE_WRITE : STM_SQLITE_READ, true, err);
}

void stm_store_close(struct stm_store **store)
{
    if (!*store) return;
    stm_sqlite_close(&(*store)->db);
    free(*store);
    *store = NULL;
}

void stm_store_run_free(struct stm_store_run *run)
{
    for (int i = 0; i < STM_STORE_FIELDS; i++)
        free(run->field[i]);
    for (int i = 0; i < STM_STORE_TABLES; i++)
        stm_lines_free(&run->cells[i]);
    stm_lines_free(&run->measures);
    free(run->values);
    *run = (struct stm_store_run){0};
}
