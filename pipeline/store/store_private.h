/* What the files of the store share. */
#ifndef STM_STORE_PRIVATE_H
#define STM_STORE_PRIVATE_H

#include "pipeline/core/text.h"
#include "pipeline/io/sqlite.h"
#include "pipeline/store/store.h"

/* "STMR": the application's number in the header of the file. */
#define STM_STORE_APPLICATION 0x53544d52u

struct stm_store {
    struct stm_sqlite *db;
};

/* Opens with the given mode; the tables are made or compared with what they should be. `check_tables` false:
 * whatever they are. */
bool stm_store_connect(struct stm_store **store, const char *path, enum stm_sqlite_mode mode,
                       bool check_tables, struct stm_error *err);

/* The statement that made a table or index, NULL when this version has none of that name. */
const char *stm_store_schema(const char *name);

/* What is sealed of a run: its row in `runs`, its rows in the other tables, and the values of its wells as a
 * table of wells and measures. */
enum { STM_STORE_SEALED = STM_STORE_TABLES + 2 };
const char *stm_store_sealed_name(int i);

/* Seals part `i` of a run: SHA-256 of all cells, then blocks (pipeline/audit/seal.h), one a line. */
bool stm_store_seal(struct stm_store *store, int i, int64_t run, struct stm_string *seal,
                    struct stm_error *err);
/* SHA-256 over all seals of a run, in order. */
void stm_store_seals_hash(const struct stm_string *seals, char hex[STM_SHA256_HEX]);

/* Column `c` of part `i` (0-based), and what tells row `r` from others: "plate P, well A01". */
bool stm_store_seal_column(struct stm_store *store, int i, int64_t run, size_t c, char *name, size_t size,
                           struct stm_error *err);
bool stm_store_seal_row(struct stm_store *store, int i, int64_t run, size_t r, struct stm_string *text,
                        struct stm_error *err);

/* Adds an entry to the log; within a transaction. */
bool stm_store_log(struct stm_store *store, const struct stm_log_event *event, struct stm_error *err);

#endif
