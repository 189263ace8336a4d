/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Detached cells in a counting chamber, trypan blue, colour brightfield. */
#include "images/camera.h"
#include "images/chamber.h"
#include "images/scatter.h"
#include "images/trypan.h"

#include <math.h>
#include <stdlib.h>

struct params {
    double cells, dead_percent, clumped_percent, debris_percent;
    double cell_um, size_cv;
    double dye, dye_cv, focus, focus_spread, psf_um;
    double background, falloff_percent, noise;
    int grid;
    double vignette_percent;
    bool scale_bar, grey;
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
    STM_BOOL(params, grey, false, "a camera without colour: red, green and blue are the same"),
    {.name = NULL},
};

struct site {
    struct stm_bench bench; /* its light is relative to the empty chamber */
    const struct params *p;
    struct stm_scatter scatter;
    struct stm_texture texture;
};

struct state {
    enum stm_class class;
    double focus, dye, blur;
};

static bool draw_dye(struct site *s, const struct stm_blob *blob, double density,
                     const struct stm_trypan *shade, double sigma)
{
    struct stm_bench *const b = &s->bench;
    const double reach = stm_blob_bound(blob) + 3.5 * sigma + 2;
    struct stm_patch patch;
    if (!stm_patch_take(&patch, &b->brush, blob->x, blob->y, reach, b->err)) return false;
    stm_paint_blob(&patch, blob, stm_trypan_dye, shade, (struct stm_u32){0}, 0);
    if (!stm_patch_blur(&patch, &b->brush, sigma, b->err)) return false;
    stm_absorb(b, &patch, stm_dye_colour, density);
    return true;
}

/* Grey levels that a density takes from the background. */
static double darker(const struct params *p, double density)
{
    return p->background * (stm_exact_exp(-2.302585 * density) - 1);
}

static bool draw_cell(struct site *s, const struct stm_blob *blob, const struct state *state)
{
    struct stm_bench *const b = &s->bench;
    const bool dead = state->class == STM_CLASS_DEAD;
    const double psf = s->p->psf_um * b->um, own = state->blur * b->um, sigma = sqrt(psf * psf + own * own);
    const double brightness =
        dead ? darker(s->p, state->dye) : s->p->background * (0.02 + 0.5 * state->focus);
    struct stm_trypan shade = {&s->texture, 0, 0, b->um, state->focus, dead ? 0.05 : 0.08};
    shade.texture_x = stm_random_below(&b->random, STM_TEXTURE);
    shade.texture_y = stm_random_below(&b->random, STM_TEXTURE);
    const struct stm_truth_object object = stm_bench_object(state->class, blob, brightness, own);
    const uint32_t label = stm_truth_add(&b->field->truth, &object, b->err);
    const double reach = stm_blob_bound(blob) + 5 * b->um + 3.5 * sigma;
    struct stm_patch patch;
    if (!label || (dead && !draw_dye(s, blob, state->dye, &shade, sigma)) ||
        !stm_patch_take(&patch, &b->brush, blob->x, blob->y, reach, b->err))
        return false;
    stm_paint_around(&patch, blob, dead ? stm_trypan_dead_rim : stm_trypan_live, &shade,
                     b->field->truth.cells, label);
    return stm_refract(b, &patch, sigma);
}

struct population {
    struct site *site;
    struct state *states;
};

static void next_cell(void *user, int index, struct stm_blob *blob)
{
    const struct population *const all = user;
    struct site *const s = all->site;
    struct stm_random *const r = &s->bench.random;
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
    *blob = stm_blob_random(r, s->p->cell_um / 2 * s->bench.um * size, elongation, dead ? 0.035 : 0.015);
}

static bool cells(struct site *s)
{
    struct stm_bench *const b = &s->bench;
    const double bound = s->p->cell_um / 2 * b->um * 2;
    const int capacity = (int)(s->p->cells * 4) + 256;
    if (!stm_scatter_make(&s->scatter, b->field->w, b->field->h, bound, capacity, b->err)) return false;
    struct population all = {s, malloc(sizeof *all.states * ((size_t)capacity + 1))};
    if (!all.states) return stm_fail(b->err, STM_NO_MEMORY, "no memory for %d cells", capacity);
    struct stm_crowd crowd = {
        .clumped_percent = s->p->clumped_percent, .most = 5, .next = next_cell, .user = &all};
    crowd.n = stm_scatter_count(&s->scatter, s->p->cells, &b->random);
    crowd.close = (struct stm_closeness){0.95, 1.02, 1.2};
    stm_scatter_fill(&s->scatter, &crowd, &b->random);
    bool ok = true;
    for (int i = 0; i < s->scatter.n && ok; i++) {
        const int cell = s->scatter.order[i];
        ok = draw_cell(s, &s->scatter.blobs[cell], &all.states[cell]);
    }
    free(all.states);
    return ok;
}

