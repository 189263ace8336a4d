/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/review/quantity.h"

const struct stm_quantity_kind stm_quantity_kinds[STM_QUANTITIES] = {
    [STM_VIABILITY] = {"Viability", "Viability", "%", STM_BASIS_CELLS, true, false, 100, 1},
    [STM_DEBRIS] = {"Debris", "Debris among all objects", "%", STM_BASIS_CELLS, false, true, 100, 1},
    [STM_VIABLE_CELLS] = {"Viable_Cells", "Viable cells", "cells", STM_BASIS_PRODUCT, true, false, 1, 0},
    [STM_TOTAL_CELLS] = {"Total_Cells", "Total cells", "cells", STM_BASIS_PRODUCT, false, false, 1, 0},
    [STM_VIABLE_PER_ML] = {"Viable_per_mL", "Viable cells per mL", "1/mL", STM_BASIS_VOLUME, true, false, 1,
                           0},
    [STM_TOTAL_PER_ML] = {"Total_per_mL", "Cells per mL", "1/mL", STM_BASIS_VOLUME, false, false, 1, 0},
    [STM_VIABLE_PER_CM2] = {"Viable_per_cm2", "Viable cells per cm2", "1/cm2", STM_BASIS_AREA, true, false, 1,
                            0},
    [STM_TOTAL_PER_CM2] = {"Total_per_cm2", "Cells per cm2", "1/cm2", STM_BASIS_AREA, false, false, 1, 0},
    [STM_VOLUME] = {"Volume_mL", "Volume (entered)", "mL", STM_BASIS_ENTERED, false, false, 1, 3},
};
