/* Reviewers' overrides of single objects: signed events in the audit log, each with tables derived anew. */
#ifndef STM_AUDIT_OVERRIDE_H
#define STM_AUDIT_OVERRIDE_H

#include "pipeline/audit/log.h"
#include "pipeline/core/lines.h"
#include "pipeline/record.h"

enum { STM_OVERRIDE_OBJECTS = 64 }; /* in one event */

/* What came of it. Free `changes`. */
struct stm_override_result {
    int64_t n;                /* the entry's number */
    char outputs[64];         /* the folder with the new tables, below the report: "overrides/0003" */
    struct stm_lines changes; /* numbers of wells that differ from the original ones */
};

/* Gives objects another class. Each spec says which object: "well=B03,image=FILE,object=17"; the keys are
 * plate, well, site, image (file name or ImageNumber), object, and exactly one object must fit. The report
 * must be intact, its protocol not locked. */
bool stm_override_add(const char *directory, const char *const *specs, int n, const char *class,
                      const char *reason, const struct stm_secret_key *key,
                      struct stm_override_result *result, struct stm_error *err);

/* Takes back what entry `n` of the log did; later overrides of the same objects stay. */
bool stm_override_revert(const char *directory, int64_t n, const char *reason,
                         const struct stm_secret_key *key, struct stm_override_result *result,
                         struct stm_error *err);

/* One object as objects.csv has it. */
struct stm_override_object {
    char plate[STM_NAME], well[8], site[STM_NAME], class[16];
    long image, object;
};

/* The object that `spec` means. */
bool stm_override_find(const char *directory, const char *spec, struct stm_override_object *object,
                       struct stm_error *err);

#endif
