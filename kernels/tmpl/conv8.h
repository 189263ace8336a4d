/* conv8_row, conv8_spread. A block is PIXELS x GROUPS x 16 outputs whose sums stay in registers; a vector of
 * weights is used for each of its pixels, a quad of a pixel for all its outputs. V_CONV_ROWS: how many
 * groups at once an instruction set has registers for. */
#include "kernels/conv8.h"

#include <string.h>

enum { V_QUADS = VN / 8, V_PARTS = 4 / V_QUADS }; /* output quads a vector holds; vectors a group takes */

static inline v32 conv8_quad(const uint8_t *px)
{
    uint32_t quad;
    memcpy(&quad, px, sizeof quad);
    return v_set32(quad);
}

/* Sums, requantised, of 4 pixels to the quads' planes. */
static inline __attribute__((always_inline)) void conv8_put(uint8_t *const *dst, int x, const v32 sum[4],
                                                            const int32_t *scale, const int64_t *offset,
                                                            int shift)
{
    v32 px[4];
    for (int p = 0; p < 4; p++)
        px[p] = v_requantise(sum[p], scale, offset, shift);
    v_put_quads(dst, 4 * x, v_pack_quads(px[0], px[1], px[2], px[3]));
}

/* Sums to begin with: part `part` of the 16 outputs at `at`. */
static inline v32 conv8_begin(const int32_t *const *more, ptrdiff_t at, int part)
{
    if (!more) return v_set32(0);
    at += 4 * V_QUADS * part;
    return v_add32(v_add32(v_load32(more[0] + at), v_load32(more[1] + at)), v_load32(more[2] + at));
}

static inline void conv8_keep(int32_t *dst, int part, v32 sum)
{
    v_store32_n((uint32_t *)dst + 4 * V_QUADS * part, sum, VN / 2);
}

#ifdef V_CONV_PIXELS

/* What is multiplied, in the order of the runs: pixel 0 of a row of a quad, weights of 16 outputs. */
struct conv8_product {
    const uint8_t *px;
    const int8_t *weight;
};

/* The sums of a run in 16 bits, then to those in 32. */
static inline __attribute__((always_inline)) void
conv8_run(v32 sum[V_PARTS][V_CONV_PIXELS], const struct conv8_product *product, int x, const int length)
{
    v16 part[V_PARTS][V_CONV_PIXELS];
#pragma GCC unroll 8
    for (int i = 0; i < length; i++)
        for (int p = 0; p < V_CONV_PIXELS; p++) {
            const v32 quad = conv8_quad(product[i].px + 4 * (x + p));
            for (int g = 0; g < V_PARTS; g++) {
                const v16 pairs = v_pairs8(quad, v_load32(product[i].weight + g * 16 * V_QUADS));
                part[g][p] = i ? v_add_now(part[g][p], pairs) : pairs;
            }
        }
    for (int p = 0; p < V_CONV_PIXELS; p++)
        for (int g = 0; g < V_PARTS; g++)
            sum[g][p] = v_dot(sum[g][p], part[g][p], v_set(1));
}

#define CONV8_RUNS(LENGTH)                                                                                   \
    for (int run = runs[(LENGTH)-1]; run > 0; run--, product += (LENGTH))                                    \
        conv8_run(sum, product, x, LENGTH);

static inline __attribute__((always_inline)) void
conv8_sums(v32 sum[V_PARTS][V_CONV_PIXELS], const struct conv8_product *product, const uint16_t *runs, int x)
{
    CONV8_RUNS(8)
    CONV8_RUNS(7)
    CONV8_RUNS(6)
    CONV8_RUNS(5)
    CONV8_RUNS(4)
    CONV8_RUNS(3)
    CONV8_RUNS(2)
    CONV8_RUNS(1)
}

static inline void conv8_block(uint8_t *const *dst, int x, int w, const struct conv8_product *product,
                               const struct stm_conv8 *conv, int group, const int32_t *const *more)
{
    v32 sum[V_PARTS][V_CONV_PIXELS];
    for (int g = 0; g < V_PARTS; g++)
        for (int p = 0; p < V_CONV_PIXELS; p++)
            sum[g][p] = conv8_begin(more, ((ptrdiff_t)group * w + x + p) * 16, g);
    conv8_sums(sum, product, conv->runs[group], x);
    for (int g = 0; g < V_PARTS; g++)
        conv8_put(dst + 4 * group + g * V_QUADS, x, sum[g], conv->scale + 16 * group + 4 * V_QUADS * g,
                  conv->offset + 16 * group + 2 * V_QUADS * g, conv->shift);
}

