/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nuclei (Hoechst) and dead nuclei (PI) of an adherent culture, widefield fluorescence. */
#include "images/bench.h"
#include "images/camera.h"
#include "images/nucleus.h"
#include "images/scatter.h"

#include <math.h>
#include <stdlib.h>

struct params {
    double cells, patchiness, dead_percent, clumped_percent;
    double nucleus_um, size_cv, elongation, roughness;
    double signal, brightness_cv, dim_percent, mitotic_percent, bleed_percent;
    double psf_um, defocus_um, haze_percent, falloff_percent;
    double background, offset, electrons, read_noise;
    int bits;
    double specks, fragments, lint, blurs;
    bool calcein;
};

static const struct stm_param rows[] = {
    STM_REAL(params, cells, "", 0, 20000, 300, "cells with their centre in the field, on average"),
    STM_REAL(params, patchiness, "", 0, 1, 0.4, "0 = cells evenly spread, 1 = bare patches"),
    STM_REAL(params, dead_percent, "%", 0, 100, 10, "cells whose membrane is broken"),
    STM_REAL(params, clumped_percent, "%", 0, 100, 30, "cells in clumps of 2 to 6 that touch or overlap"),
    STM_REAL(params, nucleus_um, "um", 4, 40, 15, "diameter of the circle with a live nucleus' median area"),
    STM_REAL(params, size_cv, "", 0, 0.5, 0.13, "variation of the diameter"),
    STM_REAL(params, elongation, "", 1, 3, 1.4, "median ratio of the axes"),
    STM_REAL(params, roughness, "", 0, 0.2, 0.05, "waves along the outline, relative to the radius"),
    STM_REAL(params, signal, "counts", 10, 60000, 900, "median brightness of a live nucleus"),
    STM_REAL(params, brightness_cv, "", 0, 1, 0.28, "variation of the brightness"),
    STM_REAL(params, dim_percent, "%", 0, 100, 8, "nuclei with 15 to 40 % of their brightness"),
    STM_REAL(params, mitotic_percent, "%", 0, 100, 2, "live cells in mitosis, condensed and bright"),
    STM_REAL(params, bleed_percent, "%", 0, 50, 3, "part of the nuclear stain seen in the dead channel"),
    STM_REAL(params, psf_um, "um", 0, 5, 0.45, "standard deviation of the blur in focus"),
    STM_REAL(params, defocus_um, "um", 0, 10, 0.5, "standard deviation of each nucleus' own blur"),
    STM_REAL(params, haze_percent, "%", 0, 60, 8, "light scattered over tens of micrometres"),
    STM_REAL(params, falloff_percent, "%", 0, 80, 30,
             "loss of illumination from the brightest to the darkest point"),
    STM_REAL(params, background, "counts", 0, 10000, 35, "light from the medium"),
    STM_REAL(params, offset, "counts", 0, 10000, 110, "counts without light"),
    STM_REAL(params, electrons, "", 0.01, 100, 1.1, "electrons per count: fewer are noisier"),
    STM_REAL(params, read_noise, "", 0, 100, 6, "electrons, standard deviation"),
    STM_INT(params, bits, "", 8, 16, 12, "full scale is 2^bits - 1 counts"),
    STM_REAL(params, specks, "", 0, 1000, 10, "small bright specks in the field, on average"),
    STM_REAL(params, fragments, "", 0, 1000, 2, "groups of fragments of dead nuclei, on average"),
    STM_REAL(params, lint, "", 0, 100, 0.5, "fibres in the field, on average"),
    STM_REAL(params, blurs, "", 0, 100, 2, "blobs far out of focus, on average"),
    STM_BOOL(params, calcein, false, "a third channel: the bodies of live cells"),
    {.name = NULL},
};

/* The channels' places in the field. */
enum { HOECHST, PI, CALCEIN, CHANNELS };

