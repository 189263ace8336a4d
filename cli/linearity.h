/* What `stroma linearity` writes. All append to `out`; running out of memory shows in out->failed. */
#ifndef STM_CLI_LINEARITY_H
#define STM_CLI_LINEARITY_H

#include "pipeline/core/sha256.h"
#include "pipeline/core/text.h"
#include "pipeline/stats/linearity.h"

struct stm_linearity_report {
    const char *file; /* name of the table, without folders */
    char hash[STM_SHA256_HEX];
    const struct stm_linearity_data *data;
    const struct stm_linearity *analysis;
};

void stm_linearity_table(struct stm_string *out, const struct stm_linearity_report *report); /* to be read */
void stm_linearity_csv(struct stm_string *out, const struct stm_linearity_report *report);
void stm_linearity_json(struct stm_string *out, const struct stm_linearity_report *report);
void stm_linearity_html(struct stm_string *out, const struct stm_linearity_report *report);

/* SVG: the samples with line and curve, and what they are off the line, over x or over the elapsed time. */
void stm_linearity_plot_fit(struct stm_string *out, const struct stm_linearity_result *r);
void stm_linearity_plot_residuals(struct stm_string *out, const struct stm_linearity_result *r);
void stm_linearity_plot_time(struct stm_string *out, const struct stm_linearity_result *r);

/* The decimals with which `value` has `digits` significant digits, whole numbers at least. */
int stm_linearity_decimals(double value, int digits);

/* Every value of a method that is there, in the order in which they are shown: index is of estimate[],
 * fraction NaN or the dilution fraction. Begin with -1; -1 again behind the last. */
int stm_linearity_next(const struct stm_linearity_result *r, int index, double *fraction);

/* "x", "1", "x2": option, files and headings call the weights by the variance they stand for. */
const char *stm_linearity_weights_name(enum stm_linearity_weights weights);

/* The F test's p is below 0.05. */
bool stm_linearity_departs(const struct stm_linearity_result *r);

/* What the departure from the line comes to, as a sentence without its full stop; plain ASCII without < or &.
 */
void stm_linearity_verdict(struct stm_string *out, const struct stm_linearity_result *r);

#define STM_LINEARITY_STANDARD "per NIST's COMET implementation of ISO 20391-2:2019"

#endif
