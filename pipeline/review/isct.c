/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/review/isct.h"

const struct stm_isct_item stm_isct_items[STM_ISCT_ITEMS] = {
    {"Plastic_Adherent", "plastic-adherent under standard culture conditions", STM_ISCT_IMAGED, 0},
    {"CD73", "CD73 positive, at least 95 %", STM_ISCT_POSITIVE, 95},
    {"CD90", "CD90 positive, at least 95 %", STM_ISCT_POSITIVE, 95},
    {"CD105", "CD105 positive, at least 95 %", STM_ISCT_POSITIVE, 95},
    {"CD45", "CD45 positive, at most 2 %", STM_ISCT_NEGATIVE, 2},
    {"CD34", "CD34 positive, at most 2 %", STM_ISCT_NEGATIVE, 2},
    {"CD14_or_CD11b", "CD14 or CD11b positive, at most 2 %", STM_ISCT_NEGATIVE, 2},
    {"CD79a_or_CD19", "CD79a or CD19 positive, at most 2 %", STM_ISCT_NEGATIVE, 2},
    {"HLA_DR", "HLA-DR positive, at most 2 %", STM_ISCT_NEGATIVE, 2},
    {"Osteogenic", "differentiates to osteoblasts", STM_ISCT_DIFFERENTIATION, 0},
    {"Adipogenic", "differentiates to adipocytes", STM_ISCT_DIFFERENTIATION, 0},
    {"Chondrogenic", "differentiates to chondroblasts", STM_ISCT_DIFFERENTIATION, 0},
    {"Sterility", "sterile (not among the criteria, asked of every product)", STM_ISCT_DIFFERENTIATION, 0},
    {"Mycoplasma", "free of mycoplasma (not among the criteria, asked of every product)",
     STM_ISCT_DIFFERENTIATION, 0},
};
