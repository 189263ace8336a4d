/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/trypan.h"

const double stm_dye_colour[STM_COLOURS] = {1, 0.72, 0.2};
const double stm_dirt_colour[STM_COLOURS] = {0.6, 0.8, 1};

static double bump(double x, double middle, double width)
{
    const double d = (x - middle) / width;
    return d > 5 || d < -5 ? 0 : stm_exact_exp(-d * d / 2);
}

/* A live cell is a small lens: a dark rim whose outer side is the outline, light gathered in the middle (or
 * spread, on the other side of the focus), a bright fringe around. */
float stm_trypan_live(const struct stm_blob_point *p, int x, int y, const void *user)
{
    const struct stm_trypan *const s = user;
    const double depth = p->depth / s->um; /* micrometres inside */
    const double fringe = 0.14 * bump(depth, -1.1, 0.7) - 0.05 * bump(depth, -2.9, 0.8);
    const double cover = (double)stm_coverage(p->depth);
    if (cover <= 0) return (float)fringe;
    const double grain = s->grain * (double)stm_texture_at(s->texture, x + s->texture_x, y + s->texture_y);
    const double rim = -0.58 * bump(depth, 0.5, 1.3), ring = 0.1 * bump(depth, 3, 1.1);
    const double lens = (0.12 + 0.5 * s->focus) * bump(p->radius, 0, 0.36);
    return (float)(fringe * (1 - cover) + cover * (rim + ring + lens - 0.1 + grain));
}

/* The faint outline of a dead cell, whose contents are out. */
float stm_trypan_dead_rim(const struct stm_blob_point *p, int x, int y, const void *user)
{
    (void)x;
    (void)y;
    const struct stm_trypan *const s = user;
    const double depth = p->depth / s->um;
    return (float)(-0.26 * bump(depth, 0.4, 1) + 0.08 * bump(depth, -1.2, 0.8));
}

/* Optical density of a dead cell: the dye fills it, the nucleus binds more. */
float stm_trypan_dye(const struct stm_blob_point *p, int x, int y, const void *user)
{
    const struct stm_trypan *const s = user;
    const double nucleus = 1 / (1 + stm_exact_exp((p->radius - 0.62) * 14));
    const double grain =
        1 + s->grain * 2.6 * (double)stm_texture_at(s->texture, x + s->texture_x, y + s->texture_y);
    const double density = (0.62 + 0.38 * nucleus) * grain;
    return density > 0.1 ? (float)density : 0.1f;
}

void stm_absorb(struct stm_bench *b, const struct stm_patch *patch, const double *colour, double density)
{
    for (int c = 0; c < STM_COLOURS; c++) {
        const struct stm_f32 plane = b->light[c];
        for (int y = 0; y < patch->px.h; y++)
            for (int x = 0; x < patch->px.w; x++) {
                const int fx = x + patch->x0, fy = y + patch->y0;
                const double d = (double)patch->px.px[y * patch->px.stride + x];
                if (fx < 0 || fy < 0 || fx >= plane.w || fy >= plane.h || d == 0) continue;
                plane.px[fy * plane.stride + fx] *=
                    (float)stm_exact_exp(-2.302585 * density * colour[c] * d); /* ln 10 */
            }
    }
}

bool stm_refract(struct stm_bench *b, struct stm_patch *patch, double sigma)
{
    static const int order[STM_COLOURS] = {STM_GREEN, STM_RED, STM_BLUE};
    static const double more[STM_COLOURS] = {1, 0.25, 0.35};
    for (int i = 0; i < STM_COLOURS; i++) {
        if (!stm_patch_blur(patch, &b->brush, more[i] * sigma, b->err)) return false;
        stm_patch_filter(b->light[order[i]], patch, 1);
    }
    return true;
}
