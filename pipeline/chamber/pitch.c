/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The distance between grid lines. Lines that stand close together (double and triple borders) are one; how
 * close is not known before the pitch is, so several are tried and the one in which most gaps agree is used.
 */
#include "pipeline/chamber/looker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GAPS = 4096, LINES = 512, STRIPS_WANTED = 3 };

struct lines {
    double at[LINES];
    int n;
};

/* Lines of a strip as centroids of their light; pieces nearer than `close` are one line. */
static void collect(struct lines *lines, const int16_t *strip, int h, int close)
{
    double weight = 0, moment = 0;
    int last = -1;
    lines->n = 0;
    for (int y = stm_next_light(strip, 0, h); y <= h; y = stm_next_light(strip, y + 1, h)) {
        if (last >= 0 && (y == h || y - last > close) && lines->n < LINES) {
            lines->at[lines->n++] = moment / weight;
            weight = moment = 0;
        }
        if (y == h) break;
        weight += abs(strip[y]);
        moment += (double)abs(strip[y]) * y;
        last = y;
    }
}

static int ascending(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return p < q ? -1 : p > q;
}

/* The gap that most others are within 3 % of; the mean and deviation of those. */
static struct stm_ruling agree(double *gap, int n)
{
    struct stm_ruling best = {.pitch = NAN};
    qsort(gap, (size_t)n, sizeof *gap, ascending);
    for (int i = 0, from = 0, to = 0; i < n; i++) {
        while (gap[from] < 0.97 * gap[i])
            from++;
        while (to < n && gap[to] <= 1.03 * gap[i])
            to++;
        if (to - from <= best.gaps) continue;
        double sum = 0, square = 0;
        for (int j = from; j < to; j++)
            sum += gap[j];
        best.gaps = to - from;
        best.pitch = sum / best.gaps;
        for (int j = from; j < to; j++)
            square += (gap[j] - best.pitch) * (gap[j] - best.pitch);
        best.spread = best.gaps > 1 ? sqrt(square / (best.gaps - 1)) / best.pitch : 0;
    }
    return best;
}

static struct stm_ruling try_close(const int16_t *strips, int n, int h, int close, double *gap)
{
    struct lines lines;
    int gaps = 0;
    for (int k = 0; k < n; k++) {
        collect(&lines, strips + (ptrdiff_t)k * h, h, close);
        for (int i = 1; i < lines.n && gaps < GAPS; i++)
            if (lines.at[i] - lines.at[i - 1] > 3 * close) gap[gaps++] = lines.at[i] - lines.at[i - 1];
    }
    struct stm_ruling r = agree(gap, gaps);
    /* one line seen by chance in a few strips is no ruling */
    if (r.gaps < STRIPS_WANTED || r.gaps * 4 < n) r = (struct stm_ruling){.pitch = NAN};
    /* in lines, not strips; and the part of all gaps that agrees decides between the tries */
    r.cover = gaps ? r.gaps / gaps * sqrt(r.gaps) : 0;
    r.gaps /= n ? n : 1;
    return r;
}

struct stm_ruling stm_ruling_of(const int16_t *strips, int n, int h)
{
    static const int closes[] = {4, 6, 9, 13, 18, 25, 35};
    double gap[GAPS];
    struct stm_ruling best = {.pitch = NAN};
    for (size_t i = 0; i < sizeof closes / sizeof *closes; i++) {
        const struct stm_ruling r = try_close(strips, n, h, closes[i], gap);
        if (!isnan(r.pitch) && (isnan(best.pitch) || r.cover > 1.1 * best.cover)) best = r;
    }
    return best;
}
