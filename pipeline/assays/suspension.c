/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/assay.h"
#include "pipeline/stages.h"

static const struct stm_assay_role roles[] = {
    {STM_ROLE_BRIGHTFIELD, false}, {STM_ROLE_PHASE, false}, {STM_ROLE_STAIN, false}, {STM_ROLE_RED, false},
    {STM_ROLE_GREEN, false},       {STM_ROLE_BLUE, false},  {STM_ROLES, false},
};

static const struct stm_stage *const stages[] = {
    &stm_stage_cells, &stm_stage_measure, &stm_stage_live_dead, &stm_stage_concentration, NULL,
};

/* Cells are judged by columns of their own. */
static const struct stm_stage *const for_rows[] = {&stm_stage_measure, NULL};

static const struct stm_assay_default defaults[] = {{NULL, NULL}};

const struct stm_assay stm_assay_suspension = {
    .name = "suspension",
    .version = "1",
    .title = "Cell suspension in a counting chamber",
    .summary = "cells counted in a chamber of known depth and called live or dead by trypan blue",
    .object_name = "cells",
    .roles = roles,
    .stages = stages,
    .for_rows = for_rows,
    .defaults = defaults,
    .default_measure = "Viability",
    .colour = true,
};
