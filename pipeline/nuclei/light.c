/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plane as light: more is more stain, in 16 bits of which the upper ones are in use. */
#include "kernels/gauss.h"
#include "kernels/histogram.h"
#include "kernels/stretch.h"
#include "pipeline/nuclei/finder.h"
#include "pipeline/nuclei/sample.h"

#include <string.h>

enum { BINS = 65536 };

struct span {
    int low, middle, high, most; /* 0.1 %, 50 %, 99.9 %, greatest */
};

static size_t light_bytes(int w, int h)
{
    return ((size_t)w * (size_t)h + STM_ROW_SLACK) * sizeof(uint16_t);
}

size_t stm_nuclei_light_bytes(int w, int h)
{
    return stm_arena_cost(light_bytes(w, h)) + stm_arena_cost(BINS * sizeof(uint32_t));
}

static struct span span_of(const uint32_t *bins, uint64_t n)
{
    struct span s = {stm_sample_rank(bins, BINS, n / 1000), stm_sample_rank(bins, BINS, n / 2),
                     stm_sample_rank(bins, BINS, n - 1 - n / 1000), stm_sample_rank(bins, BINS, n - 1)};
    return s;
}

/* Dark nuclei on a light ground: the middle is near the top, and what is below it reaches more than twice as
 * far as what is above. A fluorescent field is never so, unless most of it is saturated. */
static bool is_dark(struct span s, int polarity)
{
    if (polarity != STM_POLARITY_AUTO) return polarity == STM_POLARITY_DARK;
    return s.middle - s.low > 2 * (s.high - s.middle) && 2 * s.middle > s.most && s.high < 65535;
}

struct filling {
    const struct stm_finder *f;
    struct stm_cu16 plane;
    int flip; /* -1: as it is */
};

static bool fill_rows(void *context, int part, int64_t from, int64_t end, struct stm_error *err)
{
    const struct filling *const fill = context;
    const struct stm_finder *const f = fill->f;
    (void)part;
    (void)err;
    const struct stm_u16 dst = {f->light.px + from * f->light.stride, f->light.stride, f->w,
                                (int)(end - from)};
    const struct stm_cu16 src = {fill->plane.px + from * fill->plane.stride, fill->plane.stride, f->w, dst.h};
    stm_lift(f->kernels, dst, src, fill->flip, f->up);
    return true;
}

/* Noise of a pixel from the median of the 3 x 3 operator that no plane or edge along an axis excites
 * (Immerkaer 1996): its deviation is 6 times the noise's, the median of |normal| 0.6745 of the deviation. */
static double noise_of(struct stm_cu16 p, uint32_t *bins)
{
    const int step = stm_sample_step(p.w, p.h);
    uint64_t n = 0;
    memset(bins, 0, BINS * sizeof *bins);
    for (int y = 1; y + 1 < p.h; y += step)
        for (int x = 1; x + 1 < p.w; x++, n++) {
            const uint16_t *c = p.px + y * p.stride + x, *a = c - p.stride, *b = c + p.stride;
            const int v = 4 * c[0] - 2 * (c[-1] + c[1] + a[0] + b[0]) + a[-1] + a[1] + b[-1] + b[1];
            const int size = v < 0 ? -v : v;
            bins[size < BINS ? size : BINS - 1]++;
        }
    return n ? stm_sample_rank(bins, BINS, n / 2) / (0.6745 * 6) : 0;
}

static uint64_t count(uint32_t *bins, struct stm_cu16 plane)
{
    const int step = stm_sample_step(plane.w, plane.h);
    uint64_t n = 0;
    memset(bins, 0, BINS * sizeof *bins);
    for (int y = 0; y < plane.h; y += step, n += (uint64_t)plane.w)
        for (int x = 0; x < plane.w; x++)
            bins[plane.px[y * plane.stride + x]]++;
    return n;
}

bool stm_nuclei_light(struct stm_finder *f, struct stm_cu16 plane, struct stm_error *err)
{
    f->light = (struct stm_u16){stm_arena_take(f->scratch, light_bytes(f->w, f->h), "the light image", err),
                                f->w, f->w, f->h};
    const size_t mark = stm_arena_mark(f->scratch);
    uint32_t *bins = stm_arena_take(f->scratch, BINS * sizeof *bins, "a histogram", err);
    if (!f->light.px || !bins) return false;
    const struct span s = span_of(bins, count(bins, plane));
    f->dark = is_dark(s, f->options->polarity);
    const int top = f->dark ? s.high - s.low : s.most;
    while (f->up < 12 && (top << (f->up + 1)) < 49152)
        f->up++;
    struct filling fill = {f, plane, f->dark ? s.high : -1};
    if (!stm_team_share(f->team, f->h, 1, &fill, fill_rows, err)) return false;
    f->noise = noise_of((struct stm_cu16)STM_CONST(f->light), bins);
    stm_arena_reset(f->scratch, mark);
    return true;
}
