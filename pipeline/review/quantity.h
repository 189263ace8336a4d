/* What can be claimed of a cell product and measured in images. */
#ifndef STM_QUANTITY_H
#define STM_QUANTITY_H

#include "pipeline/review/results.h"

#include <stdbool.h>

enum stm_quantity {
    STM_VIABILITY,
    STM_DEBRIS,
    STM_VIABLE_CELLS,
    STM_TOTAL_CELLS,
    STM_VIABLE_PER_ML,
    STM_TOTAL_PER_ML,
    STM_VIABLE_PER_CM2,
    STM_TOTAL_PER_CM2,
    STM_VOLUME,
    STM_QUANTITIES
};

/* What the cells are divided by; ENTERED: not imaged, but written into the claims file. */
enum stm_basis { STM_BASIS_CELLS, STM_BASIS_VOLUME, STM_BASIS_PRODUCT, STM_BASIS_AREA, STM_BASIS_ENTERED };

struct stm_quantity_kind {
    const char *name; /* of its column in a claims file */
    const char *title, *unit;
    enum stm_basis basis;
    bool viable; /* of live cells only: needs classes */
    bool lower_is_better;
    double scale; /* value in the unit = scale * share or rate */
    int decimals;
};
extern const struct stm_quantity_kind stm_quantity_kinds[STM_QUANTITIES];

#endif
