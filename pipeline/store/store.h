/* Results of many runs in one database (docs/store.md). */
#ifndef STM_STORE_H
#define STM_STORE_H

#include "pipeline/audit/report.h"
#include "pipeline/core/error.h"
#include "pipeline/core/lines.h"
#include "pipeline/core/sign.h"

enum { STM_STORE_VERSION = 1 }; /* of the tables */

struct stm_store;

/* Opens for reading, or for writing, when it is made if it is not there. Tables of another version are
 * refused. On failure *store is NULL. */
bool stm_store_open(struct stm_store **store, const char *path, bool write, struct stm_error *err);
void stm_store_close(struct stm_store **store);

/* Tables that belong to a run, in this order; docs/store.md has their columns. */
enum stm_store_table {
    STM_STORE_WELLS,
    STM_STORE_IMAGES,
    STM_STORE_PARAMETERS,
    STM_STORE_INPUTS,
    STM_STORE_OUTPUTS,
    STM_STORE_METADATA,
    STM_STORE_TABLES
};

/* Columns of `runs` behind `id`. */
enum stm_store_field {
    STM_STORE_HASH,   /* what it is known by: the same hash is stored once */
    STM_STORE_ORIGIN, /* the same for all versions of a run (overrides make new ones) */
    STM_STORE_TITLE,
    STM_STORE_DIRECTORY,
    STM_STORE_STARTED, /* UTC, ISO 8601 */
    STM_STORE_FINISHED,
    STM_STORE_PROGRAM,
    STM_STORE_PROGRAM_HASH,
    STM_STORE_ASSAY,
    STM_STORE_ASSAY_VERSION,
    STM_STORE_PROTOCOL,
    STM_STORE_PROTOCOL_HASH,
    STM_STORE_INPUTS_HASH,
    STM_STORE_MANIFEST_HASH,
    STM_STORE_COMMAND,
    STM_STORE_HOST,
    STM_STORE_FIELDS
};

/* A run to be stored. `cells` are rows of stm_store_columns() cells, in the order of the table's columns. */
struct stm_store_run {
    char *field[STM_STORE_FIELDS]; /* owned; NULL = "" */
    struct stm_lines cells[STM_STORE_TABLES];
    struct stm_lines measures; /* names of well columns */
    double *values;            /* wells x measures, NaN = not measured; owned */
    size_t n_wells, capacity;
};
void stm_store_run_free(struct stm_store_run *run);

/* Number of cells a row of the table has, without `run`. */
int stm_store_columns(enum stm_store_table table);

/* One transaction: all of the run or nothing. *added is false when a run of this hash was there already. */
bool stm_store_add(struct stm_store *store, const struct stm_store_run *run, bool *added,
                   struct stm_error *err);

/* Reads a results directory, which must be as it was sealed, with the newest overrides. `metadata` has pairs
 * "key=value" for the whole run. Free with stm_store_run_free, also after a failure. */
bool stm_store_read_report(struct stm_store_run *run, const char *directory, const char *const *metadata,
                           int n_metadata, struct stm_error *err);

/* Everything that is not as it was stored. */
bool stm_store_check(const char *path, const struct stm_audit_options *options,
                     struct stm_audit_result *result, struct stm_error *err);

/* Signs the store's log, and so everything in it; it must be intact. */
bool stm_store_sign(const char *path, const struct stm_secret_key *key, const char *reason,
                    struct stm_error *err);

#endif
