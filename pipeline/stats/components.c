/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/components.h"

#include "pipeline/stats/quantile.h"

#include <math.h>

struct sums {
    double between, within, squares; /* of groups' sizes */
    int used;
};

/* Passes over the values for each group: groups are few. */
static void add_group(struct sums *s, const double *value, const int *group, int n, int g, double mean)
{
    double total = 0;
    int size = 0;
    for (int i = 0; i < n; i++)
        if (group[i] == g) {
            total += value[i];
            size++;
        }
    if (!size) return;
    const double own = total / size;
    for (int i = 0; i < n; i++)
        if (group[i] == g) s->within += (value[i] - own) * (value[i] - own);
    s->between += size * (own - mean) * (own - mean);
    s->squares += (double)size * size;
    s->used++;
}

struct stm_components stm_components_of(const double *value, const int *group, int n, int groups)
{
    struct stm_components c = {0, n, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    struct sums s = {0};
    if (n < 1) return c;
    c.mean = 0;
    for (int i = 0; i < n; i++)
        c.mean += value[i] / n;
    for (int g = 0; g < groups; g++)
        add_group(&s, value, group, n, g, c.mean);
    c.groups = s.used;
    if (s.used < 2 || n <= s.used) return c;
    const double of_between = s.between / (s.used - 1), size = (n - s.squares / n) / (s.used - 1);
    c.within = s.within / (n - s.used);
    c.between = fmax((of_between - c.within) / size, 0);
    c.f = of_between / c.within;
    c.p = c.within > 0 ? stm_tail_f(c.f, s.used - 1, n - s.used) : NAN;
    c.repeatability = sqrt(c.within);
    c.intermediate = sqrt(c.within + c.between);
    c.share = c.within + c.between > 0 ? c.between / (c.within + c.between) : NAN;
    return c;
}
