/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adherent cells without stain, positive phase contrast. Cells are laid on the surface one after the other
 * until enough of it is covered; their optical thickness makes the picture by Zernike's formula. */
#include "images/camera.h"
#include "images/monolayer.h"
#include "images/scene.h"

#include <math.h>
#include <stdlib.h>

struct params {
    double confluence_percent, patchiness, alignment;
    double spindle_percent, flat_percent, rounded_percent, dead_percent;
    double length_um, size_cv, contrast;
    double halo_um, psf_um, falloff_percent, mottle_percent;
    double background, offset, electrons, read_noise;
    int bits;
    double specks;
};

static const struct stm_param rows[] = {
    STM_REAL(params, confluence_percent, "%", 0, 98, 40, "part of the surface that is covered"),
    STM_REAL(params, patchiness, "", 0, 1, 0.4, "0 = cells evenly spread, 1 = in islands"),
    STM_REAL(params, alignment, "", 0, 1, 0.6, "0 = cells lie in any direction, 1 = along streams"),
    STM_REAL(params, spindle_percent, "%", 0, 100, 60, "cells that are spindles"),
    STM_REAL(params, flat_percent, "%", 0, 100, 12,
             "cells that are large and flat; the rest have three to five corners"),
    STM_REAL(params, rounded_percent, "%", 0, 100, 3, "rounded cells, about to divide, for 100 spread ones"),
    STM_REAL(params, dead_percent, "%", 0, 100, 1.5, "dead cells afloat, for 100 spread ones"),
    STM_REAL(params, length_um, "um", 15, 300, 95, "median length of a spindle; other cells are shorter"),
    STM_REAL(params, size_cv, "", 0, 0.5, 0.22, "variation of the length"),
    STM_REAL(params, contrast, "", 0, 3, 1, "optical thickness relative to the usual"),
    STM_REAL(params, halo_um, "um", 1, 50, 3, "width of the halos"),
    STM_REAL(params, psf_um, "um", 0, 5, 0.5, "standard deviation of the blur"),
    STM_REAL(params, falloff_percent, "%", 0, 80, 15,
             "loss of illumination from the brightest to the darkest point"),
    STM_REAL(params, mottle_percent, "%", 0, 20, 1.2, "unevenness of the bare surface, standard deviation"),
    STM_REAL(params, background, "counts", 10, 60000, 1500, "light from the bare surface"),
    STM_REAL(params, offset, "counts", 0, 10000, 100, "counts without light"),
    STM_REAL(params, electrons, "", 0.01, 100, 8, "electrons per count: fewer are noisier"),
    STM_REAL(params, read_noise, "", 0, 100, 6, "electrons, standard deviation"),
    STM_INT(params, bits, "", 8, 16, 12, "full scale is 2^bits - 1 counts"),
    STM_REAL(params, specks, "", 0, 2000, 40, "specks on the surface and in the medium, on average"),
    {.name = NULL},
};

struct site {
    const struct params *p;
    struct stm_field *field;
    struct stm_f32 phase; /* retardation in radians */
    struct stm_texture fine, grain, edge;
    struct stm_brush brush;
    struct stm_random random;
    double um;  /* pixels per micrometre */
    int spread; /* cells laid */
    struct stm_error *err;
};

/* What is inside a spread cell. */
struct inside {
    struct stm_blob nucleus;
    double dome, lamella, grain, ruffle, vesicles;
    struct {
        double x, y, r;
    } nucleolus[3];
    int nucleoli, texture_x, texture_y;
};

static struct inside inside_of(struct site *s, const struct stm_spread *cell)
{
    static const double heights[STM_SPREAD_KINDS] = {1, 0.75, 0.42}; /* the wider, the thinner */
    struct stm_random *const r = &s->random;
    const double radius = 7.5 * s->um * stm_random_spread(r, 0.12),
                 thin = cell->body.b < 0.7 * radius ? cell->body.b / radius : 0.7;
    struct inside in = {.nucleus = stm_blob_random(r, radius, 1 / thin, 0.03)};
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
        in.nucleolus[i].r = stm_random_between(r, 0.9, 1.7) * s->um;
    }
    in.texture_x = stm_random_below(r, STM_TEXTURE);
    in.texture_y = stm_random_below(r, STM_TEXTURE);
    return in;
}

/* Retardation at a point `depth` pixels inside the outline, `bare` from the bare surface: a thin skirt with
 * an edge that is steep against the bare surface and a groove between cells, a dome over the nucleus,
 * ruffles, grain, vesicles around the nucleus, its envelope and nucleoli. */
