/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adherent cells without stain, positive phase contrast. Cells are laid on the surface one after the other
 * until enough of it is covered; their optical thickness makes the picture by Zernike's formula. */
#include "images/bench.h"
#include "images/camera.h"
#include "images/relief.h"
#include "images/stained.h"

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
    bool nuclei;
    double nuclei_signal, binucleate_percent;
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
    STM_BOOL(params, nuclei, false, "a second channel: nuclei in fluorescence, Hoechst"),
    STM_REAL(params, nuclei_signal, "counts", 10, 60000, 900, "median brightness of a nucleus"),
    STM_REAL(params, binucleate_percent, "%", 0, 100, 0, "spread cells with two nuclei side by side"),
    {.name = NULL},
};

/* The channels' places in the field. */
enum { PHASE, HOECHST, CHANNELS };

struct site {
    struct stm_bench bench; /* its light is retardation in radians, then intensity */
    const struct params *p;
    struct stm_texture fine, grain, edge;
    struct stm_stained stained;
    int spread; /* cells laid */
};

/* The layer's cells become objects with the layer's labels. */
static bool enter_cells(struct site *s, int n, const struct stm_inside *insides, double *major, double *minor)
{
    struct stm_truth *const truth = &s->bench.field->truth;
    if (!stm_label_axes((struct stm_cu32)STM_CONST(truth->cells), n, major, minor, s->bench.err))
        return false;
    for (int i = 0; i < n; i++) {
        const double height = s->p->contrast * (insides[i].lamella + insides[i].dome);
        const struct stm_truth_object object = {
            .class = STM_CLASS_LIVE, .major = major[i], .minor = minor[i], .brightness = height};
        if (!stm_truth_add(truth, &object, s->bench.err)) return false;
    }
    return true;
}

static bool fill_cells(struct site *s, const struct stm_monolayer *layer, struct stm_inside *insides,
                       double *axes)
{
    struct stm_bench *const b = &s->bench;
    for (int i = 0; i < layer->n; i++)
        insides[i] = stm_inside_random(&layer->cells[i], b->um, &b->random);
    const struct stm_relief relief = {insides, &s->fine, &s->grain, b->um, s->p->contrast};
    return enter_cells(s, layer->n, insides, axes, axes + layer->n) &&
           stm_relief_add(b->light[PHASE], (struct stm_cu32)STM_CONST(layer->labels), &relief, b->err) &&
           (!s->p->nuclei || stm_stained_cells(&s->stained, insides, layer->n));
}

