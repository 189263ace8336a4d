/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/stats/linearity.h"

#include "pipeline/stats/linearity_draw.h"
#include "pipeline/stats/quantile.h"
#include "pipeline/stats/summary.h"

#include <math.h>
#include <stdlib.h>

static const int ratio_indices[STM_LINEARITY_RATIOS] = {
    STM_LINEARITY_B1,  STM_LINEARITY_SSE_SCALED, STM_LINEARITY_SAE_SCALED, STM_LINEARITY_SSE,
    STM_LINEARITY_SAE, STM_LINEARITY_SSE_STABLE, STM_LINEARITY_SAE_STABLE,
};

int stm_linearity_ratio_index(int ratio)
{
    return ratio_indices[ratio];
}

static double plain(double v)
{
    return v;
}

static double not_negative(double v)
{
    return v > 0 ? v : 0;
}

static double logit(double v)
{
    return log(v / (1 - v));
}

static double logistic(double v)
{
    return 1 / (1 + exp(-v));
}

static double shortfall(double v)
{
    return -log(1 - v);
}

static double from_shortfall(double v)
{
    return 1 - exp(-v);
}

static const struct {
    double (*to)(double), (*from)(double);
} scales[] = {
    [STM_SCALE_PLAIN] = {plain, not_negative},
    [STM_SCALE_LOG] = {log, exp},
    [STM_SCALE_LOGIT] = {logit, logistic},
    [STM_SCALE_SHORTFALL] = {shortfall, from_shortfall},
};

/* Draws of one value, and room for them on its scale. */
static struct stm_interval interval_of(double value, enum stm_linearity_scale scale, const double *draws,
                                       int n, double confidence, double *room)
{
    for (int i = 0; i < n; i++) {
        const double v = scales[scale].to(draws[i]);
        room[i] = isfinite(v) ? v : NAN;
    }
    const double half = stm_quantile_student(0.5 + confidence / 2, n - 1) * stm_summarise(room, (size_t)n).sd;
    const double middle = scales[scale].to(value);
    if (!isfinite(middle) || isnan(half)) return (struct stm_interval){NAN, NAN};
    return (struct stm_interval){scales[scale].from(middle - half), scales[scale].from(middle + half)};
}

/* Memory of an analysis: draws are [value][draw] for each method. */
struct work {
    const struct stm_linearity_options *options;
    double *draws[STM_LINEARITY_METHODS];
    double *room, *scratch;            /* `options->draws` doubles; what fits and draws need */
    struct stm_linearity_point *point; /* of one draw */
    struct stm_error *err;
};

static int order_of(const struct work *w, const struct stm_linearity_method *m)
{
    return w->options->order ? w->options->order : m->n_fractions - 1;
}

static void bootstrap(struct work *w, double *draws, const struct stm_linearity_method *m)
{
    double value[STM_LINEARITY_VALUES];
    struct stm_linearity_fit fit;
    const struct stm_linearity_set set = {w->point, m->first, m->n_fractions};
    const size_t n = (size_t)w->options->draws;
    for (size_t d = 0; d < n; d++) {
        stm_linearity_draw(w->point, m, w->options->seed, (int)d, w->scratch);
        const bool good = stm_linearity_fit(&fit, &set, w->options->weights, order_of(w, m), w->scratch);
        if (good) stm_linearity_values(value, &set, &fit);
        for (size_t k = 0; k < STM_LINEARITY_VALUES; k++)
            draws[k * n + d] = good ? value[k] : NAN;
    }
}

static bool measure(struct work *w, struct stm_linearity_result *r, const double *draws)
{
    double value[STM_LINEARITY_VALUES];
    const struct stm_linearity_method *const m = r->method;
    const struct stm_linearity_set set = {r->point, m->first, m->n_fractions};
    for (int i = 0; i < m->n_samples; i++)
        r->point[i] = stm_linearity_point_of(m->sample[i].x, m->sample[i].value, m->sample[i].n);
    if (!stm_linearity_fit(&r->fit, &set, w->options->weights, order_of(w, m), w->scratch))
        return stm_fail(w->err, STM_BAD_INPUT,
                        r->fit.b1 > 0
                            ? "'%s': its measured dilution fractions are too alike for a curve of order %d"
                            : "'%s': all concentrations are zero",
                        m->name, order_of(w, m));
    stm_linearity_values(value, &set, &r->fit);
    r->departure = stm_linearity_departure(&set, &r->fit, w->scratch);
    for (int k = 0; k < STM_LINEARITY_VALUES; k++) {
        const double *const of_value = draws + (size_t)k * (size_t)w->options->draws;
        r->estimate[k] = (struct stm_linearity_estimate){
            value[k], interval_of(value[k], stm_linearity_measure(k)->scale, of_value, w->options->draws,
                                  w->options->confidence, w->room)};
    }
    return true;
}

