/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/verify.h"

#include "pipeline/core/csv.h"

#include <math.h>

static void put_text(struct stm_string *out, const char *text)
{
    stm_csv_text(out, text);
    stm_string_add(out, ",");
}

static void put_number(struct stm_string *out, double value, int decimals)
{
    char text[340];
    if (!isinf(value)) stm_string_add(out, stm_text_number(text, sizeof text, value, decimals));
    stm_string_add(out, ",");
}

static void put_finding(struct stm_string *out, const struct stm_verified *v, const struct stm_finding *f)
{
    const struct stm_quantity_kind *const kind = &stm_quantity_kinds[f->claim->quantity];
    const int d = kind->decimals;
    const double values[] = {f->claim->claimed, f->claim->low, f->claim->high};
    const double measured[] = {f->value, f->low, f->high, f->lower, f->upper};
    const char *const subject[] = {v->row->batch, v->row->vial, v->row->plate, v->row->well};
    stm_string_addf(out, "%u,", (unsigned)v->row->line);
    for (int i = 0; i < 4; i++)
        put_text(out, subject[i]);
    put_text(out, kind->name);
    put_text(out, kind->unit);
    for (int i = 0; i < 3; i++)
        put_number(out, values[i], d);
    put_text(out, f->claim->basis);
    for (int i = 0; i < 5; i++)
        put_number(out, measured[i], d);
    put_number(out, f->below, 4);
    put_number(out, f->above, 4);
    put_text(out, stm_decision_name(f->decision));
    put_text(out, f->reason);
    put_number(out, f->accept_low, d);
    put_number(out, f->accept_high, d);
    put_number(out, f->more_cells, 0);
    put_number(out, f->more_units < 0 ? (double)NAN : f->more_units, 0);
    put_text(out, f->by_wells ? "wells" : "fields");
    put_number(out, f->evidence.units, 0);
    put_number(out, f->evidence.cells, 0);
    put_number(out, f->evidence.design, 2);
    put_number(out, f->evidence.effective, 1);
    put_number(out, 100 * f->budget.combined, 2);
    put_number(out, f->if_live, d);
    put_number(out, f->if_dead, d);
    put_number(out, f->with_rejected, d);
    put_text(out, isnan(f->with_rejected) ? "" : stm_decision_name(f->decision_with_rejected));
    stm_string_addf(out, "%d,%d,%d,%d,", v->n_wells, v->used, v->rejected, v->failed);
    for (int t = 0; t < STM_TALLIES; t++)
        put_number(out, v->tally[t], 0);
    put_number(out, v->debris_per_cell, 3);
    put_number(out, v->overridden, 0);
    out->text[out->length - 1] = '\n';
}

void stm_verify_csv(struct stm_string *out, const struct stm_verify_report *report)
{
    static const char *const head[] = {"Line",
                                       "Batch",
                                       "Vial",
                                       "Plate",
                                       "Well",
                                       "Quantity",
                                       "Unit",
                                       "Claimed",
                                       "Limit_Low",
                                       "Limit_High",
                                       "Basis",
                                       "Measured",
                                       "Measured_Low",
                                       "Measured_High",
                                       "OneSided_Low",
                                       "OneSided_High",
                                       "P_Below",
                                       "P_Above",
                                       "Verdict",
                                       "Reason",
                                       "Guarded_Low",
                                       "Guarded_High",
                                       "More_Cells",
                                       "More_Units",
                                       "Unit_Kind",
                                       "Units",
                                       "Cells",
                                       "Design_Effect",
                                       "Effective_Cells",
                                       "Uncertainty_percent",
                                       "If_Ambiguous_Live",
                                       "If_Ambiguous_Dead",
                                       "With_Rejected",
                                       "Verdict_With_Rejected",
                                       "Wells",
                                       "Fields_Used",
                                       "Fields_Rejected",
                                       "Fields_Failed",
                                       "Total",
                                       "Live",
                                       "Dead",
                                       "Ambiguous",
                                       "Debris",
                                       "Debris_per_Cell",
                                       "Overridden_Objects"};
    stm_csv_row(out, sizeof head / sizeof *head, head);
    for (int i = 0; i < report->verify->n && !out->failed; i++)
        for (int k = 0; k < report->verify->row[i].n && !out->failed; k++)
            put_finding(out, &report->verify->row[i], &report->verify->row[i].finding[k]);
}
