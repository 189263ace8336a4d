/* SPDX-License-Identifier: GPL-2.0-or-later */
/* head_row in portable C: the specification. */
#include "kernels/head.h"
#include "kernels/ref.h"

void stm_head_row_ref(int16_t *const dst[STM_HEAD_OUTPUTS], const uint8_t *const *src, int quads, int w,
                      const struct stm_head *head)
{
    for (int i = 0; i < STM_HEAD_OUTPUTS; i++)
        for (int x = 0; x < w; x++) {
            int32_t sum = 0;
            for (int c = 0; c < 4 * quads; c++)
                sum += src[c / 4][4 * x + c % 4] * head->weight[i][c];
            dst[i][x] = stm_head_value(head, i, sum);
        }
}