static void conv8_row(uint8_t *const *dst, const uint8_t *const *src, int w, const struct stm_conv8 *conv,
                      const int32_t *const more[3])
{
    const int products = 9 * conv->quads;
    if (w < V_CONV_PIXELS || conv->quads > STM_CONV8_QUADS) {
        stm_conv8_row_ref(dst, src, w, conv, more);
        return;
    }
    for (int group = 0; group < conv->groups; group++) {
        struct conv8_product product[9 * STM_CONV8_QUADS];
        for (int i = 0; i < products; i++) {
            const int at = conv->order[group * products + i], tap = at / conv->quads;
            product[i] = (struct conv8_product){src[tap / 3 * conv->quads + at % conv->quads] + 4 * (tap % 3),
                                                conv->weight + ((ptrdiff_t)group * products + at) * 64};
        }
        for (int x = 0; x < w; x += V_CONV_PIXELS)
            conv8_block(dst, x + V_CONV_PIXELS <= w ? x : w - V_CONV_PIXELS, w, product, conv, group, more);
    }
}

/* Products of a tap with n pixels, at least V_CONV_PIXELS, from x on of what `src` points to. */
static void conv8_tap(int32_t *dst, const uint8_t *const *src, int x, int n, const struct stm_conv8 *conv,
                      int tap)
{
    const uint16_t *order = conv->order + (ptrdiff_t)tap * conv->quads;
    const int8_t *weight = conv->weight + (ptrdiff_t)tap * conv->quads * 64;
    struct conv8_product product[STM_CONV8_QUADS];
    for (int i = 0; i < conv->quads; i++)
        product[i] = (struct conv8_product){src[order[i]] + 4 * x, weight + order[i] * 64};
    for (int at = 0; at < n; at += V_CONV_PIXELS) {
        const int first = at + V_CONV_PIXELS <= n ? at : n - V_CONV_PIXELS;
        v32 sum[V_PARTS][V_CONV_PIXELS];
        for (int g = 0; g < V_PARTS; g++)
            for (int p = 0; p < V_CONV_PIXELS; p++)
                sum[g][p] = v_set32(0);
        conv8_sums(sum, product, conv->runs[tap], first);
        for (int p = 0; p < V_CONV_PIXELS; p++)
            for (int g = 0; g < V_PARTS; g++)
                conv8_keep(dst + 16 * (first + p), g, sum[g][p]);
    }
}

#else

static inline __attribute__((always_inline)) void conv8_block(uint8_t *const *dst, const uint8_t *const *src,
                                                              int x, int w, const struct stm_conv8 *conv,
                                                              int group, const int32_t *const *more,
                                                              const int groups, const int pixels)
{
    const ptrdiff_t step = (ptrdiff_t)9 * conv->quads * 64; /* from the weights of a group to the next's */
    const int8_t *weight = conv->weight + group * step;
    v32 sum[16 / V_QUADS + 8][16];
    for (int g = 0; g < groups * V_PARTS; g++)
        for (int p = 0; p < pixels; p++)
            sum[g][p] = conv8_begin(more, ((ptrdiff_t)(group + g / V_PARTS) * w + x + p) * 16, g % V_PARTS);
    for (int t = 0; t < 9; t++)
        for (int q = 0; q < conv->quads; q++, weight += 64) {
            const uint8_t *px = src[t / 3 * conv->quads + q] + 4 * (x + t % 3);
            v32 by[4 * V_PARTS];
            for (int g = 0; g < groups * V_PARTS; g++)
                by[g] = v_load32(weight + g / V_PARTS * step + g % V_PARTS * 16 * V_QUADS);
            for (int p = 0; p < pixels; p++) {
                const v32 quad = conv8_quad(px + 4 * p);
                for (int g = 0; g < groups * V_PARTS; g++)
                    sum[g][p] = v_dot8(sum[g][p], quad, by[g]);
            }
        }
    for (int g = 0; g < groups * V_PARTS; g++) {
        const int first = 16 * (group + g / V_PARTS), part = g % V_PARTS;
        for (int p = 0; p < pixels; p += 4)
            conv8_put(dst + first / 4 + part * V_QUADS, x + p, &sum[g][p],
                      conv->scale + first + 4 * V_QUADS * part, conv->offset + first + 2 * V_QUADS * part,
                      conv->shift);
    }
}

/* Blocks of many pixels, then of 4; the last one reaches back over pixels that are done. */
#define CONV8_ROW(GROUPS, PIXELS)                                                                            \
    static void conv8_row_##GROUPS(uint8_t *const *dst, const uint8_t *const *src, int w,                    \
                                   const struct stm_conv8 *conv, int group, const int32_t *const *more)      \
    {                                                                                                        \
        int x = 0;                                                                                           \
        for (; x + (PIXELS) <= w; x += (PIXELS))                                                             \
            conv8_block(dst, src, x, w, conv, group, more, GROUPS, PIXELS);                                  \
        for (; x < w; x += 4)                                                                                \
            conv8_block(dst, src, x + 4 <= w ? x : w - 4, w, conv, group, more, GROUPS, 4);                  \
    }
