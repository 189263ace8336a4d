/* A stage: one step of an assay, declared as one const descriptor at the end of its file. */
#ifndef STM_STAGE_H
#define STM_STAGE_H

#include "pipeline/core/arena.h"
#include "pipeline/core/error.h"
#include "pipeline/core/param.h"
#include "pipeline/record.h"
#include "pipeline/site.h"

struct stm_kernels;
struct stm_string; /* pipeline/core/text.h */
struct stm_well;   /* pipeline/well.h */

/* What a stage may use besides the site. Column indices are those of the stage's own first column. */
struct stm_stage_env {
    const struct stm_kernels *kernels;
    struct stm_arena *scratch; /* given back when the stage returns */
    const void *params;
    void *plate; /* the stage's plate state (plate_bytes); const while sites run */
    const struct stm_columns *object_columns, *site_columns, *well_columns;
    int object_first, site_first, well_first; /* where the stage's own columns begin */
    struct stm_string *notes; /* plate-level remarks, one a line; settle and conclude add to it, else NULL */
};

/* All functions but `run` are optional. The order in which the run calls them:
 *   blank    once, when the protocol names images of an empty, evenly lit field (input.blank)
 *   survey   on a sample of sites spread over the plate, in plate order, one at a time, before all else
 *   settle   once after the survey: derive what `run` needs
 *   run      on every site, many sites at once
 *   note     on every site in plate order, one at a time, after all stages have run on it
 *   conclude once after the last site: derive what `classify` and `well` need
 *   classify on every site again, in any order: pixels are gone, rows are there
 *   well     once per well with all its sites' rows, in plate order
 *   recount  outside of runs: after a reviewer changed classes of objects, site columns that depend on them;
 * with the default plate state, and followed by `well`
 */
struct stm_stage {
    const char *name, *summary;
    unsigned roles; /* bits 1 << enum stm_role: takes part only where one of these is imaged; 0 = always */
    bool unsaid;    /* where it takes no part, the protocol's text has none of its parameters */
    unsigned reads, writes; /* bits of enum stm_slot */
    const struct stm_param *params;
    size_t params_size;
    /* Columns this stage fills, NULL-name-ended, or NULL. */
    const struct stm_measure *object_columns, *site_columns, *well_columns;
    size_t plate_bytes;   /* plate state, zeroed at start; plain bytes, no pointers */
    size_t settled_bytes; /* how much of it, from its start, `run` looks at; 0 = all of it */
    bool (*check)(const void *params, const struct stm_geometry *geo, struct stm_error *err);
    size_t (*scratch_bytes)(const void *params, const struct stm_geometry *geo);
    bool (*blank)(const struct stm_site *blank, const struct stm_stage_env *env, struct stm_error *err);
    /* Marks the rows that `survey` looks at, 1 for each; NULL = all of them. */
    void (*survey_rows)(const struct stm_geometry *geo, uint8_t *wanted);
    bool (*survey)(const struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err);
    bool (*settle)(const struct stm_stage_env *env, struct stm_error *err);
    bool (*run)(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err);
    void (*note)(const struct stm_site *site, const struct stm_stage_env *env);
    bool (*conclude)(const struct stm_stage_env *env, struct stm_error *err);
    bool (*classify)(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err);
    bool (*well)(struct stm_well *well, const struct stm_stage_env *env, struct stm_error *err);
    void (*recount)(struct stm_site *site, const struct stm_stage_env *env);
};

/* All stages of all assays, NULL-ended, in the order in which they may run. Stages of different assays may
 * have one name, never two of one assay. */
extern const struct stm_stage *const stm_stages[];

#endif
