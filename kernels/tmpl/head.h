/* head_row: a lane is a pixel, whose quads are multiplied one after another. Uses conv8_quad of conv8.h,
 * which kernels/tmpl/table.h includes first. */
#include "kernels/head.h"

/* Sums + the products of each lane's 4 activations and 4 weights. */
static inline v32 head_add(v32 sum, v32 quad, v32 weight)
{
#ifdef V_CONV_PIXELS
    return v_dot(sum, v_pairs8(quad, weight), v_set(1));
#else
    return v_dot8(sum, quad, weight);
#endif
}

/* Pixels x … x + VN / 2 - 1. */
static inline void head_block(int16_t *const *dst, const uint8_t *const *src, int quads, int x,
                              const struct stm_head *head)
{
    v32 sum[STM_HEAD_OUTPUTS];
    for (int i = 0; i < STM_HEAD_OUTPUTS; i++)
        sum[i] = v_set32(0);
    for (int q = 0; q < quads; q++) {
        const v32 px = v_load32(src[q] + 4 * x);
        for (int i = 0; i < STM_HEAD_OUTPUTS; i++)
            sum[i] = head_add(sum[i], px, conv8_quad((const uint8_t *)head->weight[i] + 4 * q));
    }
    for (int i = 0; i < STM_HEAD_OUTPUTS; i++) {
        uint32_t lane[VN / 2];
        v_store32_n(lane, sum[i], VN / 2);
        for (int p = 0; p < VN / 2; p++)
            dst[i][x + p] = stm_head_value(head, i, (int32_t)lane[p]);
    }
}

/* The last block reaches back over pixels that are done. */
static void head_row(int16_t *const dst[STM_HEAD_OUTPUTS], const uint8_t *const *src, int quads, int w,
                     const struct stm_head *head)
{
    if (w < VN / 2) {
        stm_head_row_ref(dst, src, quads, w, head);
        return;
    }
    for (int x = 0; x < w; x += VN / 2)
        head_block(dst, src, quads, x + VN / 2 <= w ? x : w - VN / 2, head);
}
