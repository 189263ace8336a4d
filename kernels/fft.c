/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/fft.h"

#include <fftw3.h>
#include <pthread.h>
#include <stdlib.h>

/* FFTW's planner is not re-entrant, and MEASURE anywhere in the process would change what ESTIMATE finds. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;
enum { FLAGS = FFTW_ESTIMATE | FFTW_NO_SIMD | FFTW_UNALIGNED };

struct stm_fft {
    int w, h;
    fftwf_plan forward, inverse;
};

/* Planning with ESTIMATE touches no data but wants arrays. */
static bool plan(struct stm_fft *fft)
{
    float *image = malloc((size_t)fft->w * (size_t)fft->h * sizeof *image);
    fftwf_complex *spectrum = malloc(stm_fft_size(fft->w, fft->h) * sizeof *spectrum);
    if (image && spectrum) {
        pthread_mutex_lock(&planner);
        fft->forward = fftwf_plan_dft_r2c_2d(fft->h, fft->w, image, spectrum, FLAGS | FFTW_PRESERVE_INPUT);
        fft->inverse = fftwf_plan_dft_c2r_2d(fft->h, fft->w, spectrum, image, FLAGS);
        pthread_mutex_unlock(&planner);
    }
    free(image);
    free(spectrum);
    return fft->forward && fft->inverse;
}

struct stm_fft *stm_fft_create(int w, int h)
{
    struct stm_fft *fft = calloc(1, sizeof *fft);
    if (!fft) return NULL;
    fft->w = w;
    fft->h = h;
    if (!plan(fft)) stm_fft_destroy(&fft);
    return fft;
}

void stm_fft_destroy(struct stm_fft **fft)
{
    if (!*fft) return;
    pthread_mutex_lock(&planner);
    if ((*fft)->forward) fftwf_destroy_plan((*fft)->forward);
    if ((*fft)->inverse) fftwf_destroy_plan((*fft)->inverse);
    pthread_mutex_unlock(&planner);
    free(*fft);
    *fft = NULL;
}

void stm_fft_forward(const struct stm_fft *fft, struct stm_complex *spectrum, const float *image)
{
    fftwf_execute_dft_r2c(fft->forward, (float *)image, (fftwf_complex *)spectrum);
}

void stm_fft_inverse(const struct stm_fft *fft, float *image, struct stm_complex *spectrum)
{
    const size_t n = (size_t)fft->w * (size_t)fft->h;
    const float scale = 1.0f / (float)n;
    fftwf_execute_dft_c2r(fft->inverse, (fftwf_complex *)spectrum, image);
    for (size_t i = 0; i < n; i++)
        image[i] *= scale;
}
