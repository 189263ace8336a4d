/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nuclei (Hoechst) and dead nuclei (PI) of an adherent culture, widefield fluorescence. */
#include "images/camera.h"
#include "images/nucleus.h"
#include "images/scatter.h"
#include "images/scene.h"

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
    {.name = NULL},
};

/* The channels' places in the field. */
enum { HOECHST, PI, CHANNELS };

/* Everything one field needs while it is drawn. */
struct site {
    const struct params *p;
    struct stm_field *field;
    struct stm_f32 light[CHANNELS];
    struct stm_scatter scatter;
    struct stm_texture fine, coarse;
    struct stm_brush brush;
    struct stm_random random;
    double um; /* pixels per micrometre */
    struct stm_error *err;
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
    struct stm_random *const r = &s->random;
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
    struct stm_random *const r = &s->random;
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
    struct stm_random *const r = &s->random;
    const double radius = s->p->nucleus_um / 2 * s->um * state->radius * stm_random_spread(r, s->p->size_cv);
    const double elongation = s->p->elongation * state->elongation * stm_random_spread(r, 0.15);
    const double rough = s->p->roughness * (stm_random_chance(r, 8) ? 3 : 1); /* some are lobed or folded */
    return stm_blob_random(r, radius, elongation > 1 ? elongation : 1, rough);
}

static struct stm_nucleus nucleus_of(struct site *s, const struct stm_blob *blob, const struct state *state)
{
    struct stm_nucleus n = {
        .blob = *blob, .fine = &s->fine, .coarse = &s->coarse, .grain = state->grain, .dome = state->dome};
    n.texture_x = stm_random_below(&s->random, STM_TEXTURE);
    n.texture_y = stm_random_below(&s->random, STM_TEXTURE);
    if (state->interphase) stm_nucleus_interphase(&n, &s->random);
    return n;
}

static bool draw_cell(struct site *s, const struct stm_blob *blob, const struct state *state)
{
    const double blur = s->p->psf_um * s->um,
                 own = fabs(stm_random_normal(&s->random)) * s->p->defocus_um * s->um * state->defocus;
    const double defocus = own < 12 ? own : 12, sigma = sqrt(blur * blur + defocus * defocus);
    const struct stm_nucleus nucleus = nucleus_of(s, blob, state);
    const struct stm_truth_object object = {.class = state->class,
                                            .major = blob->a > blob->b ? blob->a : blob->b,
                                            .minor = blob->a > blob->b ? blob->b : blob->a,
                                            .brightness = s->p->signal * state->hoechst,
                                            .defocus = defocus};
    const uint32_t label = stm_truth_add(&s->field->truth, &object, s->err);
    struct stm_patch patch;
    if (!label ||
        !stm_patch_take(&patch, &s->brush, blob->x, blob->y, stm_blob_bound(blob) + 3.5 * sigma + 2, s->err))
        return false;
    stm_paint_blob(&patch, blob, stm_nucleus_shade, &nucleus, s->field->truth.cells, label);
    if (!stm_patch_blur(&patch, &s->brush, sigma, s->err)) return false;
    const double hoechst = s->p->signal * state->hoechst;
    stm_patch_add(s->light[HOECHST], &patch, hoechst);
    stm_patch_add(s->light[PI], &patch, s->p->signal * state->pi + hoechst * s->p->bleed_percent / 100);
    return true;
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
    const bool dead = stm_random_chance(&s->random, s->p->dead_percent);
    all->states[index] = dead ? dead_state(s) : live_state(s);
    *blob = nucleus_blob(s, &all->states[index]);
}

static bool cells(struct site *s)
{
    const double bound = s->p->nucleus_um / 2 * s->um * 2.6;
    const int capacity = (int)(s->p->cells * 4) + 256;
    if (!stm_scatter_make(&s->scatter, s->field->w, s->field->h, bound, capacity, s->err)) return false;
    s->scatter.clouds = &s->coarse;
    s->scatter.patchiness = s->p->patchiness;
    struct population all = {s, malloc(sizeof *all.states * ((size_t)capacity + 1))};
    if (!all.states) return stm_fail(s->err, STM_NO_MEMORY, "no memory for %d cells", capacity);
    const struct stm_crowd crowd = {stm_scatter_count(&s->scatter, s->p->cells, &s->random),
                                    s->p->clumped_percent,
                                    6,
                                    {0.82, 0.99, 1.16},
                                    next_cell,
                                    &all};
    stm_scatter_fill(&s->scatter, &crowd, &s->random);
    bool ok = true;
    for (int i = 0; i < s->scatter.n && ok; i++) {
        const int cell = s->scatter.order[i];
        ok = draw_cell(s, &s->scatter.blobs[cell], &all.states[cell]);
    }
    free(all.states);
    return ok;
}

