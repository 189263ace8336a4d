/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/histogram.h"

#include <string.h>

/* Counts and sums are exact in 64 bits. The criterion is compared as a double made of few correctly rounded
 * operations, so it is the same everywhere. */

/* Counts n and sum s of one class, and of both: the variance between them times total^2 is
 * (s N - S n)^2 / (n (N - n)); here divided by N^2 as well, which changes no order. */
static double between(uint64_t n, uint64_t s, uint64_t total, uint64_t sum)
{
    const double d = (double)s - (double)sum * ((double)n / (double)total);
    return d * d / ((double)n * (double)(total - n));
}

/* The best threshold for bins [first, last]. */
static int otsu_between(const uint32_t *bins, int first, int last)
{
    uint64_t total = 0, sum = 0, n = 0, s = 0;
    int best = last;
    double most = -1;
    for (int i = first; i <= last; i++) {
        total += bins[i];
        sum += (uint64_t)(i - first) * bins[i];
        if (bins[i]) best = i;
    }
    for (int i = first; i <= last && n + bins[i] < total; i++) {
        if (!bins[i]) continue;
        n += bins[i];
        s += (uint64_t)(i - first) * bins[i];
        const double value = between(n, s, total, sum);
        if (value > most) {
            most = value;
            best = i;
        }
    }
    return best;
}

int stm_otsu(const uint32_t *bins, int n)
{
    return otsu_between(bins, 0, n - 1);
}

double stm_otsu_separability(const uint32_t *bins, int n, int t)
{
    double total = 0, sum = 0, square = 0, low = 0, low_sum = 0;
    for (int i = 0; i < n; i++) {
        const double c = bins[i];
        total += c;
        sum += c * i;
        if (i > t) continue;
        low += c;
        low_sum += c * i;
    }
    if (low <= 0 || low >= total) return 0;
    const double mean = sum / total;
    for (int i = 0; i < n; i++)
        square += bins[i] * (i - mean) * (i - mean);
    const double d = low_sum - mean * low;
    return square > 0 ? d * d * total / (low * (total - low)) / square : 0;
}

enum { GROUPS = 256, MAX_CLASSES = 5 };

/* Cumulated counts and first moments of the groups: class [a, b) has score sum^2 / count, and the partition
 * with the greatest total score has the greatest variance between classes. */
struct groups {
    double count[GROUPS + 1], sum[GROUPS + 1];
    int first, width;
};

static double score(const struct groups *g, int a, int b)
{
    const double count = g->count[b] - g->count[a], sum = g->sum[b] - g->sum[a];
    return count > 0 ? sum * sum / count : 0;
}

static void group(struct groups *g, const uint32_t *bins, int n)
{
    int last = n - 1;
    g->first = 0;
    while (g->first < last && !bins[g->first])
        g->first++;
    while (last > g->first && !bins[last])
        last--;
    g->width = (last - g->first) / GROUPS + 1;
    for (int i = 0; i < GROUPS; i++) {
        g->count[i + 1] = g->count[i];
        g->sum[i + 1] = g->sum[i];
        for (int j = 0; j < g->width; j++) {
            const int offset = i * g->width + j, bin = g->first + offset;
            if (bin > last) break;
            g->count[i + 1] += bins[bin];
            g->sum[i + 1] += (double)offset * bins[bin];
        }
    }
}

/* best[c][b]: the greatest score of c + 1 classes over groups [0, b); from[c][b]: where the last one begins.
 */
static void partition(const struct groups *g, int classes, int *edge)
{
    double best[MAX_CLASSES][GROUPS + 1];
    int from[MAX_CLASSES][GROUPS + 1] = {{0}};
    for (int b = 0; b <= GROUPS; b++)
        best[0][b] = score(g, 0, b);
    for (int c = 1; c < classes; c++)
        for (int b = 0; b <= GROUPS; b++) {
            best[c][b] = -1;
            for (int a = 0; a <= b; a++) {
                const double value = best[c - 1][a] + score(g, a, b);
                if (value > best[c][b]) best[c][b] = value, from[c][b] = a;
            }
        }
    for (int c = classes - 1, b = GROUPS; c > 0; c--)
        edge[c - 1] = b = from[c][b];
}

void stm_multi_otsu(const uint32_t *bins, int n, int classes, int *t)
{
    struct groups g = {0};
    int edge[MAX_CLASSES];
    group(&g, bins, n);
    partition(&g, classes, edge);
    for (int i = 0; i < classes - 1; i++) {
        const int bin = g.first + edge[i] * g.width - 1;
        t[i] = bin < 0 ? 0 : bin < n ? bin : n - 1;
    }
    /* Every move raises the criterion; the limit is for safety against a tie going round. */
    for (int pass = 0, moved = 1; moved && pass < 64; pass++) {
        moved = 0;
        for (int i = 0; i < classes - 1; i++) {
            const int first = i ? t[i - 1] + 1 : 0, last = i + 2 < classes ? t[i + 1] : n - 1;
            if (first > last) continue;
            const int best = otsu_between(bins, first, last);
            moved |= best != t[i];
            t[i] = best;
        }
    }
}
