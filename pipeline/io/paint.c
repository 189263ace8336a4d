/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/io/paint.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { RUN = 1024 }; /* pixels worked on at a time, so that rows of any width need no allocation */

void stm_paint_begin(struct stm_paint *paint, struct stm_sample sample, struct stm_u16 out)
{
    *paint = (struct stm_paint){.sample = sample,
                                .out = out,
                                .parts = 1,
                                .all = 0xffff,
                                .lo = (double)INFINITY,
                                .hi = -(double)INFINITY,
                                .whole = true,
                                .scale = 1,
                                .gain = 1,
                                .ranging = !stm_sample_is_narrow(sample)};
}

static struct stm_sample_row row_of(const struct stm_block *block, int k, int y, int x)
{
    return (struct stm_sample_row){block->base[k] + (size_t)y * block->pitch,
                                   block->first[k] + (size_t)x * block->step, block->step};
}

/* --- narrow --- */

static void look_up(const struct stm_paint *paint, int part, int n, uint16_t *px)
{
    const uint16_t *table = paint->palette + ((size_t)part << paint->sample.bits);
    for (int i = 0; i < n; i++)
        px[i] = table[px[i]];
}

static void fetch(const struct stm_paint *paint, const struct stm_block *block, int k, int y, int x, int n,
                  uint16_t *px)
{
    stm_sample_u16(paint->sample, row_of(block, paint->palette ? 0 : k, y, x), n, px);
    if (paint->palette) look_up(paint, k, n, px);
}

static void combine(int rule, int n, uint16_t *r, const uint16_t *g, const uint16_t *b)
{
    if (rule == STM_IMAGE_LUMA)
        for (int i = 0; i < n; i++)
            r[i] = (uint16_t)((299u * r[i] + 587u * g[i] + 114u * b[i] + 500) / 1000);
    else
        for (int i = 0; i < n; i++) {
            const uint16_t m = r[i] > g[i] ? r[i] : g[i];
            r[i] = m > b[i] ? m : b[i];
        }
}

static void see(struct stm_paint *paint, const uint16_t *px, size_t n)
{
    uint16_t any = 0, all = 0xffff;
    for (size_t i = 0; i < n; i++) {
        any |= px[i];
        all &= px[i];
    }
    paint->any |= any;
    paint->all &= all;
}

static void narrow_run(struct stm_paint *paint, const struct stm_block *block, int y, int x, int n)
{
    uint16_t other[2][RUN];
    uint16_t *px = paint->out.px + (block->y + y) * paint->out.stride + block->x + x;
    fetch(paint, block, 0, y, x, n, px);
    for (int k = 0; k < 2 && paint->more[k].px; k++) {
        uint16_t *const to = paint->more[k].px + (block->y + y) * paint->more[k].stride + block->x + x;
        fetch(paint, block, k + 1, y, x, n, to);
        see(paint, to, (size_t)n);
    }
    if (paint->parts == STM_PAINT_PARTS && !paint->more[0].px) {
        fetch(paint, block, 1, y, x, n, other[0]);
        fetch(paint, block, 2, y, x, n, other[1]);
        combine(paint->rule, n, px, other[0], other[1]);
    }
    see(paint, px, (size_t)n);
}

/* --- wide --- */

static double combined(int rule, double r, double g, double b)
{
    if (r == g && g == b) return r;
    if (rule == STM_IMAGE_LUMA) return (299 * r + 587 * g + 114 * b) / 1000;
    return fmax(fmax(r, g), b);
}

/* Adding and subtracting 2^52 rounds to whole numbers what is smaller; larger doubles are whole. */
static bool is_fraction(double v)
{
    const double size = fabs(v), whole = (size + 0x1p52) - 0x1p52;
    return size < 0x1p52 && size != whole;
}

static void range_run(struct stm_paint *paint, int n, const double *v)
{
    double lo = paint->lo, hi = paint->hi;
    uint64_t bad = 0;
    bool fraction = false;
    for (int i = 0; i < n; i++) {
        const bool finite = fabs(v[i]) <= DBL_MAX;
        const double low = finite ? v[i] : lo, high = finite ? v[i] : hi;
        lo = low < lo ? low : lo;
        hi = high > hi ? high : hi;
        bad += !finite;
        fraction |= finite && is_fraction(v[i]);
    }
    paint->lo = lo;
    paint->hi = hi;
    paint->not_finite += bad;
    paint->whole = paint->whole && !fraction;
}

/* The differences may overflow when values span the whole range of doubles, so offset and gain are applied to
 * halves. */
static uint16_t mapped(const struct stm_paint *paint, double v)
{
    const double q = (v / 2 - paint->offset / 2) * paint->gain * 2 + 0.5;
    return isfinite(v) ? (uint16_t)(q < 0 ? 0 : q > 65535 ? 65535 : q) : 0;
}

static void wide_run(struct stm_paint *paint, const struct stm_block *block, int y, int x, int n)
{
    double v[STM_PAINT_PARTS][RUN];
    uint16_t *px = paint->out.px + (block->y + y) * paint->out.stride + block->x + x;
    for (int k = 0; k < paint->parts; k++)
        stm_sample_f64(paint->sample, row_of(block, k, y, x), n, v[k]);
    for (int i = 0; paint->parts == STM_PAINT_PARTS && i < n; i++)
        v[0][i] = combined(paint->rule, v[0][i], v[1][i], v[2][i]);
    if (paint->ranging) {
        range_run(paint, n, v[0]);
        return;
    }
    for (int i = 0; i < n; i++)
        px[i] = mapped(paint, v[0][i]);
    see(paint, px, (size_t)n);
}

