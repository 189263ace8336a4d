/* What fields of view say about a share of cells (viability) or about cells in a volume or on an area: the
 * value, and how many cells of a simple random sample would say as much. Fields are clusters, and their
 * differences are known from few of them only; both make it fewer than were counted. */
#ifndef STM_EVIDENCE_H
#define STM_EVIDENCE_H

enum stm_evidence_kind { STM_EVIDENCE_SHARE, STM_EVIDENCE_RATE };

struct stm_evidence {
    enum stm_evidence_kind kind;
    double value;     /* share 0 … 1, or cells a unit of size; NaN: nothing was counted */
    double cells;     /* that were counted: live and dead for a share */
    int units;        /* fields or wells whose differences were used */
    double per_unit;  /* cells of a typical unit: sum n^2 / sum n */
    double design;    /* variance between units / variance by chance, at least 1, as estimated */
    double careful;   /* the same as it is used: see stm_evidence_settle */
    double freedom;   /* degrees of freedom with which it is known */
    double effective; /* cells of a random sample that would say as much; INFINITY for what was not counted */
    double systematic; /* standard uncertainty that is alike in all units: of a share in its unit, of a rate
                          relative */
};

/* Share of `part` in `whole` over k units: ratio estimator (stm_ratio_of). Units without cells do not count.
 * `systematic` as above; `confidence` is the one-sided one of the decision, on which `sample` depends a
 * little.
 */
struct stm_evidence stm_evidence_share(const double *part, const double *whole, int k, double systematic,
                                       double confidence);

/* Cells in units of these sizes (all > 0), the same for Poisson counts: value = sum count / sum size. */
struct stm_evidence stm_evidence_rate(const double *count, const double *size, int k, double systematic,
                                      double confidence);

/* Fills careful, freedom and effective from the others. The effective sample is Korn and Graubard's
 * (Survey Methodology 24, 193, 1998): cells / design * (normal quantile / Student quantile)^2. Two things
 * make it honest when fields differ much: what exceeds 1 in the design effect is multiplied by (k + 3) / (k -
 * 1), since it is estimated too low just when the value is too high by chance; and degrees of freedom are
 * Satterthwaite's, with the kurtosis of a beta (gamma) distribution of the units, which for viabilities near
 * 1 is large. The factor is the smallest of its form that keeps wrong verdicts below the stated rate in the
 * simulations of docs/verify.md. With a single unit nothing is known of differences: effective = 0. */
void stm_evidence_settle(struct stm_evidence *e, double confidence);

/* One-sided limits: the true value is above (below) it with this confidence, 0.5 … 1. Beta or gamma quantiles
 * of the effective sample (Clopper and Pearson, Garwood); their distance from the value and that of
 * `systematic` add as squares. 0 and 1 (infinity) when nothing is known. */
double stm_evidence_lower(const struct stm_evidence *e, double confidence);
double stm_evidence_upper(const struct stm_evidence *e, double confidence);

/* Significance with which the true value is above (below) `limit`: 1 - the confidence at which the lower
 * (upper) limit is just there, at most 0.5 when the value itself is above (below), else 1. */
double stm_evidence_p_above(const struct stm_evidence *e, double limit);
double stm_evidence_p_below(const struct stm_evidence *e, double limit);

/* P(true < limit) in the sense of these confidences: p_above where the value is above the limit, otherwise 1
 * - p_below. NaN when nothing is known. */
double stm_evidence_probability_below(const struct stm_evidence *e, double limit);

/* Standard uncertainty of the value, all in. */
double stm_evidence_standard(const struct stm_evidence *e);

#endif
