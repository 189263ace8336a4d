/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/maths.h"

#include <math.h>

/* x = n ln 2 + r with |r| <= ln 2 / 2; the series of exp(-r) to r^14 leaves 1e-17. ln 2 is split so that n
 * times its first part is exact. */
double stm_exp_minus(double x)
{
    const double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;
    if (!(x < 700)) return 0;
    const double n = floor(x * 0x1.71547652b82fep+0 + 0.5), r = (x - n * ln2_high) - n * ln2_low;
    double sum = 1;
    for (int i = 14; i >= 1; i--)
        sum = 1 - r * sum / i;
    return ldexp(sum, -(int)n);
}

/* x = m 2^n with m in [sqrt 1/2, sqrt 2); ln m = 2 artanh((m - 1) / (m + 1)), its series to the 25th power.
 */
double stm_log2(double x)
{
    int n;
    double m = frexp(x, &n), sum = 0;
    if (m < 0x1.6a09e667f3bcdp-1) {
        m *= 2;
        n--;
    }
    const double t = (m - 1) / (m + 1), t2 = t * t;
    for (int i = 25; i >= 1; i -= 2)
        sum = sum * t2 + 1.0 / i;
    return n + 2 * t * sum * 0x1.71547652b82fep+0;
}

/* IEEE 754 rounds square roots correctly. v is rounded by at most a part in 2^53, so the root is never below
 * a whole one that it should be: roots are below 2^32, where doubles lie closer by far. It may be one above.
 */
uint64_t stm_root(uint64_t v)
{
    const uint64_t r = (uint64_t)sqrt((double)v);
    return r > UINT32_MAX || r * r > v ? r - 1 : r;
}