/* Over an index of 0 there is no ratio. */
static double quotient(double x, double y)
{
    return y != 0 ? x / y : NAN;
}

static void compare(struct work *w, struct stm_linearity *a, int first, int second)
{
    struct stm_linearity_ratio *const ratio = &a->ratio[a->n_ratios++];
    const size_t n = (size_t)w->options->draws;
    const double tail = (1 - w->options->confidence) / 2;
    *ratio = (struct stm_linearity_ratio){.first = first, .second = second};
    for (int k = 0; k < STM_LINEARITY_RATIOS; k++) {
        const int index = ratio_indices[k];
        const double *const x = w->draws[first] + (size_t)index * n, *const y =
                                                                         w->draws[second] + (size_t)index * n;
        for (size_t i = 0; i < n; i++)
            w->room[i] = quotient(x[i], y[i]);
        ratio->estimate[k] = (struct stm_linearity_estimate){
            quotient(a->result[first].estimate[index].value, a->result[second].estimate[index].value),
            {stm_percentile(w->room, n, tail), stm_percentile(w->room, n, 1 - tail)}};
    }
}

static bool check_order(const struct stm_linearity_data *data, const struct stm_linearity_options *o,
                        struct stm_error *err)
{
    for (int i = 0; i < data->n_methods; i++)
        if (o->order >= data->method[i].n_fractions)
            return stm_fail(err, STM_USAGE,
                            "a polynomial of order %d needs %d dilution fractions; '%s' has %d", o->order,
                            o->order + 1, data->method[i].name, data->method[i].n_fractions);
    return true;
}

static bool allocate(struct work *w, struct stm_linearity *a, const struct stm_linearity_data *data)
{
    int samples = 0, largest = 0;
    bool good = true;
    for (int i = 0; i < data->n_methods; i++) {
        const struct stm_linearity_method *const m = &data->method[i];
        if (m->n_samples > samples) samples = m->n_samples;
        for (int s = 0; s < m->n_samples; s++)
            if (m->sample[s].n > largest) largest = m->sample[s].n;
        w->draws[i] = calloc((size_t)w->options->draws * STM_LINEARITY_VALUES, sizeof(double));
        a->result[i] = (struct stm_linearity_result){.method = m};
        a->result[i].point = calloc((size_t)m->n_samples, sizeof *a->result[i].point);
        a->n_results++;
        good = good && w->draws[i] && a->result[i].point;
    }
    const size_t scratch = stm_linearity_scratch(samples, STM_POLYNOMIAL_ORDER);
    w->room = calloc((size_t)w->options->draws, sizeof *w->room);
    w->point = calloc((size_t)samples, sizeof *w->point);
    w->scratch = calloc(scratch > (size_t)largest ? scratch : (size_t)largest, sizeof *w->scratch);
    if (good && w->room && w->point && w->scratch) return true;
    return stm_fail(w->err, STM_NO_MEMORY, "no memory for %d draws", w->options->draws);
}

static bool analyse(struct work *w, struct stm_linearity *a)
{
    for (int i = 0; i < a->n_results; i++) {
        bootstrap(w, w->draws[i], a->result[i].method);
        if (!measure(w, &a->result[i], w->draws[i])) return false;
    }
    for (int i = 0; i < a->n_results; i++)
        for (int j = i + 1; j < a->n_results; j++)
            compare(w, a, i, j);
    return true;
}

bool stm_linearity_run(struct stm_linearity *analysis, const struct stm_linearity_data *data,
                       const struct stm_linearity_options *options, struct stm_error *err)
{
    *analysis = (struct stm_linearity){.options = *options};
    if (!check_order(data, options, err)) return false;
    struct work w = {.options = options, .err = err};
    const bool good = allocate(&w, analysis, data) && analyse(&w, analysis);
    for (int i = 0; i < STM_LINEARITY_METHODS; i++)
        free(w.draws[i]);
    free(w.room);
    free(w.scratch);
    free(w.point);
    return good;
}

void stm_linearity_close(struct stm_linearity *analysis)
{
    for (int i = 0; i < analysis->n_results; i++)
        free(analysis->result[i].point);
    analysis->n_results = analysis->n_ratios = 0;
}