struct tint {
    const double *colour;
    double density;
};

static void darken(struct stm_bench *b, const struct stm_patch *patch, const void *user)
{
    const struct tint *const tint = user;
    stm_absorb(b, patch, tint->colour, tint->density);
}

/* Dirt, dye crystals, remains of cells: small, dark, of any shape. */
static bool speck(struct stm_bench *b, const struct params *p, double x, double y)
{
    struct stm_random *const r = &b->random;
    const double radius = stm_random_between(r, 0.7, 2.6) * b->um, elongation = stm_random_between(r, 1, 2.6);
    struct stm_blob blob = stm_blob_random(r, radius, elongation, 0.15);
    blob.x = x;
    blob.y = y;
    const double sigma = p->psf_um * b->um * stm_random_between(r, 1, 2.5);
    const double density = stm_random_between(r, 0.08, 0.5);
    const struct tint tint = {stm_random_chance(r, 45) ? stm_dye_colour : stm_dirt_colour, density};
    return stm_bench_speck(b, &blob, &(struct stm_debris){sigma, darker(p, density), sigma, darken, &tint});
}

static bool fibre(struct stm_bench *b, const struct params *p, double x, double y)
{
    struct stm_random *const r = &b->random;
    const double half = stm_random_between(r, 12, 60) * b->um, density = stm_random_between(r, 0.1, 0.4);
    const struct stm_direction d = stm_exact_direction(stm_random_real(r));
    const double bend = half * stm_random_between(r, -1, 1);
    const double sigma = p->psf_um * b->um * stm_random_between(r, 1, 2.5);
    const struct stm_thread thread = stm_thread_at(x, y, half, bend, d, 0.9 * b->um);
    const struct tint tint = {stm_dirt_colour, density};
    return stm_bench_thread(b, &thread,
                            &(struct stm_debris){sigma, darker(p, density), sigma, darken, &tint});
}

/* Several specks on a heap: a shred of stained cells. */
static bool shred(struct stm_bench *b, const struct params *p, double x, double y)
{
    struct stm_random *const r = &b->random;
    bool ok = true;
    for (int n = 4 + stm_random_below(r, 8); n > 0 && ok; n--) {
        const double dx = 3.5 * b->um * stm_random_normal(r), dy = 3.5 * b->um * stm_random_normal(r);
        ok = speck(b, p, x + dx, y + dy);
    }
    return ok;
}

static bool piece_of_debris(struct stm_bench *b, const void *params)
{
    const double x = stm_bench_anywhere(b, b->field->w), y = stm_bench_anywhere(b, b->field->h);
    const double kind = stm_random_real(&b->random);
    return (kind < 0.92 ? speck : kind < 0.97 ? fibre : shred)(b, params, x, y);
}

/* Dust on the sensor: soft, faint, in the same place on every picture. */
static bool dust(struct stm_bench *b, uint64_t optics)
{
    struct stm_random r = stm_random_from(stm_seed_text(optics, "dust"));
    bool ok = true;
    for (int n = stm_random_below(&r, 7); n > 0 && ok; n--) {
        const double x = stm_random_between(&r, 0, b->field->w), y = stm_random_between(&r, 0, b->field->h);
        const double sigma = stm_random_between(&r, 3, 12), depth = stm_random_between(&r, 0.02, 0.06);
        struct stm_patch patch;
        ok = stm_patch_take(&patch, &b->brush, x, y, 3.5 * sigma, b->err);
        if (!ok) break;
        stm_paint_spot(&patch, x, y, sigma);
        for (int c = 0; c < STM_COLOURS; c++)
            stm_patch_filter(b->light[c], &patch, -depth);
    }
    return ok;
}

static void engrave(struct stm_bench *b, const struct stm_grid *grid)
{
    for (int y = 0; y < b->field->h; y++)
        for (int x = 0; x < b->field->w; x++) {
            const float light = (float)stm_grid_light(grid, x / b->um, y / b->um);
            for (int c = 0; c < STM_COLOURS; c++)
                b->light[c].px[y * b->light[c].stride + x] = light;
        }
}

