/* What an audit found, in the order in which it looked. */
#ifndef STM_AUDIT_FINDINGS_H
#define STM_AUDIT_FINDINGS_H

#include "pipeline/core/error.h"

#include <stddef.h>

enum stm_finding_kind {
    STM_FINDING_NOTE, /* says something, breaks nothing */
    STM_FINDING_ALTERED,
    STM_FINDING_MISSING,
    STM_FINDING_ADDED,
    STM_FINDING_UNPROVEN, /* a signature that is wrong, unknown or not there */
    STM_FINDING_KINDS
};
const char *stm_finding_name(enum stm_finding_kind kind); /* "note", "altered", … */

/* `row` counts from 1 as an editor shows the file's lines, 0 = the whole file; texts are never NULL. */
struct stm_finding {
    enum stm_finding_kind kind;
    long row;
    char *file, *field, *text;
};

/* Zero it to begin. `failed`: memory ran out, the list is incomplete. */
struct stm_findings {
    struct stm_finding *list;
    size_t n, capacity;
    size_t breaks; /* those that are no notes */
    bool failed;
};

/* `field` may be NULL; the text is a sentence without the file, row and field. */
void stm_findings_add(struct stm_findings *findings, enum stm_finding_kind kind, const char *file, long row,
                      const char *field, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* "altered: wells.csv, row 5, Viability: …" into `text`. */
void stm_finding_text(const struct stm_finding *finding, char *text, size_t size);
void stm_findings_free(struct stm_findings *findings);

#endif
