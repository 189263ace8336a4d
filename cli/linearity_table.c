/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table on standard output, and what all outputs share. */
#include "cli/linearity.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int stm_linearity_decimals(double value, int digits)
{
    double size = fabs(value);
    int decimals = digits - 1;
    if (!(size > 0) || !isfinite(size)) return digits;
    for (; size >= 10; size /= 10)
        decimals--;
    for (; size < 1 && decimals < 17; size *= 10)
        decimals++;
    return decimals > 0 ? decimals : 0;
}

/* Indices first: R^2 hardly moves when they do. */
static const int order[] = {
    STM_LINEARITY_SSE_SCALED, STM_LINEARITY_SAE_SCALED, STM_LINEARITY_SSE, STM_LINEARITY_SAE,
    STM_LINEARITY_SSE_STABLE, STM_LINEARITY_SAE_STABLE, STM_LINEARITY_R2,  STM_LINEARITY_R2_CENTRED,
    STM_LINEARITY_R2_SMOOTH,  STM_LINEARITY_B1,
};
enum { SINGLES = sizeof order / sizeof *order };

/* Position in `order`; of fractions: SINGLES + fraction for means, then CVs. */
static int position_of(int index, int n_fractions)
{
    if (index >= STM_LINEARITY_CV) return SINGLES + n_fractions + index - STM_LINEARITY_CV;
    if (index >= STM_LINEARITY_MEAN) return SINGLES + index - STM_LINEARITY_MEAN;
    int at = 0;
    while (at < SINGLES && order[at] != index)
        at++;
    return at;
}

int stm_linearity_next(const struct stm_linearity_result *r, int index, double *fraction)
{
    const struct stm_linearity_method *const m = r->method;
    const int at = index < 0 ? 0 : position_of(index, m->n_fractions) + 1, f = at - SINGLES;
    *fraction = NAN;
    if (f < 0) return order[at];
    if (f >= 2 * m->n_fractions) return -1;
    *fraction = m->sample[m->first[f % m->n_fractions]].target;
    return f < m->n_fractions ? STM_LINEARITY_MEAN + f : STM_LINEARITY_CV + f - m->n_fractions;
}

bool stm_linearity_departs(const struct stm_linearity_result *r)
{
    return r->departure.p < 0.05;
}

void stm_linearity_verdict(struct stm_string *out, const struct stm_linearity_result *r)
{
    const struct stm_linearity_departure *const d = &r->departure;
    if (isnan(d->p)) {
        stm_string_add(out, "The samples do not scatter, so departure from the line cannot be tested");
        return;
    }
    stm_string_add(out, d->p < 0.05
                            ? "Not proportional: the curve is further off the line than scatter explains"
                            : "No departure from the line beyond scatter");
    char p[32] = "below 0.0001";
    if (d->p >= 0.0001) snprintf(p, sizeof p, "= %.*f", stm_linearity_decimals(d->p, 2), d->p);
    stm_string_addf(out, " (F = %.2f with %d and %d degrees of freedom, p %s)", d->f, d->of_bend,
                    d->of_scatter, p);
}

/* Display columns of UTF-8 text whose characters have width 1. */
static int columns(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void put_row(struct stm_string *out, const char *title, const char *value, const char *interval,
                    const char *unit)
{
    stm_string_addf(out, "  %s%*s %12s   %-24s %s\n", title,
                    40 - columns(title) > 0 ? 40 - columns(title) : 0, "", value, interval, unit);
}

static void put_estimate(struct stm_string *out, const char *title, const struct stm_linearity_estimate *e,
                         const char *unit, double factor)
{
    char value[64], low[64], high[64], interval[140] = "-";
    const double v = e->value * factor, lo = e->interval.low * factor, hi = e->interval.high * factor;
    stm_text_number(value, sizeof value, v, stm_linearity_decimals(v, 5));
    stm_text_number(low, sizeof low, lo, stm_linearity_decimals(lo, 4));
    stm_text_number(high, sizeof high, hi, stm_linearity_decimals(hi, 4));
    if (low[0] && high[0]) snprintf(interval, sizeof interval, "%s to %s", low, high);
    put_row(out, title, value, interval, unit);
}

static void put_value(struct stm_string *out, const struct stm_linearity_result *r, int index,
                      double fraction)
{
    char title[128];
    const struct stm_linearity_measure *const m = stm_linearity_measure(index);
    const bool percent = index >= STM_LINEARITY_CV;
    if (isnan(fraction))
        snprintf(title, sizeof title, "%s", m->title);
    else
        snprintf(title, sizeof title, "%s at %g", m->title, fraction);
    put_estimate(out, title, &r->estimate[index],
                 percent                ? "%"
                 : strcmp(m->unit, "1") ? m->unit
                                        : "-",
                 percent ? 100 : 1);
}

static void put_method(struct stm_string *out, const struct stm_linearity_result *r)
{
    const struct stm_linearity_method *const m = r->method;
    double fraction;
    stm_string_add(out, "\n");
    stm_string_add_utf8(out, m->name, strlen(m->name));
    stm_string_addf(out, ": %d dilution fractions, %d samples, %d observations", m->n_fractions, m->n_samples,
                    m->n_values);
    if (m->n_missing) stm_string_addf(out, " (%d more are missing)", m->n_missing);
    stm_string_addf(out, ", curve of order %d\n", r->fit.curve.order);
    put_row(out, "", "value", "95 % interval", "unit");
    for (int i = stm_linearity_next(r, -1, &fraction); i >= 0; i = stm_linearity_next(r, i, &fraction))
        put_value(out, r, i, fraction);
    stm_string_add(out, "  ");
    stm_linearity_verdict(out, r);
    stm_string_add(out, "\n");
}

static void put_ratio(struct stm_string *out, const struct stm_linearity *a,
                      const struct stm_linearity_ratio *ratio)
{
    stm_string_addf(out, "\n%s over %s\n", a->result[ratio->first].method->name,
                    a->result[ratio->second].method->name);
    put_row(out, "", "ratio", "95 % interval", "unit");
    for (int k = 0; k < STM_LINEARITY_RATIOS; k++)
        put_estimate(out,
                     k ? stm_linearity_measure(stm_linearity_ratio_index(k))->title : "Bias (ratio of b1)",
                     &ratio->estimate[k], "-", 1);
}

void stm_linearity_table(struct stm_string *out, const struct stm_linearity_report *report)
{
    const struct stm_linearity *const a = report->analysis;
    const char *const texts[] = {report->data->cell_type, report->data->concentration_type};
    stm_string_add_utf8(out, report->file, strlen(report->file));
    for (int i = 0; i < 2; i++)
        if (texts[i][0]) {
            stm_string_add(out, i ? ", " : ": ");
            stm_string_add_utf8(out, texts[i], strlen(texts[i]));
        }
    stm_string_addf(
        out, "\nvariance proportional to %s, %d bootstrap draws, seed %llu; " STM_LINEARITY_STANDARD "\n",
        stm_linearity_weights_name(a->options.weights), a->options.draws,
        (unsigned long long)a->options.seed);
    for (int i = 0; i < a->n_results; i++)
        put_method(out, &a->result[i]);
    for (int i = 0; i < a->n_ratios; i++)
        put_ratio(out, a, &a->ratio[i]);
}
