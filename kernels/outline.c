/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/outline.h"

#include <math.h>
#include <string.h>

/* Works on rows of bits, 64 pixels a step. Rows are kept in rings of 4; each has a word of zeros at both
 * ends. */
struct rows {
    uint64_t *mask[4], *border[4];
    ptrdiff_t words;
};

static size_t row_words(int32_t x0, int32_t x1)
{
    return (size_t)((int64_t)x1 - x0 + 63) / 64 + 2;
}

size_t stm_outline_scratch(int32_t x0, int32_t x1)
{
    return 8 * row_words(x0, x1) * sizeof(uint64_t);
}

static void set_bits(uint64_t *row, int32_t from, int32_t to)
{
    for (int32_t x = from; x < to;) {
        const int32_t end = (x | 63) + 1 < to ? (x | 63) + 1 : to;
        row[x >> 6] |= (~UINT64_C(0) >> (64 - (end - x))) << (x & 63);
        x = end;
    }
}

/* The pixel to the left (right) of each pixel. */
static uint64_t left(const uint64_t *w)
{
    return w[0] << 1 | w[-1] >> 63;
}

static uint64_t right(const uint64_t *w)
{
    return w[0] >> 1 | w[1] << 63;
}

static void find_border(const struct rows *r, int y)
{
    const uint64_t *up = r->mask[(y - 1) & 3], *at = r->mask[y & 3], *down = r->mask[(y + 1) & 3];
    for (ptrdiff_t i = 0; i < r->words; i++)
        r->border[y & 3][i] = at[i] & ~(up[i] & down[i] & left(at + i) & right(at + i));
}

/* How many of four bits are set, as a 3-bit number in each position. */
struct count {
    uint64_t ones, twos, fours;
};

static struct count count4(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    const uint64_t ab = a ^ b, cd = c ^ d;
    return (struct count){ab ^ cd, (a & b) ^ (c & d) ^ (ab & cd), a & b & c & d};
}

static uint64_t popcount(uint64_t w)
{
    return (uint64_t)__builtin_popcountll(w);
}

static void count_border(struct stm_outline *o, const struct rows *r, int y)
{
    const uint64_t *up = r->border[(y - 1) & 3], *at = r->border[y & 3], *down = r->border[(y + 1) & 3];
    for (ptrdiff_t i = 0; i < r->words; i++) {
        if (!at[i]) continue;
        const struct count a = count4(up[i], down[i], left(at + i), right(at + i));
        const struct count d = count4(left(up + i), right(up + i), left(down + i), right(down + i));
        const uint64_t none = ~(a.ones | a.twos | a.fours), one = a.ones & ~a.twos;
        const uint64_t d3 = d.twos & d.ones, d2 = d.twos & ~d.ones, d1 = d.ones & ~d.twos;
        o->border += popcount(at[i]);
        o->straight += popcount(at[i] & a.twos & ~d3 & ~d.fours);
        o->diagonal += popcount(at[i] & ((none & d2) | (one & d3)));
        o->mixed += popcount(at[i] & one & (d1 | d2));
    }
}

/* Windows whose bottom right pixel is in row y; the word behind the row sees the last column's right edge. */
static void count_quads(struct stm_outline *o, const struct rows *r, int y)
{
    const uint64_t *up = r->mask[(y - 1) & 3], *at = r->mask[y & 3];
    for (ptrdiff_t i = 0; i <= r->words; i++) {
        const uint64_t before_at = at[i - 1] >> 63, before_up = up[i - 1] >> 63;
        if (!(at[i] | up[i] | before_at | before_up)) continue;
        const uint64_t bit[4] = {at[i], up[i], at[i] << 1 | before_at, up[i] << 1 | before_up};
        for (int code = 1; code < 16; code++) {
            uint64_t all = ~UINT64_C(0);
            for (int b = 0; b < 4; b++)
                all &= code >> b & 1 ? bit[b] : ~bit[b];
            o->quad[code] += popcount(all);
        }
    }
}

struct stm_outline stm_outline_runs(const struct stm_segment *run, size_t n, int32_t x0, int32_t x1,
                                    uint64_t *scratch)
{
    struct stm_outline o = {0};
    struct rows r = {.words = (ptrdiff_t)row_words(x0, x1) - 2};
    memset(scratch, 0, stm_outline_scratch(x0, x1));
    for (int i = 0; i < 4; i++) {
        r.mask[i] = scratch + i * (r.words + 2) + 1;
        r.border[i] = r.mask[i] + 4 * (r.words + 2);
    }
    if (!n) return o;
    size_t i = 0;
    for (int y = run[0].y; y <= run[n - 1].y + 2; y++) {
        memset(r.mask[y & 3], 0, (size_t)r.words * sizeof(uint64_t));
        for (; i < n && run[i].y == y; i++)
            set_bits(r.mask[y & 3], run[i].x0 - x0, run[i].x1 - x0);
        count_quads(&o, &r, y);
        find_border(&r, y - 1);
        count_border(&o, &r, y - 2);
    }
    return o;
}

double stm_outline_perimeter(const struct stm_outline *o)
{
    return (double)o->straight + (double)o->diagonal * sqrt(2) + (double)o->mixed * ((1 + sqrt(2)) / 2);
}

/* Cauchy-Crofton over 4 directions; Legland, Kieu and Devaux 2007. */
double stm_outline_crofton(const struct stm_outline *o)
{
    const double pi = 3.14159265358979323846, d = pi / (4 * sqrt(2)), q = pi / 4;
    const double weight[16] = {0, q + d, d, 2 * d, 0, q + d, 0, d, q, 2 * q, d, d, q, 2 * q, 0, 0};
    double sum = 0;
    for (int i = 0; i < 16; i++)
        sum += weight[i] * (double)o->quad[i];
    return sum;
}

/* Gray 1971: a quarter of (windows with one pixel - with three - 2 x diagonal pairs). */
int64_t stm_outline_euler(const struct stm_outline *o)
{
    const uint64_t *q = o->quad;
    const int64_t one = (int64_t)(q[1] + q[2] + q[4] + q[8]), three = (int64_t)(q[7] + q[11] + q[13] + q[14]);
    const int64_t pairs = (int64_t)(q[6] + q[9]);
    return (one - three - 2 * pairs) / 4;
}
