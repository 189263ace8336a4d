/* Nuclei that the network has left out. */
#ifndef STM_NUCLEI_LEFT_OUT_H
#define STM_NUCLEI_LEFT_OUT_H

#include "pipeline/nuclei/finder.h"

/* The network was shown few condensed nuclei, dead or in division, and leaves out most of them. What `found`
 * (by the levels of light, in the same plane) calls a nucleus, is small, stands out as much as nuclei usually
 * do there, and has none of f->labels on it becomes a label: f->seeds grows. */
bool stm_nuclei_add_left_out(struct stm_finder *f, const struct stm_nuclei *found, struct stm_error *err);
size_t stm_nuclei_left_out_bytes(int w, int h);

#endif
