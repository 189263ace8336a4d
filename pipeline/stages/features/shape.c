/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shape from moments and from the outline. */
#include "pipeline/stages/feature.h"
#include "pipeline/stages/features/bits.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

__extension__ typedef __int128 wide; /* area * sum of squares needs up to 84 bits */

struct sums {
    uint64_t x, y, xx, yy, xy;
};

/* Sums over all pixels, coordinates counted from the bounding box: closed forms per run. */
static struct sums add_up(const struct stm_blob *b)
{
    struct sums s = {0};
    for (size_t i = 0; i < b->n_runs; i++) {
        const uint64_t n = (uint64_t)(b->run[i].x1 - b->run[i].x0);
        const uint64_t a = (uint64_t)(b->run[i].x0 - b->x0), y = (uint64_t)(b->run[i].y - b->y0);
        const uint64_t x = n * a + n * (n - 1) / 2;
        s.x += x;
        s.xx += n * a * a + a * n * (n - 1) + (n - 1) * n * (2 * n - 1) / 6;
        s.y += n * y;
        s.yy += n * y * y;
        s.xy += x * y;
    }
    return s;
}

/* Covariance of two coordinates from their sums; exact up to the last division. */
static double covariance(uint64_t n, uint64_t products, uint64_t p, uint64_t q)
{
    return (double)((wide)n * products - (wide)p * q) / ((double)n * (double)n);
}

static void fill_ellipse(double vx, double vy, double vxy, double *value)
{
    const double half = (vx - vy) / 2, root = sqrt(half * half + vxy * vxy), middle = (vx + vy) / 2;
    const double large = middle + root, small = middle > root ? middle - root : 0;
    value[STM_MAJOR_AXIS] = 4 * sqrt(large);
    value[STM_MINOR_AXIS] = 4 * sqrt(small);
    value[STM_ECCENTRICITY] = large > 0 ? sqrt(1 - small / large) : 0;
    value[STM_ORIENTATION] = root > 0 ? atan2(2 * vxy, vy - vx) / 2 * (180 / pi) : 0; /* only ever printed */
}

void stm_feature_moments(const struct stm_blob *b, double pixel_um, double *value)
{
    const struct sums s = add_up(b);
    const double area = (double)b->area;
    fill_ellipse(covariance(b->area, s.xx, s.x, s.x), covariance(b->area, s.yy, s.y, s.y),
                 covariance(b->area, s.xy, s.x, s.y), value);
    value[STM_AREA] = area;
    value[STM_AREA_UM2] = area * pixel_um * pixel_um;
    value[STM_EQUIVALENT_DIAMETER] = sqrt(4 * area / pi);
    value[STM_BOX_X0] = b->x0, value[STM_BOX_X1] = b->x1;
    value[STM_BOX_Y0] = b->y0, value[STM_BOX_Y1] = b->y1;
    value[STM_BOX_AREA] = (double)(b->x1 - b->x0) * (b->y1 - b->y0);
    value[STM_EXTENT] = area / value[STM_BOX_AREA];
    value[STM_CENTER_X] = b->x0 + (double)s.x / area;
    value[STM_CENTER_Y] = b->y0 + (double)s.y / area;
}

/* How many of four bits are set, as three bits: ones, twos, fours. */
struct count {
    uint64_t ones, twos, fours;
};

static inline struct count count4(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    const uint64_t ab = a ^ b, cd = c ^ d;
    return (struct count){ab ^ cd, (a & b) ^ (c & d) ^ (ab & cd), a & b & c & d};
}

struct outline {
    uint64_t rows, columns, diagonals; /* entries: pixels whose predecessor in that direction is outside */
    uint64_t corners;                  /* pixel corners that touch the object */
    uint64_t straight, slanted, mixed; /* border pixels of weight 1, sqrt 2, (1 + sqrt 2) / 2 */
};

/* Entries and corners. The row below the object has only corners. */
static void count_body(const struct stm_bits *body, struct outline *o)
{
    const int n = body->words;
    for (int y = 1; y < body->rows; y++) {
        const uint64_t *row = body->word + (size_t)y * n, *up = row - n;
        for (int i = 0; i < n; i++) {
            const uint64_t w = row[i] << 1 | (i ? row[i - 1] >> 63 : 0);
            const uint64_t nw = up[i] << 1 | (i ? up[i - 1] >> 63 : 0);
            const uint64_t ne = up[i] >> 1 | (i + 1 < n ? up[i + 1] << 63 : 0);
            o->corners += stm_bits_count(row[i] | up[i] | w | nw);
            o->rows += stm_bits_count(row[i] & ~w);
            o->columns += stm_bits_count(row[i] & ~up[i]);
            o->diagonals += stm_bits_count(row[i] & ~nw) + stm_bits_count(row[i] & ~ne);
        }
    }
}

/* Weights by the numbers of border pixels among the 4 direct and the 4 diagonal neighbours. */
static void count_border(const struct stm_bits *border, struct outline *o)
{
    for (int y = 1; y < border->rows - 1; y++) {
        for (int i = 0; i < border->words; i++) {
            const struct stm_nine a =
                stm_bits_around(border->word + (size_t)y * border->words, i, border->words);
            const struct count p = count4(a.n, a.s, a.w, a.e), q = count4(a.nw, a.ne, a.sw, a.se);
            const uint64_t p_none = ~(p.ones | p.twos | p.fours), p_one = p.ones & ~p.twos;
            const uint64_t q_three = q.ones & q.twos, q_two = q.twos & ~q.ones, q_one = q.ones & ~q.twos;
            o->straight += stm_bits_count(a.c & p.twos & ~q_three & ~q.fours);
            o->slanted += stm_bits_count(a.c & ((p_none & q_two) | (p_one & q_three)));
            o->mixed += stm_bits_count(a.c & p_one & (q_one | q_two));
        }
    }
}

void stm_feature_outline(const struct stm_blob *b, double *value)
{
    struct outline o = {0};
    count_body(&b->body, &o);
    count_border(&b->border, &o);
    const double area = (double)b->area, root2 = sqrt(2.0);
    const double p = (double)o.straight + (double)o.slanted * root2 + (double)o.mixed * ((1 + root2) / 2);
    value[STM_PERIMETER] = p;
    value[STM_PERIMETER_CROFTON] = pi / 4 * ((double)(o.rows + o.columns) + (double)o.diagonals / root2);
    value[STM_FORM_FACTOR] = p > 0 ? 4 * pi * area / (p * p) : NAN;
    value[STM_COMPACTNESS] = p * p / (4 * pi * area);
    /* corners - sides + pixels of the union of closed pixels, whose parts join across corners; it has
     * 2 * area + rows + columns sides: each pixel's left and top one, and one more at each entry's far end */
    value[STM_EULER_NUMBER] = (double)((int64_t)o.corners - (int64_t)(b->area + o.rows + o.columns));
}
