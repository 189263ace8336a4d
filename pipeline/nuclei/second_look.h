/* Nuclei that the network takes for one and the levels of light for several. */
#ifndef STM_NUCLEI_SECOND_LOOK_H
#define STM_NUCLEI_SECOND_LOOK_H

#include "pipeline/nuclei/finder.h"

/* Where two or more nuclei of `found` (by the levels of light, in the same plane) lie in one of f->labels and
 * make up most of it, all but the first become labels of their own: f->seeds grows. */
bool stm_nuclei_part_by_light(struct stm_finder *f, const struct stm_nuclei *found, struct stm_error *err);
size_t stm_nuclei_part_bytes(int w, int h);

#endif
