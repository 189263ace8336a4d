/* SQLite databases whose pages carry checksums. The only files that use SQLite; sqlite_pages.c is the part
 * below its pages. */
#ifndef STM_IO_SQLITE_H
#define STM_IO_SQLITE_H

#include "pipeline/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pages end with the first 8 bytes of SHA-256 over the rest of the page and its number (big-endian, 4 bytes),
 * in the space that the file format reserves for such: any program reads the file, but what writes into it
 * otherwise than through here is noticed. */
enum { STM_SQLITE_PAGE = 4096, STM_SQLITE_SUM = 8 };

enum stm_sqlite_mode {
    STM_SQLITE_READ,   /* must be there */
    STM_SQLITE_WRITE,  /* made when missing */
    STM_SQLITE_DAMAGED /* as READ, but pages with wrong checksums are handed out too */
};

/* A connection; one thread at a time. */
struct stm_sqlite;

/* `application` is the number that tells our files from other databases, which are refused. *fresh: it has no
 * tables yet. On failure *db is NULL. */
bool stm_sqlite_open(struct stm_sqlite **db, const char *path, enum stm_sqlite_mode mode,
                     uint32_t application, bool *fresh, struct stm_error *err);
void stm_sqlite_close(struct stm_sqlite **db); /* rolls back what is open, sets it to NULL */

/* Statements without values: transactions, tables. */
bool stm_sqlite_exec(struct stm_sqlite *db, const char *sql, struct stm_error *err);

/* A prepared statement. Bind values (numbered from 1), then step until there is no row; it can be used again
 * then. */
struct stm_sqlite_query;
bool stm_sqlite_prepare(struct stm_sqlite_query **query, struct stm_sqlite *db, const char *sql,
                        struct stm_error *err);
void stm_sqlite_finish(struct stm_sqlite_query **query); /* sets it to NULL; an empty one is fine */

/* Values; texts are copied, NULL and NaN become NULL. */
void stm_sqlite_bind_text(struct stm_sqlite_query *query, int i, const char *text);
void stm_sqlite_bind_integer(struct stm_sqlite_query *query, int i, int64_t value);
void stm_sqlite_bind_real(struct stm_sqlite_query *query, int i, double value);

/* *row: whether there is one more. */
bool stm_sqlite_step(struct stm_sqlite_query *query, bool *row, struct stm_error *err);
/* One step whose row, if any, is not looked at. */
bool stm_sqlite_run(struct stm_sqlite_query *query, struct stm_error *err);

/* Columns of the row, from 0; texts live until the next step. "" and NaN for NULL. */
int stm_sqlite_columns(const struct stm_sqlite_query *query);
const char *stm_sqlite_name(const struct stm_sqlite_query *query, int column);
char stm_sqlite_type(const struct stm_sqlite_query *query, int column); /* i, f, t, b or n */
const char *stm_sqlite_text(const struct stm_sqlite_query *query, int column);
int64_t stm_sqlite_integer(const struct stm_sqlite_query *query, int column);
double stm_sqlite_real(const struct stm_sqlite_query *query, int column);
int64_t stm_sqlite_last_id(const struct stm_sqlite *db);

/* Calls `report` for each page of the file whose checksum is wrong; *pages is how many there are. */
bool stm_sqlite_check_pages(const char *path, void (*report)(void *context, uint32_t page), void *context,
                            uint32_t *pages, struct stm_error *err);

/* The file begins like a database. */
bool stm_sqlite_is_one(const char *path);

/* The checksum of a page fits; `page` counts from 1. */
bool stm_sqlite_page_fits(const unsigned char *bytes, uint32_t page);

/* Names of the layers that sqlite_pages.c puts below SQLite: strict, and one that does not mind. */
bool stm_sqlite_layers(const char **strict, const char **lenient);

#endif
