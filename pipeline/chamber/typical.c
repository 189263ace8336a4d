/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/chamber/typical.h"

#include "pipeline/chamber/finder.h"

#include <math.h>
#include <stdlib.h>

struct weighted {
    double value, weight;
};

static int ascending(const void *a, const void *b)
{
    const struct weighted *const p = a, *const q = b;
    if (p->value != q->value) return p->value < q->value ? -1 : 1;
    return p->weight < q->weight ? -1 : p->weight > q->weight;
}

size_t stm_typical_scratch(int w, int h)
{
    return stm_arena_cost(stm_cell_room(w, h) * sizeof(struct weighted));
}

bool stm_typical_of(struct stm_typical *out, const struct stm_cell *cell, int n, struct stm_arena *scratch,
                    struct stm_error *err)
{
    struct weighted *const list = stm_arena_take(scratch, (size_t)n * sizeof *list + 1, "cells", err);
    double all = 0, sum = 0;
    int kept = 0;
    out->diameter = NAN;
    if (!list) return false;
    for (int i = 0; i < n; i++) {
        if (cell[i].cut || cell[i].axes < 0.5) continue;
        list[kept] = (struct weighted){cell[i].diameter, cell[i].area * cell[i].contrast};
        all += list[kept++].weight;
    }
    qsort(list, (size_t)kept, sizeof *list, ascending);
    for (int i = 0; i < kept && isnan(out->diameter); i++)
        if ((sum += list[i].weight) * 2 >= all) out->diameter = list[i].value;
    return true;
}