struct site {
    struct stm_bench bench;
    const struct params *p;
    struct stm_scatter scatter;
    struct stm_texture fine, coarse;
};

/* What became of a cell decides size, shape and stains. */
struct state {
    enum stm_class class;
    double radius, elongation; /* factors */
    double hoechst, pi;        /* brightness factors */
    double grain, dome, defocus;
    bool interphase;
};

static struct state live_state(struct site *s)
{
    struct stm_random *const r = &s->bench.random;
    struct state state = {STM_CLASS_LIVE, 1, 1, stm_random_spread(r, s->p->brightness_cv), 0, 0, 0, 1, true};
    if (stm_random_chance(r, s->p->mitotic_percent)) {
        const bool plate =
            stm_random_chance(r, 60); /* metaphase plate seen from the side, else prometaphase */
        state.radius = plate ? 0.5 : 0.8;
        state.elongation = plate ? 2.4 : 0.8;
        state.hoechst *= plate ? 2.6 : 1.8;
        state.grain = plate ? 0.12 : 0.4;
        state.dome = 0.3;
        state.interphase = false;
    } else if (stm_random_chance(r, 25)) { /* after replication: twice the DNA, in a larger nucleus */
        state.radius = 1.18;
        state.hoechst *= 1.25;
    }
    if (state.interphase && stm_random_chance(r, s->p->dim_percent))
        state.hoechst *= stm_random_between(r, 0.15, 0.4);
    return state;
}

static struct state dead_state(struct site *s)
{
    struct stm_random *const r = &s->bench.random;
    const double stained = stm_random_spread(r, 0.45);
    struct state state = {STM_CLASS_DEAD, 1, 0.9, 1, 0.9 * stained, 0.14, 0.25, 2.2, false};
    if (stm_random_chance(r, 45)) { /* pyknotic: shrunken and round */
        state.radius = stm_random_between(r, 0.52, 0.7);
        state.elongation = 0.78;
        state.hoechst = stm_random_between(r, 0.6, 1.2);
        state.pi = 1.5 * stained;
        state.grain = 0.08;
        state.dome = 0.5;
    } else { /* swollen and pale */
        state.radius = stm_random_between(r, 0.82, 1.02);
        state.hoechst = stm_random_between(r, 0.3, 0.75);
    }
    return state;
}

static struct stm_blob nucleus_blob(struct site *s, const struct state *state)
{
    struct stm_random *const r = &s->bench.random;
    const double radius =
        s->p->nucleus_um / 2 * s->bench.um * state->radius * stm_random_spread(r, s->p->size_cv);
    const double elongation = s->p->elongation * state->elongation * stm_random_spread(r, 0.15);
    const double rough = s->p->roughness * (stm_random_chance(r, 8) ? 3 : 1); /* some are lobed or folded */
    return stm_blob_random(r, radius, elongation > 1 ? elongation : 1, rough);
}

static struct stm_nucleus nucleus_of(struct site *s, const struct stm_blob *blob, const struct state *state)
{
    struct stm_random *const r = &s->bench.random;
    struct stm_nucleus n = {
        .blob = *blob, .fine = &s->fine, .coarse = &s->coarse, .grain = state->grain, .dome = state->dome};
    n.texture_x = stm_random_below(r, STM_TEXTURE);
    n.texture_y = stm_random_below(r, STM_TEXTURE);
    if (state->interphase) stm_nucleus_interphase(&n, r);
    return n;
}

static float body_shade(const struct stm_blob_point *p, int x, int y, const void *user)
{
    const struct stm_nucleus *const n = user;
    const double grain = 1 + 0.12 * (double)stm_texture_at(n->coarse, x + n->texture_y, y + n->texture_x);
    return (float)((0.3 + 0.7 * (p->radius < 1 ? 1 - p->radius * p->radius : 0)) * grain);
}

