/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify.html: one file without scripts, with the style of the report. */
#include "cli/verify.h"

#include "pipeline/core/file.h"
#include "pipeline/sinks/html_assets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURES = 3, PICTURE_BYTES = 3 << 20, BAR_WIDTH = 420, BAR_HEIGHT = 46 };

static const char *const badges[STM_DECISIONS] = {"", " rejected", " warn"};

static void put_markup(struct stm_string *out, const char *before, const char *text, const char *after)
{
    stm_string_add(out, before);
    stm_string_add_markup(out, text);
    stm_string_add(out, after);
}

static void put_head(struct stm_string *out, const struct stm_verify_report *report)
{
    const struct stm_verify *const v = report->verify;
    const char *const tone = v->count[STM_CONTRADICTS]    ? " rejected"
                             : v->count[STM_INSUFFICIENT] ? " warn"
                                                          : "";
    stm_string_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"");
    stm_string_add(out, stm_html_policy);
    stm_string_add(out, "\">\n<title>");
    stm_string_add_markup(out, report->claims_file);
    stm_string_add(out, " \xc2\xb7 stroma claims</title>\n<style>");
    stm_string_add_n(out, stm_html_css, stm_html_css_length);
    put_markup(
        out,
        "</style>\n</head>\n<body>\n<div class=\"tools\"><span class=\"brand\">stroma verify</span></div>\n"
        "<div id=\"page\">\n<div class=\"top\">\n<h1>Claims of ",
        report->claims_file, "</h1>\n");
    stm_string_addf(out,
                    "<p class=\"verdict%s\">%d supported, %d contradicted, %d insufficient</p>\n</div>\n",
                    tone, v->count[STM_SUPPORTS], v->count[STM_CONTRADICTS], v->count[STM_INSUFFICIENT]);
}

/* Where values lie on the bar. */
struct scale {
    double lo, hi;
};

static double at(const struct scale *s, double value)
{
    return 6 + (BAR_WIDTH - 12) * (value - s->lo) / (s->hi - s->lo);
}

static void widen(struct scale *s, double value)
{
    if (!isfinite(value)) return;
    if (!(value >= s->lo)) s->lo = value;
    if (!(value <= s->hi)) s->hi = value;
}

/* Everything that matters, and as much of the interval as leaves it visible. */
static struct scale scale_of(const struct stm_finding *f)
{
    struct scale s = {NAN, NAN};
    const double values[] = {f->value, f->claim->low, f->claim->high, f->accept_low, f->accept_high};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        widen(&s, values[i]);
    const double span = fmax(s.hi - s.lo, 0.02 * fabs(f->value)), lo = s.lo - 2 * span, hi = s.hi + 2 * span;
    widen(&s, fmax(f->low, lo));
    widen(&s, fmin(f->high, hi));
    const double margin = s.hi > s.lo ? 0.08 * (s.hi - s.lo) : 1;
    return (struct scale){s.lo - margin, s.hi + margin};
}

/* The claimed range as a band, the guard band paler, the interval as a line with the value on it. */
static void put_bar(struct stm_string *out, const struct stm_finding *f)
{
    const struct scale s = scale_of(f);
    const double low = isnan(f->claim->low) ? s.lo : f->claim->low,
                 high = isnan(f->claim->high) ? s.hi : f->claim->high;
    if (!isfinite(f->value) || !isfinite(f->low) || !isfinite(f->high)) return;
    stm_string_addf(
        out,
        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" aria-label=\"claimed range and measured "
        "interval\">\n",
        BAR_WIDTH, BAR_HEIGHT, BAR_WIDTH);
    stm_string_addf(out, "<rect x=\"%.1f\" y=\"6\" width=\"%.1f\" height=\"30\" fill=\"var(--ok-bg)\"/>\n",
                    at(&s, low), at(&s, high) - at(&s, low));
    if (isfinite(f->accept_low) && !isnan(f->claim->low))
        stm_string_addf(out,
                        "<rect x=\"%.1f\" y=\"6\" width=\"%.1f\" height=\"30\" fill=\"var(--warn-bg)\"/>\n",
                        at(&s, low), at(&s, f->accept_low) - at(&s, low));
    if (isfinite(f->accept_high) && !isnan(f->claim->high))
        stm_string_addf(out,
                        "<rect x=\"%.1f\" y=\"6\" width=\"%.1f\" height=\"30\" fill=\"var(--warn-bg)\"/>\n",
                        at(&s, f->accept_high), at(&s, high) - at(&s, f->accept_high));
    const double limits[] = {f->claim->low, f->claim->high};
    for (int i = 0; i < 2; i++)
        if (isfinite(limits[i]))
            stm_string_addf(out,
                            "<line x1=\"%.1f\" y1=\"2\" x2=\"%.1f\" y2=\"40\" stroke=\"var(--ink)\" "
                            "stroke-width=\"1.5\" stroke-dasharray=\"4 3\"/>\n",
                            at(&s, limits[i]), at(&s, limits[i]));
    stm_string_addf(
        out,
        "<line x1=\"%.1f\" y1=\"21\" x2=\"%.1f\" y2=\"21\" stroke=\"var(--accent)\" stroke-width=\"3\"/>\n"
        "<circle cx=\"%.1f\" cy=\"21\" r=\"5.5\" fill=\"var(--accent)\"/>\n</svg>\n",
        at(&s, fmax(f->low, s.lo)), at(&s, fmin(f->high, s.hi)), at(&s, f->value));
}

