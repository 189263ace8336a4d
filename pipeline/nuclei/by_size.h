/* Nucleus or debris by size alone, where nothing else is known of a candidate. */
#ifndef STM_NUCLEI_BY_SIZE_H
#define STM_NUCLEI_BY_SIZE_H

#include "pipeline/nuclei/finder.h"

/* Sets f->typical, the median area of the blobs (0: there are none), and the kind of each. */
bool stm_nuclei_judge_sizes(struct stm_finder *f, struct stm_error *err);
size_t stm_nuclei_judge_sizes_bytes(int w, int h);

/* Equivalent diameter of the usual nucleus; NAN without nuclei. */
double stm_nuclei_usual_diameter(const struct stm_finder *f, const struct stm_nuclei *found);

#endif
