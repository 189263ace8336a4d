/* What the stages have learnt of a plate so far, on disk: so that a capture that comes alone is judged like
 * its plate. Provisional: the report is made from the images, not from this. */
#ifndef STM_PLATE_STATE_H
#define STM_PLATE_STATE_H

#include "pipeline/plan.h"

/* Of a finished plan, before its stages conclude. `sites` = how many fields of view are in it. */
bool stm_plate_state_save(const struct stm_plan *plan, const char *path, int sites, struct stm_error *err);

/* Into a finished plan. False when there is none for this program, protocol and channels; then nothing is
 * changed. */
bool stm_plate_state_load(struct stm_plan *plan, const char *path, int *sites);

#endif
