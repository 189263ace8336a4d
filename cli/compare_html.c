/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare.html: one file without scripts, with the style of the report. */
#include "cli/compare.h"

#include "pipeline/sinks/html_assets.h"

#include <math.h>

enum { WIDTH = 400, HEIGHT = 220, LEFT = 76, RIGHT = 12, TOP = 10, BOTTOM = 40, MOST_PLOTS = 12 };

static void put_head(struct stm_string *out, const struct stm_compare *c)
{
    stm_string_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"");
    stm_string_add(out, stm_html_policy);
    stm_string_add(out, "\">\n<title>stroma comparison</title>\n<style>");
    stm_string_add_n(out, stm_html_css, stm_html_css_length);
    stm_string_add(
        out,
        "</style>\n</head>\n<body>\n<div class=\"tools\"><span class=\"brand\">stroma compare</span></div>\n"
        "<div id=\"page\">\n<div class=\"top\">\n<h1>");
    stm_string_add_markup(out, c->side[0]->title);
    stm_string_add(out, " and ");
    stm_string_add_markup(out, c->side[1]->title);
    stm_string_addf(out, "</h1>\n<p class=\"sub\">%s, %d %s; %s, %d %s. %s</p>\n</div>\n", c->side[0]->kind,
                    c->side[0]->n_samples, c->side[0]->unit, c->side[1]->kind, c->side[1]->n_samples,
                    c->side[1]->unit,
                    c->paired ? "Samples of the same name are pairs." : "Samples are independent.");
}

static void put_row(struct stm_string *out, const struct stm_compared *i)
{
    char a[64], b[64];
    stm_string_add(out, "<tr><th scope=\"row\">");
    stm_string_add_markup(out, i->measure);
    stm_string_addf(out, "%s</th>", i->moved ? " <span class=\"badge warn\">moved</span>" : "");
    for (int s = 0; s < 2; s++)
        stm_string_addf(out, "<td class=\"num value\">%s <span class=\"interval\">SD %s</span></td>",
                        stm_compare_number(a, sizeof a, i->mean[s], 5),
                        stm_compare_number(b, sizeof b, i->sd[s], 3));
    stm_string_addf(out, "<td class=\"num value\">%s</td>",
                    stm_compare_number(a, sizeof a, i->difference, 4));
    stm_string_addf(out, "<td class=\"num\">%s to %s</td>", stm_compare_number(a, sizeof a, i->low, 4),
                    stm_compare_number(b, sizeof b, i->high, 4));
    stm_string_addf(out, "<td class=\"num\">%s %%</td><td class=\"num\">%s</td>",
                    stm_compare_number(a, sizeof a, i->relative, 3),
                    stm_compare_number(b, sizeof b, i->sigmas, 2));
    stm_string_addf(out, "<td class=\"num\">%s</td></tr>\n", stm_text_number(a, sizeof a, i->adjusted, 4));
}

static void put_table(struct stm_string *out, const struct stm_compare *c)
{
    int order[STM_COMPARAND_MEASURES];
    stm_compare_order(c, order);
    stm_string_addf(out,
                    "<section class=\"card\">\n<h2>What moved</h2>\n<div class=\"scroll\"><table "
                    "class=\"rows\">\n<thead><tr>"
                    "<th scope=\"col\">Measure</th><th scope=\"col\">First</th><th scope=\"col\">Second</th>"
                    "<th scope=\"col\">Second - first</th><th scope=\"col\">%g %% interval</th><th "
                    "scope=\"col\">Relative</th>"
                    "<th scope=\"col\">Sigmas</th><th scope=\"col\">p (Holm)</th></tr></thead>\n<tbody>\n",
                    100 * c->confidence);
    for (int i = 0; i < c->n; i++)
        put_row(out, &c->item[order[i]]);
    stm_string_addf(
        out,
        "</tbody></table></div>\n<p class=\"muted\">p is corrected for %d measures looked at together: with "
        "nothing changed, any of them is called moved with at most %g %%.</p>\n</section>\n",
        c->n, 100 * (1 - c->confidence));
}

struct frame {
    double x_lo, x_hi, y_lo, y_hi;
};

static double at_x(const struct frame *f, double x)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * (x - f->x_lo) / (f->x_hi - f->x_lo);
}

static double at_y(const struct frame *f, double y)
{
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (y - f->y_lo) / (f->y_hi - f->y_lo);
}

static struct frame frame_of(const struct stm_compared *i)
{
    struct frame f = {INFINITY, -INFINITY, fmin(0, i->units.low), fmax(0, i->units.high)};
    for (int k = 0; k < i->pairs; k++) {
        const double x = (i->x[k] + i->y[k]) / 2, y = i->y[k] - i->x[k];
        f.x_lo = fmin(f.x_lo, x);
        f.x_hi = fmax(f.x_hi, x);
        f.y_lo = fmin(f.y_lo, y);
        f.y_hi = fmax(f.y_hi, y);
    }
    const double dx = f.x_hi > f.x_lo ? 0.05 * (f.x_hi - f.x_lo) : 1,
                 dy = f.y_hi > f.y_lo ? 0.06 * (f.y_hi - f.y_lo) : 1;
    return (struct frame){f.x_lo - dx, f.x_hi + dx, f.y_lo - dy, f.y_hi + dy};
}

