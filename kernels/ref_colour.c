/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The row kernels of colour.h: the specification. */
#include "kernels/colour.h"
#include "kernels/ref.h"

/* With v = 2^e (1 + f): 4096 log2(v), then times log10(2) * 2. Every product is cut to its high 16 bits. */
static uint16_t log_of(uint32_t v)
{
    const uint32_t e = 31 - (uint32_t)__builtin_clz(v);
    const uint32_t f = (v << (16 - e)) & 65535;
    uint32_t q = STM_LOG_2 - (f * STM_LOG_3 >> 16);
    q = STM_LOG_1 - (f * q >> 16);
    q = STM_LOG_0 - (f * q >> 16);
    const uint32_t p = f + ((f * (65535 - f) >> 16) * q >> 16);
    return (uint16_t)((e * 4096 + (p >> 4)) * STM_LOG_SCALE >> 16);
}

void stm_log_row_ref(uint16_t *dst, const uint16_t *src, int w)
{
    for (int x = 0; x < w; x++)
        dst[x] = log_of(src[x] ? src[x] : 1);
}

void stm_unmix_row_ref(uint16_t *dst, const uint16_t *const *density, const struct stm_unmix *u, int w)
{
    for (int x = 0; x < w; x++) {
        int32_t sum = u->offset;
        for (int c = 0; c < 3; c++)
            sum += (density[c][x] < STM_DENSITY_MOST ? density[c][x] : STM_DENSITY_MOST) * u->factor[c];
        const int32_t amount = sum >> 12;
        dst[x] = (uint16_t)(amount < 0 ? 0 : amount < 65535 ? amount : 65535);
    }
}
