/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/sqlite.h"

#include "pipeline/core/rows.h"
#include "pipeline/core/text.h"

#include <ctype.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 20000, HEADER = 100 };

struct stm_sqlite {
    sqlite3 *db;
    char *path;
};

struct stm_sqlite_query {
    sqlite3_stmt *statement;
    struct stm_sqlite *db;
};

static enum stm_status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return STM_NO_MEMORY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return STM_BAD_INPUT;
    case SQLITE_MISUSE:
    case SQLITE_CONSTRAINT:
        return STM_INTERNAL;
    default:
        return STM_IO;
    }
}

static bool cannot(const struct stm_sqlite *db, struct stm_error *err)
{
    const int code = sqlite3_extended_errcode(db->db);
    if (code == SQLITE_IOERR_DATA)
        stm_fail(err, STM_BAD_INPUT,
                 "a page of the database is not as it was written; `stroma audit %s` says which", db->path);
    else if ((code & 0xff) == SQLITE_BUSY)
        stm_fail(err, STM_IO, "another program has been writing into the database for %d s", WAIT_MS / 1000);
    else
        stm_fail(err, status_of(code), "the database says: %s", sqlite3_errmsg(db->db));
    return stm_fail_file(err, db->path);
}

/* The first bytes of the file; false when it has not so many. */
static bool read_header(const char *path, unsigned char header[HEADER])
{
    struct stm_rows *rows;
    struct stm_error ignored;
    const char *piece;
    size_t n = 0;
    if (!stm_rows_open(&rows, path, STM_ROWS_PIECES, &ignored)) return false;
    const bool good = stm_rows_next(rows, &piece, &n, &ignored) && n >= HEADER;
    if (good) memcpy(header, piece, HEADER);
    stm_rows_close(&rows);
    return good;
}

bool stm_sqlite_is_one(const char *path)
{
    unsigned char header[HEADER];
    return read_header(path, header) && !memcmp(header, "SQLite format 3", 15);
}

/* A database of ours: page size, reserved bytes and number are in fixed places of the header. */
static bool check_header(const char *path, uint32_t application, struct stm_error *err)
{
    unsigned char h[HEADER];
    if (read_header(path, h) && !memcmp(h, "SQLite format 3", 16) && h[16] * 256 + h[17] == STM_SQLITE_PAGE &&
        h[20] == STM_SQLITE_SUM &&
        ((uint32_t)h[68] << 24 | (uint32_t)h[69] << 16 | (uint32_t)h[70] << 8 | h[71]) == application)
        return true;
    stm_fail(err, STM_BAD_INPUT, "is not a database made by stroma, or its first page was damaged");
    return stm_fail_file(err, path);
}

/* "file:…?immutable=1" for a database that cannot be written to. */
static char *immutable_uri(const char *path)
{
    struct stm_string uri = {0};
    stm_string_add(&uri, "file:");
    for (const char *p = path; *p; p++)
        if (isalnum((unsigned char)*p) || strchr("/._-", *p))
            stm_string_add_n(&uri, p, 1);
        else
            stm_string_addf(&uri, "%%%02x", (unsigned)(unsigned char)*p);
    stm_string_add(&uri, "?immutable=1");
    if (uri.failed) stm_string_free(&uri);
    return uri.text;
}

static bool connect(struct stm_sqlite *db, enum stm_sqlite_mode mode, struct stm_error *err)
{
    const char *strict, *lenient;
    if (!stm_sqlite_layers(&strict, &lenient)) return stm_fail(err, STM_INTERNAL, "SQLite cannot be started");
    const char *const layer = mode == STM_SQLITE_DAMAGED ? lenient : strict;
    const bool frozen = mode != STM_SQLITE_WRITE && access(db->path, W_OK) != 0;
    char *const uri = frozen ? immutable_uri(db->path) : NULL;
    const int flags = frozen                     ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
                      : mode == STM_SQLITE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                                 : SQLITE_OPEN_READWRITE;
    const int rc = frozen && !uri
                       ? SQLITE_NOMEM
                       : sqlite3_open_v2(uri ? uri : db->path, &db->db, flags | SQLITE_OPEN_NOMUTEX, layer);
    free(uri);
    if (rc == SQLITE_OK) return true;
    return db->db ? cannot(db, err) : stm_fail(err, STM_NO_MEMORY, "no memory for a database");
}

