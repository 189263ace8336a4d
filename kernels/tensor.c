/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/tensor.h"

#include "kernels/border.h"
#include "kernels/kernels.h"

#include <math.h>

size_t stm_tensor_scratch(int w)
{
    return 3 * (size_t)stm_row_pitch(w, 1) * sizeof(uint16_t);
}

static void add_row(const struct stm_kernels *k, struct stm_tensor *cell, const uint16_t *const *row,
                    int shift, int w)
{
    for (int x = 0; x < w; x += 1 << shift)
        k->tensor_row(cell++, row[0] + x, row[1] + x, row[2] + x, w - x < 1 << shift ? w - x : 1 << shift);
}

void stm_tensor_cells(const struct stm_kernels *k, struct stm_tensor *cell, struct stm_cu16 src, int shift,
                      void *scratch)
{
    const ptrdiff_t pitch = stm_row_pitch(src.w, 1);
    const size_t cells = (size_t)stm_grid_cells(src.w, shift);
    uint16_t *rows = (uint16_t *)scratch + 1;
    memset(cell, 0, cells * (size_t)stm_grid_cells(src.h, shift) * sizeof *cell);
    for (int y = 0, next = 0; y < src.h && src.w > 0; y++) {
        const uint16_t *row[3];
        for (; next < src.h && next <= y + 1; next++)
            stm_pad_row(rows + next % 3 * pitch, src.px + next * src.stride, src.w, 1);
        for (int i = 0; i < 3; i++)
            row[i] = rows + stm_mirror(y - 1 + i, src.h) % 3 * pitch;
        add_row(k, cell + (size_t)(y >> shift) * cells, row, shift, src.w);
    }
}

double stm_tensor_coherence(const struct stm_tensor *t, double *a, double *b)
{
    const double across = (double)t->yy - (double)t->xx, twice = -2 * (double)t->xy;
    const double length = sqrt(across * across + twice * twice), all = (double)t->xx + (double)t->yy;
    *a = length > 0 ? across / length : 1;
    *b = length > 0 ? twice / length : 0;
    return all > 0 ? length / all : 0;
}
