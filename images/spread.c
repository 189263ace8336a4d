/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/spread.h"

#include <math.h>

/* How the kinds differ; lengths relative to the cell's length. */
static const struct {
    int arms, more;             /* number of arms: arms .. arms + more */
    double reach_lo, reach_hi;  /* of the arms */
    double body_a, body_b;      /* semi axes of the body */
    double root, tip;           /* thickness of the arms */
    double web, ruffle, jitter; /* jitter: of the arms' directions, turns */
} kinds[STM_SPREAD_KINDS] = {
    {2, 0, 0.38, 0.62, 0.22, 0.085, 0.07, 0.011, 0.03, 0.3, 0.02},
    {3, 2, 0.34, 0.62, 0.2, 0.14, 0.12, 0.013, 0.05, 0.45, 0.06},
    {5, 3, 0.24, 0.42, 0.25, 0.2, 0.2, 0.05, 0.06, 0.6, 0.06},
};

static void grow_arm(struct stm_spread *cell, int i, enum stm_spread_kind kind, double length, double turns,
                     struct stm_direction axis, struct stm_random *r)
{
    const struct stm_direction d = stm_exact_direction(turns);
    const double dx = d.c * axis.c - d.s * axis.s, dy = d.s * axis.c + d.c * axis.s;
    const double reach = length * stm_random_between(r, kinds[kind].reach_lo, kinds[kind].reach_hi);
    const double bend = reach * 0.16 * stm_random_normal(r);
    cell->arm[i].cx = dx * reach;
    cell->arm[i].cy = dy * reach;
    cell->arm[i].bx = dx * reach * 0.55 - dy * bend;
    cell->arm[i].by = dy * reach * 0.55 + dx * bend;
    cell->arm[i].r0 = length * kinds[kind].root * stm_random_between(r, 0.8, 1.2);
    cell->arm[i].r1 = length * kinds[kind].tip * stm_random_between(r, 0.6, 1.8);
    const double farthest = reach + fabs(bend) + cell->arm[i].r1;
    if (farthest > cell->bound) cell->bound = farthest;
}

struct stm_spread stm_spread_random(struct stm_random *r, enum stm_spread_kind kind, double length,
                                    struct stm_direction axis)
{
    struct stm_spread cell = {
        .web = length * kinds[kind].web, .ruffle = kinds[kind].ruffle, .arms = kinds[kind].arms};
    if (kinds[kind].more) cell.arms += stm_random_below(r, kinds[kind].more + 1);
    if (kind == STM_SPREAD_SPINDLE && stm_random_chance(r, 22)) cell.arms++; /* a third, short process */
    cell.body = stm_blob_random(r, 1, 1, 0.06);
    cell.body.a = length * kinds[kind].body_a * stm_random_between(r, 0.85, 1.15);
    cell.body.b = length * kinds[kind].body_b * stm_random_between(r, 0.75, 1.25);
    cell.body.axis = axis;
    cell.bound = stm_blob_bound(&cell.body);
    const int even =
        kind == STM_SPREAD_SPINDLE ? 2 : cell.arms; /* directions between which arms are spread */
    for (int i = 0; i < cell.arms; i++) {
        const double jitter = kinds[kind].jitter * stm_random_normal(r);
        const double aside = i < even ? 0 : stm_random_between(r, 0.12, 0.38);
        grow_arm(&cell, i, kind, i < even ? length : 0.6 * length, (double)i / even + jitter + aside, axis,
                 r);
    }
    cell.bound += 2 * cell.web + 3;
    return cell;
}

void stm_spread_point(const struct stm_spread *cell, int arm, double t, double *x, double *y)
{
    *x = cell->body.x + 2 * t * (1 - t) * cell->arm[arm].bx + t * t * cell->arm[arm].cx;
    *y = cell->body.y + 2 * t * (1 - t) * cell->arm[arm].by + t * t * cell->arm[arm].cy;
}

/* depth = max(depth, radius - distance), where that is above `floor`. */
static void dab(struct stm_patch *patch, double x, double y, double radius, double floor_depth)
{
    const double reach = radius - floor_depth;
    int x0 = (int)floor(x - reach) - patch->x0, x1 = (int)floor(x + reach) + 1 - patch->x0;
    int y0 = (int)floor(y - reach) - patch->y0, y1 = (int)floor(y + reach) + 1 - patch->y0;
    if (x0 < 0) x0 = 0;
    if (y0 < 0) y0 = 0;
    if (x1 > patch->px.w - 1) x1 = patch->px.w - 1;
    if (y1 > patch->px.h - 1) y1 = patch->px.h - 1;
    for (int v = y0; v <= y1; v++) {
        float *const row = patch->px.px + v * patch->px.stride;
        const float dy = (float)(v + patch->y0 - y), left = (float)(patch->x0 - x);
        for (int u = x0; u <= x1; u++) {
            const float dx = (float)u + left, depth = (float)radius - sqrtf(dx * dx + dy * dy);
            row[u] = depth > row[u] ? depth : row[u];
        }
    }
}

static void arm(struct stm_patch *patch, const struct stm_spread *cell, int i, double floor_depth)
{
    const double dx = cell->arm[i].cx, dy = cell->arm[i].cy;
    const int steps = (int)(sqrt(dx * dx + dy * dy) / 1.5) + 2;
    for (int k = 0; k <= steps; k++) {
        const double t = (double)k / steps, thin = (1 - t) * (1 - t);
        double x, y;
        stm_spread_point(cell, i, t, &x, &y);
        dab(patch, x, y, cell->arm[i].r1 + (cell->arm[i].r0 - cell->arm[i].r1) * thin, floor_depth);
    }
}

static void body(struct stm_patch *patch, const struct stm_blob *blob, double floor_depth)
{
    for (int v = 0; v < patch->px.h; v++)
        for (int u = 0; u < patch->px.w; u++) {
            const double depth = stm_blob_at(blob, u + patch->x0, v + patch->y0).depth;
            patch->px.px[v * patch->px.stride + u] = (float)(depth > floor_depth ? depth : floor_depth);
        }
}

bool stm_spread_depth(struct stm_patch *patch, const struct stm_spread *cell,
                      const struct stm_texture *texture, int texture_x, int texture_y,
                      struct stm_brush *brush, struct stm_error *err)
{
    const double floor_depth = -3 * cell->web - 2;
    body(patch, &cell->body, floor_depth);
    for (int i = 0; i < cell->arms; i++)
        arm(patch, cell, i, floor_depth);
    if (!stm_blur(patch->px, cell->web, true, &brush->blur, err)) return false;
    for (int i = 0; i < cell->arms; i++) /* blurring took the thin ends away */
        arm(patch, cell, i, floor_depth);
    for (int v = 0; v < patch->px.h; v++)
        for (int u = 0; u < patch->px.w; u++)
            patch->px.px[v * patch->px.stride + u] +=
                (float)cell->ruffle * stm_texture_at(texture, u + texture_x, v + texture_y);
    return true;
}
