/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stages.h"

#include "pipeline/stage.h"

const struct stm_stage *const stm_stages[] = {
    &stm_stage_quality,       &stm_stage_calibrate, &stm_stage_segment,
    &stm_stage_nuclei,        &stm_stage_divide,    &stm_stage_cells,
    &stm_stage_foreground,    &stm_stage_bodies,    &stm_stage_measure,
    &stm_stage_frame,         &stm_stage_classify,  &stm_stage_live_dead,
    &stm_stage_shape,         &stm_stage_pairing,   &stm_stage_aggregate,
    &stm_stage_population,    &stm_stage_profile,   &stm_stage_alignment,
    &stm_stage_concentration, &stm_stage_growth,    NULL,
};

int stm_site_channel(const struct stm_site *site, enum stm_role role)
{
    for (int c = 0; c < site->row.channels; c++)
        if (site->row.channel[c].role == role && site->plane[c].px) return c;
    return -1;
}
