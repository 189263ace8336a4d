/* How much must be counted before a question can be decided. */
#ifndef STM_PLANNING_H
#define STM_PLANNING_H

#include "pipeline/stats/decision.h"

/* Cells, in steps of `step` from `first`, until the exact one-sided lower limit of a viability seen as `seen`
 * (rounded down to whole cells) reaches `limit`; -1 when `most` are not enough. */
int stm_planning_cells(double limit, double seen, double confidence, int first, int step, int most);

/* Cells of a simple random sample for a viability p known to +- half (two-sided), or a count known to +- a
 * fraction of itself; multiplied by the design effect of fields. */
double stm_planning_share(double p, double half, double design, double confidence);
double stm_planning_count(double relative, double design, double confidence);

/* More units (fields, wells) like those that were seen until the claim is supported or contradicted, if they
 * show the same: 0 when it is decided already, -1 when `most` more would not do, since what is alike in all
 * of them remains. */
int stm_planning_units(const struct stm_evidence *e, double low, double high, double confidence, int most);

#endif
