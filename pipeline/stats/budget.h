/* An uncertainty budget as the GUM (JCGM 100) wants it shown: what contributes, how much, how it is known. */
#ifndef STM_BUDGET_H
#define STM_BUDGET_H

enum { STM_BUDGET_ROWS = 16 };

struct stm_budget_row {
    const char *name, *how; /* "chamber depth", "maker's tolerance 2 %, rectangular" */
    char type;              /* 'A' from this measurement's own scatter, 'B' otherwise */
    double standard; /* standard uncertainty, in the unit of the budget (relative, or points of a share) */
    double freedom;  /* INFINITY where it is taken as known */
};

/* Contributions are independent and the model is a product or a sum: sensitivities are 1 in the budget's
 * unit. */
struct stm_budget {
    struct stm_budget_row row[STM_BUDGET_ROWS];
    int n;
    double combined; /* root of the sum of squares */
    double freedom;  /* Welch-Satterthwaite */
    double coverage; /* Student quantile for 95 % two-sided */
    double expanded; /* coverage * combined */
};

/* Adds a row; one whose uncertainty is 0 or not a number is left out. */
void stm_budget_add(struct stm_budget *budget, const char *name, const char *how, char type, double standard,
                    double freedom);

/* Fills the sums. */
void stm_budget_close(struct stm_budget *budget);

/* Share of a row in the combined variance, 0 … 1. */
double stm_budget_share(const struct stm_budget *budget, int row);

#endif
