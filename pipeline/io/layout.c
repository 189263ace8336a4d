/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which page is which channel, z plane and time point. */
#include "pipeline/io/metadata.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_CELLS = 1 << 22 }; /* of the table of pages */

static int by_value(const void *a, const void *b)
{
    const int p = *(const int *)a, q = *(const int *)b;
    return p < q ? -1 : p > q;
}

static int *axis_of(struct stm_place *place, int axis)
{
    return axis == 0 ? &place->c : axis == 1 ? &place->z : &place->t;
}

/* Replaces the coordinates of one axis by their ranks; returns how many there are, 0 without memory. */
static int close_up(struct stm_place *places, int n, int axis)
{
    int *values = malloc(sizeof *values * (size_t)n), distinct = 0;
    if (!values) return 0;
    for (int i = 0; i < n; i++)
        values[i] = *axis_of(places + i, axis);
    qsort(values, (size_t)n, sizeof *values, by_value);
    for (int i = 0; i < n; i++)
        if (i == 0 || values[i] != values[i - 1]) values[distinct++] = values[i];
    for (int i = 0; i < n; i++) {
        int *coordinate = axis_of(places + i, axis);
        const int *found = bsearch(coordinate, values, (size_t)distinct, sizeof *values, by_value);
        *coordinate = (int)(found - values);
    }
    free(values);
    return distinct;
}

static bool make_table(struct stm_layout *layout, struct stm_error *err)
{
    const double cells = (double)layout->groups * layout->z * layout->t;
    if (cells < 1) return stm_fail(err, STM_NO_MEMORY, "no memory for the order of its planes");
    if (cells > MAX_CELLS)
        return stm_fail(err, STM_BAD_INPUT, "has %d channels x %d z planes x %d time points: too many",
                        layout->groups, layout->z, layout->t);
    layout->page = malloc(sizeof *layout->page * (size_t)cells);
    if (!layout->page) return stm_fail(err, STM_NO_MEMORY, "no memory for a table of %.0f planes", cells);
    memset(layout->page, -1, sizeof *layout->page * (size_t)cells);
    return true;
}

bool stm_layout_places(struct stm_layout *layout, struct stm_place *places, int n, int components,
                       struct stm_error *err)
{
    stm_layout_free(layout);
    layout->components = components;
    layout->groups = close_up(places, n, 0);
    layout->z = close_up(places, n, 1);
    layout->t = close_up(places, n, 2);
    if (!make_table(layout, err)) return false;
    for (int i = 0; i < n; i++)
        layout->page[(places[i].t * layout->z + places[i].z) * layout->groups + places[i].c] = places[i].page;
    return true;
}

bool stm_layout_in_order(struct stm_layout *layout, const int *pages, const int size[3], const char *order,
                         int components, struct stm_error *err)
{
    stm_layout_free(layout);
    *layout = (struct stm_layout){.groups = size[0], .z = size[1], .t = size[2], .components = components};
    if (!make_table(layout, err)) return false;
    const int n = size[0] * size[1] * size[2];
    for (int i = 0, rest = 0; i < n; i++, rest = i) {
        int at[3] = {0};
        for (int k = 0; k < 3; k++) {
            const int axis = (int)(strchr("CZT", order[k]) - "CZT");
            at[axis] = rest % size[axis];
            rest /= size[axis];
        }
        layout->page[(at[2] * size[1] + at[1]) * size[0] + at[0]] = pages ? pages[i] : i;
    }
    return true;
}

void stm_layout_free(struct stm_layout *layout)
{
    free(layout->page);
    *layout = (struct stm_layout){0};
}
