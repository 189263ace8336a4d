/* Labels that look like several are cut at their necks. */
#ifndef STM_NUCLEI_SPLIT_H
#define STM_NUCLEI_SPLIT_H

#include "pipeline/nuclei/finder.h"

/* Which necks are cut. */
struct stm_nuclei_cuts {
    uint16_t
        rise; /* sixteenths of a pixel by which the distance to the edge is less there than in either part */
    int window; /* pixels of the box of a label that is looked at, at most */
    int seeds;  /* parts of a label, at most; one with more stays whole */
};

bool stm_nuclei_split(struct stm_finder *f, const struct stm_nuclei_cuts *cuts, struct stm_error *err);
size_t stm_nuclei_split_bytes(int w, int h, const struct stm_nuclei_cuts *cuts);
/* What another member of the team takes. */
size_t stm_nuclei_split_member_bytes(int w, int h, const struct stm_nuclei_cuts *cuts);

#endif
