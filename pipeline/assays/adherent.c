/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/assay.h"
#include "pipeline/stages.h"

static const struct stm_assay_role roles[] = {
    {STM_ROLE_PHASE, false},
    {STM_ROLE_BRIGHTFIELD, false},
    {STM_ROLE_NUCLEI, false},
    {STM_ROLES, false},
};

static const struct stm_stage *const stages[] = {
    &stm_stage_quality,
    &stm_stage_calibrate,
    &stm_stage_nuclei,
    &stm_stage_divide,
    &stm_stage_foreground,
    &stm_stage_measure,
    &stm_stage_frame,
    &stm_stage_shape,
    &stm_stage_pairing,
    &stm_stage_population,
    &stm_stage_alignment,
    &stm_stage_growth,
    NULL,
};

static const struct stm_assay_default defaults[] = {
    {"frame.edge_rule", "middle"}, /* what an edge leaves of a spread cell is often not seen */
    {NULL, NULL},
};

const struct stm_assay stm_assay_adherent = {
    .name = "adherent",
    .version = "1",
    .title = "Adherent cells without stain",
    .summary =
        "how much of the surface is covered, by which cells, and of what shape, from phase contrast or "
        "brightfield",
    .object_name = "cells",
    .roles = roles,
    .stages = stages,
    .defaults = defaults,
    .default_measure = "Confluence",
};
