/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/camera.h"

#include "images/exact.h"
#include "images/random.h"

#include <math.h>

struct stm_illumination stm_illumination_from(uint64_t optics, int w, int h, double falloff)
{
    struct stm_random r = stm_random_from(stm_seed_text(optics, "illumination"));
    struct stm_illumination light = {0};
    light.cx = w * stm_random_between(&r, 0.38, 0.62);
    light.cy = h * stm_random_between(&r, 0.38, 0.62);
    const struct stm_direction axis = stm_exact_direction(stm_random_real(&r));
    const double along = 1, across = stm_random_between(&r, 0.7, 1);
    light.xx = along * axis.c * axis.c + across * axis.s * axis.s;
    light.xy = (along - across) * axis.c * axis.s;
    light.yy = along * axis.s * axis.s + across * axis.c * axis.c;
    double most = 0; /* the form is convex: its maximum is in a corner */
    for (int corner = 0; corner < 4; corner++) {
        const double loss = 1 - stm_illumination_at(&light, corner & 1 ? w - 1 : 0, corner & 2 ? h - 1 : 0);
        if (loss > most) most = loss;
    }
    light.xx *= falloff / most;
    light.xy *= falloff / most;
    light.yy *= falloff / most;
    return light;
}

double stm_illumination_at(const struct stm_illumination *light, double x, double y)
{
    const double dx = x - light->cx, dy = y - light->cy;
    return 1 - (light->xx * dx * dx + 2 * light->xy * dx * dy + light->yy * dy * dy);
}

/* Electrons of one pixel. Photon and read noise together have the variance mean + read^2 and the third moment
 * mean: one normal number with that skewness (Cornish-Fisher) where the mean is 12 and more. */
static double detect(struct stm_random *r, double mean, double read)
{
    const double variance = mean + read * read, n = stm_random_normal(r);
    if (mean < 12) return stm_random_poisson(r, mean) + read * n;
    return mean + sqrt(variance) * n + mean / variance * (n * n - 1) / 6;
}

void stm_camera_expose(const struct stm_camera *camera, struct stm_u16 to, struct stm_cf32 light,
                       const struct stm_illumination *illumination, uint64_t seed)
{
    const double full = (1 << camera->bits) - 1;
    for (int y = 0; y < to.h; y++) {
        struct stm_random r = stm_random_from(stm_seed(seed, (uint64_t)y));
        for (int x = 0; x < to.w; x++) {
            const double counts =
                (double)light.px[y * light.stride + x] * stm_illumination_at(illumination, x, y);
            const double e = detect(&r, counts * camera->electrons, camera->read_noise);
            const double value = floor(camera->offset + e / camera->electrons + 0.5);
            to.px[y * to.stride + x] = (uint16_t)(value < 0 ? 0 : value > full ? full : value);
        }
    }
}
