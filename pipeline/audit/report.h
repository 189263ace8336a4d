/* A results directory as evidence: sealed when the run ends, signed later, checked at any time. */
#ifndef STM_AUDIT_REPORT_H
#define STM_AUDIT_REPORT_H

#include "pipeline/audit/findings.h"
#include "pipeline/audit/log.h"
#include "pipeline/sink.h"

/* Seals the outputs of these sinks (NULL-ended): manifest.json, and an entry "run" in audit.log. */
bool stm_report_seal(const struct stm_run_info *info, const struct stm_sink *const *sinks,
                     struct stm_error *err);

/* How a report or store is to be looked at. */
struct stm_audit_options {
    const struct stm_public_key *trusted; /* when there are any, one of them must have signed */
    int n_trusted;
    const char *inputs; /* folder in which the images are looked for; NULL = images are not checked */
};

/* What a signature says at the end of a log. */
struct stm_audit_result {
    struct stm_findings findings;
    size_t files, entries;                          /* looked at */
    size_t runs, pages;                             /* of a store */
    char signed_by[STM_KEY_NAME], key[STM_KEY_HEX]; /* of the last signature over the present state; "" */
    char signed_at[32], reason[256];
};

/* Everything that differs from what was sealed. False only when it could not be looked at. */
bool stm_report_check(const char *directory, const struct stm_audit_options *options,
                      struct stm_audit_result *result, struct stm_error *err);

/* Only the log, given as a file. */
bool stm_log_file_check(const char *path, const struct stm_audit_options *options,
                        struct stm_audit_result *result, struct stm_error *err);

/* Who signed last, and whether nothing happened since; adds findings when `options` ask for a signature. */
void stm_audit_signatures(const struct stm_log *log, const char *file,
                          const struct stm_audit_options *options, struct stm_audit_result *result);

/* Signs a report as it stands; it must be intact. */
bool stm_report_sign(const char *directory, const struct stm_secret_key *key, const char *reason,
                     struct stm_error *err);

/* The last entry called "run", NULL when there is none; the last one behind it that has tables of its own
 * (overrides), NULL when those of the run are valid. */
const struct stm_log_entry *stm_log_run(const struct stm_log *log);
const struct stm_log_entry *stm_log_version(const struct stm_log *log);

#endif