/* The smallest power of two with which 65535 steps span twice `half`, which need not be a double itself. */
static bool power_of_two_scale(struct stm_paint *paint, double half)
{
    int exponent;
    (void)frexp(half / 65535, &exponent);
    paint->scale = half > 0 ? ldexp(2, exponent < -1000 ? -1000 : exponent) : 1;
    if (paint->scale / 4 * 65535 >= half) paint->scale /= 2; /* half / 65535 was a power of two itself */
    paint->gain = 1 / paint->scale;
    return true;
}

/* Exact wherever the values allow it. Otherwise black stays black when the values begin near it, and the
 * scale is a power of two, so that planes of one plate differ by such factors only. Values 0 to 1 are taken
 * for what most programs mean by them: 16-bit pixels divided by 65535. */
void stm_paint_settle(struct stm_paint *paint)
{
    const double lo = paint->lo, hi = paint->hi, half_span = hi / 2 - lo / 2;
    paint->ranging = false;
    if (lo > hi) return;
    if (paint->whole && lo >= 0 && hi <= 65535) return;
    if (paint->whole && half_span <= 65535.0 / 2) {
        paint->offset = lo >= -32768 && hi <= 32767 ? -32768 : lo;
    } else if (lo >= 0 && hi <= 1) {
        paint->scale = 1.0 / 65535;
        paint->gain = 65535;
        paint->lossy = true;
    } else if (lo >= 0 && half_span >= hi / 32) {
        paint->lossy = power_of_two_scale(paint, hi / 2);
    } else {
        paint->offset = lo;
        paint->lossy = half_span > 0 && power_of_two_scale(paint, half_span);
    }
}

/* --- blocks --- */

static void see_alpha(struct stm_paint *paint, const struct stm_block *block, int y, int x, int n)
{
    double a[RUN];
    const double opaque = paint->sample.kind == STM_SAMPLE_FLOAT ? 1 : ldexp(1, paint->sample.bits) - 1;
    stm_sample_f64(paint->sample, row_of(block, STM_PAINT_ALPHA, y, x), n, a);
    for (int i = 0; i < n; i++)
        if (a[i] != opaque) paint->transparent = true;
}

void stm_paint_block(struct stm_paint *paint, const struct stm_block *block)
{
    const bool narrow = stm_sample_is_narrow(paint->sample);
    for (int y = 0; y < block->h; y++)
        for (int x = 0; x < block->w; x += RUN) {
            const int n = block->w - x < RUN ? block->w - x : RUN;
            if (narrow)
                narrow_run(paint, block, y, x, n);
            else
                wide_run(paint, block, y, x, n);
            if (block->base[STM_PAINT_ALPHA] && !paint->transparent) see_alpha(paint, block, y, x, n);
        }
}

uint16_t *stm_paint_direct(struct stm_paint *paint, int y, int h)
{
    const struct stm_sample s = paint->sample;
    const bool same = s.bits == 16 && s.kind == STM_SAMPLE_UINT && paint->parts == 1 && !paint->palette;
    const bool gapless = paint->out.stride == paint->out.w || h == 1;
    return same && gapless ? paint->out.px + y * paint->out.stride : NULL;
}

void stm_paint_seen(struct stm_paint *paint, int y, int h)
{
    see(paint, paint->out.px + y * paint->out.stride, (size_t)paint->out.w * (size_t)h);
}

/* --- end --- */

static void subtract(struct stm_u16 out, unsigned value)
{
    for (int y = 0; y < out.h; y++)
        for (int x = 0; x < out.w; x++)
            out.px[y * out.stride + x] = (uint16_t)(out.px[y * out.stride + x] - value);
}

static void invert(struct stm_u16 out, unsigned top)
{
    for (int y = 0; y < out.h; y++)
        for (int x = 0; x < out.w; x++)
            out.px[y * out.stride + x] = (uint16_t)(top - out.px[y * out.stride + x]);
}

/* Signed samples are unsigned with 2^(bits - 1) added here: taken away again when nothing was negative. scanR
 * adds 32768 to 12-bit grey levels and calls them unsigned. */
static void finish_shift(struct stm_paint *paint)
{
    const bool is_signed = paint->sample.kind == STM_SAMPLE_INT;
    const unsigned top = 1u << (paint->sample.bits - 1);
    const bool all_above = (paint->all & top) != 0;
    const bool raised = paint->scanr && !is_signed && top == 0x8000 && all_above && !(paint->any & 0x7000);
    if (is_signed) paint->offset = -(double)top;
    if (!raised && !(is_signed && all_above)) return;
    subtract(paint->out, top);
    paint->offset += top;
    paint->any &= (uint16_t)(top - 1);
}

/* Bits in use: the declared number when it is enough, else the usual camera depth that is. */
static int true_bits(const struct stm_paint *paint)
{
    static const int depths[] = {8, 10, 12, 14, 16};
    size_t i = 0;
    if (paint->lossy) return 16;
    if (paint->declared_bits > 0 && paint->declared_bits <= 16 && !(paint->any >> paint->declared_bits))
        return paint->declared_bits;
    if (paint->sample.bits < 8 && !paint->palette) return paint->sample.bits;
    while (paint->any >> depths[i])
        i++;
    return depths[i];
}

static void finish_invert(struct stm_paint *paint)
{
    const unsigned top = stm_sample_is_narrow(paint->sample) ? (1u << paint->sample.bits) - 1 : 65535;
    invert(paint->out, top);
    paint->offset += paint->scale * top;
    paint->scale = -paint->scale;
    paint->any = (uint16_t)top;
}

void stm_paint_finish(struct stm_paint *paint, struct stm_scaling *scaling)
{
    if (stm_sample_is_narrow(paint->sample) && !paint->palette) finish_shift(paint);
    if (paint->invert) finish_invert(paint);
    *scaling = (struct stm_scaling){paint->scale, paint->offset, true_bits(paint), paint->lossy};
}
