/* What the stages have learnt of a plate so far, on disk: so that a capture that comes alone is judged like
 * its plate. Provisional: the report is made from the images, not from this. */
#ifndef STM_PLATE_STATE_H
#define STM_PLATE_STATE_H

#include "pipeline/plan.h"

/* An open state, for nobody else until it is closed. */
struct stm_plate_state {
    int fd, sites; /* fields of view that are in it */
    bool foreign;  /* of another program, protocol or set of channels: not read, and not to be written over */
};

/* Opens `path`, waits for who has it, and reads it into a finished plan; when there is none for this plan,
 * the plan is left as it is and sites is 0. */
bool stm_plate_state_open(struct stm_plate_state *state, struct stm_plan *plan, const char *path,
                          struct stm_error *err);

/* Writes the plan's, unless it is foreign, and closes. Not brought to disk: what a crash leaves is read as
 * none. */
bool stm_plate_state_close(struct stm_plate_state *state, const struct stm_plan *plan, struct stm_error *err);

#endif
