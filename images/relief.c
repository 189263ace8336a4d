/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/relief.h"

#include <stdlib.h>

struct stm_inside stm_inside_random(const struct stm_spread *cell, double um, struct stm_random *r)
{
    static const double heights[STM_SPREAD_KINDS] = {1, 0.75, 0.42}; /* the wider, the thinner */
    const double radius = 7.5 * um * stm_random_spread(r, 0.12);
    const double thin = cell->body.b < 0.7 * radius ? cell->body.b / radius : 0.7;
    struct stm_inside in = {.nucleus = stm_blob_random(r, radius, 1 / thin, 0.03)};
    in.nucleus.x = cell->body.x;
    in.nucleus.y = cell->body.y;
    in.nucleus.axis = cell->body.axis;
    in.dome = stm_random_between(r, 0.12, 0.34) * heights[cell->kind];
    in.lamella = stm_random_between(r, 0.12, 0.24) * heights[cell->kind];
    in.grain = stm_random_between(r, 0.015, 0.04);
    in.ruffle = stm_random_between(r, 0, 0.08);
    in.vesicles = stm_random_between(r, 0, 0.5);
    in.nucleoli = 1 + stm_random_below(r, 3);
    for (int i = 0; i < in.nucleoli; i++) {
        in.nucleolus[i].x = in.nucleus.x + 0.4 * in.nucleus.b * stm_random_normal(r);
        in.nucleolus[i].y = in.nucleus.y + 0.4 * in.nucleus.b * stm_random_normal(r);
        in.nucleolus[i].r = stm_random_between(r, 0.9, 1.7) * um;
    }
    in.texture_x = stm_random_below(r, STM_TEXTURE);
    in.texture_y = stm_random_below(r, STM_TEXTURE);
    return in;
}

/* Retardation at a point `depth` pixels inside the outline, `bare` from the bare surface: a thin skirt with
 * an edge that is steep against the bare surface and a groove between cells, a dome over the nucleus,
 * ruffles, grain, vesicles around the nucleus, its envelope and nucleoli. */
static double thickness(const struct stm_relief *s, const struct stm_inside *in, double depth, double bare,
                        int x, int y)
{
    const double d = depth / s->um, b = bare / s->um, rise = d < 6 ? d / 6 : 1; /* micrometres */
    const double skirt = (b < 1.5 ? b / 1.5 : 1) * (d < 1.5 ? 0.62 + 0.38 * d / 1.5 : 1);
    const struct stm_blob_point n = stm_blob_at(&in->nucleus, x, y);
    const double near = 1 / (1 + n.radius * n.radius * 0.3);
    const int tx = x + in->texture_x, ty = y + in->texture_y;
    const double fine = (double)stm_texture_at(s->fine, tx, ty);
    const double coarse = (double)stm_texture_at(s->coarse, tx, ty);
    double phi = in->lamella * skirt + in->dome * rise * near * 1.4;
    phi += in->ruffle * (b < 2 ? b * (2 - b) : 0) * (1 + 0.6 * coarse);
    phi += in->grain * skirt * (0.8 * fine + 0.6 * coarse) * (0.5 + near);
    if (coarse > 1.25 && n.radius > 1.05) phi += in->vesicles * (coarse - 1.25) * near * skirt;
    const double envelope = (n.radius - 1) * 7;
    phi += 0.05 * stm_exact_exp(-envelope * envelope) - (n.radius < 1 ? 0.07 * (1 - n.radius * n.radius) : 0);
    for (int i = 0; i < in->nucleoli; i++) {
        const double dx = x - in->nucleolus[i].x, dy = y - in->nucleolus[i].y;
        const double q = 1 - (dx * dx + dy * dy) / (in->nucleolus[i].r * in->nucleolus[i].r);
        if (q > 0) phi += 0.25 * q;
    }
    return phi > 0.02 ? phi : 0.02;
}

/* Distances to the own outline and to the bare surface, and how much of each pixel cells cover. */
struct maps {
    struct stm_f32 depth, bare, cover;
};

static bool measure(struct stm_cu32 l, struct maps *m, struct stm_error *err)
{
    struct stm_scratch scratch = {0};
    const size_t n = (size_t)l.w * (size_t)l.h;
    uint32_t *const any = malloc(sizeof *any * n);
    struct stm_f32 *const all[] = {&m->depth, &m->bare, &m->cover};
    bool ok = any || stm_fail(err, STM_NO_MEMORY, "no memory for %d x %d labels", l.w, l.h);
    for (int i = 0; i < 3; i++) {
        *all[i] = (struct stm_f32){ok ? stm_canvas(l.w, l.h, err) : NULL, l.w, l.w, l.h};
        ok = all[i]->px != NULL;
    }
    for (size_t i = 0; i < n && ok; i++) {
        any[i] = l.px[i] != 0;
        m->cover.px[i] = any[i] ? 1 : 0;
    }
    if (ok) {
        stm_label_depth(m->depth, l);
        stm_label_depth(m->bare, (struct stm_cu32){any, l.w, l.w, l.h});
        ok = stm_blur(m->cover, 0.7, true, &scratch, err);
    }
    free(any);
    stm_scratch_free(&scratch);
    return ok;
}

bool stm_relief_add(struct stm_f32 phase, struct stm_cu32 l, const struct stm_relief *relief,
                    struct stm_error *err)
{
    struct maps m;
    const bool ok = measure(l, &m, err);
    for (int y = 0; y < l.h && ok; y++)
        for (int x = 0; x < l.w; x++) {
            const int i = y * l.w + x;
            if (!l.px[i]) continue;
            const double phi = thickness(relief, &relief->insides[l.px[i] - 1], (double)m.depth.px[i],
                                         (double)m.bare.px[i], x, y);
            /* the edge against the bare surface is smoothed over a pixel */
            const float edge = m.cover.px[i] > 0.55f ? 1 : 0.4f + m.cover.px[i];
            phase.px[i] += edge * (float)(relief->contrast * phi);
        }
    free(m.depth.px);
    free(m.bare.px);
    free(m.cover.px);
    return ok;
}

/* Amplitude of the phase ring: it lets a fifth of the direct light through. */
#define RING 0.45

#define TURN 6.283185307179586

bool stm_zernike(struct stm_f32 phase, double halo, struct stm_error *err)
{
    const int w = phase.w, h = phase.h;
    const struct stm_f32 re = {stm_canvas(w, h, err), w, w, h}, im = {stm_canvas(w, h, err), w, w, h};
    bool ok = re.px && im.px;
    for (int i = 0; i < w * h && ok; i++) {
        const struct stm_direction wave = stm_exact_direction((double)phase.px[i] / TURN);
        re.px[i] = (float)wave.c;
        im.px[i] = (float)wave.s;
    }
    /* The ring's own diffraction pattern: a narrow and a wide part. */
    ok = ok && stm_glow(re, 3 * halo, 0.3, err) && stm_glow(im, 3 * halo, 0.3, err) &&
         stm_glow(re, halo, 1, err) && stm_glow(im, halo, 1, err);
    for (int i = 0; i < w * h && ok; i++) { /* |wave - direct - i RING direct|^2 */
        const struct stm_direction wave = stm_exact_direction((double)phase.px[i] / TURN);
        const double c = (double)re.px[i], s = (double)im.px[i];
        const double real = wave.c - c + RING * s, imaginary = wave.s - s - RING * c;
        phase.px[i] = (float)((real * real + imaginary * imaginary) / (RING * RING));
    }
    free(re.px);
    free(im.px);
    return ok;
}
