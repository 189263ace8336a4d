/* What more cells do not make surer: tolerances, pipettes, and how far the analysis itself is off. */
#ifndef STM_UNCERTAINTY_H
#define STM_UNCERTAINTY_H

#include "pipeline/core/error.h"
#include "pipeline/review/quantity.h"
#include "pipeline/stats/budget.h"

enum stm_component {
    STM_U_DEPTH,
    STM_U_DILUTION,
    STM_U_PIPETTING,
    STM_U_SCALE,
    STM_U_VOLUME,
    STM_U_COUNTING,       /* found too few or too many cells */
    STM_U_CLASSIFICATION, /* live taken for dead and the other way round */
    STM_U_DEBRIS,
    STM_COMPONENTS
};

/* Standard uncertainties and where each comes from. */
struct stm_uncertainty {
    struct {
        double standard; /* relative in percent; CLASSIFICATION and DEBRIS in points of a share */
        char how[128];
    } component[STM_COMPONENTS];
};

/* "Depth", "Dilution", … as a file calls them. */
const char *stm_component_name(enum stm_component component);

/* The program's own values for an assay at this dilution: stated tolerances, and how far its counts were off
 * on images whose truth is known. */
void stm_uncertainty_default(struct stm_uncertainty *u, const char *assay, double dilution);

/* Replaces components by what the protocol of the results states. */
void stm_uncertainty_protocol(struct stm_uncertainty *u, const struct stm_results *results);

/* Replaces components by those of a CSV file with the columns Component, Percent and Source. */
bool stm_uncertainty_read(struct stm_uncertainty *u, const char *path, struct stm_error *err);

/* The components that a quantity depends on, as rows of type B: of a share in points (0 … 1), of anything
 * else relative. `viability` 0 … 1 (NaN unknown) turns the classification into a relative one of live cells;
 * with `dilution` 1 nothing was diluted. */
void stm_uncertainty_add(struct stm_budget *budget, const struct stm_uncertainty *u,
                         enum stm_quantity quantity, double viability, double dilution);

#endif
