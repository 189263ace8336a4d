/* Observations as rows of a table, before they are sorted into samples. */
#ifndef STM_LINEARITY_ROW_H
#define STM_LINEARITY_ROW_H

#include "pipeline/stats/linearity_data.h"

/* Texts are views into the table. */
struct stm_linearity_row {
    const char *name, *stock, *number, *observation;
    double target, x, value, time; /* value and time: NaN where not given */
    int method;                    /* index into stm_linearity_data.method */
    unsigned line;
};

/* Reads the rows of data->csv into *rows (freed by the caller, NULL on failure), names methods and types. */
bool stm_linearity_rows(struct stm_linearity_data *data, struct stm_linearity_row **rows, int *n,
                        struct stm_error *err);

#endif
