/* conv8_row. A block is PIXELS x GROUPS x 16 outputs whose sums stay in registers; a vector of weights is
 * used for each of its pixels, a quad of a pixel for all its outputs. V_CONV_GROUPS: how many groups at once
 * an instruction set has registers for. */
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

static inline void conv8_block(uint8_t *const *dst, int x, const struct conv8_product *product,
                               const struct stm_conv8 *conv, int group)
{
    const uint16_t *runs = conv->runs[group];
    v32 sum[V_PARTS][V_CONV_PIXELS];
    for (int g = 0; g < V_PARTS; g++)
        for (int p = 0; p < V_CONV_PIXELS; p++)
            sum[g][p] = v_set32(0);
    CONV8_RUNS(8)
    CONV8_RUNS(7)
    CONV8_RUNS(6)
    CONV8_RUNS(5)
    CONV8_RUNS(4)
    CONV8_RUNS(3)
    CONV8_RUNS(2)
    CONV8_RUNS(1)
    for (int g = 0; g < V_PARTS; g++)
        conv8_put(dst + 4 * group + g * V_QUADS, x, sum[g], conv->scale + 16 * group + 4 * V_QUADS * g,
                  conv->offset + 16 * group + 2 * V_QUADS * g, conv->shift);
}

static void conv8_row(uint8_t *const *dst, const uint8_t *const *src, int w, const struct stm_conv8 *conv)
{
    const int products = 9 * conv->quads;
    if (w < V_CONV_PIXELS || conv->quads > STM_CONV8_QUADS) {
        stm_conv8_row_ref(dst, src, w, conv);
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
            conv8_block(dst, x + V_CONV_PIXELS <= w ? x : w - V_CONV_PIXELS, product, conv, group);
    }
}

#else

static inline __attribute__((always_inline)) void conv8_block(uint8_t *const *dst, const uint8_t *const *src,
                                                              int x, const struct stm_conv8 *conv, int group,
                                                              const int groups, const int pixels)
{
    const ptrdiff_t step = (ptrdiff_t)9 * conv->quads * 64; /* from the weights of a group to the next's */
    const int8_t *weight = conv->weight + group * step;
    v32 sum[16 / V_QUADS + 8][16];
    for (int g = 0; g < groups * V_PARTS; g++)
        for (int p = 0; p < pixels; p++)
            sum[g][p] = v_set32(0);
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
                                   const struct stm_conv8 *conv, int group)                                  \
    {                                                                                                        \
        int x = 0;                                                                                           \
        for (; x + (PIXELS) <= w; x += (PIXELS))                                                             \
            conv8_block(dst, src, x, conv, group, GROUPS, PIXELS);                                           \
        for (; x < w; x += 4)                                                                                \
            conv8_block(dst, src, x + 4 <= w ? x : w - 4, conv, group, GROUPS, 4);                           \
    }
V_CONV_ROWS

static void conv8_row(uint8_t *const *dst, const uint8_t *const *src, int w, const struct stm_conv8 *conv)
{
    static void (*const rows[])(uint8_t *const *, const uint8_t *const *, int, const struct stm_conv8 *,
                                int) = {V_CONV_TABLE};
    enum { MOST = (int)(sizeof rows / sizeof *rows) };
    if (w < 4) {
        stm_conv8_row_ref(dst, src, w, conv);
        return;
    }
    for (int group = 0, n; group < conv->groups; group += n) {
        n = conv->groups - group < MOST ? conv->groups - group : MOST;
        rows[n - 1](dst, src, w, conv, group);
    }
}

#endif
