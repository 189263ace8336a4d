/* Which tables of a report hold: those of its run, or those that overrides made. */
#ifndef STM_AUDIT_VERSION_H
#define STM_AUDIT_VERSION_H

#include "pipeline/audit/tree.h"

#include <stdint.h>

struct stm_version {
    int64_t entry;         /* of the audit log, that made them; 0 = the run's own */
    char folder[STM_PATH]; /* where wells.csv and images.csv are; of overrides objects.csv, too */
};

/* The newest tables by directory/audit.log; without a log, or without overrides since its last run, those in
 * `directory` itself. False when the log is damaged, or tables of overrides are not what the log says. */
bool stm_version_find(struct stm_version *version, const char *directory, struct stm_error *err);

#endif
