/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/colour.h"

#include "kernels/kernels.h"
#include "kernels/ref.h"

#include <math.h>
#include <string.h>

enum { N = STM_GRID_CHUNK };

uint16_t stm_log_of(uint16_t v)
{
    uint16_t log;
    stm_log_row_ref(&log, &v, 1);
    return log;
}

static void density_row(const struct stm_kernels *k, uint16_t *dst, struct stm_cu16 src,
                        struct stm_grid white_log, int x, int n, int y)
{
    uint16_t white[N], log[N];
    k->log_row(log, src.px + y * src.stride + x, n);
    stm_grid_row(k, white, white_log, x, n, y);
    k->subtract_row(dst, white, log, 0, n);
}

void stm_density(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
                 struct stm_grid white_log)
{
    for (int y = 0; y < dst.h; y++)
        for (int x = 0; x < dst.w; x += N)
            density_row(k, dst.px + y * dst.stride + x, src, white_log, x, dst.w - x < N ? dst.w - x : N, y);
}

static void cross(double out[3], const double a[3], const double b[3])
{
    for (int i = 0; i < 3; i++)
        out[i] = a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
}

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static bool normalise(double v[3])
{
    const double length = sqrt(dot(v, v));
    for (int i = 0; i < 3; i++)
        v[i] /= length;
    return length > 0;
}

/* One column of the inverse, in STM_UNMIX_ONEs. The bound on the sum keeps it within 32 bits. */
static bool set_factors(struct stm_unmix *u, const double column[3], double determinant)
{
    double sum = 0;
    u->offset = STM_UNMIX_ONE / 2;
    for (int i = 0; i < 3; i++) {
        const double f = column[i] / determinant * STM_UNMIX_ONE;
        sum += fabs(f);
        if (!(fabs(f) < 32767)) return false;
        u->factor[i] = (int16_t)floor(f + 0.5);
    }
    return sum <= 15.9 * STM_UNMIX_ONE;
}

bool stm_unmix_make(struct stm_unmix unmix[3], const double stain[3][3])
{
    double s[3][3];
    memcpy(s, stain, sizeof s);
    if (!normalise(s[0]) || !normalise(s[1])) return false;
    if (dot(s[2], s[2]) == 0) cross(s[2], s[0], s[1]);
    if (!normalise(s[2])) return false;
    for (int i = 0; i < 3; i++) {
        double column[3];
        cross(column, s[(i + 1) % 3], s[(i + 2) % 3]);
        if (!set_factors(&unmix[i], column, dot(s[i], column))) return false;
    }
    return true;
}

void stm_unmix(const struct stm_kernels *k, struct stm_u16 dst, const struct stm_cu16 density[3],
               const struct stm_unmix *unmix)
{
    for (int y = 0; y < dst.h; y++) {
        const uint16_t *row[3];
        for (int c = 0; c < 3; c++)
            row[c] = density[c].px + y * density[c].stride;
        k->unmix_row(dst.px + y * dst.stride, row, unmix, dst.w);
    }
}

void stm_stains(const struct stm_kernels *k, const struct stm_u16 dst[3], const struct stm_cu16 raw[3],
                const struct stm_grid white_log[3], const struct stm_unmix unmix[3])
{
    uint16_t density[3][N];
    const uint16_t *const row[3] = {density[0], density[1], density[2]};
    for (int y = 0; y < raw[0].h; y++)
        for (int x = 0; x < raw[0].w; x += N) {
            const int n = raw[0].w - x < N ? raw[0].w - x : N;
            for (int c = 0; c < 3; c++)
                density_row(k, density[c], raw[c], white_log[c], x, n, y);
            for (int i = 0; i < 3; i++)
                if (dst[i].px) k->unmix_row(dst[i].px + y * dst[i].stride + x, row, &unmix[i], n);
        }
}
