/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/spectrum.h"

#include <math.h>
#include <string.h>

/* Power of a half spectrum, rings as wide as the coarser of the two frequency steps, and their medians. */
struct plane {
    float *power;  /* (w / 2 + 1) x h */
    float *sorted; /* the same values, ring by ring */
    double *median;
    size_t *first;
    int w, h, rings;
};

static int ring_count(int w, int h)
{
    const int n = (w < h ? w : h) / 2;
    return n > 0 ? n : 1;
}

size_t stm_spectrum_periods_scratch(int w, int h)
{
    const size_t rings = (size_t)ring_count(w, h) + 1;
    return rings * (sizeof(double) + sizeof(size_t)) + 16 + 2 * stm_fft_size(w, h) * sizeof(float);
}

static double frequency(int i, int n)
{
    return (double)(i <= n / 2 ? i : i - n) / n;
}

static double radius(const struct plane *p, int u, int v)
{
    const double fx = frequency(u, p->w), fy = frequency(v, p->h);
    return sqrt(fx * fx + fy * fy);
}

/* The corners beyond 0.5 share the last ring. */
static int ring_of(const struct plane *p, int u, int v)
{
    const int i = (int)(radius(p, u, v) * 2 * p->rings);
    return i < p->rings ? i : p->rings - 1;
}

/* The k-th smallest of v[0 .. n - 1], which is put into another order (Hoare 1961). */
static float select_kth(float *v, ptrdiff_t n, ptrdiff_t k)
{
    for (ptrdiff_t low = 0, high = n - 1; low < high;) {
        const float pivot = v[low + (high - low) / 2];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i > j) break;
            const float t = v[i];
            v[i++] = v[j];
            v[j--] = t;
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break;
    }
    return v[k];
}

static void find_medians(struct plane *p)
{
    const int columns = p->w / 2 + 1;
    memset(p->first, 0, ((size_t)p->rings + 1) * sizeof *p->first);
    for (int v = 0; v < p->h; v++)
        for (int u = 0; u < columns; u++)
            p->first[ring_of(p, u, v)]++;
    for (int i = 0, sum = 0; i <= p->rings; i++) {
        sum += (int)p->first[i];
        p->first[i] = (size_t)sum; /* one past the ring's last value; filling moves it to the first */
    }
    for (int v = 0; v < p->h; v++)
        for (int u = 0; u < columns; u++)
            p->sorted[--p->first[ring_of(p, u, v)]] = p->power[(ptrdiff_t)v * columns + u];
    for (int i = 0; i < p->rings; i++) {
        const ptrdiff_t n = (ptrdiff_t)(p->first[i + 1] - p->first[i]);
        p->median[i] = n ? (double)select_kth(p->sorted + p->first[i], n, n / 2) : 0;
    }
}

/* Power at any (u, v): the spectrum repeats and is its own mirror image through the origin. */
static float power_at(const struct plane *p, int u, int v)
{
    u = (u + p->w) % p->w;
    if (2 * u > p->w) {
        u = p->w - u;
        v = -v;
    }
    return p->power[(ptrdiff_t)((v + 2 * p->h) % p->h) * (p->w / 2 + 1) + u];
}

static bool is_peak(const struct plane *p, int u, int v)
{
    const float at = power_at(p, u, v);
    for (int dv = -2; dv <= 2; dv++)
        for (int du = -2; du <= 2; du++)
            if (power_at(p, u + du, v + dv) > at) return false;
    return at > 0;
}

/* Into the list, which is in descending contrast; returns its new length. */
static int insert(struct stm_period *list, int n, int most, struct stm_period new)
{
    int at = n < most ? n : most;
    while (at > 0 && list[at - 1].contrast < new.contrast)
        at--;
    if (at == most) return n;
    const int last = n < most ? n : most - 1;
    memmove(list + at + 1, list + at, (size_t)(last - at) * sizeof *list);
    list[at] = new;
    return last + 1;
}

static struct plane plane_in(void *scratch, const struct stm_complex *spectrum, int w, int h)
{
    struct plane p = {.w = w, .h = h, .rings = ring_count(w, h)};
    p.median = scratch;
    p.first = (size_t *)(p.median + p.rings + 1);
    p.power = (float *)(p.first + p.rings + 1);
    p.sorted = p.power + stm_fft_size(w, h);
    for (size_t i = 0; i < stm_fft_size(w, h); i++)
        p.power[i] = spectrum[i].re * spectrum[i].re + spectrum[i].im * spectrum[i].im;
    return p;
}

int stm_spectrum_periods(struct stm_period *period, int most, const struct stm_complex *spectrum, int w,
                         int h, double least, void *scratch)
{
    struct plane p = plane_in(scratch, spectrum, w, h);
    int n = 0;
    find_medians(&p);
    for (int u = 0; u <= w / 2; u++)
        for (int v = 0; v < h; v++) {
            const double r = radius(&p, u, v), median = p.median[ring_of(&p, u, v)];
            const bool twin = (u == 0 || 2 * u == w) && 2 * v > h; /* its mirror image is looked at */
            if (twin || r < least || r > 0.5 || !(median > 0) || !is_peak(&p, u, v)) continue;
            const struct stm_period found = {frequency(u, w), frequency(v, h), power_at(&p, u, v) / median};
            n = insert(period, n, most, found);
        }
    return n;
}
