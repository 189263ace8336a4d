/* What `stroma verify` writes. Writers of text append to `out`; running out of memory shows in out->failed.
 */
#ifndef STM_CLI_VERIFY_H
#define STM_CLI_VERIFY_H

#include "pipeline/core/error.h"
#include "pipeline/core/text.h"
#include "pipeline/review/verify.h"

struct stm_verify_report {
    const struct stm_verify *verify;
    const struct stm_claims *claims;
    const struct stm_results *results;
    int n_results;
    const char *claims_file; /* without folders */
};

void stm_verify_table(struct stm_string *out, const struct stm_verify_report *report); /* to be read */
void stm_verify_csv(struct stm_string *out, const struct stm_verify_report *report);
void stm_verify_json(struct stm_string *out, const struct stm_verify_report *report);
void stm_verify_html(struct stm_string *out, const struct stm_verify_report *report);

/* certificate.pdf: one section a row of the claims, with a block for signatures. */
bool stm_verify_pdf(const struct stm_verify_report *report, const char *path, struct stm_error *err);

/* "MSC-07", "MSC-07, vial 3", "all wells". */
void stm_verify_subject(struct stm_string *out, const struct stm_claims_row *row);

/* "1 object was given another class by a reviewer; …", "" when there is none. Returns `text`. */
char *stm_verify_overridden(char *text, size_t size, int objects);

/* A value in its quantity's digits, "-" for NaN. Returns `text`. */
char *stm_verify_number(char *text, size_t size, enum stm_quantity quantity, double value);

/* ">= 80.0 %", "900000 to 1100000 cells". */
char *stm_verify_limits(char *text, size_t size, const struct stm_claim *claim);

/* "0.013", "< 0.0001", "-". */
char *stm_verify_probability(char *text, size_t size, double p);

/* "from 88.7 %": what would have been supported; false when there is no limit or nothing would. */
bool stm_verify_guard(char *text, size_t size, const struct stm_finding *f);

/* What a checklist item comes to for a row: "entered: 98.1, meets", "not imaged, enter from report". */
char *stm_verify_isct(char *text, size_t size, const struct stm_verify_report *report,
                      const struct stm_verified *v, int item);

/* What the sample sheet says of a row's wells: the next name and its distinct values ("D-17", "D-17; D-18"),
 * cut when they do not fit. Begin with *column = 0; false at the end. */
bool stm_verify_ledger(const struct stm_verified *v, size_t *column, char name[64], char *values,
                       size_t size);

/* Pictures that show the evidence of a row: paths of overlays in their results directories, those of the
 * fields that need a look first. Returns how many of at most `most` it put into `paths`, which the caller
 * frees. */
int stm_verify_pictures(const struct stm_verified *v, char **paths, char **titles, int most);

#endif
