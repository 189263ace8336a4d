/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/nucleus.h"

void stm_nucleus_interphase(struct stm_nucleus *n, struct stm_random *r)
{
    n->grain = stm_random_between(r, 0.07, 0.2);
    n->rim = stm_random_between(r, 0, 0.18);
    n->dome = stm_random_between(r, 0.1, 0.3);
    n->nucleoli = 1 + stm_random_below(r, STM_NUCLEOLI);
    for (int i = 0; i < n->nucleoli; i++) {
        const struct stm_direction d = stm_exact_direction(stm_random_real(r));
        const double away = stm_random_between(r, 0.05, 0.6);
        n->nucleolus[i].u = d.c * away;
        n->nucleolus[i].v = d.s * away;
        n->nucleolus[i].radius = stm_random_between(r, 0.12, 0.28);
    }
}

static double nucleoli(const struct stm_nucleus *n, double u, double v)
{
    double bright = 1;
    for (int i = 0; i < n->nucleoli; i++) {
        const double du = u - n->nucleolus[i].u, dv = v - n->nucleolus[i].v;
        const double near = 1 - (du * du + dv * dv) / (n->nucleolus[i].radius * n->nucleolus[i].radius);
        if (near > 0) bright -= 0.45 * near * near;
    }
    return bright > 0.4 ? bright : 0.4;
}

float stm_nucleus_shade(const struct stm_blob_point *p, int x, int y, const void *user)
{
    const struct stm_nucleus *const n = user;
    const double inside = p->radius < 1 ? 1 - p->radius * p->radius : 0;
    const double grain = 0.6 * (double)stm_texture_at(n->fine, x + n->texture_x, y + n->texture_y) +
                         0.8 * (double)stm_texture_at(n->coarse, x + n->texture_x, y + n->texture_y);
    const double envelope = p->radius - 0.85, rim = envelope > -0.15 ? 1 - envelope * envelope / 0.0225 : 0;
    const double bright =
        (1 + n->grain * grain) * (1 - n->dome + n->dome * inside) * nucleoli(n, p->u, p->v) +
        n->rim * (rim > 0 ? rim : 0);
    return bright > 0.1 ? (float)bright : 0.1f;
}
