/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Detached cells in a counting chamber, trypan blue, colour brightfield. */
#include "images/camera.h"
#include "images/chamber.h"
#include "images/paint.h"
#include "images/scatter.h"
#include "images/scene.h"

#include <math.h>
#include <stdlib.h>

struct params {
    double cells, dead_percent, clumped_percent, debris_percent;
    double cell_um, size_cv;
    double dye, dye_cv, focus, focus_spread, psf_um;
    double background, falloff_percent, noise;
    int grid;
    double vignette_percent;
    bool scale_bar;
};

static const struct stm_param rows[] = {
    STM_REAL(params, cells, "", 0, 20000, 150, "cells with their centre in the field, on average"),
    STM_REAL(params, dead_percent, "%", 0, 100, 15, "cells that took up the dye"),
    STM_REAL(params, clumped_percent, "%", 0, 100, 15, "cells in clumps of 2 to 5 that touch"),
    STM_REAL(params, debris_percent, "%", 0, 60, 8, "objects that are not cells"),
    STM_REAL(params, cell_um, "um", 4, 60, 16, "median diameter of a live cell"),
    STM_REAL(params, size_cv, "", 0, 0.5, 0.13, "variation of the diameter"),
    STM_REAL(params, dye, "", 0, 3, 0.45, "median optical density of a dead cell in red light"),
    STM_REAL(params, dye_cv, "", 0, 1, 0.35, "variation of the dye"),
    STM_REAL(params, focus, "", -1, 1, 0.6, "1 = live cells are bright in the middle, -1 = dark"),
    STM_REAL(params, focus_spread, "", 0, 1, 0.25, "variation of the focus from cell to cell"),
    STM_REAL(params, psf_um, "um", 0, 5, 0.55, "standard deviation of the blur in focus"),
    STM_REAL(params, background, "", 30, 240, 168, "grey level of the empty chamber"),
    STM_REAL(params, falloff_percent, "%", 0, 80, 14,
             "loss of illumination from the brightest to the darkest point"),
    STM_REAL(params, noise, "", 0, 30, 2.2, "grey levels, standard deviation"),
    STM_CHOICE(params, grid, stm_grid_names, STM_GRID_CORNER, "squares of an improved Neubauer chamber"),
    STM_REAL(params, vignette_percent, "%", 0, 60, 0,
             "part of the half diagonal that a round field stop hides"),
    STM_BOOL(params, scale_bar, false, "a scale bar in the picture"),
    {.name = NULL},
};

enum { RED, GREEN, BLUE, COLOURS };

/* Trypan blue absorbs around 590 nm: red most, blue least. */
static const double dye_colour[COLOURS] = {1, 0.72, 0.2};
/* Rust, skin and dust absorb blue most. */
static const double dirt_colour[COLOURS] = {0.6, 0.8, 1};

struct site {
    const struct params *p;
    struct stm_field *field;
    struct stm_f32 light[COLOURS]; /* relative to the empty chamber */
    struct stm_scatter scatter;
    struct stm_texture texture;
    struct stm_brush brush;
    struct stm_random random;
    double um; /* pixels per micrometre */
    struct stm_error *err;
};

struct state {
    enum stm_class class;
    double focus, dye, blur;
};

/* How one cell is shaded. */
struct shade {
    const struct stm_texture *texture;
    int texture_x, texture_y;
    double um, focus, grain;
};

static double bump(double x, double middle, double width)
{
    const double d = (x - middle) / width;
    return d > 5 || d < -5 ? 0 : stm_exact_exp(-d * d / 2);
}

/* A live cell is a small lens: a dark rim whose outer side is the outline, light gathered in the middle (or
 * spread, on the other side of the focus), a bright fringe around. */
