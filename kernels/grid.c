/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/grid.h"

#include "kernels/kernels.h"

static int clamp(int i, int n)
{
    return i < 0 ? 0 : i < n ? i : n - 1;
}

/* Interpolates in y: node[i] = 2^(shift+1) times the value of column first + i. */
static void blend_rows(uint32_t *node, struct stm_grid grid, int first, int n, int y)
{
    const int cell = 1 << grid.shift, q = y + cell / 2, j = q >> grid.shift;
    const uint32_t f = (uint32_t)(2 * (q & (cell - 1)) + 1), e = (uint32_t)(2 * cell) - f;
    const uint16_t *a = grid.node.px + clamp(j - 1, grid.node.h) * grid.node.stride;
    const uint16_t *b = grid.node.px + clamp(j, grid.node.h) * grid.node.stride;
    const int left = first < 0 ? -first : 0;
    const int right = grid.node.w - first < n ? grid.node.w - first : n;
    for (int i = left; i < right; i++)
        node[i] = a[first + i] * e + b[first + i] * f;
    for (int i = 0; i < left; i++)
        node[i] = a[0] * e + b[0] * f;
    for (int i = right < 0 ? 0 : right; i < n; i++)
        node[i] = a[grid.node.w - 1] * e + b[grid.node.w - 1] * f;
}

void stm_grid_row(const struct stm_kernels *k, uint16_t *dst, struct stm_grid grid, int x, int n, int y)
{
    uint32_t node[STM_GRID_CHUNK / 2 + 2 + STM_ROW_SLACK];
    const int nodes = ((n - 1 + (1 << grid.shift) / 2) >> grid.shift) + 2;
    blend_rows(node, grid, (x >> grid.shift) - 1, nodes, y);
    k->upsample_row(dst, node, grid.shift, n);
}

void stm_grid_upsample(const struct stm_kernels *k, struct stm_u16 dst, struct stm_grid grid)
{
    for (int y = 0; y < dst.h; y++)
        for (int x = 0; x < dst.w; x += STM_GRID_CHUNK) {
            const int n = dst.w - x < STM_GRID_CHUNK ? dst.w - x : STM_GRID_CHUNK;
            stm_grid_row(k, dst.px + y * dst.stride + x, grid, x, n, y);
        }
}

void stm_grid_subtract(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
                       struct stm_grid grid, uint16_t pedestal)
{
    uint16_t level[STM_GRID_CHUNK];
    for (int y = 0; y < dst.h; y++)
        for (int x = 0; x < dst.w; x += STM_GRID_CHUNK) {
            const int n = dst.w - x < STM_GRID_CHUNK ? dst.w - x : STM_GRID_CHUNK;
            stm_grid_row(k, level, grid, x, n, y);
            k->subtract_row(dst.px + y * dst.stride + x, src.px + y * src.stride + x, level, pedestal, n);
        }
}
