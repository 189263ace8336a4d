/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and tables of `stroma compare`: for the terminal and as CSV. */
#include "cli/compare.h"

#include "pipeline/core/csv.h"

#include <math.h>
#include <string.h>

char *stm_compare_number(char *text, size_t size, double value, int digits)
{
    int decimals = digits - 1;
    for (double v = fabs(value); v >= 10 && decimals > 0; v /= 10)
        decimals--;
    for (double v = fabs(value); v > 0 && v < 1 && decimals < 12; v *= 10)
        decimals++;
    if (isnan(value) || isinf(value))
        stm_text_copy(text, size, "-");
    else
        stm_text_number(text, size, value, decimals);
    return text;
}

/* p, then the order of the table: a total order. */
static bool before(const struct stm_compare *c, int a, int b)
{
    const double p = c->item[a].p, q = c->item[b].p;
    if (isnan(p) || isnan(q)) return !isnan(p) || (isnan(q) && a < b);
    return p < q || (!(q < p) && a < b);
}

void stm_compare_order(const struct stm_compare *c, int order[STM_COMPARAND_MEASURES])
{
    for (int i = 0; i < c->n; i++) {
        int k = i;
        for (; k > 0 && before(c, i, order[k - 1]); k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
}

static void put_item(struct stm_string *out, const struct stm_compared *i)
{
    char a[64], b[64], d[64], low[64], high[64], p[64], r[64];
    stm_string_addf(
        out, "%-5s %-34.34s %12s %12s %12s  %s to %s", i->moved ? "MOVED" : "", i->measure,
        stm_compare_number(a, sizeof a, i->mean[0], 5), stm_compare_number(b, sizeof b, i->mean[1], 5),
        stm_compare_number(d, sizeof d, i->difference, 4), stm_compare_number(low, sizeof low, i->low, 4),
        stm_compare_number(high, sizeof high, i->high, 4));
    stm_string_addf(out, "; %s %%, p %s\n", stm_compare_number(r, sizeof r, i->relative, 3),
                    stm_text_number(p, sizeof p, i->adjusted, 4)[0] ? p : "-");
    if (!i->pairs) return;
    stm_string_addf(out, "      %d pairs; limits of agreement %s to %s", i->pairs,
                    stm_compare_number(low, sizeof low, i->units.low, 4),
                    stm_compare_number(high, sizeof high, i->units.high, 4));
    stm_string_addf(out, " (%s to %s %%)", stm_compare_number(low, sizeof low, i->percent.low, 3),
                    stm_compare_number(high, sizeof high, i->percent.high, 3));
    stm_string_addf(out, "; Deming slope %s", stm_compare_number(a, sizeof a, i->line.slope, 4));
    stm_string_addf(out, " (%s to %s)\n", stm_compare_number(low, sizeof low, i->line.slope_of.low, 4),
                    stm_compare_number(high, sizeof high, i->line.slope_of.high, 4));
}

void stm_compare_table(struct stm_string *out, const struct stm_compare *c)
{
    int order[STM_COMPARAND_MEASURES], moved = 0;
    for (int s = 0; s < 2; s++) {
        stm_string_add(out, s ? "second: " : "first:  ");
        stm_string_add_utf8(out, c->side[s]->title, strlen(c->side[s]->title));
        const int overridden = c->side[s]->overridden;
        stm_string_addf(out, " (%s, %d %s", c->side[s]->kind, c->side[s]->n_samples, c->side[s]->unit);
        if (overridden)
            stm_string_addf(out, ", %d object%s overridden", overridden, overridden == 1 ? "" : "s");
        stm_string_add(out, ")\n");
    }
    stm_string_addf(out, "%-5s %-34s %12s %12s %12s  %g %% interval, relative, p (Holm)\n", "", "measure",
                    "first", "second", "difference", 100 * c->confidence);
    stm_compare_order(c, order);
    for (int i = 0; i < c->n; i++) {
        put_item(out, &c->item[order[i]]);
        moved += c->item[i].moved;
    }
    stm_string_addf(out, "%d of %d measures moved\n", moved, c->n);
}

static void put_cell(struct stm_string *out, double value, int digits)
{
    char text[64];
    if (!isnan(value)) stm_string_add(out, stm_compare_number(text, sizeof text, value, digits));
    stm_string_add(out, ",");
}

void stm_compare_csv(struct stm_string *out, const struct stm_compare *c)
{
    static const char *const head[] = {"Measure",
                                       "Moved",
                                       "First_N",
                                       "First_Mean",
                                       "First_SD",
                                       "First_Repeatability",
                                       "Second_N",
                                       "Second_Mean",
                                       "Second_SD",
                                       "Second_Repeatability",
                                       "Difference",
                                       "Difference_Low",
                                       "Difference_High",
                                       "Difference_percent",
                                       "Sigmas",
                                       "P",
                                       "P_Holm",
                                       "Pairs",
                                       "Agreement_Low",
                                       "Agreement_High",
                                       "Agreement_percent_Low",
                                       "Agreement_percent_High",
                                       "Trend",
                                       "Trend_P",
                                       "Deming_Slope",
                                       "Deming_Slope_Low",
                                       "Deming_Slope_High",
                                       "Deming_Intercept"};
    stm_csv_row(out, sizeof head / sizeof *head, head);
    for (int k = 0; k < c->n; k++) {
        const struct stm_compared *const i = &c->item[k];
        const bool paired = i->pairs > 0;
        const double values[] = {i->difference, i->low, i->high, i->relative, i->sigmas, i->p, i->adjusted};
        const double pairs[] = {i->units.low,          i->units.high,    i->percent.low, i->percent.high,
                                i->units.trend,        i->units.trend_p, i->line.slope,  i->line.slope_of.low,
                                i->line.slope_of.high, i->line.intercept};
        stm_csv_text(out, i->measure);
        stm_string_addf(out, ",%d,", i->moved);
        for (int s = 0; s < 2; s++) {
            stm_string_addf(out, "%d,", i->n[s]);
            put_cell(out, i->mean[s], 7);
            put_cell(out, i->sd[s], 5);
            put_cell(out, i->repeatability[s], 5);
        }
        for (size_t v = 0; v < sizeof values / sizeof *values; v++)
            put_cell(out, values[v], 5);
        stm_string_addf(out, "%d,", i->pairs);
        for (size_t v = 0; v < sizeof pairs / sizeof *pairs; v++)
            put_cell(out, paired ? pairs[v] : NAN, 5);
        if (out->length) out->text[out->length - 1] = '\n';
    }
}