/* The living cell's body around its nucleus, with the nucleus' label. */
static bool draw_body(struct site *s, const struct stm_nucleus *nucleus, double sigma, uint32_t label)
{
    struct stm_bench *const b = &s->bench;
    const double larger = stm_random_between(&b->random, 1.9, 2.8);
    const double bright = s->p->signal * 0.9 * stm_random_spread(&b->random, 0.4);
    struct stm_blob body = nucleus->blob;
    struct stm_patch patch;
    body.a *= 1.3 * larger;
    body.b *= 0.9 * larger;
    if (!stm_patch_take(&patch, &b->brush, body.x, body.y, stm_blob_bound(&body) + 3.5 * sigma + 2, b->err))
        return false;
    stm_paint_blob(&patch, &body, body_shade, nucleus, b->field->truth.bodies, label);
    if (!stm_patch_blur(&patch, &b->brush, sigma, b->err)) return false;
    stm_patch_add(b->light[CALCEIN], &patch, bright);
    return true;
}

static bool draw_cell(struct site *s, const struct stm_blob *blob, const struct state *state)
{
    struct stm_bench *const b = &s->bench;
    const double psf = s->p->psf_um * b->um;
    const double own = fabs(stm_random_normal(&b->random)) * s->p->defocus_um * b->um * state->defocus;
    const double defocus = own < 12 ? own : 12, sigma = sqrt(psf * psf + defocus * defocus);
    const double hoechst = s->p->signal * state->hoechst;
    const struct stm_nucleus nucleus = nucleus_of(s, blob, state);
    const struct stm_truth_object object = stm_bench_object(state->class, blob, hoechst, defocus);
    const uint32_t label = stm_truth_add(&b->field->truth, &object, b->err);
    struct stm_patch patch;
    if (!label ||
        !stm_patch_take(&patch, &b->brush, blob->x, blob->y, stm_blob_bound(blob) + 3.5 * sigma + 2, b->err))
        return false;
    stm_paint_blob(&patch, blob, stm_nucleus_shade, &nucleus, b->field->truth.cells, label);
    if (!stm_patch_blur(&patch, &b->brush, sigma, b->err)) return false;
    stm_patch_add(b->light[HOECHST], &patch, hoechst);
    stm_patch_add(b->light[PI], &patch, s->p->signal * state->pi + hoechst * s->p->bleed_percent / 100);
    return !s->p->calcein || state->class == STM_CLASS_DEAD || draw_body(s, &nucleus, sigma, label);
}

/* Blobs and states are made together; index i of both is the same cell. */
struct population {
    struct site *site;
    struct state *states;
};

static void next_cell(void *user, int index, struct stm_blob *blob)
{
    const struct population *const all = user;
    struct site *const s = all->site;
    const bool dead = stm_random_chance(&s->bench.random, s->p->dead_percent);
    all->states[index] = dead ? dead_state(s) : live_state(s);
    *blob = nucleus_blob(s, &all->states[index]);
}

static bool cells(struct site *s)
{
    struct stm_bench *const b = &s->bench;
    const double bound = s->p->nucleus_um / 2 * b->um * 2.6;
    const int capacity = (int)(s->p->cells * 4) + 256;
    if (!stm_scatter_make(&s->scatter, b->field->w, b->field->h, bound, capacity, b->err)) return false;
    s->scatter.clouds = &s->coarse;
    s->scatter.patchiness = s->p->patchiness;
    struct population all = {s, malloc(sizeof *all.states * ((size_t)capacity + 1))};
    if (!all.states) return stm_fail(b->err, STM_NO_MEMORY, "no memory for %d cells", capacity);
    struct stm_crowd crowd = {
        .clumped_percent = s->p->clumped_percent, .most = 6, .next = next_cell, .user = &all};
    crowd.n = stm_scatter_count(&s->scatter, s->p->cells, &b->random);
    crowd.close = (struct stm_closeness){0.82, 0.99, 1.16};
    stm_scatter_fill(&s->scatter, &crowd, &b->random);
    bool ok = true;
    for (int i = 0; i < s->scatter.n && ok; i++) {
        const int cell = s->scatter.order[i];
        ok = draw_cell(s, &s->scatter.blobs[cell], &all.states[cell]);
    }
    free(all.states);
    return ok;
}

