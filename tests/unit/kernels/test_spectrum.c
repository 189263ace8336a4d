/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "kernels/maths.h"
#include "kernels/spectrum.h"

#include <math.h>
#include <stdlib.h>

enum { W = 96, H = 80, SIZE = (W / 2 + 1) * H };
static float image[W * H], other[W * H];
static struct stm_complex spectrum[SIZE], second[SIZE];

static uint32_t noise(void)
{
    static uint32_t state = 12345;
    return (state = state * 1664525 + 1013904223) >> 16;
}

static void maths_agree_with_libm(void **state)
{
    (void)state;
    for (double x = 0; x < 60; x += 0.37) {
        assert_near(stm_exp_minus(x) / exp(-x), 1, 1e-12);
        assert_near(stm_log2(x + 1e-3), log2(x + 1e-3), 1e-12);
    }
    assert_true(stm_exp_minus(0) == 1 && stm_exp_minus(1e9) == 0);
    assert_true(stm_log2(8) == 3 && stm_log2(0.25) == -2);
    for (uint64_t r = 0; r < 70000; r += 7) {
        assert_true(stm_root(r * r) == r);
        assert_true(stm_root(r * r + 2 * r) == r);
    }
    for (uint64_t r = UINT32_MAX; r > UINT32_MAX - 70000; r--) {
        assert_true(stm_root(r * r - 1) == r - 1);
        assert_true(stm_root(r * r) == r);
        assert_true(stm_root(r * r + 2 * r) == r);
    }
    assert_true(stm_root(UINT64_MAX) == UINT32_MAX);
}

static void transform_is_the_sum_it_stands_for(void **state)
{
    enum { w = 7, h = 6 };
    struct stm_fft *fft = stm_fft_create(w, h);
    (void)state;
    for (int i = 0; i < w * h; i++)
        image[i] = (float)(noise() % 1000);
    stm_fft_forward(fft, spectrum, image);
    for (int v = 0; v < h; v++)
        for (int u = 0; u <= w / 2; u++) {
            double re = 0, im = 0;
            for (int i = 0; i < w * h; i++) {
                const double turn =
                    -2 * 3.141592653589793 * (u * (i % w) / (double)w + v * (i / w) / (double)h);
                re += image[i] * cos(turn);
                im += image[i] * sin(turn);
            }
            assert_near(spectrum[v * (w / 2 + 1) + u].re, re, 0.02);
            assert_near(spectrum[v * (w / 2 + 1) + u].im, im, 0.02);
        }
    stm_fft_inverse(fft, other, spectrum);
    for (int i = 0; i < w * h; i++)
        assert_near(other[i], image[i], 1e-3);
    stm_fft_destroy(&fft);
    assert_null(fft);
    stm_fft_destroy(&fft);
}

static void rings_hold_all_power_once(void **state)
{
    struct stm_fft *fft = stm_fft_create(W, H);
    double inside = 0, outside = 0;
    (void)state;
    for (int i = 0; i < W * H; i++) {
        image[i] = (float)(noise() % 100) - 50;
        inside += (double)image[i] * image[i];
    }
    stm_fft_forward(fft, spectrum, image);
    struct stm_ring all[75];
    stm_spectrum_rings(all, 75, spectrum, W, H);
    uint64_t n = 0;
    for (int i = 0; i < 75; i++)
        n += all[i].n;
    assert_true(n < W * H && n > W * H * 3 / 4); /* pi / 4 of the square */
    for (int v = 0; v < H; v++)
        for (int u = 0; u <= W / 2; u++) {
            const struct stm_complex z = spectrum[v * (W / 2 + 1) + u];
            outside += (u == 0 || 2 * u == W ? 1 : 2) * ((double)z.re * z.re + (double)z.im * z.im);
        }
    assert_near(outside / (W * H) / inside, 1, 1e-5);
    stm_fft_destroy(&fft);
}

static void slope_is_the_exponent(void **state)
{
    struct stm_ring ring[64];
    (void)state;
    for (int i = 0; i < 64; i++)
        ring[i] = (struct stm_ring){1e6 * pow(i + 0.5, -2.5), 1};
    assert_near(stm_spectrum_slope(ring, 2, 60), -2.5, 1e-9);
    ring[30].power = 0; /* left out */
    assert_near(stm_spectrum_slope(ring, 2, 60), -2.5, 1e-9);
    assert_true(stm_spectrum_slope(ring, 5, 5) == 0);
}

static void blur_steepens_the_slope(void **state)
{
    struct stm_fft *fft = stm_fft_create(W, H);
    struct stm_ring ring[32];
    float factor[2 * (W + H)];
    (void)state;
    for (int i = 0; i < W * H; i++)
        image[i] = (float)(noise() % 4096);
    stm_fft_forward(fft, spectrum, image);
    stm_spectrum_rings(ring, 32, spectrum, W, H);
    const double sharp = stm_spectrum_slope(ring, 2, 20);
    stm_spectrum_band(spectrum, W, H, 1.5, 0, factor);
    stm_spectrum_rings(ring, 32, spectrum, W, H);
    assert_near(sharp, 0, 0.3);
    assert_true(stm_spectrum_slope(ring, 2, 20) < -2);
    stm_fft_destroy(&fft);
}

