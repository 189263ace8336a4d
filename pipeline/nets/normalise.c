/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/normalise.h"

#include "kernels/histogram.h"
#include "kernels/maths.h"

size_t stm_net_normalise_scratch(void)
{
    return STM_NET_LEVELS * sizeof(uint32_t) + stm_histogram_scratch(0);
}

/* x in units of 2^-22. */
static uint8_t nearest(uint64_t x)
{
    return (uint8_t)((127 * x + (1 << 21)) >> 22);
}

void stm_net_normalise(uint8_t (*input)[4], struct stm_cu16 image, void *scratch)
{
    uint32_t *bins = scratch;
    for (int i = 0; i < STM_NET_LEVELS; i++)
        bins[i] = 0;
    stm_histogram(bins, image, 0, bins + STM_NET_LEVELS);
    const int low = stm_bins_quantile(bins, STM_NET_LEVELS, 0.01);
    const int high = stm_bins_quantile(bins, STM_NET_LEVELS, 0.998);
    const uint64_t range = high > low ? (uint64_t)(high - low) : 1;
    for (int i = 0; i < STM_NET_LEVELS; i++) {
        const uint64_t above = i > low ? (uint64_t)(i - low) : 0;
        const uint64_t x = ((above < range ? above : range) << 44) / range, second = stm_root(x);
        input[i][0] = nearest(x >> 22);
        input[i][1] = nearest(second);
        input[i][2] = nearest(stm_root(second << 22));
        input[i][3] = 0;
    }
}
