/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/budget.h"

#include "pipeline/stats/quantile.h"

#include <math.h>

/* From here on the Student quantile is the normal one to four digits. */
static const double many = 1e5;

void stm_budget_add(struct stm_budget *b, const char *name, const char *how, char type, double standard,
                    double freedom)
{
    if (b->n == STM_BUDGET_ROWS || !(standard > 0)) return;
    b->row[b->n++] = (struct stm_budget_row){name, how, type, standard, freedom};
}

void stm_budget_close(struct stm_budget *b)
{
    double squares = 0, fourths = 0;
    for (int i = 0; i < b->n; i++) {
        const double v = b->row[i].standard * b->row[i].standard;
        squares += v;
        if (isfinite(b->row[i].freedom)) fourths += v * v / b->row[i].freedom;
    }
    b->combined = sqrt(squares);
    b->freedom = fourths > 0 ? squares * squares / fourths : INFINITY;
    b->coverage = stm_quantile_student(0.975, fmin(b->freedom, many));
    b->expanded = b->coverage * b->combined;
}

double stm_budget_share(const struct stm_budget *b, int row)
{
    const double v = b->combined * b->combined;
    return v > 0 ? b->row[row].standard * b->row[row].standard / v : 0;
}