/* Brightness of debris in the first two channels. */
struct stain {
    double hoechst, pi;
};

static void shine(struct stm_bench *b, const struct stm_patch *patch, const void *user)
{
    const struct stain *const stain = user;
    stm_patch_add(b->light[HOECHST], patch, stain->hoechst);
    stm_patch_add(b->light[PI], patch, stain->pi);
}

/* One piece of debris; `pi` is its brightness in the dead channel relative to the other. */
static bool speck(struct stm_bench *b, const struct params *p, double x, double y, double radius_um,
                  double brightness, double pi)
{
    const double psf = p->psf_um * b->um;
    struct stm_blob blob =
        stm_blob_random(&b->random, radius_um * b->um, stm_random_between(&b->random, 1, 2), 0.12);
    blob.x = x;
    blob.y = y;
    const double sigma = psf * stm_random_between(&b->random, 1, 2);
    const struct stain stain = {brightness, brightness * pi};
    return stm_bench_speck(b, &blob, &(struct stm_debris){sigma, brightness, sigma - psf, shine, &stain});
}

static bool single_speck(struct stm_bench *b, const void *params)
{
    const struct params *const p = params;
    struct stm_random *const r = &b->random;
    const double x = stm_bench_anywhere(b, b->field->w), y = stm_bench_anywhere(b, b->field->h);
    const double brightness = p->signal * 0.6 * stm_random_spread(r, 0.8);
    const double radius = stm_random_between(r, 0.5, 1.6), pi = stm_random_real(r);
    return speck(b, p, x, y, radius, brightness, pi < 0.6 ? 0.05 : pi);
}

/* What is left of a nucleus that fell apart: a few bright beads. */
static bool fragments(struct stm_bench *b, const void *params)
{
    const struct params *const p = params;
    struct stm_random *const r = &b->random;
    const double x = stm_bench_anywhere(b, b->field->w), y = stm_bench_anywhere(b, b->field->h);
    const double stained = stm_random_real(r);
    bool ok = true;
    for (int n = 3 + stm_random_below(r, 5); n > 0 && ok; n--) {
        const double dx = 3.2 * b->um * stm_random_normal(r), dy = 3.2 * b->um * stm_random_normal(r);
        const double radius = stm_random_between(r, 0.8, 2), bright = stm_random_between(r, 0.7, 2);
        ok = speck(b, p, x + dx, y + dy, radius, p->signal * bright, stained);
    }
    return ok;
}

static bool fibre(struct stm_bench *b, const void *params)
{
    const struct params *const p = params;
    struct stm_random *const r = &b->random;
    const double x = stm_bench_anywhere(b, b->field->w), y = stm_bench_anywhere(b, b->field->h);
    const double half = stm_random_between(r, 40, 150) * b->um / 2;
    const struct stm_direction d = stm_exact_direction(stm_random_real(r));
    const double bend = 2 * half * stm_random_between(r, -0.5, 0.5);
    const struct stm_thread thread = stm_thread_at(x, y, half, bend, d, 0.7 * b->um);
    const double sigma = p->psf_um * b->um * stm_random_between(r, 1, 3);
    const double brightness = p->signal * stm_random_between(r, 0.1, 0.6);
    const struct stain stain = {brightness, 0.3 * brightness};
    return stm_bench_thread(b, &thread, &(struct stm_debris){sigma, brightness, sigma, shine, &stain});
}

