/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/linearity.h"

#include "pipeline/core/csv.h"

#include <math.h>
#include <stdio.h>

/* Values with ten digits, as good as the counts allow and more; limits with six, since logarithms of
 * different machines may differ in the last ones. */
static void put_row(struct stm_string *out, const char *method, const char *other, const char *metric,
                    const char *comet, double fraction, const struct stm_linearity_estimate *e,
                    const char *unit)
{
    char number[4][64], name[128];
    const double v[] = {fraction, e->value, e->interval.low, e->interval.high};
    static const int digits[] = {6, 10, 6, 6};
    for (int i = 0; i < 4; i++)
        stm_text_number(number[i], sizeof number[i], v[i], stm_linearity_decimals(v[i], digits[i]));
    if (!isnan(fraction)) {
        snprintf(number[0], sizeof number[0], "%g", fraction);
        snprintf(name, sizeof name, "%s_%g", comet, fraction);
    } else
        snprintf(name, sizeof name, "%s", comet);
    const char *const cells[] = {method,    other,     metric,    name, number[0],
                                 number[1], number[2], number[3], unit};
    stm_csv_row(out, sizeof cells / sizeof *cells, cells);
}

static void put_method(struct stm_string *out, const struct stm_linearity_result *r)
{
    double fraction;
    for (int i = stm_linearity_next(r, -1, &fraction); i >= 0; i = stm_linearity_next(r, i, &fraction)) {
        const struct stm_linearity_measure *const m = stm_linearity_measure(i);
        put_row(out, r->method->name, "", m->name, m->comet, fraction, &r->estimate[i], m->unit);
    }
    const struct stm_linearity_estimate p = {r->departure.p, {NAN, NAN}};
    put_row(out, r->method->name, "", "departure_p", "", NAN, &p, "1");
}

void stm_linearity_csv(struct stm_string *out, const struct stm_linearity_report *report)
{
    static const char *const head[] = {
        "Method", "Compared_With", "Metric", "COMET_Metric", "Dilution_Fraction",
        "Value",  "Low",           "High",   "Unit"};
    const struct stm_linearity *const a = report->analysis;
    stm_csv_row(out, sizeof head / sizeof *head, head);
    for (int i = 0; i < a->n_results; i++)
        put_method(out, &a->result[i]);
    for (int i = 0; i < a->n_ratios; i++)
        for (int k = 0; k < STM_LINEARITY_RATIOS; k++) {
            char name[64];
            const struct stm_linearity_ratio *const ratio = &a->ratio[i];
            snprintf(name, sizeof name, "ratio_of_%s",
                     stm_linearity_measure(stm_linearity_ratio_index(k))->name);
            put_row(out, a->result[ratio->first].method->name, a->result[ratio->second].method->name, name,
                    "", NAN, &ratio->estimate[k], "1");
        }
}
