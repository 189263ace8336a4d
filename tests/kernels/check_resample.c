/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/resample.h"

#include "tests/kernels/check.h"

#include <math.h>
#include <string.h>

/* The part of source pixel j that belongs to pixel i, from the definition: an overlap, or a hat. */
static double part(int from, int to, int i, int j)
{
    const double scale = (double)from / to;
    if (to < from) return fmax(0, fmin((i + 1) * scale, j + 1) - fmax(i * scale, j)) / scale;
    const double centre = fmin(fmax((i + 0.5) * scale - 0.5, 0), from - 1);
    return fmax(0, 1 - fabs(centre - j));
}

static void one(int sw, int sh, int w, int h)
{
    const struct stm_u16 src = check_image_fill(sw, sh, 1, FILL_NOISE), dst = check_image(w, h, 1);
    stm_resample(dst, check_const(src), check_memory(stm_resample_scratch(sw, w), 1));
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            double mean = 0;
            for (int j = 0; j < sh; j++)
                for (int i = 0; i < sw; i++)
                    mean += part(sw, w, x, i) * part(sh, h, y, j) * src.px[j * src.stride + i];
            CHECK(fabs(dst.px[y * dst.stride + x] - mean) < 0.5001,
                  "%d x %d to %d x %d, (%d, %d) is %u, not %g", sw, sh, w, h, x, y,
                  dst.px[y * dst.stride + x], mean);
        }
}

/* In bands, doubled: the same pixels as all at once of a source that was doubled before. */
static void bands(int sw, int sh, int w, int h)
{
    enum { BITS = 3, STEP = 4 };
    const struct stm_u16 src = check_image_fill(sw, sh, 1, FILL_NOISE), more = check_image(sw, sh, 1),
                         all = check_image(w, h, 1), dst = check_image(w, h, 1);
    void *scratch = check_memory(stm_resample_scratch(sw, w), 1);
    for (int y = 0; y < sh; y++)
        for (int x = 0; x < sw; x++) {
            src.px[y * src.stride + x] >>= BITS;
            more.px[y * more.stride + x] = (uint16_t)(src.px[y * src.stride + x] << BITS);
        }
    stm_resample(all, check_const(more), scratch);
    for (int y = 0; y < h; y += STEP)
        stm_resample_rows(dst, check_const(src), BITS, y, y + STEP < h ? y + STEP : h, scratch);
    for (int y = 0; y < h; y++)
        CHECK(!memcmp(dst.px + y * dst.stride, all.px + y * all.stride, (size_t)w * 2),
              "%d x %d to %d x %d: row %d of a band differs", sw, sh, w, h, y);
}

/* Large totals and light at both ends of its range: the mean of what is alike is the same. */
static void even(int sw, int sh, int w, int h)
{
    static const uint16_t values[] = {0, 1, 32767, 32768, 65534, 65535};
    const struct stm_u16 src = check_image(sw, sh, 1), dst = check_image(w, h, 1);
    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        for (int y = 0; y < sh; y++)
            for (int x = 0; x < sw; x++)
                src.px[y * src.stride + x] = values[v];
        stm_resample(dst, check_const(src), check_memory(stm_resample_scratch(sw, w), 1));
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                CHECK(dst.px[y * dst.stride + x] == values[v], "%d x %d to %d x %d: %u became %u", sw, sh, w,
                      h, values[v], dst.px[y * dst.stride + x]);
    }
}

static void truth(const struct stm_kernels *ref)
{
    (void)ref;
    even(3, 65535, 2, 65534);
    even(65536, 2, 65535, 1);
    even(2, 3, 3, 65536);
    bands(40, 37, 23, 21);
    bands(23, 21, 40, 37);
    static const int sizes[][4] = {{17, 13, 17, 13}, {17, 13, 8, 5},   {16, 12, 8, 4},  {9, 7, 20, 19},
                                   {1, 1, 5, 3},     {30, 3, 7, 11},   {5, 40, 1, 1},   {3, 2, 31, 2},
                                   {2, 31, 9, 30},   {3, 3, 4, 33000}, {2, 33000, 3, 5}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        one(sizes[i][0], sizes[i][1], sizes[i][2], sizes[i][3]);
}

struct bench {
    struct stm_u16 dst;
    struct stm_cu16 src;
    void *scratch;
};

static void work(void *state)
{
    const struct bench *b = state;
    stm_resample(b->dst, b->src, b->scratch);
}

static void bench(const struct stm_kernels *k)
{
    if (k->isa != STM_ISA_REF) return;
    const struct stm_cu16 src = check_const(check_image_fill(1024, 1024, 0, FILL_NOISE));
    struct bench b = {check_image(640, 640, 0), src, check_memory(stm_resample_scratch(1024, 640), 0)};
    check_time("resample 1024 to 640", work, &b, 1024 * 1024);
    b.dst = check_image(1600, 1600, 0);
    check_time("resample 1024 to 1600", work, &b, 1600 * 1600);
}

const struct check check_resample = {"resample", truth, NULL, bench};
