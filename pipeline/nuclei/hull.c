/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nuclei/hull.h"

#include <math.h>

/* Sides are short, most have a step of none or one. */
static int64_t gcd(int64_t x, int64_t y)
{
    uint32_t a = (uint32_t)(x < 0 ? -x : x), b = (uint32_t)(y < 0 ? -y : y);
    while (b > 1) {
        const uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return b ? 1 : a;
}

/* Corners are met on the closed way: down the right chain, up the left one (which lies bottom first). The one
 * after corner `a`; h->room at the end. */
static int next_corner(const struct stm_hull *h, int a)
{
    return a + 1 == h->right ? h->left : a + 1;
}

int64_t stm_hull_pixels(const struct stm_hull *h)
{
    int64_t twice = 0, border = 0;
    for (int a = h->room - 1, b = 0; b < h->room; a = b, b = next_corner(h, b)) {
        twice += (int64_t)h->x[a] * h->y[b] - (int64_t)h->x[b] * h->y[a];
        border += gcd((int64_t)h->x[b] - h->x[a], (int64_t)h->y[b] - h->y[a]);
    }
    return ((twice < 0 ? -twice : twice) + border) / 2 + 1;
}

double stm_hull_depth(const struct stm_hull *h, int32_t x, int32_t y)
{
    double least = -1;
    for (int a = h->room - 1, b = 0; b < h->room; a = b, b = next_corner(h, b)) {
        const double dx = h->x[b] - h->x[a], dy = h->y[b] - h->y[a], length = sqrt(dx * dx + dy * dy);
        if (!(length > 0)) continue;
        const double d = (dx * (y - h->y[a]) - dy * (x - h->x[a])) / length;
        if (least < 0 || d < least) least = d > 0 ? d : 0;
    }
    return least > 0 ? least : 0;
}
