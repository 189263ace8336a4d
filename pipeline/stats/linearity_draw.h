/* The bootstrap: series as they might have come out, drawn from one as it did. */
#ifndef STM_LINEARITY_DRAW_H
#define STM_LINEARITY_DRAW_H

#include "pipeline/stats/linearity_fit.h"

/* Draw number `draw`: within each fraction as many samples as there are, with replacement, and of each of
 * them as many of its observations, with replacement; a sample drawn twice counts as two. The same seed and
 * number give the same draw, whatever else the file holds and in whichever order. Methods that counted the
 * same tubes of a fraction get the same choice of tubes, so that ratios of methods are not blurred by what
 * the tubes have in common. `point`: n_samples of them. `scratch`: as many doubles as the largest sample has
 * observations. */
void stm_linearity_draw(struct stm_linearity_point *point, const struct stm_linearity_method *method,
                        uint64_t seed, int draw, double *scratch);

#endif