/* Something above or below the focal plane; it has no outline, so no truth. */
static bool far_blur(struct stm_bench *b, const void *params)
{
    const struct params *const p = params;
    struct stm_random *const r = &b->random;
    const double x = stm_bench_anywhere(b, b->field->w), y = stm_bench_anywhere(b, b->field->h);
    const double sigma = stm_random_between(r, 7, 22) * b->um;
    struct stm_patch patch;
    if (!stm_patch_take(&patch, &b->brush, x, y, 3.5 * sigma, b->err)) return false;
    stm_paint_spot(&patch, x, y, sigma);
    const double brightness = p->signal * stm_random_between(r, 0.04, 0.2);
    shine(b, &patch, &(struct stain){brightness, brightness * stm_random_real(r)});
    return true;
}

static bool debris(struct site *s)
{
    struct stm_bench *const b = &s->bench;
    return stm_bench_repeat(b, s->p->specks, single_speck, s->p) &&
           stm_bench_repeat(b, s->p->fragments, fragments, s->p) &&
           stm_bench_repeat(b, s->p->lint, fibre, s->p) && stm_bench_repeat(b, s->p->blurs, far_blur, s->p);
}

/* Stray light: the wide skirt of the point spread, and haze from far above and below. */
static bool stray_light(struct site *s)
{
    struct stm_bench *const b = &s->bench;
    bool ok = true;
    for (int c = 0; c < b->lights && ok; c++)
        ok = stm_glow(b->light[c], 5 * b->um, 0.1, b->err) &&
             stm_glow(b->light[c], 45 * b->um, s->p->haze_percent / 100, b->err);
    return ok;
}

static void expose(struct site *s, uint64_t optics, uint64_t seed)
{
    const struct params *const p = s->p;
    struct stm_field *const field = s->bench.field;
    const struct stm_camera camera = {p->offset, p->electrons, p->read_noise, p->bits};
    const struct stm_illumination lamp =
        stm_illumination_from(optics, field->w, field->h, p->falloff_percent / 100);
    for (int c = 0; c < s->bench.lights; c++) {
        const struct stm_f32 light = s->bench.light[c];
        for (int i = 0; i < light.w * light.h; i++)
            light.px[i] += (float)(p->background * (c == PI ? 0.6 : 1));
        stm_camera_expose(&camera, field->plane[c], (struct stm_cf32)STM_CONST(light), &lamp,
                          stm_seed(seed, (uint64_t)c));
    }
}

static bool render(struct stm_field *field, const void *params, uint64_t optics, uint64_t seed,
                   struct stm_error *err)
{
    static const char *const names[CHANNELS] = {"Hoechst", "PI", "Calcein"};
    struct site s = {.p = params};
    field->channels = s.p->calcein ? CHANNELS : CALCEIN;
    field->true_bits = s.p->bits;
    for (int c = 0; c < field->channels; c++)
        field->channel[c] = names[c];
    const bool ok = stm_bench_start(&s.bench, field, field->channels, seed, err) &&
                    (!s.p->calcein || stm_truth_bodies(&field->truth, err)) &&
                    stm_texture_make(&s.fine, 0.35 * s.bench.um, &s.bench.random, err) &&
                    stm_texture_make(&s.coarse, 0.9 * s.bench.um, &s.bench.random, err) && cells(&s) &&
                    debris(&s) && stray_light(&s);
    if (ok) expose(&s, optics, stm_seed_text(seed, "camera"));
    stm_texture_free(&s.fine);
    stm_texture_free(&s.coarse);
    stm_scatter_free(&s.scatter);
    stm_bench_finish(&s.bench);
    return ok;
}

const struct stm_scene stm_scene_fluorescence = {
    .name = "fluorescence",
    .summary = "nuclei and dead nuclei of adherent cells: Hoechst and PI, widefield",
    .params = rows,
    .params_size = sizeof(struct params),
    .density = "cells",
    .dead = "dead_percent",
    .width = 1024,
    .height = 1024,
    .pixel_um = 0.65,
    .channels = CHANNELS,
    .render = render,
};
