/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/quality/greys.h"

#include <string.h>

enum { PIXELS_LOOKED_AT = 1 << 20 };

static int row_step(int w, int h)
{
    const int64_t pixels = (int64_t)w * h;
    return (int)((pixels + PIXELS_LOOKED_AT - 1) / PIXELS_LOOKED_AT);
}

/* Integer sums around the rounded mean: exact, and far from running over (2^32 pixels of 2^32). */
static void moments(struct stm_greys *h)
{
    uint64_t sum = 0, squares = 0;
    for (int v = h->min; v <= h->max; v++) {
        h->n += h->bin[v];
        sum += (uint64_t)h->bin[v] * v;
    }
    if (!h->n) return;
    const int centre = (int)(sum / h->n);
    for (int v = h->min; v <= h->max; v++)
        squares += h->bin[v] * (uint64_t)((int64_t)(v - centre) * (v - centre));
    const double n = (double)h->n;
    h->mean = (double)sum / n;
    h->variance = (double)squares / n - (h->mean - centre) * (h->mean - centre);
}

static void extremes(struct stm_greys *h)
{
    h->min = 0;
    h->max = STM_GREYS - 1;
    while (h->min < h->max && !h->bin[h->min])
        h->min++;
    while (h->max > h->min && !h->bin[h->max])
        h->max--;
}

struct stm_greys stm_greys_of(struct stm_cu16 plane, uint32_t *bin)
{
    struct stm_greys histogram = {.bin = bin};
    const int step = row_step(plane.w, plane.h);
    memset(bin, 0, STM_GREYS * sizeof *bin);
    for (int y = 0; y < plane.h; y += step)
        for (int x = 0; x < plane.w; x++)
            bin[plane.px[y * plane.stride + x]]++;
    extremes(&histogram);
    moments(&histogram);
    return histogram;
}

int stm_greys_quantile(const struct stm_greys *histogram, double part)
{
    uint64_t left = (uint64_t)(part * (double)histogram->n);
    int v = histogram->min;
    while (v < histogram->max && left >= histogram->bin[v])
        left -= histogram->bin[v++];
    return v;
}

int stm_greys_deviation(const struct stm_greys *histogram, int centre)
{
    uint64_t seen = histogram->bin[centre];
    int away = 0;
    while (2 * seen < histogram->n && ++away < STM_GREYS) {
        seen += centre >= away ? histogram->bin[centre - away] : 0;
        seen += centre + away < STM_GREYS ? histogram->bin[centre + away] : 0;
    }
    return away;
}

double stm_greys_from(const struct stm_greys *histogram, int level)
{
    uint64_t n = 0;
    for (int v = level > histogram->min ? level : histogram->min; v <= histogram->max; v++)
        n += histogram->bin[v];
    return histogram->n ? (double)n / (double)histogram->n : 0;
}
