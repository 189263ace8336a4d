/* The sample sheet: what is known of the wells besides their images (docs/samples.md). */
#ifndef STM_SAMPLES_H
#define STM_SAMPLES_H

#include "pipeline/core/csv.h"
#include "pipeline/core/error.h"
#include "pipeline/core/lines.h"
#include "pipeline/core/sha256.h"
#include "pipeline/io/wellname.h"
#include "pipeline/sample_field.h"

enum { STM_SAMPLE_COLUMNS = 48, STM_SAMPLE_ROWS = 200000, STM_SAMPLE_BYTES = 1 << 25 };

/* One row: the wells it speaks of and its cells. */
struct stm_sample_row {
    const char *plate;        /* "" = all plates */
    char well[STM_WELL_TEXT]; /* "A01", "-" for images without a well, "" = all wells of the plate */
    const char **value;       /* one for each column; "" where the sheet says nothing */
    uint32_t line;
    bool used; /* a well of the input took something from it */
};

/* Zero it before use. Owns everything; free with stm_samples_free, also after a failure. */
struct stm_samples {
    char *path;
    char sha256[STM_SHA256_HEX];
    char (*name)[STM_SAMPLE_NAME]; /* of the columns: "Batch", "Lot_PI"; outputs say Metadata_Batch */
    const char *const *names;      /* the same as a list */
    int n;
    struct stm_sample_row *row; /* sorted by plate, then well */
    size_t n_rows;
    struct stm_string remarks; /* sentences, one a line: what to look at though nothing is wrong */
    struct stm_lines texts;
    const char **cells;
    struct stm_csv table;
};

/* Reads and checks a sheet. Errors name line and column, and the nearest name there is. */
bool stm_samples_read(struct stm_samples *samples, const char *path, struct stm_error *err);

/* The row for exactly this plate and well ("" and "" for the general ones), or NULL. */
struct stm_sample_row *stm_samples_find(const struct stm_samples *samples, const char *plate,
                                        const char *well);

/* What is known of a well, one value a column: the most particular row that says something. Fills
 * value[0..n) and returns whether any row speaks of the well; those rows are marked used. */
bool stm_samples_of_well(const struct stm_samples *samples, const char *plate, const char *well,
                         const char **value);

void stm_samples_free(struct stm_samples *samples);

#endif
