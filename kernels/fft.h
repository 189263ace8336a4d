/* Fourier transforms of real images, single precision, by FFTW; the only file that uses it. Unlike the rest
 * of kernels/, making one allocates; using one does not. */
#ifndef STM_FFT_H
#define STM_FFT_H

#include <stdbool.h>
#include <stddef.h>

struct stm_complex {
    float re, im;
};

/* Transforms of w x h images, and of their spectra: (w / 2 + 1) x h values, row by row without gaps; column u
 * is frequency u / w, row v is v / h, or (v - h) / h beyond half. Thread-safety: many threads may use one;
 * making and destroying are serialised inside. Results have the same bits everywhere: FFTW's own choice of
 * algorithm is an estimate from the size alone, without vector instructions and never measured. */
struct stm_fft;

/* NULL when there is no memory. w and h at least 1. */
struct stm_fft *stm_fft_create(int w, int h);
void stm_fft_destroy(struct stm_fft **fft); /* leaves NULL */

/* Values in a spectrum of a w x h image. */
static inline size_t stm_fft_size(int w, int h)
{
    return ((size_t)w / 2 + 1) * (size_t)h;
}

/* Not scaled. The image is w x h without gaps and keeps its values. */
void stm_fft_forward(const struct stm_fft *fft, struct stm_complex *spectrum, const float *image);

/* Scaled by 1 / (w h): undoes forward. The spectrum's values are lost. */
void stm_fft_inverse(const struct stm_fft *fft, float *image, struct stm_complex *spectrum);

#endif
