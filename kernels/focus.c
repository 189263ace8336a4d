/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/focus.h"

#include "kernels/border.h"
#include "kernels/kernels.h"

struct stm_focus stm_focus_sums(const struct stm_kernels *k, struct stm_cu16 src)
{
    struct stm_focus sums = {0};
    for (int y = 1; y + 1 < src.h && src.w > 2; y++) {
        const uint16_t *at = src.px + y * src.stride + 1;
        k->focus_row(&sums, at - src.stride, at, at + src.stride, src.w - 2);
    }
    return sums;
}

size_t stm_gradient_scratch(int w)
{
    return 3 * (size_t)stm_row_pitch(w, 1) * sizeof(uint16_t);
}

void stm_gradient(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src, float scale,
                  void *scratch)
{
    const ptrdiff_t pitch = stm_row_pitch(src.w, 1);
    uint16_t *rows = (uint16_t *)scratch + 1;
    for (int y = 0, next = 0; y < dst.h && dst.w > 0; y++) {
        const uint16_t *row[3];
        for (; next < src.h && next <= y + 1; next++)
            stm_pad_row(rows + next % 3 * pitch, src.px + next * src.stride, src.w, 1);
        for (int i = 0; i < 3; i++)
            row[i] = rows + stm_mirror(y - 1 + i, src.h) % 3 * pitch;
        k->gradient_row(dst.px + y * dst.stride, row, scale, dst.w);
    }
}
