/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/summary.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What is ordered: the entries, or their distances from a centre. */
struct list {
    const double *v;
    size_t n;
    bool distances;
    double centre;
};

static double entry(const struct list *l, size_t i)
{
    return l->distances ? fabs(l->v[i] - l->centre) : l->v[i];
}

/* Doubles as integers of the same order, so that the range of values can be halved. */
static uint64_t to_key(double v)
{
    uint64_t bits;
    const double positive_zero = v + 0.0;
    memcpy(&bits, &positive_zero, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static double from_key(uint64_t key)
{
    const uint64_t bits = key >> 63 ? key & ~((uint64_t)1 << 63) : ~key;
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static size_t count_up_to(const struct list *l, double limit)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        n += entry(l, i) <= limit;
    return n;
}

/* k-th smallest, 0-based, of the entries that are not NaN: at most 64 passes, whatever the entries are. */
static double select_kth(const struct list *l, size_t k)
{
    uint64_t low = to_key(-INFINITY), high = to_key(INFINITY);
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (count_up_to(l, from_key(middle)) > k)
            high = middle;
        else
            low = middle + 1;
    }
    return from_key(low);
}

static double percentile(const struct list *l, size_t valid, double p)
{
    if (!valid) return NAN;
    const double position = p * (double)(valid - 1);
    const size_t below = (size_t)position;
    const double part = position - (double)below, low = select_kth(l, below);
    return part > 0 ? low + part * (select_kth(l, below + 1) - low) : low;
}

static size_t count_valid(const double *v, size_t n)
{
    size_t valid = 0;
    for (size_t i = 0; i < n; i++)
        valid += !isnan(v[i]);
    return valid;
}

double stm_percentile(const double *v, size_t n, double p)
{
    const struct list l = {.v = v, .n = n};
    return percentile(&l, count_valid(v, n), p < 0 ? 0 : p > 1 ? 1 : p);
}

static void fill_moments(struct stm_summary *s, const double *v, size_t n)
{
    double sum = 0, m2 = 0, m3 = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(v[i])) sum += v[i];
    s->mean = sum / (double)s->n;
    for (size_t i = 0; i < n; i++) {
        const double d = v[i] - s->mean;
        if (isnan(d)) continue;
        m2 += d * d;
        m3 += d * d * d;
    }
    if (s->n > 1) s->sd = sqrt(m2 / (double)(s->n - 1));
    m2 /= (double)s->n, m3 /= (double)s->n;
    if (m2 > 0) s->skew = m3 / (m2 * sqrt(m2));
}

struct stm_summary stm_summarise(const double *v, size_t n)
{
    struct stm_summary s = {count_valid(v, n), NAN, NAN, NAN, NAN, NAN};
    if (!s.n) return s;
    fill_moments(&s, v, n);
    struct list l = {.v = v, .n = n};
    s.median = percentile(&l, s.n, 0.5);
    l.distances = true, l.centre = s.median;
    s.mad = percentile(&l, s.n, 0.5);
    return s;
}
