/* How an image looks, in a few numbers that tell which network suits it. */
#ifndef STM_NETS_STYLE_H
#define STM_NETS_STYLE_H

#include "pipeline/nets/contrast.h"

/* Of what the network takes in, twice the contrast, -127 … 127, over every STM_STYLE_STEP-th pair of rows. */
enum { STM_STYLE_STEP = 4, STM_STYLE_LAGS = 5 };
enum stm_style_number {
    STM_STYLE_SIZE,   /* mean |c|, in 127ths */
    STM_STYLE_TILT,   /* mean c over mean |c| */
    STM_STYLE_SIGN,   /* sum of c |c| over that of c c: 1 when all that is strong is bright */
    STM_STYLE_PEAKED, /* square of mean |c| over mean c c: 1 when all is equally strong */
    STM_STYLE_EMPTY,  /* part with |c| <= 9 */
    STM_STYLE_BEND,   /* mean second difference along rows, over mean |c|: grain */
    STM_STYLE_LAG,    /* mean |difference| of pixels 1, 2, 4, 8 and 16 apart, over mean |c| */
    STM_STYLE_NUMBERS = STM_STYLE_LAG + STM_STYLE_LAGS
};
struct stm_style {
    double number[STM_STYLE_NUMBERS];
};

/* Takes two rows from the arena and gives them back. Fails only when memory runs out. */
bool stm_style_measure(struct stm_style *style, const struct stm_net_contrast *c, struct stm_arena *arena,
                       struct stm_error *err);
size_t stm_style_bytes(int w);

/* Whether it is clear phase contrast, on which stm_net_phase errs less than stm_net_cells. */
bool stm_style_is_phase(const struct stm_style *style);

#endif
