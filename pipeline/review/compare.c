/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/review/compare.h"

#include "pipeline/core/text.h"
#include "pipeline/stats/components.h"
#include "pipeline/stats/holm.h"
#include "pipeline/stats/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Values of a measure that are there, with the number of their key. */
struct list {
    double *value;
    int *group, n, groups;
};

static bool same_key(const char *a, const char *b)
{
    return a[0] && !stm_text_casecmp(a, b);
}

/* The first sample with the key of sample i: what its group is called. */
static int first_of_key(const struct stm_comparand *c, int i)
{
    for (int k = 0; k < i; k++)
        if (same_key(c->sample[k].key, c->sample[i].key)) return k;
    return i;
}

static int find_key(const struct stm_comparand *c, const char *key)
{
    for (int i = 0; i < c->n_samples; i++)
        if (same_key(c->sample[i].key, key)) return i;
    return -1;
}

int stm_compare_common_keys(const struct stm_comparand *a, const struct stm_comparand *b)
{
    int common = 0;
    for (int i = 0; i < a->n_samples; i++)
        common += first_of_key(a, i) == i && find_key(b, a->sample[i].key) >= 0;
    return common;
}

static void fill_list(struct list *l, const struct stm_comparand *c, int measure, const int *group)
{
    l->n = 0;
    l->groups = c->n_samples;
    for (int i = 0; i < c->n_samples; i++) {
        const double v = c->sample[i].value[measure];
        if (isnan(v)) continue;
        l->value[l->n] = v;
        l->group[l->n++] = group[i];
    }
}

static void describe(struct stm_compared *item, int side, const struct list *l)
{
    double squares = 0;
    item->n[side] = l->n;
    item->mean[side] = l->n ? 0 : NAN;
    for (int i = 0; i < l->n; i++)
        item->mean[side] += l->value[i] / l->n;
    for (int i = 0; i < l->n; i++)
        squares += (l->value[i] - item->mean[side]) * (l->value[i] - item->mean[side]);
    item->sd[side] = l->n > 1 ? sqrt(squares / (l->n - 1)) : NAN;
    /* passes over groups are quadratic: replicates matter for tens of samples, not for thousands */
    item->repeatability[side] =
        l->n <= 2000 ? stm_components_of(l->value, l->group, l->n, l->groups).repeatability : NAN;
}

static double two_sided(double t, double freedom)
{
    return 2 * (1 - stm_below_student(fabs(t), freedom));
}

/* Welch 1947: unequal variances. Without any scatter there is nothing to hold a difference against. */
static void test_unpaired(struct stm_compared *item, double confidence)
{
    const double v0 = item->sd[0] * item->sd[0] / item->n[0], v1 = item->sd[1] * item->sd[1] / item->n[1];
    const double error = sqrt(v0 + v1);
    const double freedom = (v0 + v1) * (v0 + v1) / (v0 * v0 / (item->n[0] - 1) + v1 * v1 / (item->n[1] - 1));
    item->p = item->low = item->high = item->sigmas = NAN;
    item->difference = item->mean[1] - item->mean[0];
    if (!(error > 0)) return;
    const double half = stm_quantile_student((1 + confidence) / 2, freedom) * error;
    item->low = item->difference - half;
    item->high = item->difference + half;
    item->p = two_sided(item->difference / error, freedom);
    item->sigmas = item->difference / sqrt((item->sd[0] * item->sd[0] + item->sd[1] * item->sd[1]) / 2);
}

/* Mean of a measure over all samples of a key. */
static double mean_of_key(const struct stm_comparand *c, int measure, const char *key)
{
    double sum = 0;
    int n = 0;
    for (int i = 0; i < c->n_samples; i++)
        if (same_key(c->sample[i].key, key) && !isnan(c->sample[i].value[measure])) {
            sum += c->sample[i].value[measure];
            n++;
        }
    return n ? sum / n : NAN;
}

static bool make_pairs(struct stm_compared *item, const struct stm_comparand *a, int ma,
                       const struct stm_comparand *b, int mb, struct stm_error *err)
{
    item->x = calloc((size_t)a->n_samples + 1, sizeof *item->x);
    item->y = calloc((size_t)a->n_samples + 1, sizeof *item->y);
    if (!item->x || !item->y) return stm_fail(err, STM_NO_MEMORY, "no memory for %d pairs", a->n_samples);
    for (int i = 0; i < a->n_samples; i++) {
        if (first_of_key(a, i) != i || !a->sample[i].key[0]) continue;
        const double x = mean_of_key(a, ma, a->sample[i].key), y = mean_of_key(b, mb, a->sample[i].key);
        if (isnan(x) || isnan(y)) continue;
        item->x[item->pairs] = x;
        item->y[item->pairs++] = y;
    }
    return true;
}

