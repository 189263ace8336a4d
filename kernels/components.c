/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/components.h"

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* The root of a component is its first run, so roots come in raster order of the first pixel. */
static void unite(uint32_t *parent, uint32_t a, uint32_t b)
{
    a = root_of(parent, a);
    b = root_of(parent, b);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
}

uint32_t stm_components(struct stm_segment *run, size_t n, int connectivity, uint32_t *parent)
{
    const int reach = connectivity == 8;
    size_t above = 0; /* first run of the row above that may touch this or a later run */
    for (size_t i = 0; i < n; i++) {
        parent[i] = (uint32_t)i;
        while (run[above].y < run[i].y - 1 || (run[above].y < run[i].y && run[above].x1 + reach <= run[i].x0))
            above++;
        for (size_t j = above; run[j].y < run[i].y && run[j].x0 < run[i].x1 + reach; j++)
            unite(parent, (uint32_t)j, (uint32_t)i);
    }
    uint32_t labels = 0;
    for (size_t i = 0; i < n; i++)
        run[i].label = parent[i] == i ? ++labels : run[root_of(parent, (uint32_t)i)].label;
    return labels;
}

size_t stm_components_keep(struct stm_segment *run, size_t n, uint32_t *labels, uint32_t *keep)
{
    uint32_t kept = 0;
    size_t runs = 0;
    keep[0] = 0;
    for (uint32_t l = 1; l <= *labels; l++)
        keep[l] = keep[l] ? ++kept : 0;
    for (size_t i = 0; i < n; i++) {
        if (!keep[run[i].label]) continue;
        run[runs] = run[i];
        run[runs++].label = keep[run[i].label];
    }
    *labels = kept;
    return runs;
}
