/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nuclei/hull.h"

#include <math.h>

struct stm_hull stm_hull_begin(int32_t *x, int32_t *y, int rows)
{
    return (struct stm_hull){x, y, 2 * rows, 0, 2 * rows};
}

/* Twice the area of the triangle a, b, c; positive when c lies clockwise of the way from a to b (y
 * downwards). */
static int64_t turn(const struct stm_hull *h, int a, int b, int32_t x, int32_t y)
{
    return ((int64_t)h->x[b] - h->x[a]) * ((int64_t)y - h->y[a]) -
           ((int64_t)h->y[b] - h->y[a]) * ((int64_t)x - h->x[a]);
}

void stm_hull_row(struct stm_hull *h, int32_t y, int32_t x0, int32_t x1)
{
    while (h->right >= 2 && turn(h, h->right - 2, h->right - 1, x1, y) <= 0)
        h->right--;
    h->x[h->right] = x1;
    h->y[h->right++] = y;
    while (h->room - h->left >= 2 && turn(h, h->left + 1, h->left, x0, y) >= 0)
        h->left++;
    h->x[--h->left] = x0;
    h->y[h->left] = y;
}

static int64_t gcd(int64_t a, int64_t b)
{
    a = a < 0 ? -a : a;
    b = b < 0 ? -b : b;
    while (b) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Corner i of the closed way: down the right chain, up the left one (which lies bottom first). */
static int corner(const struct stm_hull *h, int i, int n)
{
    i %= n;
    return i < h->right ? i : h->left + i - h->right;
}

int64_t stm_hull_pixels(const struct stm_hull *h)
{
    const int n = h->right + h->room - h->left;
    int64_t twice = 0, border = 0;
    for (int i = 0; i < n; i++) {
        const int a = corner(h, i, n), b = corner(h, i + 1, n);
        twice += (int64_t)h->x[a] * h->y[b] - (int64_t)h->x[b] * h->y[a];
        border += gcd((int64_t)h->x[b] - h->x[a], (int64_t)h->y[b] - h->y[a]);
    }
    return ((twice < 0 ? -twice : twice) + border) / 2 + 1;
}

double stm_hull_depth(const struct stm_hull *h, int32_t x, int32_t y)
{
    const int n = h->right + h->room - h->left;
    double least = -1;
    for (int i = 0; i < n; i++) {
        const int a = corner(h, i, n), b = corner(h, i + 1, n);
        const double dx = h->x[b] - h->x[a], dy = h->y[b] - h->y[a], length = sqrt(dx * dx + dy * dy);
        if (!(length > 0)) continue;
        const double d = (dx * (y - h->y[a]) - dy * (x - h->x[a])) / length;
        if (least < 0 || d < least) least = d > 0 ? d : 0;
    }
    return least > 0 ? least : 0;
}