/* The lamp's colour is the plate's. */
static void lamp_colour(uint64_t optics, double tint[STM_COLOURS])
{
    struct stm_random r = stm_random_from(stm_seed_text(optics, "lamp"));
    const double warm = stm_random_between(&r, -0.05, 0.05), green = stm_random_between(&r, -0.02, 0.02);
    tint[STM_RED] = 1 + warm;
    tint[STM_GREEN] = 1 + green;
    tint[STM_BLUE] = 1 - warm;
}

/* Raw pixels see one colour each, so noise is partly shared between the colours. */
static void expose_pixel(const struct site *s, int x, int y, double lit, const double *tint,
                         struct stm_random *r)
{
    const struct params *const p = s->p;
    uint8_t *const to = s->bench.field->rgb.px + y * s->bench.field->rgb.stride + 3 * x;
    const double grey = stm_random_normal(r);
    for (int c = 0; c < STM_COLOURS; c++) {
        const struct stm_f32 light = s->bench.light[c];
        const double level = lit * tint[c] * (double)light.px[y * light.stride + x];
        const double own = 0.75 * grey + 0.66 * stm_random_normal(r);
        const double value = floor(level + p->noise * sqrt(0.15 + 0.85 * level / p->background) * own + 0.5);
        to[c] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

static void take_colour_away(struct stm_u8 rgb)
{
    for (int y = 0; y < rgb.h; y++)
        for (int x = 0; x + 2 < rgb.w; x += 3) {
            uint8_t *const px = rgb.px + y * rgb.stride + x;
            px[0] = px[1] = px[2] = (uint8_t)((px[0] + px[1] + px[2] + 1) / 3);
        }
}

static void expose(const struct site *s, uint64_t optics, uint64_t seed)
{
    const struct stm_field *const f = s->bench.field;
    const struct stm_illumination lamp =
        stm_illumination_from(optics, f->w, f->h, s->p->falloff_percent / 100);
    double tint[STM_COLOURS];
    lamp_colour(optics, tint);
    for (int y = 0; y < f->h; y++) {
        struct stm_random r = stm_random_from(stm_seed(seed, (uint64_t)y));
        for (int x = 0; x < f->w; x++) {
            const double lit = s->p->background * stm_illumination_at(&lamp, x, y) *
                               stm_field_stop(x, y, f->w, f->h, s->p->vignette_percent);
            expose_pixel(s, x, y, lit, tint, &r);
        }
    }
    if (s->p->grey) take_colour_away(f->rgb);
}

/* Nothing is seen behind the field stop. */
static void hide_behind_stop(struct stm_field *f, double percent)
{
    for (int y = 0; y < f->h && percent > 0; y++)
        for (int x = 0; x < f->w; x++)
            if (stm_field_stop(x, y, f->w, f->h, percent) < 0.25)
                f->truth.cells.px[y * f->w + x] = f->truth.debris.px[y * f->w + x] = 0;
}

static bool draw(struct site *s, uint64_t optics)
{
    struct stm_bench *const b = &s->bench;
    const double part = s->p->debris_percent / 100, pieces = (s->p->cells + 5) * part / (1 - part);
    const struct stm_grid grid = stm_grid_at((enum stm_grid_kind)s->p->grid, optics, &b->random);
    engrave(b, &grid);
    return cells(s) && stm_bench_repeat(b, pieces, piece_of_debris, s->p) && dust(b, optics);
}

static bool render(struct stm_field *field, const void *params, uint64_t optics, uint64_t seed,
                   struct stm_error *err)
{
    struct site s = {.p = params};
    const bool ok = stm_bench_start(&s.bench, field, STM_COLOURS, seed, err) &&
                    stm_texture_make(&s.texture, 0.7 * s.bench.um, &s.bench.random, err) && draw(&s, optics);
    if (ok) expose(&s, optics, stm_seed_text(seed, "camera"));
    if (ok) hide_behind_stop(field, s.p->vignette_percent);
    if (ok && s.p->scale_bar)
        stm_scale_bar(field->rgb, field->pixel_um, field->truth.cells, field->truth.debris);
    stm_texture_free(&s.texture);
    stm_scatter_free(&s.scatter);
    stm_bench_finish(&s.bench);
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
