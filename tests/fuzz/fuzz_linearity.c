/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as the table of a dilution series, analysed when it is one. */
#include "pipeline/stats/linearity.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void analyse(const struct stm_linearity_data *data)
{
    const struct stm_linearity_options options = {.draws = STM_LINEARITY_MIN_DRAWS, .confidence = 0.95};
    static struct stm_linearity analysis;
    struct stm_error err = {0};
    if (!stm_linearity_run(&analysis, data, &options, &err) && !err.message[0]) abort();
    stm_linearity_close(&analysis);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct stm_csv csv;
    struct stm_linearity_data data;
    struct stm_lines problems = {0};
    struct stm_error err = {0};
    char *const text = malloc(size + 1);
    if (!text) return 0;
    memcpy(text, bytes, size);
    text[size] = '\0';
    if (!stm_csv_parse(&csv, text, size, 0, &err)) {
        stm_csv_free(&csv);
        return 0;
    }
    if (!stm_linearity_take(&data, &csv, &err)) {
        if (!err.message[0]) abort();
    } else if (stm_linearity_check(&data, &problems))
        analyse(&data);
    stm_lines_free(&problems);
    stm_linearity_free(&data);
    return 0;
}
