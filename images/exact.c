/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/exact.h"

#include <math.h>

/* ln 2 as a number with 21 trailing zero bits and the rest, so that k * LN2_HIGH is exact for |k| < 2^20. */
#define LN2_HIGH 0x1.62e42fee00000p-1
#define LN2_LOW 0x1.a39ef35793c76p-33

double stm_exact_exp(double x)
{
    if (x < -700) return 0;
    if (x > 700) x = 700;
    const double k = floor(x * 1.4426950408889634 + 0.5), r = (x - k * LN2_HIGH) - k * LN2_LOW;
    double sum = 1; /* |r| < 0.35: the 14th term of the series is below 2^-53 */
    for (int n = 14; n > 0; n--)
        sum = 1 + r * sum / n;
    return ldexp(sum, (int)k);
}

double stm_exact_log(double x)
{
    int e;
    double m = frexp(x, &e); /* 0.5 <= m < 1 */
    if (m < 0.70710678118654752) {
        m *= 2;
        e--;
    }
    const double s = (m - 1) / (m + 1), s2 = s * s; /* |s| < 0.172; log m = 2 atanh s */
    double sum = 0;
    for (int n = 21; n > 0; n -= 2)
        sum = sum * s2 + 1.0 / n;
    return e * LN2_HIGH + (2 * s * sum + e * LN2_LOW);
}

double stm_exact_pow(double x, double y)
{
    return stm_exact_exp(y * stm_exact_log(x));
}

struct stm_direction stm_exact_direction(double turns)
{
    const double quarters = floor(4 * turns + 0.5), x = (turns - quarters / 4) * 6.283185307179586;
    const double x2 = x * x; /* |x| <= pi / 4: terms of order 19 are below 2^-60 */
    double c = 1, s = 1;
    for (int n = 18; n > 0; n -= 2) {
        c = 1 - x2 * c / (n * (n - 1));
        s = 1 - x2 * s / (n * (n + 1));
    }
    s *= x;
    const struct stm_direction turned[4] = {{c, s}, {-s, c}, {-c, -s}, {s, -c}};
    return turned[(int)(quarters - 4 * floor(quarters / 4))];
}
