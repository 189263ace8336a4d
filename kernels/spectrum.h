/* What spectra of images tell: sharpness, bands of detail, periodic patterns, displacement. Spectra are laid
 * out as in fft.h; nothing here decides by a libm transcendental. */
#ifndef STM_SPECTRUM_H
#define STM_SPECTRUM_H

#include "kernels/fft.h"
#include "kernels/view.h"

/* dst (w x h, no gaps) = (pixel - mean) times a window that falls to 0 at the borders, (1 - u^2)^2 along both
 * axes with u from -1 to 1: without it the borders' jump would be in every frequency. */
void stm_spectrum_window(float *dst, struct stm_cu16 src);

/* Mean power |F|^2 of rings of equal width: ring i holds frequencies [i, i + 1) / (2 rings) cycles per pixel,
 * both signs counted, (0, 0) left out. */
struct stm_ring {
    double power;
    uint64_t n; /* 0: power is 0 */
};
void stm_spectrum_rings(struct stm_ring *ring, int rings, const struct stm_complex *spectrum, int w, int h);

/* Slope of log2 power over log2 frequency through rings first … last (least squares over those with power):
 * about -2 for sharp natural images, less the more they are out of focus. 0 when fewer than two rings have
 * power. */
double stm_spectrum_slope(const struct stm_ring *ring, int first, int last);

/* Multiplies by exp(-2 pi^2 f^2 fine^2) - exp(-2 pi^2 f^2 coarse^2): the difference of Gaussians of standard
 * deviations `fine` < `coarse` pixels; fine 0 keeps all fine detail, coarse 0 keeps all coarse. `factor`
 * holds 2 (w + h) floats. */
void stm_spectrum_band(struct stm_complex *spectrum, int w, int h, double fine, double coarse, float *factor);

/* A repeated pattern: its wave vector in cycles per pixel, fx >= 0, and how far its power stands above the
 * median of the ring it lies in. */
struct stm_period {
    double fx, fy, contrast;
};

/* The strongest patterns with least <= |f| <= 0.5, each the greatest of the 5 x 5 frequencies around it, by
 * descending contrast (then ascending fx, fy). Returns how many were found, at most `most`. `scratch`: see
 * below. */
int stm_spectrum_periods(struct stm_period *period, int most, const struct stm_complex *spectrum, int w,
                         int h, double least, void *scratch);
size_t stm_spectrum_periods_scratch(int w, int h);

/* Phase correlation, first half: a = a conj(b) / |a conj(b)|, 0 where that is 0. Transform it back and look
 * for the peak. */
void stm_spectrum_cross(struct stm_complex *a, const struct stm_complex *b, size_t n);

/* Second half: where the transformed-back image is greatest, as the displacement of image a against b, with a
 * parabola through its neighbours for the fraction; |dx| <= w / 2, |dy| <= h / 2. height is the peak's value:
 * 1 for a pure displacement, near 0 for images with nothing in common. */
struct stm_displacement {
    double dx, dy, height;
};
struct stm_displacement stm_spectrum_peak(const float *image, int w, int h);

#endif
