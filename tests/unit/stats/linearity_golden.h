/* Values of dilution series, calculated from COMET's formulas in exact rational arithmetic (weights 1/x,
 * default order) and printed with ten digits; and the check that ours have the same digits. */
#ifndef STM_LINEARITY_GOLDEN_H
#define STM_LINEARITY_GOLDEN_H

#include "tests/support/stm_assert.h"

#include "pipeline/stats/linearity.h"

/* Order of `value`. */
static const int golden_indices[] = {
    STM_LINEARITY_B1,         STM_LINEARITY_R2,         STM_LINEARITY_R2_SMOOTH,
    STM_LINEARITY_SSE,        STM_LINEARITY_SSE_SCALED, STM_LINEARITY_SAE,
    STM_LINEARITY_SAE_SCALED, STM_LINEARITY_SSE_STABLE, STM_LINEARITY_SAE_STABLE,
};

struct golden {
    const char *file, *method;
    int samples, order;
    const char *value[9], *cv[5]; /* cv: of the fractions 0.1, 0.3, 0.5, 0.7, 0.9 */
};

static void check_digits(const struct golden *g, const char *what, double value, const char *expected)
{
    char text[64];
    snprintf(text, sizeof text, "%.10g", value);
    if (strcmp(text, expected) != 0)
        fail_msg("%s, %s, %s: %s, expected %s", g->file, g->method, what, text, expected);
}

static void check_golden(const struct golden *g, const struct stm_linearity *analysis)
{
    const struct stm_linearity_result *r = NULL;
    for (int i = 0; i < analysis->n_results; i++)
        if (!strcmp(analysis->result[i].method->name, g->method)) r = &analysis->result[i];
    if (!r) fail_msg("%s has no method '%s'", g->file, g->method);
    assert_int_equal(r->method->n_samples, g->samples);
    assert_int_equal(r->fit.curve.order, g->order);
    for (int i = 0; i < 9; i++)
        check_digits(g, stm_linearity_measure(golden_indices[i])->name, r->estimate[golden_indices[i]].value,
                     g->value[i]);
    for (int f = 0; f < 5; f++)
        check_digits(g, "mean CV", r->estimate[STM_LINEARITY_CV + f].value, g->cv[f]);
}

/* Reads, checks the design, analyses with 50 draws. */
static void analyse_file(struct stm_linearity *analysis, struct stm_linearity_data *data, const char *path)
{
    const struct stm_linearity_options options = {.draws = 50, .seed = 1, .confidence = 0.95};
    struct stm_lines problems = {0};
    struct stm_error err = {0};
    assert_ok(stm_linearity_read(data, path, &err), &err);
    if (!stm_linearity_check(data, &problems)) fail_msg("%s: %s", path, problems.line[0]);
    assert_ok(stm_linearity_run(analysis, data, &options, &err), &err);
}

#endif
