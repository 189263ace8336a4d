/* What `stroma compare` writes. All append to `out`; running out of memory shows in out->failed. */
#ifndef STM_CLI_COMPARE_H
#define STM_CLI_COMPARE_H

#include "pipeline/core/text.h"
#include "pipeline/review/compare.h"

void stm_compare_table(struct stm_string *out, const struct stm_compare *compare); /* to be read */
void stm_compare_csv(struct stm_string *out, const struct stm_compare *compare);
void stm_compare_json(struct stm_string *out, const struct stm_compare *compare);
void stm_compare_html(struct stm_string *out, const struct stm_compare *compare);

/* A value with `digits` significant digits, whole numbers at least, "-" for NaN. Returns `text`. */
char *stm_compare_number(char *text, size_t size, double value, int digits);

/* Indices of the measures, those that moved most surely first. */
void stm_compare_order(const struct stm_compare *compare, int order[STM_COMPARAND_MEASURES]);

#endif
