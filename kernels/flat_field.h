/* Illumination correction. */
#ifndef STM_FLAT_FIELD_H
#define STM_FLAT_FIELD_H

#include "kernels/grid.h"

/* dst = min(65535, (max(raw - dark, 0) * gain + 8192) >> 14) with both grids interpolated at each pixel; a
 * gain of 16384 is 1. dst may be raw. */
void stm_flat_field(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 raw,
                    struct stm_grid dark, struct stm_grid gain_q14);

/* dst = dark + (((src - dark) * gain + 8192) >> 14), kept within 0 … 65535: what is dark stays where it is,
 * and so does the noise below it. dst may be src. */
void stm_amplify(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
                 struct stm_grid gain_q14, uint16_t dark);

#endif
