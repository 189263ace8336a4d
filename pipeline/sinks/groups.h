/* Wells that were treated alike, as the sample sheet says, with mean and spread of one result; controls and
 * Z'. The report's scripts do the same for any result (assets/groups.js). */
#ifndef STM_SINKS_GROUPS_H
#define STM_SINKS_GROUPS_H

#include "pipeline/sinks/pdf.h"

struct stm_group {
    const char *batch, *condition, *dose_text, *unit, *control; /* "" when the sheet says nothing */
    double dose;                                                /* NaN when it is no number */
    const double *value; /* n of them, of the wells that were measured */
    int n, wells;
    double mean, sd; /* of n - 1; NaN where there are too few */
};

struct stm_groups {
    struct stm_group *group; /* by batch, condition, dose, control */
    int n, n_wells;
    struct stm_group control[2]; /* positive, negative: all such wells */
    double z_prime;              /* NaN when it cannot be told */
    double *values;
};

/* Groups `n` wells of one plate by batch, condition, concentration with its unit, and control, for one column
 * of their values. Wells of which the sheet says nothing are in no group. False when out of memory. */
bool stm_groups_find(struct stm_groups *groups, const struct stm_run_info *info,
                     const struct stm_pdf_well *wells, int n, int column);
void stm_groups_free(struct stm_groups *groups);

/* "MSC-07 drug 10 uM", or "positive control". */
void stm_group_name(const struct stm_group *group, char *out, size_t size);

/* What Z' = 1 - 3 (sd of positives + sd of negatives) / |difference of their means| (Zhang, Chung and
 * Oldenburg 1999) is and says; false without any control. */
bool stm_groups_z_words(const struct stm_groups *groups, char *out, size_t size);

#endif
