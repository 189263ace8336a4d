/* Uncertainty of a concentration from a count: GUM's sum of squares of relative standard uncertainties, with
 * the count's own interval, which is not symmetric, kept exact. */
#ifndef STM_CHAMBER_BUDGET_H
#define STM_CHAMBER_BUDGET_H

#include "pipeline/stats/interval.h"

/* Relative standard uncertainties. */
enum stm_chamber_budget_part {
    STM_CHAMBER_U_DEPTH,        /* of the chamber */
    STM_CHAMBER_U_DILUTION,     /* with the dye */
    STM_CHAMBER_U_PIPETTING,    /* of the sample into the chamber */
    STM_CHAMBER_U_SCALE,        /* size of a pixel; counts twice, since areas go with its square */
    STM_CHAMBER_U_SEGMENTATION, /* cells missed or invented */
    STM_CHAMBER_U_PARTS
};

/* Limits of value = count * factor: half-widths of the count's interval (with dispersion phi) and the
 * quantile times the other parts, in quadrature. NaN where the count says nothing. */
struct stm_interval stm_chamber_budget_interval(double count, double phi, double factor,
                                                const double part[STM_CHAMBER_U_PARTS], double confidence);

/* Of all parts but the count. */
double stm_chamber_budget_systematic(const double part[STM_CHAMBER_U_PARTS]);

#endif
