/* What a network gives out: weighted sums of a pixel's channels. Activations, quads and planes are those of
 * conv8.h. */
#ifndef STM_HEAD_H
#define STM_HEAD_H

#include <stdint.h>

enum { STM_HEAD_OUTPUTS = 2, STM_HEAD_QUADS = 16 };

/* Output i of a pixel, with the sum over channels c of weight[i][c] * value, weights -127 … 127:
 * (sum * scale[i] + offset[i]) >> shift in 64 bits, >> rounds down, clamped to 16 bits. */
struct stm_head {
    int shift;
    int8_t weight[STM_HEAD_OUTPUTS][4 * STM_HEAD_QUADS];
    int32_t scale[STM_HEAD_OUTPUTS];
    int64_t offset[STM_HEAD_OUTPUTS];
};

/* One row of both outputs. src[q], q < quads <= STM_HEAD_QUADS, is pixel 0 of a quad's row. */
typedef void stm_head_row_fn(int16_t *const dst[STM_HEAD_OUTPUTS], const uint8_t *const *src, int quads,
                             int w, const struct stm_head *head);

/* What the sum is as output i. */
static inline int16_t stm_head_value(const struct stm_head *head, int i, int32_t sum)
{
    const int64_t value = ((int64_t)sum * head->scale[i] + head->offset[i]) >> head->shift;
    return (int16_t)(value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value);
}

#endif
