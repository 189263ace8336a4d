/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/assay.h"
#include "pipeline/stages.h"

static const struct stm_assay_role roles[] = {
    {STM_ROLE_NUCLEI, true}, {STM_ROLE_DEAD, false},  {STM_ROLE_LIVE, false},
    {STM_ROLE_BODY, true},   {STM_ROLE_OTHER, false}, {STM_ROLES, false},
};

static const struct stm_stage *const stages[] = {
    &stm_stage_quality,
    &stm_stage_calibrate,
    &stm_stage_segment,
    &stm_stage_bodies,
    &stm_stage_measure,
    &stm_stage_frame,
    &stm_stage_classify,
    &stm_stage_aggregate,
    &stm_stage_profile,
    &stm_stage_alignment,
    NULL,
};

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
    .bodies = {.title = "Fluorescent cell bodies",
               .summary = "cells found and measured in the stain of their bodies",
               .object_name = "cells",
               .default_measure = "SpindleFraction"},
};
