/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Convex hull, and what follows from it: convex area and Feret diameters. All with integer cross products. */
#include "pipeline/stages/feature.h"

#include <math.h>
#include <stdlib.h>

struct point {
    int32_t x, y;
};
struct chain {
    struct point *at;
    int n;
};

/* Extreme x of each row, counted from the box; empty rows have left > right. */
struct extremes {
    int32_t *left, *right;
    int rows;
};

static int64_t cross(struct point o, struct point a, struct point b)
{
    return (int64_t)(a.x - o.x) * (b.y - o.y) - (int64_t)(a.y - o.y) * (b.x - o.x);
}

static void find_extremes(const struct stm_blob *b, const struct extremes *e)
{
    for (int i = 0; i < e->rows; i++)
        e->left[i] = INT32_MAX, e->right[i] = INT32_MIN;
    for (size_t i = 0; i < b->n_runs; i++) {
        const int32_t row = b->run[i].y - b->y0, first = b->run[i].x0 - b->x0,
                      last = b->run[i].x1 - 1 - b->x0;
        if (first < e->left[row]) e->left[row] = first;
        if (last > e->right[row]) e->right[row] = last;
    }
}

/* One side of the convex hull of the pixel centres, downwards; side is -1 for the left one, +1 for the right
 * one. Coordinates are doubled, so that half pixels are whole numbers too. */
static void make_chain(struct chain *c, const struct extremes *e, int side)
{
    c->n = 0;
    for (int row = 0; row < e->rows; row++) {
        if (e->left[row] > e->right[row]) continue;
        const struct point p = {2 * (side < 0 ? e->left[row] : e->right[row]), 2 * row};
        while (c->n > 1 && side * cross(c->at[c->n - 2], c->at[c->n - 1], p) <= 0)
            c->n--;
        c->at[c->n++] = p;
    }
}

static void add_point(struct chain *c, struct point p, int side, struct point shift)
{
    c->at[c->n++] = (struct point){p.x + side * shift.x, p.y + shift.y};
}

/* The same side of the hull of the pixels' edge midpoints: that of the centres, each replaced by the diamond
 * (0, -1), (side, 0), (0, 1). The edges of both, in the order of their direction, make the sum's outline. */