static float live_shade(const struct stm_blob_point *p, int x, int y, const void *user)
{
    const struct shade *const s = user;
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
static float dead_rim_shade(const struct stm_blob_point *p, int x, int y, const void *user)
{
    (void)x;
    (void)y;
    const struct shade *const s = user;
    const double depth = p->depth / s->um;
    return (float)(-0.26 * bump(depth, 0.4, 1) + 0.08 * bump(depth, -1.2, 0.8));
}

/* Optical density of a dead cell: the dye fills it, the nucleus binds more. */
static float dye_shade(const struct stm_blob_point *p, int x, int y, const void *user)
{
    const struct shade *const s = user;
    const double nucleus = 1 / (1 + stm_exact_exp((p->radius - 0.62) * 14));
    const double grain =
        1 + s->grain * 2.6 * (double)stm_texture_at(s->texture, x + s->texture_x, y + s->texture_y);
    const double density = (0.62 + 0.38 * nucleus) * grain;
    return density > 0.1 ? (float)density : 0.1f;
}

/* light *= 10^(-density of the patch). */
static void absorb(struct site *s, const struct stm_patch *patch, const double *colour, double density)
{
    for (int c = 0; c < COLOURS; c++) {
        const struct stm_f32 plane = s->light[c];
        for (int y = 0; y < patch->px.h; y++)
            for (int x = 0; x < patch->px.w; x++) {
                const int fx = x + patch->x0, fy = y + patch->y0;
                const double d = (double)patch->px.px[y * patch->px.stride + x];
                if (fx < 0 || fy < 0 || fx >= plane.w || fy >= plane.h || d == 0) continue;
                plane.px[fy * plane.stride + fx] *= (float)stm_exact_exp(-2.302585 * density * colour[c] * d);
            }
    }
}

/* Refracted light, a little blurrier in blue than in green, as lenses are. */
static bool refract(struct site *s, struct stm_patch *patch, double sigma)
{
    static const int order[COLOURS] = {GREEN, RED, BLUE};
    static const double more[COLOURS] = {0, 0.25, 0.35};
    for (int i = 0; i < COLOURS; i++) {
        if (!stm_patch_blur(patch, &s->brush, i ? more[i] * sigma : sigma, s->err)) return false;
        stm_patch_filter(s->light[order[i]], patch, 1);
    }
    return true;
}

static bool draw_dye(struct site *s, const struct stm_blob *blob, const struct state *state,
                     const struct shade *shade, double sigma)
{
    struct stm_patch patch;
    const struct stm_u32 nowhere = {0};
    if (!stm_patch_take(&patch, &s->brush, blob->x, blob->y, stm_blob_bound(blob) + 3.5 * sigma + 2, s->err))
        return false;
    stm_paint_blob(&patch, blob, dye_shade, shade, nowhere, 0);
    if (!stm_patch_blur(&patch, &s->brush, sigma, s->err)) return false;
    absorb(s, &patch, dye_colour, state->dye);
    return true;
}

static bool draw_cell(struct site *s, const struct stm_blob *blob, const struct state *state)
{
    const bool dead = state->class == STM_CLASS_DEAD;
    const double psf = s->p->psf_um * s->um, own = state->blur * s->um, sigma = sqrt(psf * psf + own * own);
    struct shade shade = {
        &s->texture, stm_random_below(&s->random, STM_TEXTURE), 0, s->um, state->focus, dead ? 0.05 : 0.08};
    shade.texture_y = stm_random_below(&s->random, STM_TEXTURE);
    const struct stm_truth_object object = {
        .class = state->class,
        .major = blob->a > blob->b ? blob->a : blob->b,
        .minor = blob->a > blob->b ? blob->b : blob->a,
        .brightness =
            s->p->background * (dead ? stm_exact_exp(-2.302585 * state->dye) - 1 : 0.02 + 0.5 * state->focus),
        .defocus = own};
    const uint32_t label = stm_truth_add(&s->field->truth, &object, s->err);
    struct stm_patch patch;
    const double reach = stm_blob_bound(blob) + 5 * s->um + 3.5 * sigma;
    if (!label || (dead && !draw_dye(s, blob, state, &shade, sigma)) ||
        !stm_patch_take(&patch, &s->brush, blob->x, blob->y, reach, s->err))
        return false;
    stm_paint_around(&patch, blob, dead ? dead_rim_shade : live_shade, &shade, s->field->truth.cells, label);
    return refract(s, &patch, sigma);
}

struct population {
    struct site *site;
    struct state *states;
};

static void next_cell(void *user, int index, struct stm_blob *blob)
{
    const struct population *const all = user;
    struct site *const s = all->site;
    struct stm_random *const r = &s->random;
    const bool dead = stm_random_chance(r, s->p->dead_percent);
    struct state *const state = &all->states[index];
    *state = (struct state){.class = dead ? STM_CLASS_DEAD : STM_CLASS_LIVE};
    state->focus = s->p->focus + s->p->focus_spread * stm_random_normal(r);
    const bool floats = stm_random_chance(r, 6); /* has not settled yet */
    state->blur = (floats ? 2 : 0.35) * fabs(stm_random_normal(r));
    state->dye = s->p->dye * stm_random_spread(r, s->p->dye_cv);
    const double shrunken = dead ? stm_random_between(r, 0.8, 1.05) : 1;
    const double size = shrunken * stm_random_spread(r, s->p->size_cv);
    const double elongation = 1 + fabs(stm_random_normal(r)) * 0.06;
    *blob = stm_blob_random(r, s->p->cell_um / 2 * s->um * size, elongation, dead ? 0.035 : 0.015);
}

static bool cells(struct site *s)
{
    const double bound = s->p->cell_um / 2 * s->um * 2;
    const int capacity = (int)(s->p->cells * 4) + 256;
    if (!stm_scatter_make(&s->scatter, s->field->w, s->field->h, bound, capacity, s->err)) return false;
    struct population all = {s, malloc(sizeof *all.states * ((size_t)capacity + 1))};
    if (!all.states) return stm_fail(s->err, STM_NO_MEMORY, "no memory for %d cells", capacity);
    const struct stm_crowd crowd = {stm_scatter_count(&s->scatter, s->p->cells, &s->random),
                                    s->p->clumped_percent,
                                    5,
                                    {0.95, 1.02, 1.2},
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

static uint32_t add_debris(struct site *s, double major, double minor, double density, double defocus)
{
    const double brightness = s->p->background * (stm_exact_exp(-2.302585 * density) - 1);
    return stm_truth_add(&s->field->truth,
                         &(struct stm_truth_object){.class = STM_CLASS_DEBRIS,
                                                    .major = major > minor ? major : minor,
                                                    .minor = major > minor ? minor : major,
                                                    .brightness = brightness,
                                                    .defocus = defocus},
                         s->err);
}

/* Dirt, dye crystals, remains of cells: small, dark, of any shape. */
static bool speck(struct site *s, double x, double y)
{
    struct stm_random *const r = &s->random;
    const double radius = stm_random_between(r, 0.7, 2.6) * s->um, elongation = stm_random_between(r, 1, 2.6);
    struct stm_blob blob = stm_blob_random(r, radius, elongation, 0.15);
    blob.x = x;
    blob.y = y;
    const double sigma = s->p->psf_um * s->um * stm_random_between(r, 1, 2.5),
                 density = stm_random_between(r, 0.08, 0.5);
    const double *const colour = stm_random_chance(r, 45) ? dye_colour : dirt_colour;
    const uint32_t label = add_debris(s, blob.a, blob.b, density, sigma);
    struct stm_patch patch;
    if (!label || !stm_patch_take(&patch, &s->brush, x, y, stm_blob_bound(&blob) + 3.5 * sigma + 2, s->err))
        return false;
    stm_paint_blob(&patch, &blob, even, NULL, s->field->truth.debris, label);
    if (!stm_patch_blur(&patch, &s->brush, sigma, s->err)) return false;
    absorb(s, &patch, colour, density);
    return true;
}

static bool fibre(struct site *s, double x, double y)
{
    struct stm_random *const r = &s->random;
    const double half = stm_random_between(r, 12, 60) * s->um, density = stm_random_between(r, 0.1, 0.4);
    const struct stm_direction d = stm_exact_direction(stm_random_real(r));
    const double bend = half * stm_random_between(r, -1, 1),
                 sigma = s->p->psf_um * s->um * stm_random_between(r, 1, 2.5);
    const struct stm_thread thread = {x - d.c * half, y - d.s * half, x - d.s * bend, y + d.c * bend,
                                      x + d.c * half, y + d.s * half, 0.9 * s->um};
    const uint32_t label = add_debris(s, half, thread.half_width, density, sigma);
    struct stm_patch patch;
    if (!label || !stm_patch_take(&patch, &s->brush, x, y, 1.2 * half + 3.5 * sigma + 4, s->err))
        return false;
    stm_paint_thread(&patch, &thread, s->field->truth.debris, label);
    if (!stm_patch_blur(&patch, &s->brush, sigma, s->err)) return false;
    absorb(s, &patch, dirt_colour, density);
    return true;
}

/* Several specks on a heap: a shred of stained cells. */
static bool shred(struct site *s, double x, double y)
{
    struct stm_random *const r = &s->random;
    bool ok = true;
    for (int n = 4 + stm_random_below(r, 8); n > 0 && ok; n--) {
        const double dx = 3.5 * s->um * stm_random_normal(r), dy = 3.5 * s->um * stm_random_normal(r);
        ok = speck(s, x + dx, y + dy);
    }
    return ok;
}

static bool debris(struct site *s)
{
    struct stm_random *const r = &s->random;
    const double part = s->p->debris_percent / 100, mean = (s->p->cells + 5) * part / (1 - part);
    bool ok = true;
    for (double n = stm_random_poisson(r, mean); n > 0 && ok; n--) {
        const double x = stm_random_between(r, 0, s->field->w), y = stm_random_between(r, 0, s->field->h);
        const double kind = stm_random_real(r);
        ok = kind < 0.92 ? speck(s, x, y) : kind < 0.97 ? fibre(s, x, y) : shred(s, x, y);
    }
    return ok;
}

/* Dust on the sensor: soft, faint, in the same place on every picture. */
static bool dust(struct site *s, uint64_t optics)
{
    struct stm_random r = stm_random_from(stm_seed_text(optics, "dust"));
    bool ok = true;
    for (int n = stm_random_below(&r, 7); n > 0 && ok; n--) {
        const double x = stm_random_between(&r, 0, s->field->w), y = stm_random_between(&r, 0, s->field->h);
        const double sigma = stm_random_between(&r, 3, 12), depth = stm_random_between(&r, 0.02, 0.06);
        struct stm_patch patch;
        ok = stm_patch_take(&patch, &s->brush, x, y, 3.5 * sigma, s->err);
        if (!ok) break;
        stm_paint_spot(&patch, x, y, sigma);
        for (int c = 0; c < COLOURS; c++)
            stm_patch_filter(s->light[c], &patch, -depth);
    }
    return ok;
}

/* The empty chamber: the grid, sharper or softer as the objects are. */
static void engrave(struct site *s, uint64_t optics)
{
    const struct stm_grid grid = stm_grid_at((enum stm_grid_kind)s->p->grid, optics, &s->random);
    for (int y = 0; y < s->field->h; y++)
        for (int x = 0; x < s->field->w; x++) {
            const float light = (float)stm_grid_light(&grid, x / s->um, y / s->um);
            for (int c = 0; c < COLOURS; c++)
                s->light[c].px[y * s->light[c].stride + x] = light;
        }
}

/* The lamp's colour is the plate's. */
static void lamp_colour(uint64_t optics, double tint[COLOURS])
{
    struct stm_random r = stm_random_from(stm_seed_text(optics, "lamp"));
    const double warm = stm_random_between(&r, -0.05, 0.05), green = stm_random_between(&r, -0.02, 0.02);
    tint[RED] = 1 + warm;
    tint[GREEN] = 1 + green;
    tint[BLUE] = 1 - warm;
}

static void expose(struct site *s, uint64_t optics, uint64_t seed)
{
    double tint[COLOURS];
    lamp_colour(optics, tint);
    const struct params *const p = s->p;
    const struct stm_illumination lamp =
        stm_illumination_from(optics, s->field->w, s->field->h, p->falloff_percent / 100);
    for (int y = 0; y < s->field->h; y++) {
        struct stm_random r = stm_random_from(stm_seed(seed, (uint64_t)y));
        for (int x = 0; x < s->field->w; x++) {
            const double lit = p->background * stm_illumination_at(&lamp, x, y) *
                               stm_field_stop(x, y, s->field->w, s->field->h, p->vignette_percent);
            const double grey =
                stm_random_normal(&r); /* raw pixels see one colour each: noise is partly shared */
            for (int c = 0; c < COLOURS; c++) {
                const double level = lit * tint[c] * (double)s->light[c].px[y * s->light[c].stride + x];
                const double noise = p->noise * sqrt(0.15 + 0.85 * level / p->background) *
                                     (0.75 * grey + 0.66 * stm_random_normal(&r));
                const double value = floor(level + noise + 0.5);
                s->field->rgb.px[y * s->field->rgb.stride + 3 * x + c] = (uint8_t)(value < 0     ? 0
                                                                                   : value > 255 ? 255
                                                                                                 : value);
            }
        }
    }
}

/* Nothing is seen behind the field stop. */
static void hide_behind_stop(struct stm_field *f, double percent)
{
    for (int y = 0; y < f->h; y++)
        for (int x = 0; x < f->w; x++)
            if (stm_field_stop(x, y, f->w, f->h, percent) < 0.25)
                f->truth.cells.px[y * f->w + x] = f->truth.debris.px[y * f->w + x] = 0;
}

static bool start(struct site *s)
{
    const int w = s->field->w, h = s->field->h;
    bool ok = true;
    for (int c = 0; c < COLOURS && ok; c++) {
        s->light[c] = (struct stm_f32){stm_canvas(w, h, s->err), w, w, h};
        ok = s->light[c].px != NULL;
    }
    return ok && stm_texture_make(&s->texture, 0.7 * s->um, &s->random, s->err);
}

static void finish(struct site *s)
{
    for (int c = 0; c < COLOURS; c++)
        free(s->light[c].px);
    stm_texture_free(&s->texture);
    stm_scatter_free(&s->scatter);
    stm_brush_free(&s->brush);
}

static bool render(struct stm_field *field, const void *params, uint64_t optics, uint64_t seed,
                   struct stm_error *err)
{
    struct site s = {
        .p = params, .field = field, .random = stm_random_from(seed), .um = 1 / field->pixel_um, .err = err};
    bool ok = start(&s);
    if (ok) engrave(&s, optics);
    ok = ok && cells(&s) && debris(&s) && dust(&s, optics);
    if (ok) expose(&s, optics, stm_seed_text(seed, "camera"));
    if (ok && s.p->vignette_percent > 0) hide_behind_stop(field, s.p->vignette_percent);
    if (ok && s.p->scale_bar)
        stm_scale_bar(field->rgb, field->pixel_um, field->truth.cells, field->truth.debris);
    finish(&s);
    return ok;
}

const struct stm_scene stm_scene_suspension = {
    .name = "suspension",
    .summary = "detached cells in a counting chamber: trypan blue, colour brightfield",
    .params = rows,
    .params_size = sizeof(struct params),
    .density = "cells",
    .dead = "dead_percent",
    .width = 1280,
    .height = 960,
    .pixel_um = 0.9,
    .colour = true,
    .render = render,
};
