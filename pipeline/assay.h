/* An assay: a named, versioned method. One const descriptor per file in assays/. */
#ifndef STM_ASSAY_H
#define STM_ASSAY_H

#include "pipeline/role.h"

#include <stdbool.h>
#include <stddef.h>

struct stm_stage; /* pipeline/stage.h */

struct stm_assay_role {
    enum stm_role role; /* STM_ROLES ends the list */
    bool required;      /* where several are, one of them will do */
};

struct stm_assay_default {
    const char *param, *value; /* "segment.method", "classical"; a NULL param ends the list */
};

/* How reports speak of an assay. */
struct stm_assay_words {
    const char *title, *summary, *object_name, *default_measure;
};

struct stm_assay {
    const char *name, *version; /* the version changes whenever the same input could give other results */
    const char *title, *summary;
    const char *object_name;            /* <object> of labels/<stem>_<object>.tif */
    const struct stm_assay_role *roles; /* channels it reads; the first is what a lone channel is taken for */
    const struct stm_stage *const *stages; /* in order, NULL-ended; no two of one name */
    /* Of these, stages that fill columns of objects which no other stage reads, NULL-ended: they are left out
     * where only counts are asked for. NULL = none. */
    const struct stm_stage *const *for_rows;
    const struct stm_assay_default *defaults; /* where it differs from the stages' own */
    const char *default_measure;              /* well column that colours the plate map at first */
    struct stm_assay_words
        bodies;  /* said instead where bodies are stained and nuclei are not; all NULL = the same */
    bool colour; /* colour pictures become red, green and blue; else their brightest colour is one channel */
};

extern const struct stm_assay *const stm_assays[]; /* NULL-ended; the first is the default */
const struct stm_assay *stm_assay_find(const char *name);

#endif
