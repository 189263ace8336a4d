/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/order.h"

#include "kernels/kernels.h"
#include "kernels/moments.h"

/* What is looked for is in low … high; `below` values are less than low, `upto` at most high. */
struct bracket {
    uint16_t low, high;
    int below, upto;
};

/* Where the value would be if values were evenly spread; halves instead when that has not ended it soon. */
static uint16_t guess(const struct bracket *b, int k, int pass)
{
    enum { HOPEFUL = 4 };
    const uint64_t range = (uint64_t)(b->high - b->low);
    if (pass >= HOPEFUL) return (uint16_t)(b->low + range / 2);
    const uint64_t part = range * (uint64_t)(k - b->below) / (uint64_t)(b->upto - b->below);
    return (uint16_t)(b->low + (part < range ? part : range - 1));
}

uint16_t stm_select(const struct stm_kernels *kernels, const uint16_t *v, int n, int k)
{
    struct stm_intensity all = {0};
    kernels->intensity_row(&all, v, n);
    struct bracket b = {all.least, all.most, 0, n};
    for (int pass = 0; b.low < b.high; pass++) {
        uint16_t above;
        const uint16_t at = guess(&b, k, pass);
        const int count = kernels->upto_row(v, n, at, &above);
        if (count > k)
            b.high = at, b.upto = count;
        else
            b.low = above, b.below = count;
    }
    return b.low;
}

enum { SUMMED = 65536 }; /* values whose sum fits 32 bits */

uint64_t stm_least_sum(const struct stm_kernels *kernels, const uint16_t *v, int n, int m)
{
    uint64_t sum = 0;
    if (m < 1) return 0;
    const uint16_t last = stm_select(kernels, v, n, m - 1);
    for (int from = 0; from < n; from += SUMMED) {
        uint32_t part = 0, below = 0;
        for (int i = from; i < n && i < from + SUMMED; i++) {
            part += v[i] < last ? v[i] : 0u;
            below += v[i] < last;
        }
        sum += part;
        m -= (int)below;
    }
    return sum + (uint64_t)m * last;
}

uint64_t stm_rank_sum(const struct stm_kernels *kernels, const uint16_t *v, int n, int from, int to)
{
    if (from >= to) return 0;
    if (n > STM_FEW) return stm_least_sum(kernels, v, n, to) - stm_least_sum(kernels, v, n, from);
    return kernels->ranks_row(v, n, from, to);
}

double stm_median_of(const struct stm_kernels *kernels, const uint16_t *v, int n)
{
    const uint16_t low = stm_select(kernels, v, n, (n - 1) / 2);
    uint16_t next;
    if (n % 2 || kernels->upto_row(v, n, low, &next) > n / 2) return low;
    return (low + next) / 2.0;
}