static void put_fact(struct stm_string *out, const char *name, const char *value)
{
    put_markup(out, "<tr><th scope=\"row\">", name, "</th><td>");
    put_markup(out, "", value, "</td></tr>\n");
}

static void put_facts(struct stm_string *out, const struct stm_finding *f, double confidence)
{
    const enum stm_quantity q = f->claim->quantity;
    const char *const unit = stm_quantity_kinds[q].unit;
    char a[64], b[64], text[256];
    stm_string_add(out, "<table class=\"facts wide\">\n");
    snprintf(text, sizeof text, "%s %s, 95 %% interval %s to ", stm_verify_number(a, sizeof a, q, f->value),
             unit, stm_verify_number(b, sizeof b, q, f->low));
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s",
             stm_verify_number(a, sizeof a, q, f->high));
    if (!isnan(f->value)) put_fact(out, "Measured", text);
    snprintf(text, sizeof text, "%s to %s %s, each with %g %%", stm_verify_number(a, sizeof a, q, f->lower),
             stm_verify_number(b, sizeof b, q, f->upper), unit, 100 * confidence);
    if (!isnan(f->value)) put_fact(out, "One-sided limits", text);
    if (!isnan(f->below))
        put_fact(out, "P(true value is below the claim)", stm_verify_probability(a, sizeof a, f->below));
    if (!isnan(f->above))
        put_fact(out, "P(true value is above the claim)", stm_verify_probability(a, sizeof a, f->above));
    if (stm_verify_guard(text, sizeof text, f)) put_fact(out, "Would be supported (guard band)", text);
    snprintf(text, sizeof text, "%.0f cells in %d %s; design effect %.2f; worth %.0f independent cells",
             f->evidence.cells, f->evidence.units, f->by_wells ? "wells" : "fields", f->evidence.design,
             f->evidence.effective);
    if (f->evidence.cells > 0) put_fact(out, "Evidence", text);
    snprintf(text, sizeof text, "%s if they are dead, %s %s if they live",
             stm_verify_number(a, sizeof a, q, f->if_dead), stm_verify_number(b, sizeof b, q, f->if_live),
             unit);
    if (!isnan(f->if_live)) put_fact(out, "Ambiguous cells", text);
    snprintf(text, sizeof text, "%s %s, %s", stm_verify_number(a, sizeof a, q, f->with_rejected), unit,
             stm_decision_name(f->decision_with_rejected));
    if (!isnan(f->with_rejected)) put_fact(out, "With the rejected fields", text);
    stm_string_add(out, "</table>\n");
}

