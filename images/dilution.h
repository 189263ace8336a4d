/* The synthetic dilution series: tubes pipetted from a stock, counted by methods with known truth. */
#ifndef STM_IMAGES_DILUTION_H
#define STM_IMAGES_DILUTION_H

#include "pipeline/core/text.h"

#include <stdint.h>

/* A method counts the cells in `volume_ml` (Poisson) and misses the more the denser they lie:
 * reading = c (1 - loss c / stock). */
struct stm_dilution_counter {
    const char *name; /* NULL ends a list */
    double volume_ml, loss;
    double spread_cv; /* of observations of one tube, beyond Poisson */
};

struct stm_dilution_recipe {
    uint64_t seed;
    double stock;                       /* cells/mL; what b1 should be when nothing is lost */
    double pipette_cv;                  /* of the dilution fraction, known from weighing the tubes */
    double tube_cv;                     /* of the concentration in a tube, not known to anyone */
    int fractions, tubes, observations; /* targets are 0.1 … 0.9 evenly, `tubes` of each */
    const struct stm_dilution_counter *counters;
};

/* images/linearity/counts.csv */
extern const struct stm_dilution_recipe stm_dilution_example;

/* A table with COMET's columns, the tubes in the random order in which they are counted. */
void stm_dilution_csv(struct stm_string *out, const struct stm_dilution_recipe *recipe);

#endif
