/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Order statistics of 16-bit values by halving the range of values: no sorting, no copy, and the counting
 * loop runs as many values at a time as a vector holds. */
#include "pipeline/stages/feature.h"

static size_t count_up_to(const uint16_t *v, size_t n, uint16_t limit)
{
    size_t total = 0;
    for (size_t at = 0; at < n; at += 32768) { /* a block's count fits 16 bits */
        const size_t end = n - at > 32768 ? at + 32768 : n;
        uint16_t count = 0;
        for (size_t i = at; i < end; i++)
            count = (uint16_t)(count + (v[i] <= limit));
        total += count;
    }
    return total;
}

uint16_t stm_select_u16(const uint16_t *v, size_t n, size_t k)
{
    uint16_t low = UINT16_MAX, high = 0;
    for (size_t i = 0; i < n; i++) {
        low = v[i] < low ? v[i] : low;
        high = v[i] > high ? v[i] : high;
    }
    while (low < high) {
        const uint16_t middle = (uint16_t)(low + (high - low) / 2);
        if (count_up_to(v, n, middle) > k)
            high = middle;
        else
            low = (uint16_t)(middle + 1);
    }
    return low;
}

static uint16_t smallest_above(const uint16_t *v, size_t n, uint16_t limit)
{
    uint16_t best = UINT16_MAX;
    for (size_t i = 0; i < n; i++)
        best = v[i] > limit && v[i] < best ? v[i] : best;
    return best;
}

double stm_median_u16(const uint16_t *v, size_t n)
{
    const uint16_t low = stm_select_u16(v, n, (n - 1) / 2);
    if (n % 2 || count_up_to(v, n, low) > n / 2) return low;
    return (low + smallest_above(v, n, low)) / 2.0;
}
