/* One method's samples: the two models through them, and what is measured by the models. All formulas are
 * those of NIST's COMET (github.com/usnistgov/COMET), its implementation of ISO 20391-2:2019. */
#ifndef STM_LINEARITY_FIT_H
#define STM_LINEARITY_FIT_H

#include "pipeline/stats/linearity_data.h"
#include "pipeline/stats/polynomial.h"

/* How the variance of a concentration depends on the dilution fraction x: v(x) = x (counting), 1, x^2. */
enum stm_linearity_weights { STM_LINEARITY_X, STM_LINEARITY_1, STM_LINEARITY_X2 };

/* A sample as the models see it. sd (divided by n - 1) is NaN when n is 1. */
struct stm_linearity_point {
    double x, mean, sd;
    int n;
};
struct stm_linearity_point stm_linearity_point_of(double x, const double *value, int n);

/* Points of a method in its fractions: first[f] … first[f + 1] - 1, x rising within a fraction or not. */
struct stm_linearity_set {
    const struct stm_linearity_point *point;
    const int *first;
    int n_fractions;
};

/* E[y] = b1 x with weights n / v(x), and a polynomial with weights 1 / v(x). */
struct stm_linearity_fit {
    enum stm_linearity_weights weights;
    double b1;
    struct stm_polynomial curve;
};

/* False when the order needs more distinct dilution fractions, or b1 is not positive. `scratch`:
 * stm_linearity_scratch doubles. */
size_t stm_linearity_scratch(int n_points, int order);
bool stm_linearity_fit(struct stm_linearity_fit *fit, const struct stm_linearity_set *set,
                       enum stm_linearity_weights weights, int order, double *scratch);

/* Curve minus line at x; 0 where they differ by rounding errors only. */
double stm_linearity_bend(const struct stm_linearity_fit *fit, double x);

/* Is the bend more than the scatter of the samples around the curve explains? The F test of the line within
 * the curve, both with weights n / v(x): ((RSS_line - RSS_curve) / of_bend) / (RSS_curve / of_scatter). p is
 * the probability of such an F by chance when the method is proportional; NaN without scatter. Not in COMET.
 */
struct stm_linearity_departure {
    double f, p;
    int of_bend, of_scatter; /* degrees of freedom */
};
struct stm_linearity_departure stm_linearity_departure(const struct stm_linearity_set *set,
                                                       const struct stm_linearity_fit *fit, double *scratch);

/* What is measured: indices into an array of STM_LINEARITY_VALUES. */
enum stm_linearity_index {
    STM_LINEARITY_B1,
    STM_LINEARITY_R2,
    STM_LINEARITY_R2_CENTRED,
    STM_LINEARITY_R2_SMOOTH,
    STM_LINEARITY_SSE_SCALED, /* COMET's default proportionality index */
    STM_LINEARITY_SAE_SCALED,
    STM_LINEARITY_SSE,
    STM_LINEARITY_SAE,
    STM_LINEARITY_SSE_STABLE,
    STM_LINEARITY_SAE_STABLE,
    STM_LINEARITY_MEAN, /* at each fraction, from here on */
    STM_LINEARITY_CV = STM_LINEARITY_MEAN + STM_LINEARITY_FRACTIONS,
    STM_LINEARITY_VALUES = STM_LINEARITY_CV + STM_LINEARITY_FRACTIONS
};

/* On which scale a value's draws are taken as normal. */
enum stm_linearity_scale {
    STM_SCALE_PLAIN,
    STM_SCALE_LOG,
    STM_SCALE_LOGIT,
    STM_SCALE_SHORTFALL /* log(1 - v) */
};

struct stm_linearity_measure {
    const char *name;  /* in files */
    const char *comet; /* COMET's name for it, "" where it has none */
    const char *title, *unit, *help;
    enum stm_linearity_scale scale;
};

/* Of any index; all fractions share a row. Never NULL. */
const struct stm_linearity_measure *stm_linearity_measure(int index);

/* All values of the set; NaN where there is none, also behind its last fraction. */
void stm_linearity_values(double *value, const struct stm_linearity_set *set,
                          const struct stm_linearity_fit *fit);

#endif