static float even(const struct stm_blob_point *point, int x, int y, const void *user)
{
    (void)point;
    (void)x;
    (void)y;
    (void)user;
    return 1;
}

/* One piece of debris; `pi` is its brightness in the dead channel relative to the other. */
static bool speck(struct site *s, double x, double y, double radius_um, double brightness, double pi)
{
    struct stm_random *const r = &s->random;
    struct stm_blob blob = stm_blob_random(r, radius_um * s->um, stm_random_between(r, 1, 2), 0.12);
    blob.x = x;
    blob.y = y;
    const double sigma = s->p->psf_um * s->um * stm_random_between(r, 1, 2);
    const struct stm_truth_object object = {.class = STM_CLASS_DEBRIS,
                                            .major = blob.a,
                                            .minor = blob.b,
                                            .brightness = brightness,
                                            .defocus = sigma - s->p->psf_um * s->um};
    const uint32_t label = stm_truth_add(&s->field->truth, &object, s->err);
    struct stm_patch patch;
    if (!label || !stm_patch_take(&patch, &s->brush, x, y, stm_blob_bound(&blob) + 3.5 * sigma + 2, s->err))
        return false;
    stm_paint_blob(&patch, &blob, even, NULL, s->field->truth.debris, label);
    if (!stm_patch_blur(&patch, &s->brush, sigma, s->err)) return false;
    stm_patch_add(s->light[HOECHST], &patch, brightness);
    stm_patch_add(s->light[PI], &patch, brightness * pi);
    return true;
}

static double anywhere(struct site *s, int length)
{
    return stm_random_between(&s->random, 0, length);
}

static bool single_speck(struct site *s)
{
    struct stm_random *const r = &s->random;
    const double x = anywhere(s, s->field->w), y = anywhere(s, s->field->h);
    const double brightness = s->p->signal * 0.6 * stm_random_spread(r, 0.8);
    const double radius = stm_random_between(r, 0.5, 1.6), pi = stm_random_real(r);
    return speck(s, x, y, radius, brightness, pi < 0.6 ? 0.05 : pi);
}

/* What is left of a nucleus that fell apart: a few bright beads. */
static bool fragment_group(struct site *s)
{
    struct stm_random *const r = &s->random;
    const double x = anywhere(s, s->field->w), y = anywhere(s, s->field->h), stained = stm_random_real(r);
    bool ok = true;
    for (int n = 3 + stm_random_below(r, 5); n > 0 && ok; n--) {
        const double dx = 3.2 * s->um * stm_random_normal(r), dy = 3.2 * s->um * stm_random_normal(r);
        const double radius = stm_random_between(r, 0.8, 2), bright = stm_random_between(r, 0.7, 2);
        ok = speck(s, x + dx, y + dy, radius, s->p->signal * bright, stained);
    }
    return ok;
}

static bool fibre(struct site *s)
{
    struct stm_random *const r = &s->random;
    const double x = anywhere(s, s->field->w), y = anywhere(s, s->field->h),
                 length = stm_random_between(r, 40, 150) * s->um;
    const struct stm_direction d = stm_exact_direction(stm_random_real(r));
    const double bend = length * stm_random_between(r, -0.5, 0.5), half = length / 2;
    const struct stm_thread thread = {x - d.c * half, y - d.s * half, x - d.s * bend, y + d.c * bend,
                                      x + d.c * half, y + d.s * half, 0.7 * s->um};
    const double sigma = s->p->psf_um * s->um * stm_random_between(r, 1, 3),
                 brightness = s->p->signal * stm_random_between(r, 0.1, 0.6);
    const struct stm_truth_object object = {.class = STM_CLASS_DEBRIS,
                                            .major = half,
                                            .minor = thread.half_width,
                                            .brightness = brightness,
                                            .defocus = sigma};
    const uint32_t label = stm_truth_add(&s->field->truth, &object, s->err);
    struct stm_patch patch;
    if (!label || !stm_patch_take(&patch, &s->brush, x, y, half + 3.5 * sigma + 4, s->err)) return false;
    stm_paint_thread(&patch, &thread, s->field->truth.debris, label);
    if (!stm_patch_blur(&patch, &s->brush, sigma, s->err)) return false;
    stm_patch_add(s->light[HOECHST], &patch, brightness);
    stm_patch_add(s->light[PI], &patch, 0.3 * brightness);
    return true;
}

