/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/bench.h"

#include <math.h>
#include <stdlib.h>

bool stm_bench_start(struct stm_bench *b, struct stm_field *field, int lights, uint64_t seed,
                     struct stm_error *err)
{
    *b = (struct stm_bench){
        .field = field, .random = stm_random_from(seed), .um = 1 / field->pixel_um, .err = err};
    for (; b->lights < lights; b->lights++) {
        struct stm_f32 *const light = &b->light[b->lights];
        *light = (struct stm_f32){stm_canvas(field->w, field->h, err), field->w, field->w, field->h};
        if (!light->px) return false;
    }
    return true;
}

void stm_bench_finish(struct stm_bench *b)
{
    for (int i = 0; i < b->lights; i++)
        free(b->light[i].px);
    stm_brush_free(&b->brush);
}

double stm_bench_anywhere(struct stm_bench *b, int length)
{
    return stm_random_between(&b->random, 0, length);
}

bool stm_bench_repeat(struct stm_bench *b, double mean, bool (*draw)(struct stm_bench *, const void *),
                      const void *user)
{
    bool ok = true;
    for (double n = stm_random_poisson(&b->random, mean); n > 0 && ok; n--)
        ok = draw(b, user);
    return ok;
}

struct stm_truth_object stm_bench_object(enum stm_class class, const struct stm_blob *blob, double brightness,
                                         double defocus)
{
    const bool lengthwise = blob->a > blob->b;
    return (struct stm_truth_object){.class = class,
                                     .major = lengthwise ? blob->a : blob->b,
                                     .minor = lengthwise ? blob->b : blob->a,
                                     .brightness = brightness,
                                     .defocus = defocus};
}

static float even(const struct stm_blob_point *point, int x, int y, const void *user)
{
    (void)point;
    (void)x;
    (void)y;
    (void)user;
    return 1;
}

static bool deposit(struct stm_bench *b, struct stm_patch *patch, const struct stm_debris *debris)
{
    if (!stm_patch_blur(patch, &b->brush, debris->sigma, b->err)) return false;
    debris->deposit(b, patch, debris->user);
    return true;
}

bool stm_bench_speck(struct stm_bench *b, const struct stm_blob *blob, const struct stm_debris *debris)
{
    const struct stm_truth_object object =
        stm_bench_object(STM_CLASS_DEBRIS, blob, debris->brightness, debris->defocus);
    const uint32_t label = stm_truth_add(&b->field->truth, &object, b->err);
    const double reach = stm_blob_bound(blob) + 3.5 * debris->sigma + 2;
    struct stm_patch patch;
    if (!label || !stm_patch_take(&patch, &b->brush, blob->x, blob->y, reach, b->err)) return false;
    stm_paint_blob(&patch, blob, even, NULL, b->field->truth.debris, label);
    return deposit(b, &patch, debris);
}

bool stm_bench_thread(struct stm_bench *b, const struct stm_thread *t, const struct stm_debris *debris)
{
    const double x = (t->ax + t->cx) / 2, y = (t->ay + t->cy) / 2;
    const double half = sqrt((t->cx - x) * (t->cx - x) + (t->cy - y) * (t->cy - y));
    const double bend = sqrt((t->bx - x) * (t->bx - x) + (t->by - y) * (t->by - y)) / 2;
    const struct stm_truth_object object = {.class = STM_CLASS_DEBRIS,
                                            .major = half,
                                            .minor = t->half_width,
                                            .brightness = debris->brightness,
                                            .defocus = debris->defocus};
    const uint32_t label = stm_truth_add(&b->field->truth, &object, b->err);
    struct stm_patch patch;
    if (!label || !stm_patch_take(&patch, &b->brush, x, y,
                                  (half > bend ? half : bend) + 3.5 * debris->sigma + 4, b->err))
        return false;
    stm_paint_thread(&patch, t, b->field->truth.debris, label);
    return deposit(b, &patch, debris);
}

struct stm_thread stm_thread_at(double x, double y, double half, double bend, struct stm_direction d,
                                double half_width)
{
    return (struct stm_thread){x - d.c * half, y - d.s * half, x - d.s * bend, y + d.c * bend,
                               x + d.c * half, y + d.s * half, half_width};
}
