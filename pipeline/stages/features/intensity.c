/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pixel values inside an object. */
#include "kernels/kernels.h"
#include "kernels/moments.h"
#include "kernels/order.h"
#include "pipeline/stages/feature.h"

#include <math.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide; /* area * sum of squares needs up to 88 bits */

/* The object's pixels of one plane, side by side. */
static uint16_t *gather(const struct stm_blob *b, struct stm_cu16 plane, struct stm_arena *arena,
                        struct stm_error *err)
{
    uint16_t *value = stm_arena_take(arena, (size_t)b->area * sizeof *value, "an object's pixels", err);
    uint16_t *to = value;
    for (size_t i = 0; value && i < b->n_runs; i++) {
        const size_t n = (size_t)(b->run[i].x1 - b->run[i].x0);
        memcpy(to, plane.px + b->run[i].y * plane.stride + b->run[i].x0, n * sizeof *to);
        to += n;
    }
    return value;
}

static double edge_mean(const struct stm_blob *b, struct stm_cu16 plane)
{
    uint64_t sum = 0, n = 0;
    for (int y = 1; y < b->edge.rows - 1; y++) {
        const uint16_t *row = plane.px + (b->y0 + y - 1) * plane.stride + b->x0 - 1;
        for (int i = 0; i < b->edge.words; i++)
            for (uint64_t w = b->edge.word[(size_t)y * b->edge.words + i]; w; w &= w - 1, n++)
                sum += row[i * 64 + __builtin_ctzll(w)];
    }
    return (double)sum / (double)n;
}

bool stm_feature_intensity(const struct stm_blob *b, struct stm_cu16 plane, const struct stm_kernels *kernels,
                           struct stm_arena *arena, double *value, struct stm_error *err)
{
    const uint16_t *v = gather(b, plane, arena, err);
    struct stm_intensity s = {0};
    if (!v) return false;
    kernels->intensity_row(&s, v, (int)b->area);
    const double area = (double)b->area;
    value[STM_INTENSITY_MEAN] = (double)s.sum / area;
    value[STM_INTENSITY_MEDIAN] = stm_median_of(kernels, v, (int)b->area);
    value[STM_INTENSITY_MIN] = s.least;
    value[STM_INTENSITY_MAX] = s.most;
    value[STM_INTENSITY_STD] = sqrt((double)((wide)b->area * s.square - (wide)s.sum * s.sum)) / area;
    value[STM_INTENSITY_INTEGRATED] = (double)s.sum;
    value[STM_INTENSITY_MEAN_EDGE] = edge_mean(b, plane);
    return true;
}