V_CONV_ROWS

static void conv8_row(uint8_t *const *dst, const uint8_t *const *src, int w, const struct stm_conv8 *conv,
                      const int32_t *const more[3])
{
    static void (*const rows[])(uint8_t *const *, const uint8_t *const *, int, const struct stm_conv8 *, int,
                                const int32_t *const *) = {V_CONV_TABLE};
    enum { MOST = (int)(sizeof rows / sizeof *rows) };
    if (w < 4) {
        stm_conv8_row_ref(dst, src, w, conv, more);
        return;
    }
    for (int group = 0, n; group < conv->groups; group += n) {
        n = conv->groups - group < MOST ? conv->groups - group : MOST;
        rows[n - 1](dst, src, w, conv, group, more);
    }
}

static inline __attribute__((always_inline)) void conv8_tap_block(int32_t *dst, const uint8_t *const *src,
                                                                  int x, const int8_t *weight, int quads,
                                                                  const int pixels)
{
    v32 sum[V_PARTS][16];
    for (int g = 0; g < V_PARTS; g++)
        for (int p = 0; p < pixels; p++)
            sum[g][p] = v_set32(0);
    for (int q = 0; q < quads; q++, weight += 64) {
        v32 by[V_PARTS];
        for (int g = 0; g < V_PARTS; g++)
            by[g] = v_load32(weight + g * 16 * V_QUADS);
        for (int p = 0; p < pixels; p++) {
            const v32 quad = conv8_quad(src[q] + 4 * (x + p));
            for (int g = 0; g < V_PARTS; g++)
                sum[g][p] = v_dot8(sum[g][p], quad, by[g]);
        }
    }
    for (int p = 0; p < pixels; p++)
        for (int g = 0; g < V_PARTS; g++)
            conv8_keep(dst + 16 * p, g, sum[g][p]);
}

/* Products of a tap with n pixels, at least 4, from x on of what `src` points to. */
static void conv8_tap(int32_t *dst, const uint8_t *const *src, int x, int n, const struct stm_conv8 *conv,
                      int tap)
{
    enum { PIXELS = V_PARTS > 1 ? 4 : 16 };
    const int8_t *weight = conv->weight + (ptrdiff_t)tap * conv->quads * 64;
    int at = 0;
    for (; at + PIXELS <= n; at += PIXELS)
        conv8_tap_block(dst + 16 * at, src, x + at, weight, conv->quads, PIXELS);
    for (; at < n; at += 4) {
        const int first = at + 4 <= n ? at : n - 4;
        conv8_tap_block(dst + 16 * first, src, x + first, weight, conv->quads, 4);
    }
}

#endif

enum { CONV8_PART = 63 }; /* pixels at once: their taps stay in the first cache */

/* Pixels x … x + n - 1 as 2 n pixels of one of the three rows; taps are those of the row. */
static void conv8_spread_part(int32_t *dst, const uint8_t *const *src, int x, int n,
                              const struct stm_conv8 *conv, int tap)
{
    int32_t t[3][16 * (CONV8_PART + 1)]; /* from pixels x - 1, x and x on */
    for (int kx = 0; kx < 3; kx++)
        conv8_tap(t[kx], src, x + (kx > 0), n + 1, conv, tap + kx);
    for (int i = 0; i < 16 * n; i += VN / 2) {
        const v32 before = v_load32(t[0] + i), here = v_load32(t[1] + i), behind = v_load32(t[2] + i + 16);
        const v32 left = v_add32(v_add32(before, here), v_load32(t[2] + i));
        const v32 right = v_add32(v_add32(v_load32(t[0] + i + 16), here), behind);
        int32_t *pair = dst + 32 * (ptrdiff_t)(x + i / 16) + i % 16;
        v_store32_n((uint32_t *)pair, left, VN / 2);
        v_store32_n((uint32_t *)pair + 16, right, VN / 2);
    }
}

static void conv8_spread(int32_t *const dst[3], const uint8_t *const *src, int w,
                         const struct stm_conv8 *conv)
{
    if (w < 4 || conv->quads > STM_CONV8_QUADS) {
        stm_conv8_spread_ref(dst, src, w, conv);
        return;
    }
    const int n = w < CONV8_PART ? w : CONV8_PART;
    for (int row = 0; row < 3 * conv->groups; row++)
        for (int x = 0; x < w; x += n)
            conv8_spread_part(dst[row % 3] + (ptrdiff_t)(row / 3) * 2 * w * 16, src, x + n <= w ? x : w - n,
                              n, conv, 3 * row);
}