static void put_level(struct stm_string *out, const struct frame *f, double y, const char *attributes)
{
    char text[64];
    if (!isfinite(y)) return;
    stm_string_addf(out,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" %s/>\n<text x=\"%d\" y=\"%.1f\" "
                    "text-anchor=\"end\">%s</text>\n",
                    LEFT, at_y(f, y), WIDTH - RIGHT, at_y(f, y), attributes, LEFT - 5, at_y(f, y) + 4,
                    stm_compare_number(text, sizeof text, y, 3));
}

/* Differences over means, with bias and limits of agreement. */
static void put_plot(struct stm_string *out, const struct stm_compared *i)
{
    const struct frame f = frame_of(i);
    char low[64], high[64];
    stm_string_addf(out,
                    "<figure class=\"field\">\n<svg viewBox=\"0 0 %d %d\" width=\"100%%\" role=\"img\" "
                    "aria-label=\"differences over means\" fill=\"var(--ink)\" font-size=\"11\">\n",
                    WIDTH, HEIGHT);
    put_level(out, &f, i->units.bias, "stroke=\"var(--accent)\" stroke-width=\"2\"");
    put_level(out, &f, i->units.low, "stroke=\"var(--bad)\" stroke-dasharray=\"5 4\"");
    put_level(out, &f, i->units.high, "stroke=\"var(--bad)\" stroke-dasharray=\"5 4\"");
    stm_string_addf(out, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"var(--muted)\"/>\n",
                    LEFT, at_y(&f, 0), WIDTH - RIGHT, at_y(&f, 0));
    for (int k = 0; k < i->pairs; k++)
        stm_string_addf(
            out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"var(--accent)\" fill-opacity=\"0.75\"/>\n",
            at_x(&f, (i->x[k] + i->y[k]) / 2), at_y(&f, i->y[k] - i->x[k]));
    stm_string_addf(out,
                    "<text x=\"%d\" y=\"%d\">%s</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
                    LEFT, HEIGHT - 22, stm_compare_number(low, sizeof low, f.x_lo, 3), WIDTH - RIGHT,
                    HEIGHT - 22, stm_compare_number(high, sizeof high, f.x_hi, 3));
    stm_string_addf(out,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">mean of both</text>\n</svg>\n<figcaption "
                    "class=\"muted\">",
                    (WIDTH + LEFT) / 2, HEIGHT - 6);
    stm_string_add_markup(out, i->measure);
    stm_string_addf(out, ": second - first, bias and limits of agreement of %d pairs (%s to ", i->pairs,
                    stm_compare_number(low, sizeof low, i->percent.low, 3));
    stm_string_addf(out, "%s %%). Deming slope %s", stm_compare_number(high, sizeof high, i->percent.high, 3),
                    stm_compare_number(low, sizeof low, i->line.slope, 4));
    stm_string_addf(out, " (%s to %s).</figcaption>\n</figure>\n",
                    stm_compare_number(low, sizeof low, i->line.slope_of.low, 4),
                    stm_compare_number(high, sizeof high, i->line.slope_of.high, 4));
}

void stm_compare_html(struct stm_string *out, const struct stm_compare *c)
{
    put_head(out, c);
    put_table(out, c);
    if (c->paired) {
        stm_string_add(out, "<section class=\"card\">\n<h2>Agreement</h2>\n<div class=\"fields\">\n");
        for (int i = 0; i < c->n && i < MOST_PLOTS; i++)
            put_plot(out, &c->item[i]);
        stm_string_add(out, "</div>\n</section>\n");
    }
    stm_string_add(out, "<section class=\"card\">\n<h2>Origin</h2>\n<table class=\"facts wide\">\n");
    for (int s = 0; s < 2; s++) {
        stm_string_add(out, "<tr><th scope=\"row\">");
        stm_string_add_markup(out, c->side[s]->title);
        stm_string_addf(out, "</th><td>%s, SHA-256 <code>%s</code>", c->side[s]->kind, c->side[s]->sha256);
        if (c->side[s]->overridden)
            stm_string_addf(out, "; after overrides of %d object%s", c->side[s]->overridden,
                            c->side[s]->overridden == 1 ? "" : "s");
        stm_string_add(out, "</td></tr>\n");
    }
    stm_string_add(out, "</table>\n</section>\n<footer>stroma " STM_VERSION
                        "; the numbers are in compare.csv and compare.json "
                        "beside this file.</footer>\n</div>\n</body>\n</html>\n");
}
