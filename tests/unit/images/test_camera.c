/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "images/camera.h"
#include "images/canvas.h"

#include <math.h>
#include <stdlib.h>

enum { W = 200, H = 150 };

static void illumination_spans_what_was_asked(void **state)
{
    (void)state;
    for (uint64_t optics = 1; optics < 20; optics++) {
        const struct stm_illumination light = stm_illumination_from(optics, W, H, 0.35);
        double lo = 2, hi = 0;
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                const double v = stm_illumination_at(&light, x, y);
                lo = v < lo ? v : lo;
                hi = v > hi ? v : hi;
            }
        assert_near(lo, 0.65, 1e-9);
        assert_near(hi, 1, 1e-4);
    }
}

/* Even light of `counts`: mean and standard deviation of the stored values. */
static void photograph(const struct stm_camera *camera, double counts, double *mean, double *deviation)
{
    static float light[W * H];
    static uint16_t px[W * H];
    const struct stm_illumination even = {0};
    for (int i = 0; i < W * H; i++)
        light[i] = (float)counts;
    stm_camera_expose(camera, (struct stm_u16){px, W, W, H}, (struct stm_cf32){light, W, W, H}, &even, 5);
    *mean = *deviation = 0;
    for (int i = 0; i < W * H; i++)
        *mean += px[i];
    *mean /= W * H;
    for (int i = 0; i < W * H; i++)
        *deviation += (px[i] - *mean) * (px[i] - *mean);
    *deviation = sqrt(*deviation / (W * H));
}

static void noise_is_that_of_photons_and_reading(void **state)
{
    (void)state;
    const struct stm_camera camera = {100, 2, 5, 16};
    static const double counts[] = {0, 3, 20, 1000, 20000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        double mean, deviation;
        photograph(&camera, counts[i], &mean, &deviation);
        const double expected = sqrt((2 * counts[i] + 25) / 4 + 1.0 / 12); /* rounding adds 1/12 */
        assert_near(mean, 100 + counts[i], 4 * expected / sqrt(W * H));
        assert_near(deviation / expected, 1, 0.02);
    }
}

static void full_scale_is_not_exceeded(void **state)
{
    (void)state;
    double mean, deviation;
    photograph(&(struct stm_camera){100, 2, 5, 12}, 60000, &mean, &deviation);
    assert_true(mean == 4095 && deviation == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(illumination_spans_what_was_asked),
        cmocka_unit_test(noise_is_that_of_photons_and_reading),
        cmocka_unit_test(full_scale_is_not_exceeded),
    };
    return STM_TEST_MAIN(tests);
}
