/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/grid.h"

#include "kernels/kernels.h"

static int clamp(int i, int n)
{
    return i < 0 ? 0 : i < n ? i : n - 1;
}

/* Interpolates in y: node[i] = 2^(shift+1) times the value of column first + i. The factors are below 256 and
 * 16 bits wide, which compilers turn into 16-bit multiplications. */
static void blend_rows(uint32_t *node, struct stm_grid grid, int first, int n, int y)
{
    const int cell = 1 << grid.shift, q = y + cell / 2, j = q >> grid.shift;
    const uint16_t f = (uint16_t)(2 * (q & (cell - 1)) + 1), e = (uint16_t)(2 * cell - f);
    const uint16_t *a = grid.node.px + clamp(j - 1, grid.node.h) * grid.node.stride;
    const uint16_t *b = grid.node.px + clamp(j, grid.node.h) * grid.node.stride;
    const int left = first < 0 ? -first : 0;
    const int right = grid.node.w - first < n ? grid.node.w - first : n;
    for (int i = left; i < right; i++)
        node[i] = (uint32_t)(a[first + i] * e) + (uint32_t)(b[first + i] * f);
    for (int i = 0; i < left; i++)
        node[i] = (uint32_t)(a[0] * e) + (uint32_t)(b[0] * f);
    for (int i = right < 0 ? 0 : right; i < n; i++)
        node[i] = (uint32_t)(a[grid.node.w - 1] * e) + (uint32_t)(b[grid.node.w - 1] * f);
}

static void interpolate(const struct stm_kernels *k, uint16_t *dst, struct stm_grid grid, int x, int n, int y)
{
    enum { NODES = STM_GRID_CHUNK / 2 + 2, ROOM = NODES + STM_ROW_SLACK };
    uint32_t node[NODES + 1], base[ROOM], slope[ROOM];
    const int nodes = ((n - 1 + (1 << grid.shift) / 2) >> grid.shift) + 2, scale = grid.shift + 1;
    const uint32_t half = UINT32_C(2) << (2 * grid.shift);
    blend_rows(node, grid, (x >> grid.shift) - 1, nodes, y);
    node[nodes] = node[nodes - 1];
    for (int i = 0; i < nodes; i++) {
        base[i] = (node[i] << scale) + half;
        slope[i] = node[i + 1] - node[i];
    }
    k->upsample_row(dst, base, slope, grid.shift, n);
}

static void fill(uint16_t *dst, uint16_t value, int n)
{
    for (int i = 0; i < n; i++)
        dst[i] = value;
}

void stm_grid_row(const struct stm_kernels *k, uint16_t *dst, struct stm_grid grid, int x, int n, int y)
{
    if (grid.node.w == 1 && grid.node.h == 1)
        fill(dst, *grid.node.px, n);
    else
        interpolate(k, dst, grid, x, n, y);
}

void stm_grid_upsample(const struct stm_kernels *k, struct stm_u16 dst, struct stm_grid grid)
{
    for (int y = 0; y < dst.h; y++)
        for (int x = 0; x < dst.w; x += STM_GRID_CHUNK) {
            const int n = dst.w - x < STM_GRID_CHUNK ? dst.w - x : STM_GRID_CHUNK;
            stm_grid_row(k, dst.px + y * dst.stride + x, grid, x, n, y);
        }
}

void stm_grid_subtract_rows(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
                            struct stm_grid grid, uint16_t pedestal, int y0, int y1)
{
    uint16_t level[STM_GRID_CHUNK];
    for (int y = y0; y < y1; y++)
        for (int x = 0; x < dst.w; x += STM_GRID_CHUNK) {
            const int n = dst.w - x < STM_GRID_CHUNK ? dst.w - x : STM_GRID_CHUNK;
            stm_grid_row(k, level, grid, x, n, y);
            k->subtract_row(dst.px + y * dst.stride + x, src.px + y * src.stride + x, level, pedestal, n);
        }
}

void stm_grid_subtract(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
                       struct stm_grid grid, uint16_t pedestal)
{
    stm_grid_subtract_rows(k, dst, src, grid, pedestal, 0, dst.h);
}
