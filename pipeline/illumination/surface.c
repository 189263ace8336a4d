/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/illumination/surface.h"

#include "pipeline/illumination/order.h"
#include "pipeline/illumination/tiles.h"

#include <math.h>

enum { D = STM_SURFACE_DEGREE, N = STM_SURFACE_TERMS, ROUNDS = 3 };

static int terms(int degree)
{
    return (degree + 1) * (degree + 2) / 2;
}

static void legendre(double u, double p[D + 1])
{
    const double x = 2 * u - 1;
    p[0] = 1;
    p[1] = x;
    for (int n = 1; n < D; n++)
        p[n + 1] = ((2 * n + 1) * x * p[n] - n * p[n - 1]) / (n + 1);
}

static void product(int degree, const double pu[D + 1], const double pv[D + 1], double b[N])
{
    int k = 0;
    for (int j = 0; j <= degree; j++)
        for (int i = 0; i + j <= degree; i++)
            b[k++] = pu[i] * pv[j];
}

static double value_of(const struct stm_surface *surface, const double pu[D + 1], const double pv[D + 1])
{
    double b[N], sum = 0;
    product(surface->degree, pu, pv, b);
    for (int k = 0; k < terms(surface->degree); k++)
        sum += surface->c[k] * b[k];
    return sum;
}

double stm_surface_at(const struct stm_surface *surface, double u, double v)
{
    double pu[D + 1], pv[D + 1];
    legendre(u, pu);
    legendre(v, pv);
    return value_of(surface, pu, pv);
}

/* The polynomials at the middle of each tile along one axis. */
static void legendre_of_tiles(int n, double p[STM_TILES_MAX][D + 1])
{
    for (int i = 0; i < n; i++)
        legendre((i + 0.5) / n, p[i]);
}

/* Cholesky in place: a (lower triangle) x = c, x into c */
static bool solve(double a[N][N], double c[N], int n)
{
    for (int j = 0; j < n; j++) {
        for (int k = 0; k < j; k++)
            a[j][j] -= a[j][k] * a[j][k];
        if (!(a[j][j] > 1e-9)) return false;
        a[j][j] = sqrt(a[j][j]);
        for (int i = j + 1; i < n; i++) {
            for (int k = 0; k < j; k++)
                a[i][j] -= a[i][k] * a[j][k];
            a[i][j] /= a[j][j];
        }
    }
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++)
            c[i] -= a[i][k] * c[k];
        c[i] /= a[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            c[i] -= a[k][i] * c[k];
        c[i] /= a[i][i];
    }
    return true;
}

/* What the tiles of a row add up to: of weights times pairs of polynomials along it, and times values. */
struct row_sums {
    double pair[D + 1][D + 1], value[D + 1];
};

static void sum_row(struct row_sums *sums, int degree, const double *value, const double *weight, int nx,
                    double pu[STM_TILES_MAX][D + 1])
{
    *sums = (struct row_sums){0};
    for (int x = 0; x < nx; x++)
        for (int i = 0; i <= degree; i++) {
            const double part = weight[x] * pu[x][i];
            for (int j = 0; j <= degree; j++)
                sums->pair[i][j] += part * pu[x][j];
            sums->value[i] += part * value[x];
        }
}

/* Degrees of the terms along both axes, in the order of `product`. */
static void degrees_of(int degree, int u[N], int v[N])
{
    int k = 0;
    for (int j = 0; j <= degree; j++)
        for (int i = 0; i + j <= degree; i++) {
            u[k] = i;
            v[k++] = j;
        }
}

static bool weighted_fit(struct stm_surface *surface, const double *value, const double *weight, int nx,
                         int ny)
{
    double a[N][N] = {{0}}, c[N] = {0}, pu[STM_TILES_MAX][D + 1], pv[STM_TILES_MAX][D + 1];
    int u[N], v[N];
    const int n = terms(surface->degree);
    legendre_of_tiles(nx, pu);
    legendre_of_tiles(ny, pv);
    degrees_of(surface->degree, u, v);
    for (int y = 0; y < ny; y++) {
        struct row_sums row;
        sum_row(&row, surface->degree, value + y * nx, weight + y * nx, nx, pu);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++)
                a[i][j] += pv[y][v[i]] * pv[y][v[j]] * row.pair[u[i]][u[j]];
            c[i] += pv[y][v[i]] * row.value[u[i]];
        }
    }
    if (!solve(a, c, n)) return false;
    for (int i = 0; i < n; i++)
        surface->c[i] = c[i];
    return true;
}

/* weights from the residuals; 6.95 = 4.685 (95 % efficiency for normal errors) * 1.4826 (MAD to sigma) */
static void reweigh(const struct stm_surface *surface, const double *value, double *weight, int nx, int ny)
{
    double residual[STM_TILES_MOST], scratch[STM_TILES_MOST];
    double pu[STM_TILES_MAX][D + 1], pv[STM_TILES_MAX][D + 1];
    const int n = nx * ny;
    legendre_of_tiles(nx, pu);
    legendre_of_tiles(ny, pv);
    for (int y = 0, at = 0; y < ny; y++)
        for (int x = 0; x < nx; x++, at++)
            scratch[at] = residual[at] = fabs(value[at] - value_of(surface, pu[x], pv[y]));
    const double reach = 6.95 * stm_median(scratch, n);
    for (int i = 0; i < n && reach > 0; i++) {
        const double r = residual[i] / reach, w = 1 - r * r;
        weight[i] = r < 1 ? w * w : 0;
    }
}

bool stm_surface_fit(struct stm_surface *surface, int degree, const double *value, int nx, int ny)
{
    double weight[STM_TILES_MOST];
    *surface = (struct stm_surface){.degree = degree};
    if (degree > D || nx < degree + 2 || ny < degree + 2) return false;
    for (int i = 0; i < nx * ny; i++)
        weight[i] = 1;
    for (int round = 0; round <= ROUNDS; round++) {
        if (!weighted_fit(surface, value, weight, nx, ny)) return false;
        reweigh(surface, value, weight, nx, ny);
    }
    return true;
}
