/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/assay.h"

static const struct stm_assay_role roles[] = {
    {STM_ROLE_NUCLEI, true}, {STM_ROLE_DEAD, false},  {STM_ROLE_LIVE, false},
    {STM_ROLE_BODY, false},  {STM_ROLE_OTHER, false}, {STM_ROLES, false},
};

static const char *const stages[] = {"quality",  "calibrate", "segment", "measure",
                                     "classify", "aggregate", NULL};

static const struct stm_assay_default defaults[] = {{NULL, NULL}};

const struct stm_assay stm_assay_fluorescence = {
    .name = "fluorescence",
    .version = "1",
    .title = "Fluorescence viability",
    .summary = "nuclei counted and called live or dead by a stain that only enters broken membranes",
    .object_name = "nuclei",
    .roles = roles,
    .stages = stages,
    .defaults = defaults,
    .default_measure = "Viability",
};