static void add_diamonds(struct chain *to, const struct chain *from, int side)
{
    static const struct point diamond[] = {{0, -1}, {1, 0}, {0, 1}};
    int corner = 0;
    to->n = 0;
    for (int i = 0; i < from->n; i++) {
        const struct point p = from->at[i], next = from->at[i + 1 < from->n ? i + 1 : i];
        const int32_t outwards = side * (next.x - p.x), downwards = next.y - p.y;
        const bool last = i + 1 == from->n;
        add_point(to, p, side, diamond[corner]);
        if (corner == 0 && (last || outwards < downwards)) add_point(to, p, side, diamond[corner = 1]);
        if (corner == 1 && (last || outwards < -downwards)) add_point(to, p, side, diamond[corner = 2]);
    }
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Sum over the pixel rows between two neighbours of a chain of the outermost whole pixel's x: rounded down
 * for the right side, negated and rounded down for the left one. The row of `upper` is left to the piece
 * above it. In doubled coordinates x(y) = upper.x + (y - upper.y) * dx / dy; the quotient is carried from row
 * to row. */
static int64_t sum_piece(struct point upper, struct point lower, int side)
{
    const int64_t dy = lower.y - upper.y, dx = lower.x - upper.x, den = 2 * dy, step = 2 * side * dx;
    const int32_t first = upper.y + (upper.y & 1 ? 1 : 2);
    if (first > lower.y) return 0;
    const int64_t start = side * (upper.x * dy + dx * (first - upper.y));
    const int64_t whole = floor_div(step, den), rest = step - whole * den;
    int64_t sum = 0, x = floor_div(start, den), over = start - x * den;
    for (int32_t y = first; y <= lower.y; y += 2) {
        sum += x;
        x += whole;
        over += rest;
        if (over >= den) x++, over -= den;
    }
    return sum;
}

/* The outline's first and last rows are odd, between pixel rows, so every even one is inside a piece. */
static uint64_t convex_area(const struct chain *left, const struct chain *right, int rows)
{
    int64_t sum = rows;
    for (int i = 1; i < left->n; i++)
        sum += sum_piece(left->at[i - 1], left->at[i], -1);
    for (int i = 1; i < right->n; i++)
        sum += sum_piece(right->at[i - 1], right->at[i], 1);
    return (uint64_t)sum;
}

static uint64_t square_of_distance(struct point a, struct point b)
{
    const int64_t dx = a.x - b.x, dy = a.y - b.y;
    return (uint64_t)(dx * dx + dy * dy);
}

/* Left chain downwards, then right chain upwards, without the points they share. */
static int close_hull(const struct chain *left, const struct chain *right, struct point *out)
{
    int n = 0;
    for (int i = 0; i < left->n; i++)
        out[n++] = left->at[i];
    for (int i = right->n - 1; i >= 0; i--)
        if (square_of_distance(out[n - 1], right->at[i]) && square_of_distance(out[0], right->at[i]))
            out[n++] = right->at[i];
    return n;
}

/* Rotating calipers: for each edge the corner furthest from it. The narrowest strip lies along an edge; the
 * two corners furthest apart are an edge's end and the corner opposite. */
static void feret(const struct point *p, int n, double *narrowest, double *longest)
{
    uint64_t most = n == 2 ? square_of_distance(p[0], p[1]) : 0;
    double least = n > 2 ? HUGE_VAL : 0;
    for (int i = 0, far = 1; i < n && n > 2; i++) {
        const struct point a = p[i], b = p[(i + 1) % n];
        int64_t distance = llabs(cross(a, b, p[far]));
        for (;;) {
            const struct point f = p[far];
            const uint64_t to_a = square_of_distance(a, f), to_b = square_of_distance(b, f);
            most = to_a > most ? to_a : most;
            most = to_b > most ? to_b : most;
            const int64_t next = llabs(cross(a, b, p[(far + 1) % n]));
            if (next < distance || (far + 1) % n == i) break;
            distance = next;
            far = (far + 1) % n;
        }
        const double width = (double)distance / sqrt((double)square_of_distance(a, b));
        least = width < least ? width : least;
    }
    *narrowest = least;
    *longest = sqrt((double)most);
}

bool stm_feature_hull(const struct stm_blob *b, struct stm_arena *arena, double *value, struct stm_error *err)
{
    const size_t n = (size_t)(b->y1 - b->y0), points = n + 2;
    int32_t *x = stm_arena_take(arena, 2 * n * sizeof *x, "row ends", err);
    struct point *p = x ? stm_arena_take(arena, 6 * points * sizeof *p, "convex hull", err) : NULL;
    if (!p) return false;
    const struct extremes e = {x, x + n, b->y1 - b->y0};
    struct chain left = {p, 0}, right = {p + points, 0}, outer_left = {p + 2 * points, 0},
                 outer_right = {p + 3 * points, 0};
    find_extremes(b, &e);
    make_chain(&left, &e, -1);
    make_chain(&right, &e, 1);
    add_diamonds(&outer_left, &left, -1);
    add_diamonds(&outer_right, &right, 1);
    value[STM_CONVEX_AREA] = (double)convex_area(&outer_left, &outer_right, e.rows);
    value[STM_SOLIDITY] = value[STM_AREA] / value[STM_CONVEX_AREA];
    struct point *hull = p + 4 * points;
    double narrowest, longest;
    feret(hull, close_hull(&left, &right, hull), &narrowest, &longest);
    value[STM_MIN_FERET] = narrowest / 2;
    value[STM_MAX_FERET] = longest / 2;
    return true;
}
