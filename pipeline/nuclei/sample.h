/* Statistics of a plane from some of its rows: enough for quantiles, at a fraction of the time. */
#ifndef STM_NUCLEI_SAMPLE_H
#define STM_NUCLEI_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

/* Every step-th row, so that about 2^18 pixels are seen; 1 for small planes. */
static inline int stm_sample_step(int w, int h)
{
    const int64_t step = (int64_t)w * h >> 18;
    return step < 1 ? 1 : step > h ? h : (int)step;
}

/* The least bin that has more than `before` counts in it and below; `bins` - 1 when there are fewer. */
static inline int stm_sample_rank(const uint32_t *count, int bins, uint64_t before)
{
    uint64_t sum = 0;
    for (int i = 0; i < bins; i++)
        if ((sum += count[i]) > before) return i;
    return bins - 1;
}

#endif
