/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/verify.h"

#include <math.h>

static void put_finding(struct stm_string *out, const struct stm_finding *f, double confidence)
{
    const enum stm_quantity q = f->claim->quantity;
    const struct stm_quantity_kind *const kind = &stm_quantity_kinds[q];
    char limits[192], value[64], low[64], high[64], p[32];
    stm_string_addf(out, "  %-12s %s: claimed %s (%s)\n", stm_decision_name(f->decision), kind->title,
                    stm_verify_limits(limits, sizeof limits, f->claim), f->claim->basis);
    if (!isnan(f->value)) {
        stm_string_addf(out, "               measured %s %s, 95 %% interval %s to %s",
                        stm_verify_number(value, sizeof value, q, f->value), kind->unit,
                        stm_verify_number(low, sizeof low, q, f->low),
                        stm_verify_number(high, sizeof high, q, f->high));
        if (!isnan(f->below))
            stm_string_addf(out, "; P(true < %s) %s",
                            stm_verify_number(value, sizeof value, q, f->claim->low),
                            stm_verify_probability(p, sizeof p, f->below));
        if (!isnan(f->above))
            stm_string_addf(out, "; P(true > %s) %s",
                            stm_verify_number(value, sizeof value, q, f->claim->high),
                            stm_verify_probability(p, sizeof p, f->above));
        stm_string_add(out, "\n");
    }
    if (stm_verify_guard(limits, sizeof limits, f))
        stm_string_addf(out, "               with the guard band (%g %%) %s would be supported\n",
                        100 * confidence, limits);
    if (f->reason[0]) stm_string_addf(out, "               %s\n", f->reason);
}

void stm_verify_table(struct stm_string *out, const struct stm_verify_report *report)
{
    const struct stm_verify *const verify = report->verify;
    for (int i = 0; i < verify->n; i++) {
        const struct stm_verified *const v = &verify->row[i];
        stm_string_add(out, i ? "\n" : "");
        stm_verify_subject(out, v->row);
        stm_string_addf(out, ": %d of %d fields used in %d well%s", v->used, v->fields, v->n_wells,
                        v->n_wells == 1 ? "" : "s");
        if (v->tally[STM_TALLY_LIVE] + v->tally[STM_TALLY_DEAD] > 0)
            stm_string_addf(out, ", %.0f live, %.0f dead, %.0f ambiguous", v->tally[STM_TALLY_LIVE],
                            v->tally[STM_TALLY_DEAD], v->tally[STM_TALLY_AMBIGUOUS]);
        else
            stm_string_addf(out, ", %.0f cells", v->tally[STM_TALLY_TOTAL]);
        if (!isnan(v->debris_per_cell)) stm_string_addf(out, ", debris per cell %.2f", v->debris_per_cell);
        if (v->overridden)
            stm_string_addf(out, ", %d object%s overridden", v->overridden, v->overridden == 1 ? "" : "s");
        stm_string_add(out, "\n");
        for (int k = 0; k < v->n; k++)
            put_finding(out, &v->finding[k], verify->options.confidence);
    }
    stm_string_addf(out, "\n%d supported, %d contradicted, %d insufficient\n", verify->count[STM_SUPPORTS],
                    verify->count[STM_CONTRADICTS], verify->count[STM_INSUFFICIENT]);
}