/* Settings of the connection, and of the file when it is new. */
static bool configure(struct stm_sqlite *db, enum stm_sqlite_mode mode, uint32_t application, bool empty,
                      struct stm_error *err)
{
    char sql[256];
    int reserved = STM_SQLITE_SUM;
    sqlite3_extended_result_codes(db->db, 1);
    sqlite3_busy_timeout(db->db, WAIT_MS);
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    if (mode != STM_SQLITE_WRITE)
        return stm_sqlite_exec(db, "PRAGMA query_only = 1; PRAGMA cell_size_check = 1", err);
    if (empty) sqlite3_file_control(db->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    snprintf(sql, sizeof sql, "PRAGMA page_size = %d; PRAGMA application_id = %u;", STM_SQLITE_PAGE,
             (unsigned)application);
    return (!empty || stm_sqlite_exec(db, sql, err)) &&
           stm_sqlite_exec(db,
                           "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = 1;"
                           "PRAGMA cell_size_check = 1",
                           err);
}

static bool open_file(struct stm_sqlite *db, enum stm_sqlite_mode mode, uint32_t application, bool *fresh,
                      struct stm_error *err)
{
    struct stat st;
    const bool there = stat(db->path, &st) == 0, empty = !there || st.st_size == 0;
    if (!there && mode != STM_SQLITE_WRITE) {
        stm_fail(err, STM_IO, "is not there");
        return stm_fail_file(err, db->path);
    }
    if (!empty && mode != STM_SQLITE_DAMAGED && !check_header(db->path, application, err)) return false;
    struct stm_sqlite_query *query = NULL;
    bool row = false;
    const bool good = connect(db, mode, err) && configure(db, mode, application, empty, err) &&
                      stm_sqlite_prepare(&query, db, "SELECT count(*) FROM sqlite_schema", err) &&
                      stm_sqlite_step(query, &row, err);
    *fresh = good && row && stm_sqlite_integer(query, 0) == 0;
    stm_sqlite_finish(&query);
    return good;
}

bool stm_sqlite_open(struct stm_sqlite **db, const char *path, enum stm_sqlite_mode mode,
                     uint32_t application, bool *fresh, struct stm_error *err)
{
    *db = calloc(1, sizeof **db);
    if (!*db || !((*db)->path = strdup(path))) {
        stm_sqlite_close(db);
        return stm_fail(err, STM_NO_MEMORY, "no memory for a database");
    }
    if (open_file(*db, mode, application, fresh, err)) return true;
    stm_sqlite_close(db);
    return false;
}

void stm_sqlite_close(struct stm_sqlite **db)
{
    if (!*db) return;
    sqlite3_close_v2((*db)->db);
    free((*db)->path);
    free(*db);
    *db = NULL;
}

bool stm_sqlite_exec(struct stm_sqlite *db, const char *sql, struct stm_error *err)
{
    return sqlite3_exec(db->db, sql, NULL, NULL, NULL) == SQLITE_OK || cannot(db, err);
}

bool stm_sqlite_prepare(struct stm_sqlite_query **query, struct stm_sqlite *db, const char *sql,
                        struct stm_error *err)
{
    *query = calloc(1, sizeof **query);
    if (!*query) return stm_fail(err, STM_NO_MEMORY, "no memory for a query");
    (*query)->db = db;
    if (sqlite3_prepare_v2(db->db, sql, -1, &(*query)->statement, NULL) == SQLITE_OK) return true;
    cannot(db, err);
    stm_sqlite_finish(query);
    return false;
}

void stm_sqlite_finish(struct stm_sqlite_query **query)
{
    if (!*query) return;
    sqlite3_finalize((*query)->statement);
    free(*query);
    *query = NULL;
}

void stm_sqlite_bind_text(struct stm_sqlite_query *query, int i, const char *text)
{
    sqlite3_bind_text(query->statement, i, text, -1, SQLITE_TRANSIENT);
}

void stm_sqlite_bind_integer(struct stm_sqlite_query *query, int i, int64_t value)
{
    sqlite3_bind_int64(query->statement, i, value);
}

void stm_sqlite_bind_real(struct stm_sqlite_query *query, int i, double value)
{
    sqlite3_bind_double(query->statement, i, value);
}

bool stm_sqlite_step(struct stm_sqlite_query *query, bool *row, struct stm_error *err)
{
    const int rc = sqlite3_step(query->statement);
    *row = rc == SQLITE_ROW;
    if (*row) return true;
    const bool good = rc == SQLITE_DONE || cannot(query->db, err);
    sqlite3_reset(query->statement);
    return good;
}

bool stm_sqlite_run(struct stm_sqlite_query *query, struct stm_error *err)
{
    bool row;
    const bool good = stm_sqlite_step(query, &row, err);
    if (good && row) sqlite3_reset(query->statement);
    return good;
}

int stm_sqlite_columns(const struct stm_sqlite_query *query)
{
    return sqlite3_column_count(query->statement);
}

const char *stm_sqlite_name(const struct stm_sqlite_query *query, int column)
{
    const char *const name = sqlite3_column_name(query->statement, column);
    return name ? name : "";
}

char stm_sqlite_type(const struct stm_sqlite_query *query, int column)
{
    static const char types[] = {[SQLITE_INTEGER] = 'i',
                                 [SQLITE_FLOAT] = 'f',
                                 [SQLITE_TEXT] = 't',
                                 [SQLITE_BLOB] = 'b',
                                 [SQLITE_NULL] = 'n'};
    return types[sqlite3_column_type(query->statement, column)];
}

const char *stm_sqlite_text(const struct stm_sqlite_query *query, int column)
{
    const char *const text = (const char *)sqlite3_column_text(query->statement, column);
    return text ? text : "";
}

int64_t stm_sqlite_integer(const struct stm_sqlite_query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

double stm_sqlite_real(const struct stm_sqlite_query *query, int column)
{
    return stm_sqlite_type(query, column) == 'n' ? NAN : sqlite3_column_double(query->statement, column);
}

int64_t stm_sqlite_last_id(const struct stm_sqlite *db)
{
    return sqlite3_last_insert_rowid(db->db);
}

/* The page at byte 2^30 is never used: SQLite locks its bytes. */
static bool page_is_good(const char *bytes, size_t n, uint32_t page)
{
    return n >= STM_SQLITE_PAGE && (page == (1u << 30) / STM_SQLITE_PAGE + 1 ||
                                    stm_sqlite_page_fits((const unsigned char *)bytes, page));
}

bool stm_sqlite_check_pages(const char *path, void (*report)(void *context, uint32_t page), void *context,
                            uint32_t *pages, struct stm_error *err)
{
    struct stm_rows *rows;
    const char *piece;
    size_t n = 0;
    *pages = 0;
    if (!stm_rows_open(&rows, path, STM_ROWS_PIECES, err)) return false;
    bool good;
    while ((good = stm_rows_next(rows, &piece, &n, err)) && n)
        for (size_t at = 0; at < n; at += STM_SQLITE_PAGE)
            if (!page_is_good(piece + at, n - at, ++*pages)) report(context, *pages);
    stm_rows_close(&rows);
    return good || stm_fail_file(err, path);
}
