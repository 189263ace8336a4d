/* Dilution series as they were counted: methods, their dilution fractions, samples and observations. */
#ifndef STM_LINEARITY_DATA_H
#define STM_LINEARITY_DATA_H

#include "pipeline/core/csv.h"
#include "pipeline/core/error.h"
#include "pipeline/core/lines.h"

#include <stdint.h>

/* What is read at most; a design has far less. */
enum { STM_LINEARITY_METHODS = 16, STM_LINEARITY_ROWS = 100000, STM_LINEARITY_BYTES = 1 << 25 };

/* A tube: one stock diluted once, counted `n` times. */
struct stm_linearity_sample {
    double target, x; /* fraction aimed at, and measured (the target where none was); of the stock, 0 … 1 */
    const char *number;         /* stock_extraction, or random_sample_number where that is not given */
    uint64_t key;               /* the same for the same tube in the hands of another method */
    const double *value, *time; /* concentrations (cells/mL) and elapsed times (NaN where not given) */
    int n, missing;             /* observations that are there, and rows without a concentration */
};

struct stm_linearity_method {
    const char *name;
    struct stm_linearity_sample *sample; /* by target, x, stock, number: the order of rows plays no part */
    int n_samples, n_values, n_missing, n_fractions;
    int *first; /* n_fractions + 1 entries: the first sample of each fraction */
};

/* Texts are views into the table. */
struct stm_linearity_data {
    struct stm_linearity_method method[STM_LINEARITY_METHODS]; /* as they come first in the file */
    int n_methods, n_ignored; /* n_ignored: rows with neither a method nor a concentration */
    const char *cell_type, *concentration_type; /* "" where not given */
    bool has_time;                              /* every observation has an elapsed time */
    struct stm_csv csv;
    struct stm_linearity_sample *samples;
    double *values;
    int *firsts;
};

/* Reads a table with the columns of COMET's template (README of usnistgov/COMET): counting_method,
 * target_dilution_fraction, random_sample_number, rep_obsv and cell_conc are needed; the others may be
 * missing or NA. Errors name row and column. Free with stm_linearity_free, also after a failure. */
bool stm_linearity_read(struct stm_linearity_data *data, const char *path, struct stm_error *err);

/* The same of a table that was parsed already, which `data` takes over. */
bool stm_linearity_take(struct stm_linearity_data *data, struct stm_csv *csv, struct stm_error *err);
void stm_linearity_free(struct stm_linearity_data *data);

/* The least design that can be analysed (ISO 20391-2 as COMET checks it): 4 to 14 dilution fractions, each
 * with 3 samples, each planned with 3 observations; what is missing may be missing as long as each sample has
 * one. One sentence a problem; false when there are any. */
bool stm_linearity_check(const struct stm_linearity_data *data, struct stm_lines *problems);

enum { STM_LINEARITY_MIN_FRACTIONS = 4, STM_LINEARITY_FRACTIONS = 14 };

#endif
