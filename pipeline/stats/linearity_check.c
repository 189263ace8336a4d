/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/linearity_data.h"

/* COMET's minimum, from ISO 20391-2: with fewer the curve, the scatter between samples or that within them
 * could not be told from each other. */
enum { MIN_SAMPLES = 3, MIN_OBSERVATIONS = 3, MANY = 20 };

static void check_sample(const char *name, const struct stm_linearity_sample *s, struct stm_lines *problems)
{
    const int planned = s->n + s->missing;
    if (planned < MIN_OBSERVATIONS)
        stm_lines_addf(problems,
                       "'%s', dilution fraction %g: sample %s has %d observation%s; each needs at least %d",
                       name, s->target, s->number, planned, planned == 1 ? "" : "s", MIN_OBSERVATIONS);
    else if (s->n == 0)
        stm_lines_addf(problems, "'%s', dilution fraction %g: sample %s has no concentration at all", name,
                       s->target, s->number);
}

static void check_method(const struct stm_linearity_method *m, struct stm_lines *problems)
{
    if (m->n_fractions < STM_LINEARITY_MIN_FRACTIONS || m->n_fractions > STM_LINEARITY_FRACTIONS)
        stm_lines_addf(problems, "'%s' has %d dilution fraction%s; from %d to %d are needed", m->name,
                       m->n_fractions, m->n_fractions == 1 ? "" : "s", STM_LINEARITY_MIN_FRACTIONS,
                       STM_LINEARITY_FRACTIONS);
    for (int f = 0; f < m->n_fractions && problems->n < MANY; f++) {
        const int n = m->first[f + 1] - m->first[f];
        if (n < MIN_SAMPLES)
            stm_lines_addf(problems, "'%s', dilution fraction %g has %d sample%s; each needs at least %d",
                           m->name, m->sample[m->first[f]].target, n, n == 1 ? "" : "s", MIN_SAMPLES);
        for (int i = m->first[f]; i < m->first[f + 1] && problems->n < MANY; i++)
            check_sample(m->name, &m->sample[i], problems);
    }
}

bool stm_linearity_check(const struct stm_linearity_data *data, struct stm_lines *problems)
{
    const size_t before = problems->n;
    for (int i = 0; i < data->n_methods; i++)
        check_method(&data->method[i], problems);
    return problems->n == before && !problems->failed;
}
