/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What two candidates that touch look like, alone and together, and what trees of decisions make of it. */
#include "pipeline/nuclei/observe.h"
#include "pipeline/nuclei/pair.h"
#include "pipeline/nuclei/pair_trees.h"

/* Larger than this many usual nuclei together: never one. */
static const double largest = 16;

/* Never one nucleus: above every sum of leaves. */
static const double beyond_doubt = 99;

/* The ellipse with the same second moments. */
struct ellipse {
    double fill; /* pixels over its area: 1 for an ellipse, less for anything else */
    double aspect;
};

static struct ellipse ellipse_of(const struct stm_blob *a)
{
    const double n = a->area, mx = a->sx / n, my = a->sy / n;
    const double xx = a->sxx / n - mx * mx + 1.0 / 12, yy = a->syy / n - my * my + 1.0 / 12;
    const double xy = a->sxy / n - mx * my, det = xx * yy - xy * xy, half = (xx + yy) / 2;
    const double root = sqrt((xx - yy) * (xx - yy) / 4 + xy * xy), least = half - root;
    return (struct ellipse){n / (4 * 3.14159265358979 * sqrt(det > 1e-9 ? det : 1e-9)),
                            sqrt((half + root) / (least > 1e-9 ? least : 1e-9))};
}

static struct stm_blob sum_of(const struct stm_blob *a, const struct stm_blob *b)
{
    return (struct stm_blob){.area = a->area + b->area,
                             .sx = a->sx + b->sx,
                             .sy = a->sy + b->sy,
                             .sxx = a->sxx + b->sxx,
                             .sxy = a->sxy + b->sxy,
                             .syy = a->syy + b->syy};
}

static double mean_light(const struct stm_blob *a)
{
    return (double)a->light / a->area;
}

/* Shape: convexity, size and ellipses of both and of what they make together, the notches where they meet. */
static void describe_shape(double *v, const struct stm_finder *f, const struct stm_pair *p,
                           const struct stm_hull *hull, const struct stm_blob *small,
                           const struct stm_blob *large)
{
    const struct stm_blob both = sum_of(small, large);
    const struct ellipse one = ellipse_of(&both), s = ellipse_of(small), l = ellipse_of(large);
    const double side = sqrt((double)small->area);
    v[STM_PAIR_CONVEX] = both.area / (double)stm_hull_pixels(hull);
    v[STM_PAIR_CONVEX_APART] = ((small->convex * small->area + large->convex * large->area) / both.area);
    v[STM_PAIR_AREA] = (both.area / f->typical);
    v[STM_PAIR_AREA_SMALL] = (small->area / f->typical);
    v[STM_PAIR_CONTACT] = (p->length / (1.1284 * side));
    v[STM_PAIR_FILL] = one.fill;
    v[STM_PAIR_FILL_SMALL] = s.fill;
    v[STM_PAIR_FILL_LARGE] = l.fill;
    v[STM_PAIR_ASPECT] = one.aspect;
    v[STM_PAIR_ASPECT_SMALL] = s.aspect;
    v[STM_PAIR_ASPECT_LARGE] = l.aspect;
    v[STM_PAIR_ENDS] = p->ends;
    v[STM_PAIR_NOTCH_FIRST] = (p->ends ? stm_hull_depth(hull, p->x[0], p->y[0]) / side : 0);
    v[STM_PAIR_NOTCH_LAST] = (p->ends > 1 ? stm_hull_depth(hull, p->x[1], p->y[1]) / side : 0);
}

/* Light: how far it falls along the contact, and how much the two differ. */
static void describe_light(double *v, const struct stm_pair *p, const struct stm_blob *small,
                           const struct stm_blob *large)
{
    const double s = mean_light(small), l = mean_light(large), dim = s < l ? s : l, bright = s < l ? l : s;
    const double low = small->peak < large->peak ? small->peak : large->peak;
    const double high = small->peak < large->peak ? large->peak : small->peak;
    v[STM_PAIR_DIP] = ((dim - (double)p->light / p->length) / dim);
    v[STM_PAIR_DIP_INSIDE] = (1 - (double)p->light / (double)(p->inside ? p->inside : 1));
    v[STM_PAIR_STEP] = ((double)p->step / (double)(2 * p->inside + p->step + 1));
    v[STM_PAIR_DIM] = (dim / bright);
    v[STM_PAIR_RATIO] = (s / l);
    v[STM_PAIR_PASS] = (p->pass / low);
    v[STM_PAIR_PASS_HIGH] = (p->pass / high);
}

/* Sum over all trees of the leaf that v leads to. */
static double sum_of_leaves(const double *v)
{
    double sum = stm_pair_trees.base;
    for (int i = 0; i < stm_pair_trees.n; i++) {
        const struct stm_pair_tree *const t = &stm_pair_trees.tree[i];
        int at = 0;
        for (int depth = 0; depth < STM_PAIR_TREE_DEPTH; depth++)
            at = 2 * at + 1 + (v[t->feature[at]] > (double)t->least[at]);
        sum += (double)t->leaf[at - STM_PAIR_TREE_SPLITS];
    }
    return sum;
}

double stm_pair_odds(const struct stm_finder *f, const struct stm_hull_room *room,
                     const struct stm_pair *pair, int64_t *work)
{
    const struct stm_blob *a = &f->blob[pair->a], *b = &f->blob[pair->b];
    const struct stm_blob *small = a->area < b->area ? a : b, *large = small == a ? b : a;
    double v[STM_PAIR_FEATURES];
    if ((double)a->area + b->area > largest * f->typical || *work <= 0 || a->step != b->step)
        return beyond_doubt;
    const struct stm_hull hull = stm_blob_hull(f, room, a, b, work);
    describe_shape(v, f, pair, &hull, small, large);
    describe_light(v, pair, small, large);
    STM_NUCLEI_OBSERVE(pair, f, pair->a, pair->b, v);
    return sum_of_leaves(v);
}
