/* What recount.c and recount_write.c share. */
#ifndef STM_AUDIT_RECOUNT_PRIVATE_H
#define STM_AUDIT_RECOUNT_PRIVATE_H

#include "pipeline/audit/recount.h"
#include "pipeline/plan.h"

/* A field of view of a well that is counted anew. `before` and `after` are site columns as counted with the
 * original classes, and with the reviewer's. */
struct stm_recount_field {
    struct stm_site_row row;
    long image;
    double *before, *after;
    struct stm_object *objects;
    double *object_values;
    int n, capacity;
};

struct stm_recount_well {
    char plate[STM_NAME], well[8];
    size_t first, n; /* fields */
    struct stm_well_row row_before, row_after;
    double *before, *after; /* well columns */
};

struct stm_recount_state {
    const char *directory, *folder;
    const struct stm_recount_object *objects;
    size_t n_objects;
    struct stm_plan plan;
    struct stm_recount_field *field; /* by image number */
    size_t n_fields;
    struct stm_recount_well *well;
    size_t n_wells;
    struct stm_lines *changes;
};

/* The reviewer's class of an object, or NULL. */
const struct stm_recount_object *stm_recount_find(const struct stm_recount_state *state, long image,
                                                  long object);

bool stm_recount_write(const struct stm_recount_state *state, struct stm_error *err);

#endif
