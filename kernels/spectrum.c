/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/spectrum.h"

#include "kernels/maths.h"

#include <math.h>
#include <string.h>

static float window(int i, int n)
{
    const float u = (float)(2 * i + 1 - n) / (float)n, v = 1 - u * u;
    return v * v;
}

void stm_spectrum_window(float *dst, struct stm_cu16 src)
{
    uint64_t sum = 0;
    for (int y = 0; y < src.h; y++)
        for (int x = 0; x < src.w; x++)
            sum += src.px[y * src.stride + x];
    const float mean = (float)((double)sum / ((double)src.w * src.h));
    for (int y = 0; y < src.h; y++)
        for (int x = 0; x < src.w; x++)
            *dst++ = (src.px[y * src.stride + x] - mean) * (window(x, src.w) * window(y, src.h));
}

/* Signed frequency of row or column i of n. */
static double frequency(int i, int n)
{
    return (double)(i <= n / 2 ? i : i - n) / n;
}

static double power_of(struct stm_complex z)
{
    return (double)z.re * z.re + (double)z.im * z.im;
}

static int ring_of(double fx, double fy, int rings)
{
    return (int)(sqrt(fx * fx + fy * fy) * 2 * rings);
}

/* Values of the half spectrum stand for themselves and, but for the columns that are their own mirror image,
 * for the opposite frequency. */
static uint64_t weight(int u, int w)
{
    return u == 0 || 2 * u == w ? 1 : 2;
}

void stm_spectrum_rings(struct stm_ring *ring, int rings, const struct stm_complex *spectrum, int w, int h)
{
    memset(ring, 0, (size_t)rings * sizeof *ring);
    for (int v = 0; v < h; v++)
        for (int u = 0; u <= w / 2; u++) {
            const int i = ring_of(frequency(u, w), frequency(v, h), rings);
            if (i >= rings || (u == 0 && v == 0)) continue;
            ring[i].n += weight(u, w);
            ring[i].power += (double)weight(u, w) * power_of(spectrum[(ptrdiff_t)v * (w / 2 + 1) + u]);
        }
    for (int i = 0; i < rings; i++)
        if (ring[i].n) ring[i].power /= (double)ring[i].n;
}

double stm_spectrum_slope(const struct stm_ring *ring, int first, int last)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int i = first; i <= last; i++) {
        if (!(ring[i].power > 0)) continue;
        const double x = stm_log2(i + 0.5), y = stm_log2(ring[i].power);
        n++;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    return n < 2 ? 0 : (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

/* exp(-2 pi^2 f^2 sigma^2) for the frequencies of a line of n. */
static void gaussian(float *factor, int count, int n, double sigma)
{
    const double pi = 3.14159265358979323846;
    for (int i = 0; i < count; i++) {
        const double a = pi * frequency(i, n) * sigma;
        factor[i] = (float)stm_exp_minus(2 * a * a);
    }
}

void stm_spectrum_band(struct stm_complex *spectrum, int w, int h, double fine, double coarse, float *factor)
{
    const int columns = w / 2 + 1;
    float *const fx = factor, *const fy = fx + columns, *const cx = fy + h, *const cy = cx + columns;
    gaussian(fx, columns, w, fine);
    gaussian(fy, h, h, fine);
    gaussian(cx, columns, w, coarse);
    gaussian(cy, h, h, coarse);
    for (int v = 0; v < h; v++)
        for (int u = 0; u < columns; u++, spectrum++) {
            const float f = fx[u] * fy[v] - (coarse > 0 ? cx[u] * cy[v] : 0);
            spectrum->re *= f;
            spectrum->im *= f;
        }
}

void stm_spectrum_cross(struct stm_complex *a, const struct stm_complex *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double re = (double)a[i].re * b[i].re + (double)a[i].im * b[i].im;
        const double im = (double)a[i].im * b[i].re - (double)a[i].re * b[i].im;
        const double length = sqrt(re * re + im * im);
        a[i] = length > 0 ? (struct stm_complex){(float)(re / length), (float)(im / length)}
                          : (struct stm_complex){0, 0};
    }
}

/* Where a parabola through three values has its top, between -1/2 and 1/2. */
static double top(double before, double at, double after)
{
    const double bend = before - 2 * at + after;
    return bend < 0 ? (before - after) / (2 * bend) : 0;
}

struct stm_displacement stm_spectrum_peak(const float *image, int w, int h)
{
    ptrdiff_t best = 0;
    for (ptrdiff_t i = 1; i < (ptrdiff_t)w * h; i++)
        if (image[i] > image[best]) best = i;
    const int x = (int)(best % w), y = (int)(best / w);
    const float *row = image + (ptrdiff_t)y * w;
    const float *up = image + (ptrdiff_t)((y + h - 1) % h) * w, *down = image + (ptrdiff_t)((y + 1) % h) * w;
    return (struct stm_displacement){
        (x <= w / 2 ? x : x - w) + top(row[(x + w - 1) % w], row[x], row[(x + 1) % w]),
        (y <= h / 2 ? y : y - h) + top(up[x], row[x], down[x]),
        image[best],
    };
}
