/* Seals: short hashes of a table's rows and columns, from which a change is traced to its row and field. They
 * only say where; that nothing changed is said by a full SHA-256 beside them. */
#ifndef STM_AUDIT_SEAL_H
#define STM_AUDIT_SEAL_H

#include "pipeline/core/lines.h"
#include "pipeline/core/rows.h"
#include "pipeline/core/sha256.h"
#include "pipeline/core/text.h"

/* A block is up to STM_SEAL_ROWS rows: 16 digits for each row, "|", 16 digits for each column of these rows.
 * A row and a column that both changed meet in the field. 16 digits are the first 64 bits of SHA-256 over the
 * cells, each with its length in front, so that no byte can pass for the border of two cells. */
enum { STM_SEAL_ROWS = 256, STM_SEAL_DIGITS = 16, STM_SEAL_COLUMNS = 4096 };

struct stm_sealer {
    size_t columns, rows; /* of the table; of the block so far */
    struct stm_sha256 *column;
    struct stm_string block;
    void (*emit)(void *context, const char *block);
    void *context;
};

/* Begins a table with so many columns; 0 = rows only. End it with stm_sealer_end, also after a failure. */
bool stm_sealer_begin(struct stm_sealer *sealer, size_t columns, void (*emit)(void *, const char *),
                      void *context, struct stm_error *err);
/* Cells beyond the last column count to it. */
void stm_sealer_row(struct stm_sealer *sealer, const struct stm_cell *cells, size_t n);
bool stm_sealer_end(struct stm_sealer *sealer, struct stm_error *err);

/* Adds a cell to a sum: its length, 8 bytes little-endian, and its bytes. */
void stm_seal_add(struct stm_sha256 *sum, const struct stm_cell *cell);

/* What a file is sealed as: the cells of its lines, its lines, or pieces of STM_ROW_PIECE bytes. */
enum stm_seal_kind { STM_SEAL_TABLE, STM_SEAL_LINES, STM_SEAL_BYTES, STM_SEAL_KINDS };
const char *stm_seal_kind_name(enum stm_seal_kind kind);   /* "table", "lines", "bytes" */
enum stm_seal_kind stm_seal_kind_of(const char *path);     /* by the name's ending */
enum stm_seal_kind stm_seal_kind_called(const char *name); /* STM_SEAL_KINDS when unknown */

/* Seals a file. `columns` 0: as many as its first line has. */
bool stm_seal_file(const char *path, enum stm_seal_kind kind, size_t columns,
                   void (*emit)(void *, const char *), void *context, struct stm_error *err);

/* A row that is not what it was. */
struct stm_seal_change {
    enum { STM_SEAL_ALTERED, STM_SEAL_MISSING, STM_SEAL_ADDED } what;
    size_t row; /* 0-based: as it is now, or was when it is missing */
    const size_t *column;
    size_t columns; /* that changed in the rows around it; 0 = not known */
};

/* Compares two lists of blocks; calls `report` for each change, in order. False when `then` is no list of
 * blocks. */
bool stm_seal_compare(const struct stm_lines *then, const struct stm_lines *now,
                      void (*report)(void *context, const struct stm_seal_change *change), void *context,
                      struct stm_error *err);

/* Columns the blocks were made with. */
size_t stm_seal_columns(const struct stm_lines *blocks);

#endif
