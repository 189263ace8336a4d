/* The workbench of a scene: the field being made, the light that will fall on the sensor, random numbers and
 * buffers; and debris, which all scenes have. */
#ifndef STM_IMAGES_BENCH_H
#define STM_IMAGES_BENCH_H

#include "images/paint.h"
#include "images/scene.h"

/* One site's. Thread-safety: one per thread. */
struct stm_bench {
    struct stm_field *field;
    struct stm_f32 light[STM_SCENE_CHANNELS]; /* packed: stride = width */
    int lights;
    struct stm_brush brush;
    struct stm_random random;
    double um; /* pixels per micrometre */
    struct stm_error *err;
};

/* Black light and the seed's numbers; finish also after a failure. */
bool stm_bench_start(struct stm_bench *bench, struct stm_field *field, int lights, uint64_t seed,
                     struct stm_error *err);
void stm_bench_finish(struct stm_bench *bench);

/* A draw from 0 to length: along a side of the field. */
double stm_bench_anywhere(struct stm_bench *bench, int length);

/* Calls `draw` a Poisson number of times. */
bool stm_bench_repeat(struct stm_bench *bench, double mean, bool (*draw)(struct stm_bench *, const void *),
                      const void *user);

/* Semi axes and class of a blob as the truth wants them. */
struct stm_truth_object stm_bench_object(enum stm_class class, const struct stm_blob *blob, double brightness,
                                         double defocus);

/* How a patch of height 1 becomes light. */
typedef void stm_deposit_fn(struct stm_bench *bench, const struct stm_patch *patch, const void *user);

/* Debris with an outline: enters the truth, is drawn, blurred and deposited. `brightness` is for the truth.
 */
struct stm_debris {
    double sigma, brightness, defocus;
    stm_deposit_fn *deposit;
    const void *user;
};
bool stm_bench_speck(struct stm_bench *bench, const struct stm_blob *blob, const struct stm_debris *debris);
bool stm_bench_thread(struct stm_bench *bench, const struct stm_thread *thread,
                      const struct stm_debris *debris);

/* A thread around (x, y) from end to end 2 * half long, its middle pulled aside by `bend`. */
struct stm_thread stm_thread_at(double x, double y, double half, double bend, struct stm_direction along,
                                double half_width);

#endif