static void put_budget(struct stm_string *out, const struct stm_finding *f)
{
    const struct stm_budget *const b = &f->budget;
    const bool share = f->evidence.kind == STM_EVIDENCE_SHARE;
    if (!b->n) return;
    stm_string_addf(
        out,
        "<details><summary>Uncertainty budget: expanded %.2f %s (k = %.2f)</summary>\n"
        "<div class=\"scroll\"><table class=\"wells\">\n<thead><tr><th scope=\"col\">Contribution</th>"
        "<th scope=\"col\">Type</th><th scope=\"col\">Standard, %s</th><th scope=\"col\">Freedom</th>"
        "<th scope=\"col\">Share</th><th scope=\"col\">How it is known</th></tr></thead>\n<tbody>\n",
        100 * b->expanded, share ? "points" : "%", b->coverage, share ? "points" : "%");
    for (int i = 0; i < b->n; i++) {
        char freedom[32] = "\xe2\x88\x9e";
        if (isfinite(b->row[i].freedom)) snprintf(freedom, sizeof freedom, "%.1f", b->row[i].freedom);
        put_markup(out, "<tr><th scope=\"row\">", b->row[i].name, "</th>");
        stm_string_addf(
            out,
            "<td>%c</td><td class=\"num\">%.2f</td><td class=\"num\">%s</td><td class=\"num\">%.0f %%</td>",
            b->row[i].type, 100 * b->row[i].standard, freedom, 100 * stm_budget_share(b, i));
        put_markup(out, "<td class=\"why\">", b->row[i].how, "</td></tr>\n");
    }
    stm_string_addf(
        out,
        "<tr><th scope=\"row\">combined</th><td></td><td class=\"num\">%.2f</td><td></td><td "
        "class=\"num\">100 %%</td>"
        "<td class=\"why\">root of the sum of squares; expanded for 95 %%: &#215; %.2f</td></tr>\n"
        "</tbody></table></div></details>\n",
        100 * b->combined, b->coverage);
}

static void put_finding(struct stm_string *out, const struct stm_finding *f, double confidence)
{
    char limits[192];
    put_markup(out, "<h3>", stm_quantity_kinds[f->claim->quantity].title, "");
    stm_string_addf(out, " <span class=\"badge%s\">%s</span></h3>\n", badges[f->decision],
                    stm_decision_name(f->decision));
    put_markup(out, "<p class=\"sub\">Claimed: ", stm_verify_limits(limits, sizeof limits, f->claim), "");
    put_markup(out, " (", f->claim->basis, ")</p>\n");
    put_bar(out, f);
    if (f->reason[0]) put_markup(out, "<p class=\"note\">", f->reason, "</p>\n");
    put_facts(out, f, confidence);
    put_budget(out, f);
}

static void put_pictures(struct stm_string *out, const struct stm_verified *v)
{
    char *paths[PICTURES], *titles[PICTURES], *data;
    size_t n;
    const int pictures = stm_verify_pictures(v, paths, titles, PICTURES);
    if (pictures) stm_string_add(out, "<h3>Pictures of the evidence</h3>\n<div class=\"fields\">\n");
    for (int i = 0; i < pictures; i++) {
        struct stm_error ignored = {0}; /* a picture that is not there is left out */
        if (stm_file_read_all(paths[i], PICTURE_BYTES, &data, &n, &ignored)) {
            put_markup(out, "<figure class=\"field\"><img width=\"100%\" alt=\"", titles[i],
                       "\" src=\"data:image/png;base64,");
            stm_string_add_base64(out, data, n);
            put_markup(out, "\"><figcaption class=\"muted\">", titles[i], "</figcaption></figure>\n");
            free(data);
        }
        free(paths[i]);
        free(titles[i]);
    }
    if (pictures) stm_string_add(out, "</div>\n");
}

static void put_excluded(struct stm_string *out, const struct stm_verified *v)
{
    if (!v->rejected && !v->failed) return;
    stm_string_add(out, "<h3>Fields left out</h3>\n<ul class=\"flags\">\n");
    for (int w = 0; w < v->n_wells; w++)
        for (size_t i = 0; i < v->well[w].well->n; i++) {
            const struct stm_result_field *const f = &v->well[w].results->field[v->well[w].well->first + i];
            if (f->verdict <= STM_VERDICT_WARN) continue;
            put_markup(out, "<li>", v->well[w].well->well, ", field ");
            put_markup(out, "", f->site, ": ");
            put_markup(out, "", f->reason, "</li>\n");
        }
    stm_string_add(out, "</ul>\n");
}

static void put_ledger(struct stm_string *out, const struct stm_verified *v)
{
    char name[64], values[256];
    stm_string_add(out, "<table class=\"facts wide\">\n");
    for (size_t column = 0; stm_verify_ledger(v, &column, name, values, sizeof values);)
        put_fact(out, name, values);
    stm_string_add(out, "</table>\n");
}

static void put_isct(struct stm_string *out, const struct stm_verify_report *report,
                     const struct stm_verified *v)
{
    char text[256];
    stm_string_add(out, "<details><summary>Checklist of the minimal criteria (ISCT 2006)</summary>\n"
                        "<table class=\"facts wide\">\n");
    for (int i = 0; i < STM_ISCT_ITEMS; i++)
        put_fact(out, stm_isct_items[i].what, stm_verify_isct(text, sizeof text, report, v, i));
    stm_string_add(out, "</table></details>\n");
}

