/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/cells/twins.h"

#include <string.h>

/* The nearest other nucleus: square of the distance between pixels, and which. */
struct near {
    uint32_t distance2, other;
};

enum { MOST_REACH = 24 }; /* pixels: 2.4 um at 0.1 um */

static void note(struct near *near, uint32_t a, uint32_t b, uint32_t distance2)
{
    if (distance2 < near[a].distance2 || (distance2 == near[a].distance2 && b < near[a].other))
        near[a] = (struct near){distance2, b};
}

/* Pixels of other nuclei ahead of (x, y) in raster order; those behind have seen it. */
static void look_around(struct near *near, struct stm_cu32 v, int x, int y, int reach, uint32_t most2)
{
    const uint32_t here = v.px[y * v.stride + x];
    for (int dy = 0; dy <= reach && y + dy < v.h; dy++)
        for (int dx = dy ? -reach : 1; dx <= reach; dx++) {
            const uint32_t distance2 = (uint32_t)(dx * dx + dy * dy);
            if (x + dx < 0 || x + dx >= v.w || distance2 > most2) continue;
            const uint32_t other = v.px[(y + dy) * v.stride + x + dx];
            if (!other || other == here) continue;
            note(near, here, other, distance2);
            note(near, other, here, distance2);
        }
}

static bool is_edge(struct stm_cu32 v, int x, int y)
{
    const uint32_t *const px = v.px + y * v.stride + x;
    return (x > 0 && px[-1] != *px) || (x + 1 < v.w && px[1] != *px) || (y > 0 && px[-v.stride] != *px) ||
           (y + 1 < v.h && px[v.stride] != *px);
}

bool stm_cells_twins(uint32_t *twin, struct stm_cu32 nuclei, uint32_t n, double reach_px,
                     struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    /* pixels that touch are 1 apart, outlines 0 */
    const double most = reach_px + 1 < MOST_REACH ? reach_px + 1 : MOST_REACH;
    struct near *const near = stm_arena_take(scratch, ((size_t)n + 1) * sizeof *near, "pairs of nuclei", err);
    if (!near) return false;
    for (uint32_t i = 0; i <= n; i++)
        near[i] = (struct near){UINT32_MAX, 0};
    for (int y = 0; y < nuclei.h; y++)
        for (int x = 0; x < nuclei.w; x++)
            if (nuclei.px[y * nuclei.stride + x] && is_edge(nuclei, x, y))
                look_around(near, nuclei, x, y, (int)most, (uint32_t)(most * most));
    twin[0] = 0;
    for (uint32_t i = 1; i <= n; i++)
        twin[i] = near[i].other && near[near[i].other].other == i ? near[i].other : 0;
    stm_arena_reset(scratch, mark);
    return true;
}

size_t stm_cells_twins_bytes(size_t nuclei)
{
    return stm_arena_cost((nuclei + 1) * sizeof(struct near));
}
