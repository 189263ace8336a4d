/* Light falling on a sensor, as floats: blurring, glow, texture. */
#ifndef STM_IMAGES_CANVAS_H
#define STM_IMAGES_CANVAS_H

#include "images/random.h"
#include "kernels/view.h"
#include "pipeline/core/error.h"

#include <stddef.h>

/* w x h zeros (free with free()); NULL fills `err`. */
float *stm_canvas(int w, int h, struct stm_error *err);

/* Memory that grows to the largest request; contents are lost on growth. */
struct stm_scratch {
    float *px;
    size_t n;
};
float *stm_scratch_take(struct stm_scratch *s, size_t n, struct stm_error *err);
void stm_scratch_free(struct stm_scratch *s);

/* Gaussian blur in place, cut at 3.5 sigma; outside the image is black (`edge` false) or like the nearest
 * pixel. Nothing happens below a sigma of 0.1 pixels. */
bool stm_blur(struct stm_f32 image, double sigma, bool edge, struct stm_scratch *s, struct stm_error *err);

/* image = (1 - part) * image + part * (image blurred by sigma, which may be large): stray light. */
bool stm_glow(struct stm_f32 image, double sigma, double part, struct stm_error *err);

/* A periodic square of band-limited noise with mean 0 and standard deviation 1. */
enum { STM_TEXTURE = 256 };
struct stm_texture {
    float *px;
};
bool stm_texture_make(struct stm_texture *t, double sigma, struct stm_random *r, struct stm_error *err);
float stm_texture_at(const struct stm_texture *t, int x, int y); /* any x, y */
void stm_texture_free(struct stm_texture *t);

/* Between the pixels of the same texture stretched `scale` times: clouds. */
float stm_texture_smooth(const struct stm_texture *t, double x, double y, double scale);

#endif
