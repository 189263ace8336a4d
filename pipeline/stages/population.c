/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stage aggregate of assay adherent: the cells of a well together, with intervals. See docs/statistics.md. */
#include "pipeline/stages/features/groups.h"

enum { LISTS = 7 };
static const char *const lists[LISTS] = {
    "AreaShape_Area_um2", "Shape_Elongation",        "Shape_SpindleScore",    "Shape_Length_um",
    "Shape_Width_um",     "Shape_SkeletonLength_um", "Shape_SkeletonWidth_um"};

static const struct stm_measure columns[STM_GROUP_FIXED + STM_GROUP_PER_LIST * LISTS + 1] = {
    STM_GROUP_ROWS,
    STM_GROUP_LIST("AreaShape_Area_um2", "um2", 2),
    STM_GROUP_LIST("Shape_Elongation", "", 3),
    STM_GROUP_LIST("Shape_SpindleScore", "", 4),
    STM_GROUP_LIST("Shape_Length_um", "um", 2),
    STM_GROUP_LIST("Shape_Width_um", "um", 2),
    STM_GROUP_LIST("Shape_SkeletonLength_um", "um", 2),
    STM_GROUP_LIST("Shape_SkeletonWidth_um", "um", 2),
};

static bool well(struct stm_well *well, const struct stm_stage_env *env, struct stm_error *err)
{
    static const struct stm_groups groups = {lists, LISTS, NULL};
    int used;
    if (!stm_groups_well(well, &groups, env, &used, err)) return false;
    stm_groups_judge(well, used);
    return true;
}

const struct stm_stage stm_stage_population = {
    .name = "aggregate",
    .summary = "the cells of a well together: counts, classes and shapes, with intervals",
    .reads = STM_SLOT_OBJECTS,
    .well_columns = columns,
    .well = well,
};
