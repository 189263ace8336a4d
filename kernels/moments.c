/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/moments.h"

#include "kernels/kernels.h"

static void grow_box(struct stm_moments *m, const struct stm_segment *r)
{
    if (!m->n) {
        m->x0 = r->x0, m->x1 = r->x1, m->y0 = r->y, m->y1 = r->y + 1;
        return;
    }
    if (r->x0 < m->x0) m->x0 = r->x0;
    if (r->x1 > m->x1) m->x1 = r->x1;
    if (r->y < m->y0) m->y0 = r->y;
    if (r->y >= m->y1) m->y1 = r->y + 1;
}

/* Sum of i^2 for i < n. */
static uint64_t squares_below(uint64_t n)
{
    return n ? (n - 1) * n * (2 * n - 1) / 6 : 0;
}

void stm_moments_runs(struct stm_moments *moments, const struct stm_segment *run, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct stm_moments *m = &moments[run[i].label];
        const uint64_t a = (uint64_t)run[i].x0, b = (uint64_t)run[i].x1, y = (uint64_t)run[i].y;
        const uint64_t count = b - a, sx = (a + b - 1) * count / 2;
        grow_box(m, &run[i]);
        m->n += count;
        m->sx += sx;
        m->sy += y * count;
        m->sxx += squares_below(b) - squares_below(a);
        m->sxy += y * sx;
        m->syy += y * y * count;
    }
}

/* n s2 - s^2 in 128 bits: no cancellation. */
static double central(uint64_t n, uint64_t s2, uint64_t a, uint64_t b)
{
    __extension__ typedef __int128 wide;
    return (double)((wide)n * s2 - (wide)a * b) / ((double)n * (double)n);
}

struct stm_shape stm_moments_shape(const struct stm_moments *m)
{
    if (!m->n) return (struct stm_shape){0};
    const double n = (double)m->n;
    return (struct stm_shape){(double)m->sx / n, (double)m->sy / n, central(m->n, m->sxx, m->sx, m->sx),
                              central(m->n, m->sxy, m->sx, m->sy), central(m->n, m->syy, m->sy, m->sy)};
}

void stm_intensity_runs(const struct stm_kernels *k, struct stm_intensity *sums, struct stm_cu16 src,
                        const struct stm_segment *run, size_t n)
{
    for (size_t i = 0; i < n; i++)
        k->intensity_row(&sums[run[i].label], src.px + run[i].y * src.stride + run[i].x0,
                         run[i].x1 - run[i].x0);
}

double stm_intensity_mean(const struct stm_intensity *s)
{
    return s->n ? (double)s->sum / (double)s->n : 0;
}

double stm_intensity_variance(const struct stm_intensity *s)
{
    return s->n ? central(s->n, s->square, s->sum, s->sum) : 0;
}