static void band_is_a_difference_of_gaussians(void **state)
{
    struct stm_fft *fft = stm_fft_create(W, H);
    float factor[2 * (W + H)];
    (void)state;
    memset(image, 0, sizeof image);
    image[40 * W + 48] = 1000;
    stm_fft_forward(fft, spectrum, image);
    stm_spectrum_band(spectrum, W, H, 2, 5, factor);
    stm_fft_inverse(fft, image, spectrum);
    for (int r = 0; r < 20; r += 5) {
        const double fine = exp(-r * r / 8.0) / (2 * 3.141592653589793 * 4);
        const double coarse = exp(-r * r / 50.0) / (2 * 3.141592653589793 * 25);
        assert_near(image[40 * W + 48 + r], 1000 * (fine - coarse), 0.02);
    }
    stm_fft_destroy(&fft);
}

/* Lines every 8 pixels along x, and weaker ones along a diagonal (u, v) = (9, 10). */
static void periods_are_found(void **state)
{
    struct stm_fft *fft = stm_fft_create(W, H);
    struct stm_period found[4];
    void *scratch = malloc(stm_spectrum_periods_scratch(W, H));
    (void)state;
    for (int i = 0; i < W * H; i++) {
        const double diagonal = 2 * 3.141592653589793 * (9.0 * (i % W) / W + 10.0 * (i / W) / H);
        image[i] = (float)(noise() % 50) + (i % 8 == 0 ? 100.0f : 0) + (float)(30 * cos(diagonal));
    }
    stm_fft_forward(fft, spectrum, image);
    const int n = stm_spectrum_periods(found, 4, spectrum, W, H, 0.05, scratch);
    int lines = 0, diagonals = 0;
    for (int i = 0; i < n; i++) {
        lines += fabs(found[i].fx - 0.125) < 1e-9 && found[i].fy == 0;
        diagonals += fabs(found[i].fx - 9.0 / W) < 1e-9 && fabs(found[i].fy - 0.125) < 1e-9;
        assert_true(i == 0 || found[i].contrast <= found[i - 1].contrast);
    }
    assert_int_equal(n, 4);
    assert_int_equal(lines, 1);
    assert_int_equal(diagonals, 1);
    free(scratch);
    stm_fft_destroy(&fft);
}

static void displacement_is_found(void **state)
{
    static const int shifts[][2] = {{0, 0}, {7, -3}, {-48, 40}, {-1, 20}};
    struct stm_fft *fft = stm_fft_create(W, H);
    (void)state;
    for (int s = 0; s < 4; s++) {
        for (int i = 0; i < W * H; i++)
            image[i] = (float)(noise() % 4096);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                other[(y + shifts[s][1] + H) % H * W + (x + shifts[s][0] + W) % W] = image[y * W + x];
        stm_fft_forward(fft, spectrum, other);
        stm_fft_forward(fft, second, image);
        stm_spectrum_cross(spectrum, second, SIZE);
        stm_fft_inverse(fft, image, spectrum);
        const struct stm_displacement d = stm_spectrum_peak(image, W, H);
        assert_near(fabs(d.dx), abs(shifts[s][0]), 0.05);
        assert_near(fabs(d.dy), abs(shifts[s][1]), 0.05);
        assert_true(s == 2 || (d.dx * shifts[s][0] >= 0 && d.dy * shifts[s][1] >= 0));
        assert_near(d.height, 1, 0.01);
    }
    stm_fft_destroy(&fft);
}

static void window_ends_at_zero(void **state)
{
    static uint16_t px[W * H];
    (void)state;
    for (int i = 0; i < W * H; i++)
        px[i] = (uint16_t)(1000 + i % W * 10);
    stm_spectrum_window(image, (struct stm_cu16){px, W, W, H});
    assert_true(fabsf(image[0]) < 1 && fabsf(image[W - 1]) < 30 && fabsf(image[H / 2 * W]) < 30);
    assert_near(image[H / 2 * W + W / 2], 5, 1); /* the mean is 1475 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maths_agree_with_libm),     cmocka_unit_test(transform_is_the_sum_it_stands_for),
        cmocka_unit_test(rings_hold_all_power_once), cmocka_unit_test(slope_is_the_exponent),
        cmocka_unit_test(blur_steepens_the_slope),   cmocka_unit_test(band_is_a_difference_of_gaussians),
        cmocka_unit_test(periods_are_found),         cmocka_unit_test(displacement_is_found),
        cmocka_unit_test(window_ends_at_zero),
    };
    return STM_TEST_MAIN(tests);
}
