/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/flat_field.h"

#include "kernels/kernels.h"

void stm_flat_field(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 raw,
                    struct stm_grid dark, struct stm_grid gain_q14)
{
    uint16_t offset[STM_GRID_CHUNK], gain[STM_GRID_CHUNK];
    for (int y = 0; y < dst.h; y++)
        for (int x = 0; x < dst.w; x += STM_GRID_CHUNK) {
            const int n = dst.w - x < STM_GRID_CHUNK ? dst.w - x : STM_GRID_CHUNK;
            stm_grid_row(k, offset, dark, x, n, y);
            stm_grid_row(k, gain, gain_q14, x, n, y);
            k->flat_field_row(dst.px + y * dst.stride + x, raw.px + y * raw.stride + x, offset, gain, n);
        }
}

void stm_amplify(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
                 struct stm_grid gain_q14, uint16_t dark)
{
    uint16_t gain[STM_GRID_CHUNK];
    for (int y = 0; y < dst.h; y++)
        for (int x = 0; x < dst.w; x += STM_GRID_CHUNK) {
            const int n = dst.w - x < STM_GRID_CHUNK ? dst.w - x : STM_GRID_CHUNK;
            stm_grid_row(k, gain, gain_q14, x, n, y);
            k->gain_row(dst.px + y * dst.stride + x, src.px + y * src.stride + x, gain, dark, n);
        }
}