/* Something above or below the focal plane; it has no outline, so no truth. */
static bool far_blur(struct site *s)
{
    struct stm_random *const r = &s->random;
    const double x = anywhere(s, s->field->w), y = anywhere(s, s->field->h),
                 sigma = stm_random_between(r, 7, 22) * s->um;
    struct stm_patch patch;
    if (!stm_patch_take(&patch, &s->brush, x, y, 3.5 * sigma, s->err)) return false;
    stm_paint_spot(&patch, x, y, sigma);
    const double brightness = s->p->signal * stm_random_between(r, 0.04, 0.2);
    stm_patch_add(s->light[HOECHST], &patch, brightness);
    stm_patch_add(s->light[PI], &patch, brightness * stm_random_real(r));
    return true;
}

static bool repeat(struct site *s, double mean, bool (*draw)(struct site *))
{
    bool ok = true;
    for (double n = stm_random_poisson(&s->random, mean); n > 0 && ok; n--)
        ok = draw(s);
    return ok;
}

/* Stray light: the wide skirt of the point spread, and haze from far above and below. */
static bool stray_light(struct site *s)
{
    bool ok = true;
    for (int c = 0; c < CHANNELS && ok; c++)
        ok = stm_glow(s->light[c], 5 * s->um, 0.1, s->err) &&
             stm_glow(s->light[c], 45 * s->um, s->p->haze_percent / 100, s->err);
    return ok;
}

static void expose(struct site *s, uint64_t optics, uint64_t seed)
{
    const struct params *const p = s->p;
    const struct stm_camera camera = {p->offset, p->electrons, p->read_noise, p->bits};
    const struct stm_illumination lamp =
        stm_illumination_from(optics, s->field->w, s->field->h, p->falloff_percent / 100);
    for (int c = 0; c < CHANNELS; c++) {
        struct stm_f32 *const light = &s->light[c];
        for (int i = 0; i < light->w * light->h; i++)
            light->px[i] += (float)(p->background * (c == PI ? 0.6 : 1));
        stm_camera_expose(&camera, s->field->plane[c], (struct stm_cf32)STM_CONST(*light), &lamp,
                          stm_seed(seed, (uint64_t)c));
    }
}

static bool start(struct site *s)
{
    const int w = s->field->w, h = s->field->h;
    bool ok = true;
    for (int c = 0; c < CHANNELS && ok; c++) {
        s->light[c] = (struct stm_f32){stm_canvas(w, h, s->err), w, w, h};
        ok = s->light[c].px != NULL;
    }
    return ok && stm_texture_make(&s->fine, 0.35 * s->um, &s->random, s->err) &&
           stm_texture_make(&s->coarse, 0.9 * s->um, &s->random, s->err);
}

static void finish(struct site *s)
{
    for (int c = 0; c < CHANNELS; c++)
        free(s->light[c].px);
    stm_texture_free(&s->fine);
    stm_texture_free(&s->coarse);
    stm_scatter_free(&s->scatter);
    stm_brush_free(&s->brush);
}

static bool render(struct stm_field *field, const void *params, uint64_t optics, uint64_t seed,
                   struct stm_error *err)
{
    struct site s = {
        .p = params, .field = field, .random = stm_random_from(seed), .um = 1 / field->pixel_um, .err = err};
    field->channels = CHANNELS;
    field->channel[HOECHST] = "Hoechst";
    field->channel[PI] = "PI";
    field->true_bits = s.p->bits;
    const bool ok = start(&s) && cells(&s) && repeat(&s, s.p->specks, single_speck) &&
                    repeat(&s, s.p->fragments, fragment_group) && repeat(&s, s.p->lint, fibre) &&
                    repeat(&s, s.p->blurs, far_blur) && stray_light(&s);
    if (ok) expose(&s, optics, stm_seed_text(seed, "camera"));
    finish(&s);
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
