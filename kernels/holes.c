/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/components.h"
#include "kernels/runs.h"

#include <string.h>

size_t stm_fill_holes_scratch(size_t n, int h)
{
    /* Background runs, their parents, and an area for each component. */
    return (n + (size_t)h) * (sizeof(struct stm_segment) + sizeof(uint64_t) + sizeof(uint32_t)) + 64;
}

/* The background of a w x h image as runs. */
static size_t invert(struct stm_segment *out, const struct stm_segment *run, size_t n, int w, int h)
{
    size_t i = 0, made = 0;
    for (int y = 0; y < h; y++) {
        int x = 0;
        for (; i < n && run[i].y == y; i++) {
            if (run[i].x0 > x) out[made++] = (struct stm_segment){y, x, run[i].x0, 0};
            x = run[i].x1;
        }
        if (x < w) out[made++] = (struct stm_segment){y, x, w, 0};
    }
    return made;
}

/* area[label - 1] of each component, twice, and one more when it reaches the border of the image. */
static void measure(uint64_t *area, const struct stm_segment *run, size_t n, int w, int h)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t *const a = &area[run[i].label - 1];
        *a += 2 * (uint64_t)(run[i].x1 - run[i].x0);
        *a |= run[i].x0 == 0 || run[i].x1 == w || run[i].y == 0 || run[i].y == h - 1;
    }
}

size_t stm_fill_holes(struct stm_segment *run, size_t n, int w, int h, int connectivity, uint64_t max_area,
                      void *scratch)
{
    return stm_fill_pockets(run, n, w, h, connectivity, max_area, 0, scratch);
}

/* What is filled becomes one with the run before it, at the left border with the one behind it. */
size_t stm_fill_pockets(struct stm_segment *run, size_t n, int w, int h, int connectivity, uint64_t max_area,
                        uint64_t max_border, void *scratch)
{
    uint64_t *area = scratch;
    struct stm_segment *hole = (struct stm_segment *)(area + n + (size_t)h);
    uint32_t *parent = (uint32_t *)(hole + n + (size_t)h);
    const size_t holes = invert(hole, run, n, w, h);
    const uint32_t labels = stm_components(hole, holes, connectivity == 8 ? 4 : 8, parent);
    memset(area, 0, labels * sizeof *area);
    measure(area, hole, holes, w, h);
    size_t made = 0, j = 0;
    for (size_t i = 0; i < n; i++) {
        struct stm_segment now = {run[i].y, run[i].x0, run[i].x1, 0};
        int joined = 0;
        for (; j < holes && (hole[j].y < now.y || (hole[j].y == now.y && hole[j].x0 <= run[i].x1)); j++) {
            const uint64_t a = area[hole[j].label - 1];
            if (hole[j].y < now.y || a / 2 > (a & 1 ? max_border : max_area)) continue;
            if (hole[j].x1 == now.x0) {
                joined = hole[j].x0 > 0;
                now.x0 = hole[j].x0;
            } else if (hole[j].x1 == w)
                now.x1 = w;
            else
                break; /* before the next run, to which it belongs */
        }
        if (joined)
            run[made - 1].x1 = now.x1;
        else
            run[made++] = now;
    }
    return made;
}
