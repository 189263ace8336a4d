/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stage.h"

#include <string.h>

extern const struct stm_stage stm_stage_aggregate, stm_stage_calibrate, stm_stage_classify, stm_stage_measure,
    stm_stage_quality, stm_stage_segment;

const struct stm_stage *const stm_stages[] = {
    &stm_stage_quality,
    &stm_stage_calibrate,
    &stm_stage_segment,
    &stm_stage_measure,
    &stm_stage_classify,
    &stm_stage_aggregate,
    NULL,
};

const struct stm_stage *stm_stage_find(const char *name)
{
    for (int i = 0; stm_stages[i]; i++)
        if (!strcmp(stm_stages[i]->name, name)) return stm_stages[i];
    return NULL;
}

int stm_site_channel(const struct stm_site *site, enum stm_role role)
{
    for (int c = 0; c < site->row.channels; c++)
        if (site->row.channel[c].role == role && site->plane[c].px) return c;
    return -1;
}
