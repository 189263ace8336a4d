/* SPDX-License-Identifier: GPL-2.0-or-later */
/* linearity.html: one file without scripts, with the style of the report. */
#include "cli/linearity.h"

#include "pipeline/sinks/html_assets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_head(struct stm_string *out, const struct stm_linearity_report *report)
{
    stm_string_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"");
    stm_string_add(out, stm_html_policy);
    stm_string_add(out, "\">\n<title>");
    stm_string_add_markup(out, report->file);
    stm_string_add(out, " \xc2\xb7 stroma dilution series</title>\n<style>");
    stm_string_add_n(out, stm_html_css, stm_html_css_length);
    stm_string_add(out,
                   "</style>\n</head>\n<body>\n<div class=\"tools\"><span class=\"brand\">stroma linearity"
                   "</span></div>\n<div id=\"page\">\n<div class=\"top\">\n<h1>");
    stm_string_add_markup(out, report->file);
    stm_string_add(out, "</h1>\n<p class=\"sub\">Dilution series");
    const char *const texts[] = {report->data->cell_type, report->data->concentration_type};
    for (int i = 0; i < 2; i++)
        if (texts[i][0]) {
            stm_string_add(out, ", ");
            stm_string_add_markup(out, texts[i]);
        }
    stm_string_add(out, ". Indices and intervals " STM_LINEARITY_STANDARD ".</p>\n</div>\n");
}

/* "0.01889" and "0.009 to 0.04", in percent where that is easier to read. */
static void number_text(char *text, size_t size, double value, bool percent, int digits)
{
    const double v = percent ? value * 100 : value;
    stm_text_number(text, size, v, stm_linearity_decimals(v, digits));
    if (!text[0]) stm_text_copy(text, size, "-");
}

static void interval_text(char *text, size_t size, const struct stm_linearity_estimate *e, bool percent)
{
    char low[64], high[64];
    number_text(low, sizeof low, e->interval.low, percent, 4);
    number_text(high, sizeof high, e->interval.high, percent, 4);
    snprintf(text, size, isnan(e->interval.low) || isnan(e->interval.high) ? "-" : "%s to %s", low, high);
}

static const char *unit_of(const struct stm_linearity_measure *m, bool percent)
{
    return percent ? "%" : strcmp(m->unit, "1") != 0 ? m->unit : "-";
}

static void put_tile(struct stm_string *out, const char *name, const struct stm_linearity_estimate *e,
                     const char *unit, bool percent)
{
    char value[64], interval[140];
    number_text(value, sizeof value, e->value, percent, 4);
    interval_text(interval, sizeof interval, e, percent);
    stm_string_addf(
        out,
        "<div class=\"tile\"><div class=\"name\">%s</div><div class=\"big\">%s <span class=\"unit\">%s"
        "</span></div><div class=\"muted\">95 %% interval %s</div></div>\n",
        name, value, unit, interval);
}

/* The fraction whose CV is largest. */
static int worst_cv(const struct stm_linearity_result *r)
{
    int worst = 0;
    for (int f = 1; f < r->method->n_fractions; f++)
        if (r->estimate[STM_LINEARITY_CV + f].value > r->estimate[STM_LINEARITY_CV + worst].value) worst = f;
    return worst;
}

static void put_tiles(struct stm_string *out, const struct stm_linearity_result *r)
{
    static const int shown[] = {STM_LINEARITY_SSE_SCALED, STM_LINEARITY_R2_CENTRED, STM_LINEARITY_B1};
    char title[96];
    const int worst = worst_cv(r);
    stm_string_add(out, "<div class=\"tiles\">\n");
    for (int i = 0; i < 3; i++) {
        const struct stm_linearity_measure *const m = stm_linearity_measure(shown[i]);
        put_tile(out, m->title, &r->estimate[shown[i]], strcmp(m->unit, "1") != 0 ? m->unit : "", false);
    }
    snprintf(title, sizeof title, "Largest CV within samples, at %g",
             r->method->sample[r->method->first[worst]].target);
    put_tile(out, title, &r->estimate[STM_LINEARITY_CV + worst], "%", true);
    stm_string_add(out, "</div>\n");
}

static void put_figure(struct stm_string *out,
                       void (*plot)(struct stm_string *, const struct stm_linearity_result *),
                       const struct stm_linearity_result *r, const char *caption)
{
    stm_string_add(out, "<figure class=\"field\">\n");
    plot(out, r);
    stm_string_addf(out, "<figcaption class=\"muted\">%s</figcaption>\n</figure>\n", caption);
}

static void put_row(struct stm_string *out, const char *title, const char *help,
                    const struct stm_linearity_estimate *e, const char *unit, bool percent)
{
    char value[64], interval[140];
    number_text(value, sizeof value, e->value, percent, 5);
    interval_text(interval, sizeof interval, e, percent);
    stm_string_addf(
        out,
        "<tr><th scope=\"row\">%s</th><td class=\"num value\">%s</td><td class=\"num\">%s</td><td>%s</td>"
        "<td class=\"why\">%s</td></tr>\n",
        title, value, interval, unit, help);
}

static void open_table(struct stm_string *out, const char *first, const char *second)
{
    stm_string_addf(
        out,
        "<div class=\"scroll\"><table class=\"wells\">\n<thead><tr><th scope=\"col\">%s</th>"
        "<th scope=\"col\">%s</th><th scope=\"col\">95 %% interval</th><th scope=\"col\">Unit</th>"
        "<th scope=\"col\">Meaning</th></tr></thead>\n<tbody>\n",
        first, second);
}

