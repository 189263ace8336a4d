/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/blob.h"

#include <math.h>

struct stm_blob stm_blob_random(struct stm_random *r, double radius, double elongation, double roughness)
{
    const double stretch = sqrt(elongation);
    struct stm_blob blob = {
        .a = radius * stretch, .b = radius / stretch, .axis = stm_exact_direction(stm_random_real(r))};
    for (int k = 0; k < STM_WAVES; k++) { /* more waves, lower ones */
        blob.c[k] = roughness * stm_random_normal(r) / (k + 2);
        blob.s[k] = roughness * stm_random_normal(r) / (k + 2);
    }
    return blob;
}

/* The outline's radius towards the unit vector (c, s) in the frame of the axes; cos and sin of multiples of
 * the angle follow by turning. Never below 0.3, so that outlines have an inside. */
static double outline(const struct stm_blob *blob, double c, double s)
{
    double radius = 1, ck = c, sk = s;
    for (int k = 0; k < STM_WAVES; k++) {
        const double turned = ck * c - sk * s;
        sk = sk * c + ck * s;
        ck = turned;
        radius += blob->c[k] * ck + blob->s[k] * sk;
    }
    return radius > 0.3 ? radius : 0.3;
}

struct stm_blob_point stm_blob_at(const struct stm_blob *blob, double x, double y)
{
    const double dx = x - blob->x, dy = y - blob->y;
    const double u = (dx * blob->axis.c + dy * blob->axis.s) / blob->a;
    const double v = (dy * blob->axis.c - dx * blob->axis.s) / blob->b;
    const double rho = sqrt(u * u + v * v);
    if (rho < 1e-9) return (struct stm_blob_point){0, blob->b, u, v};
    const double edge = outline(blob, u / rho, v / rho);
    /* |grad rho| turns a difference in rho into pixels. */
    const double ga = u / blob->a, gb = v / blob->b, slope = sqrt(ga * ga + gb * gb) / rho;
    return (struct stm_blob_point){rho / edge, (edge - rho) / slope, u, v};
}

double stm_blob_reach(const struct stm_blob *blob, struct stm_direction towards)
{
    const double u = (towards.c * blob->axis.c + towards.s * blob->axis.s) / blob->a;
    const double v = (towards.s * blob->axis.c - towards.c * blob->axis.s) / blob->b;
    const double rho = sqrt(u * u + v * v);
    return outline(blob, u / rho, v / rho) / rho;
}

double stm_blob_bound(const struct stm_blob *blob)
{
    double waves = 1;
    for (int k = 0; k < STM_WAVES; k++)
        waves += sqrt(blob->c[k] * blob->c[k] + blob->s[k] * blob->s[k]);
    return waves * (blob->a > blob->b ? blob->a : blob->b);
}

float stm_coverage(double depth)
{
    const double part = depth + 0.5;
    return part <= 0 ? 0 : part >= 1 ? 1 : (float)part;
}