static void test_paired(struct stm_compared *item, double confidence)
{
    item->units = stm_agreement_of(item->y, item->x, item->pairs, false, confidence);
    item->percent = stm_agreement_of(item->y, item->x, item->pairs, true, confidence);
    item->line = stm_deming_of(item->x, item->y, item->pairs, 1, confidence);
    item->difference = item->units.bias;
    item->low = item->units.bias_of.low;
    item->high = item->units.bias_of.high;
    item->p = item->units.p;
    item->sigmas = item->units.sd > 0 ? item->units.bias / item->units.sd : NAN;
}

static bool compare_measure(struct stm_compare *c, int ma, int mb, struct list lists[2], int *const groups[2],
                            struct stm_error *err)
{
    struct stm_compared *const item = &c->item[c->n];
    *item = (struct stm_compared){.measure = c->side[0]->measure[ma], .p = NAN, .adjusted = NAN};
    const int measure[2] = {ma, mb};
    for (int s = 0; s < 2; s++) {
        fill_list(&lists[s], c->side[s], measure[s], groups[s]);
        describe(item, s, &lists[s]);
    }
    if (c->paired && !make_pairs(item, c->side[0], ma, c->side[1], mb, err)) return false;
    const bool enough = c->paired ? item->pairs >= 3 : item->n[0] >= 2 && item->n[1] >= 2;
    if (!enough) {
        free(item->x);
        free(item->y);
        item->x = item->y = NULL;
        return true;
    }
    c->n++;
    if (c->paired)
        test_paired(item, c->confidence);
    else
        test_unpaired(item, c->confidence);
    item->relative = fabs(item->mean[0]) > 0 ? 100 * item->difference / fabs(item->mean[0]) : NAN;
    return true;
}

static void correct(struct stm_compare *c)
{
    double p[STM_COMPARAND_MEASURES];
    for (int i = 0; i < c->n; i++)
        p[i] = c->item[i].p;
    stm_holm(p, p, c->n);
    for (int i = 0; i < c->n; i++) {
        c->item[i].adjusted = p[i];
        c->item[i].moved = p[i] < 1 - c->confidence;
    }
}

static bool compare_all(struct stm_compare *c, struct list lists[2], int *const groups[2],
                        struct stm_error *err)
{
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < c->side[s]->n_samples; i++)
            groups[s][i] = first_of_key(c->side[s], i);
    for (int a = 0; a < c->side[0]->n_measures; a++)
        for (int b = 0; b < c->side[1]->n_measures; b++)
            if (!strcmp(c->side[0]->measure[a], c->side[1]->measure[b]) &&
                !compare_measure(c, a, b, lists, groups, err))
                return false;
    correct(c);
    if (c->n) return true;
    return stm_fail(
        err, STM_BAD_INPUT,
        c->paired ? "no measure has three pairs: %d of %d and %d samples have the same name"
                  : "no measure has two values on both sides (%d names in common; %d and %d samples)",
        stm_compare_common_keys(c->side[0], c->side[1]), c->side[0]->n_samples, c->side[1]->n_samples);
}

bool stm_compare_run(struct stm_compare *c, const struct stm_comparand *first,
                     const struct stm_comparand *second, bool paired, double confidence,
                     struct stm_error *err)
{
    struct list lists[2] = {{0}};
    int *groups[2] = {NULL, NULL};
    bool room = true;
    c->side[0] = first;
    c->side[1] = second;
    c->paired = paired;
    c->confidence = confidence;
    for (int s = 0; s < 2; s++) {
        const size_t n = (size_t)c->side[s]->n_samples + 1;
        lists[s].value = calloc(n, sizeof *lists[s].value);
        lists[s].group = calloc(n, sizeof *lists[s].group);
        groups[s] = calloc(n, sizeof *groups[s]);
        room &= lists[s].value && lists[s].group && groups[s];
    }
    const bool good = room ? compare_all(c, lists, groups, err)
                           : stm_fail(err, STM_NO_MEMORY, "no memory to compare the samples");
    for (int s = 0; s < 2; s++) {
        free(lists[s].value);
        free(lists[s].group);
        free(groups[s]);
    }
    return good;
}

void stm_compare_free(struct stm_compare *c)
{
    for (int i = 0; i < c->n; i++) {
        free(c->item[i].x);
        free(c->item[i].y);
    }
    *c = (struct stm_compare){0};
}
