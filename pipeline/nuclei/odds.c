/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nuclei/odds.h"

/* x = m 2^e with m in [1/sqrt 2, sqrt 2), log m = 2 artanh((m - 1) / (m + 1)); the series to z^13 leaves less
 * than 2 z^15 / 15 < 4.5e-13 at |z| <= 0.1716. Scaling by powers of two is exact. */
double stm_odds_log(double x)
{
    int e = 0;
    for (; x >= 1.4142135623730951; e++)
        x *= 0.5;
    for (; x < 0.70710678118654757; e--)
        x *= 2;
    const double z = (x - 1) / (x + 1), q = z * z;
    double sum = 0;
    for (int i = 13; i >= 1; i -= 2)
        sum = sum * q + 1.0 / i;
    return 2 * z * sum + e * 0.69314718055994530942;
}