static void put_values(struct stm_string *out, const struct stm_linearity_result *r)
{
    double fraction;
    open_table(out, "Measure", "Value");
    for (int i = stm_linearity_next(r, -1, &fraction); i >= 0; i = stm_linearity_next(r, i, &fraction)) {
        const struct stm_linearity_measure *const m = stm_linearity_measure(i);
        const bool percent = i >= STM_LINEARITY_CV;
        char title[128];
        snprintf(title, sizeof title, isnan(fraction) ? "%s" : "%s at %g", m->title, fraction);
        put_row(out, title, m->help, &r->estimate[i], unit_of(m, percent), percent);
    }
    stm_string_add(out, "</tbody></table></div>\n");
}

static void put_method(struct stm_string *out, const struct stm_linearity_result *r, bool has_time)
{
    const struct stm_linearity_method *const m = r->method;
    stm_string_add(out, "<section class=\"card\">\n<h2>");
    stm_string_add_markup(out, m->name);
    stm_string_addf(out, "</h2>\n<p class=\"sub\">%d dilution fractions, %d samples, %d observations",
                    m->n_fractions, m->n_samples, m->n_values);
    if (m->n_missing) stm_string_addf(out, " (%d more are missing)", m->n_missing);
    stm_string_addf(out, ", curve of order %d.</p>\n<p class=\"verdict%s\">", r->fit.curve.order,
                    stm_linearity_departs(r) ? " warn" : "");
    stm_linearity_verdict(out, r);
    stm_string_add(out, "</p>\n");
    put_tiles(out, r);
    stm_string_add(out, "<div class=\"fields\">\n");
    put_figure(
        out, stm_linearity_plot_fit, r,
        "Means of the samples, with the standard deviation of their observations; straight: the proportional "
        "line, bent: the curve.");
    put_figure(out, stm_linearity_plot_residuals, r,
               "The same relative to the line. The index adds up the squares of the curve's distances here.");
    if (has_time)
        put_figure(
            out, stm_linearity_plot_time, r,
            "The same in the order of counting: a trend says that the sample changed while it waited.");
    stm_string_add(out, "</div>\n<h3>All values</h3>\n");
    put_values(out, r);
    stm_string_add(out, "</section>\n");
}

static void put_ratio(struct stm_string *out, const struct stm_linearity *a,
                      const struct stm_linearity_ratio *ratio)
{
    stm_string_add(out, "<section class=\"card\">\n<h2>");
    stm_string_add_markup(out, a->result[ratio->first].method->name);
    stm_string_add(out, " over ");
    stm_string_add_markup(out, a->result[ratio->second].method->name);
    stm_string_add(out, "</h2>\n");
    open_table(out, "Ratio of", "Ratio");
    for (int k = 0; k < STM_LINEARITY_RATIOS; k++) {
        const struct stm_linearity_measure *const m = stm_linearity_measure(stm_linearity_ratio_index(k));
        put_row(out, m->title,
                k ? "Above 1: the first is less proportional" : "Bias: above 1, the first counts more",
                &ratio->estimate[k], "-", false);
    }
    stm_string_add(out, "</tbody></table></div>\n</section>\n");
}

static void put_methods(struct stm_string *out, const struct stm_linearity_report *report)
{
    const struct stm_linearity_options *const o = &report->analysis->options;
    stm_string_addf(
        out,
        "<section class=\"card\">\n<h2>How it was done</h2>\n<table class=\"facts wide\">\n"
        "<tr><th scope=\"row\">Models</th><td>Line through zero with weights n/v, polynomial with weights "
        "1/v; variance v proportional to %s (x: dilution fraction).</td></tr>\n"
        "<tr><th scope=\"row\">Intervals</th><td>%d bootstrap draws, seed %llu: samples within each "
        "fraction, then observations within each sample. R\xc2\xb2 on the logit scale, indices and CVs on "
        "the log scale; ratios by percentiles.</td></tr>\n"
        "<tr><th scope=\"row\">Departure</th><td>F test of the line within the curve; not part of "
        "COMET.</td></tr>\n"
        "<tr><th scope=\"row\">Table</th><td><code>",
        stm_linearity_weights_name(o->weights), o->draws, (unsigned long long)o->seed);
    stm_string_add_markup(out, report->file);
    stm_string_addf(out, "</code>, SHA-256 <code>%s</code>", report->hash);
    if (report->data->n_ignored)
        stm_string_addf(out, "; %d rows without content left out", report->data->n_ignored);
    stm_string_add(out, "</td></tr>\n</table>\n</section>\n");
}

void stm_linearity_html(struct stm_string *out, const struct stm_linearity_report *report)
{
    const struct stm_linearity *const a = report->analysis;
    put_head(out, report);
    for (int i = 0; i < a->n_results; i++)
        put_method(out, &a->result[i], report->data->has_time);
    for (int i = 0; i < a->n_ratios; i++)
        put_ratio(out, a, &a->ratio[i]);
    put_methods(out, report);
    stm_string_add(out, "<footer>stroma " STM_VERSION
                        "; the numbers are in linearity.csv and linearity.json beside "
                        "this file.</footer>\n</div>\n</body>\n</html>\n");
}
