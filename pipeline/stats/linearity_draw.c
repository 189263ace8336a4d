/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/linearity_draw.h"

#include "pipeline/core/random.h"

static struct stm_linearity_point draw_sample(const struct stm_linearity_sample *s, struct stm_random *random,
                                              double *scratch)
{
    for (int i = 0; i < s->n; i++)
        scratch[i] = s->value[stm_random_below(random, s->n)];
    return stm_linearity_point_of(s->x, scratch, s->n);
}

/* The choice of tubes depends on which tubes there are, that of observations on the method too. */
static void draw_fraction(struct stm_linearity_point *point, const struct stm_linearity_sample *sample, int n,
                          const char *method, uint64_t seed, double *scratch)
{
    for (int i = 0; i < n; i++)
        seed = stm_seed(seed, sample[i].key);
    struct stm_random tubes = stm_random_from(seed), counts = stm_random_from(stm_seed_text(seed, method));
    for (int i = 0; i < n; i++)
        point[i] = draw_sample(&sample[stm_random_below(&tubes, n)], &counts, scratch);
}

void stm_linearity_draw(struct stm_linearity_point *point, const struct stm_linearity_method *method,
                        uint64_t seed, int draw, double *scratch)
{
    for (int f = 0; f < method->n_fractions; f++) {
        const int at = method->first[f], n = method->first[f + 1] - at;
        draw_fraction(point + at, method->sample + at, n, method->name, stm_seed(seed, (uint64_t)draw),
                      scratch);
    }
}