static double thickness(const struct site *s, const struct inside *in, double depth, double bare, int x,
                        int y)
{
    const double d = depth / s->um, b = bare / s->um, rise = d < 6 ? d / 6 : 1; /* micrometres */
    const double skirt = (b < 1.5 ? b / 1.5 : 1) * (d < 1.5 ? 0.62 + 0.38 * d / 1.5 : 1);
    const struct stm_blob_point n = stm_blob_at(&in->nucleus, x, y);
    const double near = 1 / (1 + n.radius * n.radius * 0.3);
    const int tx = x + in->texture_x, ty = y + in->texture_y;
    const double fine = (double)stm_texture_at(&s->fine, tx, ty),
                 coarse = (double)stm_texture_at(&s->grain, tx, ty);
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
struct relief {
    struct stm_f32 depth, bare, cover;
};

static bool measure_relief(struct site *s, struct relief *f)
{
    const struct stm_u32 l = s->field->truth.cells;
    const size_t n = (size_t)l.w * (size_t)l.h;
    uint32_t *const any = malloc(sizeof *any * n);
    struct stm_f32 *const maps[] = {&f->depth, &f->bare, &f->cover};
    bool ok = any || stm_fail(s->err, STM_NO_MEMORY, "no memory for %d x %d labels", l.w, l.h);
    for (int i = 0; i < 3; i++) {
        *maps[i] = (struct stm_f32){ok ? stm_canvas(l.w, l.h, s->err) : NULL, l.w, l.w, l.h};
        ok = maps[i]->px != NULL;
    }
    for (size_t i = 0; i < n && ok; i++) {
        any[i] = l.px[i] != 0;
        f->cover.px[i] = any[i] ? 1 : 0;
    }
    if (ok) {
        stm_label_depth(f->depth, (struct stm_cu32)STM_CONST(l));
        stm_label_depth(f->bare, (struct stm_cu32){any, l.w, l.w, l.h});
        ok = stm_blur(f->cover, 0.7, true, &s->brush.blur, s->err);
    }
    free(any);
    return ok;
}

/* Retardation of all spread cells; the edge against the bare surface is smoothed over a pixel. */
static bool thicken(struct site *s, const struct inside *insides)
{
    const struct stm_u32 l = s->field->truth.cells;
    struct relief f;
    const bool ok = measure_relief(s, &f);
    for (int y = 0; y < l.h && ok; y++)
        for (int x = 0; x < l.w; x++) {
            const int i = y * l.w + x;
            if (!l.px[i]) continue;
            const double phi =
                thickness(s, &insides[l.px[i] - 1], (double)f.depth.px[i], (double)f.bare.px[i], x, y);
            const float edge = f.cover.px[i] > 0.55f ? 1 : 0.4f + f.cover.px[i];
            s->phase.px[i] += edge * (float)(s->p->contrast * phi);
        }
    free(f.depth.px);
    free(f.bare.px);
    free(f.cover.px);
    return ok;
}

/* The layer's cells become objects with the layer's labels. */
static bool enter_cells(struct site *s, int n, double *major, double *minor)
{
    if (!stm_label_axes((struct stm_cu32)STM_CONST(s->field->truth.cells), n, major, minor, s->err))
        return false;
    for (int i = 0; i < n; i++) {
        const struct stm_truth_object object = {.class = STM_CLASS_LIVE,
                                                .major = major[i],
                                                .minor = minor[i],
                                                .brightness = -0.3 * s->p->background * s->p->contrast};
        if (!stm_truth_add(&s->field->truth, &object, s->err)) return false;
    }
    return true;
}

static bool cells(struct site *s)
{
    const struct params *const p = s->p;
    const struct stm_culture culture = {
        p->confluence_percent / 100, p->patchiness, p->alignment, p->spindle_percent, p->flat_percent,
        p->length_um * s->um,        p->size_cv,    s->um};
    struct stm_monolayer layer = {.labels = s->field->truth.cells};
    struct inside *insides = NULL;
    double *axes = NULL;
    bool ok = stm_monolayer_lay(&layer, &culture, &s->edge, &s->grain, &s->random, s->err);
    if (ok) {
        insides = malloc(sizeof *insides * ((size_t)layer.n + 1));
        axes = malloc(2 * sizeof *axes * ((size_t)layer.n + 1));
        ok = (insides && axes) || stm_fail(s->err, STM_NO_MEMORY, "no memory for %d cells", layer.n);
    }
    for (int i = 0; i < layer.n && ok; i++)
        insides[i] = inside_of(s, &layer.cells[i]);
    ok = ok && enter_cells(s, layer.n, axes, axes + layer.n) && thicken(s, insides);
    s->spread = layer.n;
    free(insides);
    free(axes);
    stm_monolayer_free(&layer);
    return ok;
}

/* A thick round body: retardation follows the height of a dome. */
static float dome_shade(const struct stm_blob_point *p, int x, int y, const void *user)
{
    (void)x;
    (void)y;
    const double *const height = user, q = 1 - p->radius * p->radius;
    return (float)(*height * (q > 0 ? 0.08 + 0.92 * sqrt(q) : 0.08));
}

static bool ball(struct site *s, struct stm_blob *blob, double height, double defocus_um,
                 struct stm_u32 labels, uint32_t label)
{
    const double sigma = defocus_um * s->um;
    struct stm_patch patch;
    if (!stm_patch_take(&patch, &s->brush, blob->x, blob->y, stm_blob_bound(blob) + 3.5 * sigma + 2, s->err))
        return false;
    stm_paint_blob(&patch, blob, dome_shade, &height, labels, label);
    if (!stm_patch_blur(&patch, &s->brush, sigma, s->err)) return false;
    stm_patch_add(s->phase, &patch, s->p->contrast);
    return true;
}

/* Rounded up to divide (live), or detached and afloat (dead, uneven, out of focus). They lie on top. */
static bool rounded(struct site *s, enum stm_class class)
{
    struct stm_random *const r = &s->random;
    const bool dead = class == STM_CLASS_DEAD;
    const double radius = s->um * (dead ? 6 : 8.5) * stm_random_spread(r, 0.12);
    struct stm_blob blob = stm_blob_random(r, radius, stm_random_between(r, 1, 1.25), dead ? 0.08 : 0.02);
    blob.x = stm_random_between(r, -radius, s->field->w + radius);
    blob.y = stm_random_between(r, -radius, s->field->h + radius);
    const double blur = dead ? stm_random_between(r, 0.3, 2) : 0.2,
                 height = stm_random_between(r, 3.6, 5.2) * (dead ? 0.7 : 1);
    const struct stm_truth_object object = {.class = class,
                                            .major = blob.a,
                                            .minor = blob.b,
                                            .brightness = height * s->p->contrast,
                                            .defocus = blur * s->um};
    const uint32_t label = stm_truth_add(&s->field->truth, &object, s->err);
    bool ok = label && ball(s, &blob, height, blur, s->field->truth.cells, label);
    for (int lumps = dead ? 2 + stm_random_below(r, 4) : 0; lumps > 0 && ok; lumps--) {
        struct stm_blob lump = stm_blob_random(r, radius * 0.35, 1.2, 0.1);
        lump.x = blob.x + 0.45 * radius * stm_random_normal(r);
        lump.y = blob.y + 0.45 * radius * stm_random_normal(r);
        ok = ball(s, &lump, 0.8, blur, (struct stm_u32){0}, 0);
    }
    return ok;
}

static bool rounded_all(struct site *s)
{
    bool ok = true;
    for (double n = stm_random_poisson(&s->random, s->spread * s->p->rounded_percent / 100); n > 0 && ok; n--)
        ok = rounded(s, STM_CLASS_LIVE);
    for (double n = stm_random_poisson(&s->random, s->spread * s->p->dead_percent / 100); n > 0 && ok; n--)
        ok = rounded(s, STM_CLASS_DEAD);
    return ok;
}

static bool speck(struct site *s)
{
    struct stm_random *const r = &s->random;
    const double larger = stm_random_between(r, 1, 2), size = larger * stm_random_between(r, 0.5, 1.2);
    struct stm_blob blob = stm_blob_random(r, size * s->um, stm_random_between(r, 1, 2), 0.12);
    blob.x = stm_random_between(r, 0, s->field->w);
    blob.y = stm_random_between(r, 0, s->field->h);
    const double height = stm_random_between(r, -0.25, 0.7), blur = fabs(stm_random_normal(r)) * 0.6;
    const struct stm_truth_object object = {.class = STM_CLASS_DEBRIS,
                                            .major = blob.a,
                                            .minor = blob.b,
                                            .brightness = height * s->p->contrast,
                                            .defocus = blur * s->um};
    const uint32_t label = stm_truth_add(&s->field->truth, &object, s->err);
    return label && ball(s, &blob, height, blur, s->field->truth.debris, label);
}

static bool specks(struct site *s)
{
    bool ok = true;
    for (double n = stm_random_poisson(&s->random, s->p->specks); n > 0 && ok; n--)
        ok = speck(s);
    return ok;
}

/* Amplitude of the phase ring: it lets a fifth of the direct light through. */
#define RING 0.45

/* Zernike: direct light u0, the part of the wave exp(i phase) that varies slowly, is dimmed and put back by a
 * quarter of a wave; the intensity is |exp(i phase) - u0 - i RING u0|^2, relative to the bare surface. */
static void interfere(struct site *s, struct stm_f32 re0, struct stm_f32 im0)
{
    for (int i = 0; i < s->phase.w * s->phase.h; i++) {
        const struct stm_direction wave = stm_exact_direction((double)s->phase.px[i] / 6.283185307179586);
        const double c0 = (double)re0.px[i], s0 = (double)im0.px[i];
        const double re = wave.c - c0 + RING * s0, im = wave.s - s0 - RING * c0;
        s->phase.px[i] = (float)((re * re + im * im) / (RING * RING));
    }
}

static bool image(struct site *s)
{
    const int w = s->phase.w, h = s->phase.h;
    struct stm_f32 re = {stm_canvas(w, h, s->err), w, w, h}, im = {stm_canvas(w, h, s->err), w, w, h};
    bool ok = re.px && im.px;
    for (int i = 0; i < w * h && ok; i++) {
        const struct stm_direction wave = stm_exact_direction((double)s->phase.px[i] / 6.283185307179586);
        re.px[i] = (float)wave.c;
        im.px[i] = (float)wave.s;
    }
    /* The ring's own diffraction pattern: a narrow and a wide part. */
    ok = ok && stm_glow(re, 3 * s->p->halo_um * s->um, 0.3, s->err) &&
         stm_glow(im, 3 * s->p->halo_um * s->um, 0.3, s->err) &&
         stm_glow(re, s->p->halo_um * s->um, 1, s->err) && stm_glow(im, s->p->halo_um * s->um, 1, s->err);
    if (ok) interfere(s, re, im);
    free(re.px);
    free(im.px);
    return ok && stm_blur(s->phase, s->p->psf_um * s->um, true, &s->brush.blur, s->err);
}

static void expose(struct site *s, uint64_t optics, uint64_t seed)
{
    const struct params *const p = s->p;
    const struct stm_camera camera = {p->offset, p->electrons, p->read_noise, p->bits};
    const struct stm_illumination lamp =
        stm_illumination_from(optics, s->field->w, s->field->h, p->falloff_percent / 100);
    for (int i = 0; i < s->phase.w * s->phase.h; i++)
        s->phase.px[i] *= (float)p->background;
    stm_camera_expose(&camera, s->field->plane[0], (struct stm_cf32)STM_CONST(s->phase), &lamp, seed);
}

/* The coated surface is not quite even. */
static void mottle(struct site *s)
{
    for (int y = 0; y < s->phase.h; y++)
        for (int x = 0; x < s->phase.w; x++)
            s->phase.px[y * s->phase.stride + x] =
                (float)(s->p->mottle_percent / 100 * RING / 2) * stm_texture_smooth(&s->edge, x, y, 2.3);
}

static bool start(struct site *s)
{
    const int w = s->field->w, h = s->field->h;
    s->phase = (struct stm_f32){stm_canvas(w, h, s->err), w, w, h};
    return s->phase.px && stm_texture_make(&s->fine, 0.55 * s->um, &s->random, s->err) &&
           stm_texture_make(&s->grain, 1.3 * s->um, &s->random, s->err) &&
           stm_texture_make(&s->edge, 2.4 * s->um, &s->random, s->err);
}

static void finish(struct site *s)
{
    free(s->phase.px);
    stm_texture_free(&s->fine);
    stm_texture_free(&s->grain);
    stm_texture_free(&s->edge);
    stm_brush_free(&s->brush);
}

static bool render(struct stm_field *field, const void *params, uint64_t optics, uint64_t seed,
                   struct stm_error *err)
{
    struct site s = {
        .p = params, .field = field, .random = stm_random_from(seed), .um = 1 / field->pixel_um, .err = err};
    field->channels = 1;
    field->channel[0] = "Phase";
    field->true_bits = s.p->bits;
    bool ok = start(&s);
    if (ok) mottle(&s);
    ok = ok && cells(&s) && rounded_all(&s) && specks(&s) && image(&s);
    if (ok) expose(&s, optics, stm_seed_text(seed, "camera"));
    finish(&s);
    return ok;
}

const struct stm_scene stm_scene_phase = {
    .name = "phase",
    .summary = "adherent cells without stain: spindles, corners, flat ones, phase contrast",
    .params = rows,
    .params_size = sizeof(struct params),
    .density = "confluence_percent",
    .dead = "dead_percent",
    .width = 1024,
    .height = 1024,
    .pixel_um = 0.87,
    .channels = 1,
    .render = render,
};