static void put_row(struct stm_string *out, const struct stm_verify_report *report,
                    const struct stm_verified *v)
{
    char note[256];
    struct stm_string subject = {0};
    stm_verify_subject(&subject, v->row);
    put_markup(out, "<section class=\"card\">\n<h2>", subject.text ? subject.text : "",
               "</h2>\n<p class=\"sub\">");
    stm_string_free(&subject);
    stm_string_addf(out, "%d of %d fields used in %d well%s (%d rejected, %d failed)", v->used, v->fields,
                    v->n_wells, v->n_wells == 1 ? "" : "s", v->rejected, v->failed);
    stm_string_addf(out, "; %.0f live, %.0f dead, %.0f ambiguous, %.0f debris", v->tally[STM_TALLY_LIVE],
                    v->tally[STM_TALLY_DEAD], v->tally[STM_TALLY_AMBIGUOUS], v->tally[STM_TALLY_DEBRIS]);
    if (!isnan(v->debris_per_cell)) stm_string_addf(out, "; debris to cells %.2f", v->debris_per_cell);
    stm_string_add(out, "</p>\n");
    if (stm_verify_overridden(note, sizeof note, v->overridden)[0])
        put_markup(out, "<p class=\"note\">", note, ".</p>\n");
    put_ledger(out, v);
    for (int i = 0; i < v->n; i++)
        put_finding(out, &v->finding[i], report->verify->options.confidence);
    put_excluded(out, v);
    put_pictures(out, v);
    put_isct(out, report, v);
    stm_string_add(out, "</section>\n");
}

static void put_origin(struct stm_string *out, const struct stm_verify_report *report)
{
    stm_string_addf(
        out,
        "<section class=\"card\">\n<h2>How it was done</h2>\n<table class=\"facts wide\">\n"
        "<tr><th scope=\"row\">Decision rule</th><td>A claim is supported when the one-sided %g %% limit "
        "of the measurement is inside the claimed range, contradicted when it is outside, and otherwise "
        "not decided. Fields or wells are the units: their differences make the limits.</td></tr>\n",
        100 * report->verify->options.confidence);
    put_markup(out, "<tr><th scope=\"row\">Claims</th><td><code>", report->claims_file,
               "</code>, SHA-256 <code>");
    stm_string_addf(out, "%s</code></td></tr>\n", report->claims->sha256);
    if (report->claims->profiles->n)
        stm_string_addf(out, "<tr><th scope=\"row\">Own profiles</th><td>SHA-256 <code>%s</code></td></tr>\n",
                        report->claims->profiles->sha256);
    for (int i = 0; i < report->n_results; i++) {
        const struct stm_results *const r = &report->results[i];
        put_markup(out, "<tr><th scope=\"row\">Results</th><td><code>", r->directory, "</code>, assay ");
        put_markup(out, "", r->assay, ", stroma ");
        put_markup(out, "", r->version, "; SHA-256 of wells.csv <code>");
        stm_string_addf(out,
                        "%s</code>, images.csv <code>%s</code>, run.json <code>%s</code>, protocol <code>",
                        r->wells_hash, r->images_hash, r->run_hash);
        put_markup(out, "", r->protocol_hash, "</code>, images <code>");
        put_markup(out, "", r->inputs_hash, "</code>");
        if (r->override_entry)
            stm_string_addf(out, "; tables after overrides: entry %lld of its audit log, %d object%s",
                            (long long)r->override_entry, r->overridden, r->overridden == 1 ? "" : "s");
        stm_string_add(out, "</td></tr>\n");
    }
    stm_string_add(
        out,
        "<tr><th scope=\"row\">Meaning</th><td>Viability by a dye is the integrity of a membrane, not the "
        "function of a cell. These are technical controls; they make no laboratory compliant with "
        "anything.</td></tr>\n</table>\n</section>\n");
}

void stm_verify_html(struct stm_string *out, const struct stm_verify_report *report)
{
    put_head(out, report);
    for (int i = 0; i < report->verify->n; i++)
        put_row(out, report, &report->verify->row[i]);
    put_origin(out, report);
    stm_string_add(out, "<footer>stroma " STM_VERSION
                        "; the numbers are in verify.csv and verify.json beside this "
                        "file.</footer>\n</div>\n</body>\n</html>\n");
}
