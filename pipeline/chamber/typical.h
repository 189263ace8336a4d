/* What a usual cell of a picture is like: debris is small or faint, cells hold most of the contrast. */
#ifndef STM_TYPICAL_H
#define STM_TYPICAL_H

#include "pipeline/chamber/cells.h"

struct stm_typical {
    double diameter; /* px; NaN when there is nothing */
};

/* Median of the diameter, each object weighted by its area times its contrast. */
bool stm_typical_of(struct stm_typical *out, const struct stm_cell *cell, int n, struct stm_arena *scratch,
                    struct stm_error *err);
size_t stm_typical_scratch(int w, int h);

#endif
