/* How far the live and dead stains of a nucleus stand out of the background, in multiples of what is called
 * positive by eye: 1 is the natural threshold. */
#ifndef STM_SIGNALS_H
#define STM_SIGNALS_H

#include "pipeline/stage.h"

enum stm_signal { STM_DEAD_SIGNAL, STM_DEAD_EXCESS, STM_DEAD_SNR, STM_LIVE_SIGNAL, STM_SIGNALS };
extern const struct stm_measure stm_signal_columns[STM_SIGNALS + 1];

/* The signals of one object, in the columns of the stage that owns them. */
double *stm_signals(const struct stm_site *site, const struct stm_stage_env *env, int object);

/* As it is printed: decisions are made on that, so that they can be repeated from the table. */
double stm_signal_rounded(double signal);

/* Fills the signals of all objects from the columns of stage measure; leaves them empty without a dead stain.
 * Scratch: stm_signals_scratch. */
bool stm_signals_measure(struct stm_site *site, const struct stm_stage_env *env, struct stm_error *err);
size_t stm_signals_scratch(const void *params, const struct stm_geometry *geo);

#endif