static bool cells(struct site *s)
{
    const struct params *const p = s->p;
    struct stm_bench *const b = &s->bench;
    const struct stm_culture culture = {
        p->confluence_percent / 100, p->patchiness, p->alignment, p->spindle_percent, p->flat_percent,
        p->length_um * b->um,        p->size_cv,    b->um};
    struct stm_monolayer layer = {.labels = b->field->truth.cells};
    bool ok = stm_monolayer_lay(&layer, &culture, &s->edge, &s->grain, &b->random, b->err);
    struct stm_inside *const insides = malloc(sizeof *insides * ((size_t)layer.n + 1));
    double *const axes = malloc(2 * sizeof *axes * ((size_t)layer.n + 1));
    if (ok && (!insides || !axes)) ok = stm_fail(b->err, STM_NO_MEMORY, "no memory for %d cells", layer.n);
    ok = ok && fill_cells(s, &layer, insides, axes);
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

static bool ball(struct stm_bench *b, const struct stm_blob *blob, double height, double defocus_um,
                 struct stm_u32 labels, uint32_t label)
{
    const double sigma = defocus_um * b->um;
    struct stm_patch patch;
    if (!stm_patch_take(&patch, &b->brush, blob->x, blob->y, stm_blob_bound(blob) + 3.5 * sigma + 2, b->err))
        return false;
    stm_paint_blob(&patch, blob, dome_shade, &height, labels, label);
    if (!stm_patch_blur(&patch, &b->brush, sigma, b->err)) return false;
    stm_patch_add(b->light[PHASE], &patch, 1);
    return true;
}

/* What a detached cell is made of besides itself. */
static bool lumps(struct stm_bench *b, const struct params *p, const struct stm_blob *blob, double radius,
                  double blur)
{
    struct stm_random *const r = &b->random;
    bool ok = true;
    for (int n = 2 + stm_random_below(r, 4); n > 0 && ok; n--) {
        struct stm_blob lump = stm_blob_random(r, radius * 0.35, 1.2, 0.1);
        lump.x = blob->x + 0.45 * radius * stm_random_normal(r);
        lump.y = blob->y + 0.45 * radius * stm_random_normal(r);
        ok = ball(b, &lump, 0.8 * p->contrast, blur, (struct stm_u32){0}, 0);
    }
    return ok;
}

static bool rounded(struct site *s, bool dead)
{
    struct stm_bench *const b = &s->bench;
    const struct params *const p = s->p;
    struct stm_random *const r = &b->random;
    const double radius = b->um * (dead ? 6 : 8.5) * stm_random_spread(r, 0.12);
    struct stm_blob blob = stm_blob_random(r, radius, stm_random_between(r, 1, 1.25), dead ? 0.08 : 0.02);
    blob.x = stm_random_between(r, -radius, b->field->w + radius);
    blob.y = stm_random_between(r, -radius, b->field->h + radius);
    const double blur = dead ? stm_random_between(r, 0.3, 2) : 0.2;
    const double height = p->contrast * stm_random_between(r, 3.6, 5.2) * (dead ? 0.7 : 1);
    const struct stm_truth_object object =
        stm_bench_object(dead ? STM_CLASS_DEAD : STM_CLASS_LIVE, &blob, height, blur * b->um);
    const uint32_t label = stm_truth_add(&b->field->truth, &object, b->err);
    return label && ball(b, &blob, height, blur, b->field->truth.cells, label) &&
           (!dead || lumps(b, p, &blob, radius, blur)) &&
           (!p->nuclei || stm_stained_condensed(&s->stained, &blob, label));
}

/* Rounded up to divide (live), or detached and afloat (dead, uneven, out of focus). They lie on top. */
static bool detached(struct site *s, double mean, bool dead)
{
    bool ok = true;
    for (double n = stm_random_poisson(&s->bench.random, mean); n > 0 && ok; n--)
        ok = rounded(s, dead);
    return ok;
}

static bool speck(struct stm_bench *b, const void *params)
{
    const struct params *const p = params;
    struct stm_random *const r = &b->random;
    const double larger = stm_random_between(r, 1, 2), size = larger * stm_random_between(r, 0.5, 1.2);
    struct stm_blob blob = stm_blob_random(r, size * b->um, stm_random_between(r, 1, 2), 0.12);
    blob.x = stm_bench_anywhere(b, b->field->w);
    blob.y = stm_bench_anywhere(b, b->field->h);
    const double height = p->contrast * stm_random_between(r, -0.25, 0.7);
    const double blur = fabs(stm_random_normal(r)) * 0.6;
    const struct stm_truth_object object = stm_bench_object(STM_CLASS_DEBRIS, &blob, height, blur * b->um);
    const uint32_t label = stm_truth_add(&b->field->truth, &object, b->err);
    return label && ball(b, &blob, height, blur, b->field->truth.debris, label);
}

/* The coated surface is not quite even. */
static void mottle(struct site *s)
{
    const struct stm_f32 phase = s->bench.light[PHASE];
    for (int y = 0; y < phase.h; y++)
        for (int x = 0; x < phase.w; x++)
            phase.px[y * phase.stride + x] =
                (float)(s->p->mottle_percent / 100 * 0.225) * stm_texture_smooth(&s->edge, x, y, 2.3);
}

static bool draw(struct site *s)
{
    struct stm_bench *const b = &s->bench;
    const struct params *const p = s->p;
    mottle(s);
    return cells(s) && detached(s, s->spread * p->rounded_percent / 100, false) &&
           detached(s, s->spread * p->dead_percent / 100, true) && stm_bench_repeat(b, p->specks, speck, p) &&
           stm_zernike(b->light[PHASE], p->halo_um * b->um, b->err) &&
           stm_blur(b->light[PHASE], p->psf_um * b->um, true, &b->brush.blur, b->err);
}

static void expose(struct site *s, uint64_t optics, uint64_t seed)
{
    const struct params *const p = s->p;
    const struct stm_f32 light = s->bench.light[PHASE];
    const struct stm_camera camera = {p->offset, p->electrons, p->read_noise, p->bits};
    const struct stm_illumination lamp =
        stm_illumination_from(optics, light.w, light.h, p->falloff_percent / 100);
    for (int i = 0; i < light.w * light.h; i++)
        light.px[i] *= (float)p->background;
    stm_camera_expose(&camera, s->bench.field->plane[PHASE], (struct stm_cf32)STM_CONST(light), &lamp, seed);
}

/* Hoechst: light of the medium and what the optics scatter, through a lamp and onto a camera of its own. */
static bool expose_nuclei(struct site *s, uint64_t optics, uint64_t seed)
{
    struct stm_bench *const b = &s->bench;
    const struct stm_f32 light = b->light[HOECHST];
    const struct stm_camera camera = {s->p->offset, 1.1, s->p->read_noise, s->p->bits};
    const struct stm_illumination lamp =
        stm_illumination_from(stm_seed_text(optics, "lamp"), light.w, light.h, 0.25);
    if (!stm_glow(light, 5 * b->um, 0.1, b->err) || !stm_glow(light, 45 * b->um, 0.08, b->err)) return false;
    for (int i = 0; i < light.w * light.h; i++)
        light.px[i] += 35;
    stm_camera_expose(&camera, b->field->plane[HOECHST], (struct stm_cf32)STM_CONST(light), &lamp,
                      stm_seed_text(seed, "camera of nuclei"));
    return true;
}

static bool start_nuclei(struct site *s, uint64_t seed)
{
    const struct stm_stain stain = {s->p->nuclei_signal, 0.28, 0.45, s->p->binucleate_percent};
    return !s->p->nuclei || stm_stained_start(&s->stained, &s->bench, HOECHST, &stain, seed);
}

static bool render(struct stm_field *field, const void *params, uint64_t optics, uint64_t seed,
                   struct stm_error *err)
{
    struct site s = {.p = params};
    struct stm_bench *const b = &s.bench;
    field->channels = s.p->nuclei ? CHANNELS : 1;
    field->channel[PHASE] = "Phase";
    field->channel[HOECHST] = "Hoechst";
    field->true_bits = s.p->bits;
    field->truth.spread = true;
    bool ok = stm_bench_start(b, field, field->channels, seed, err) && start_nuclei(&s, seed) &&
              stm_texture_make(&s.fine, 0.55 * b->um, &b->random, err) &&
              stm_texture_make(&s.grain, 1.3 * b->um, &b->random, err) &&
              stm_texture_make(&s.edge, 2.4 * b->um, &b->random, err) && draw(&s);
    if (ok) expose(&s, optics, stm_seed_text(seed, "camera"));
    ok = ok && (!s.p->nuclei || expose_nuclei(&s, optics, seed));
    stm_stained_free(&s.stained);
    stm_texture_free(&s.fine);
    stm_texture_free(&s.grain);
    stm_texture_free(&s.edge);
    stm_bench_finish(b);
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
    .channels = CHANNELS,
    .render = render,
};
