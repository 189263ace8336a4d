/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/images/scene_checks.h"

#include <stdlib.h>

struct stm_field check_render(const struct stm_scene *scene, int w, int h, uint64_t seed,
                              const char *const *set)
{
    struct stm_error err = {0};
    _Alignas(16) unsigned char params[STM_SCENE_PARAMS];
    struct stm_field field = {.w = w, .h = h};
    stm_param_defaults(scene->params, params);
    for (; set && *set; set++) {
        char name[64];
        const char *const equals = strchr(*set, '=');
        snprintf(name, sizeof name, "%.*s", (int)(equals - *set), *set);
        assert_ok(stm_param_set(scene->params, params, name, equals + 1, &err), &err);
    }
    assert_ok(stm_synth(&field, scene, params, 11, seed, &err), &err);
    return field;
}

struct tally {
    int area, x0, y0, x1, y1;
    double x, y;
};

static void add_labels(struct tally *tally, struct stm_u32 view, uint32_t first, uint32_t last)
{
    for (int y = 0; y < view.h; y++)
        for (int x = 0; x < view.w; x++) {
            const uint32_t label = view.px[y * view.stride + x];
            if (!label) continue;
            assert_true(label >= first && label <= last);
            struct tally *const t = &tally[label - 1];
            if (t->area++ == 0) *t = (struct tally){1, x, y, x + 1, y + 1, 0, 0};
            if (x < t->x0) t->x0 = x;
            if (x >= t->x1) t->x1 = x + 1;
            t->y1 = y + 1;
            t->x += x;
            t->y += y;
        }
}

/* 3 % of the shorter side in whole pixels; cells that have not spread count as the bottom and right edge say.
 */
static bool in_frame(const struct stm_field *field, const struct stm_truth_object *o)
{
    const int guard = ((field->w < field->h ? field->w : field->h) * 3 + 50) / 100;
    if (!field->truth.spread) return o->x1 < field->w && o->y1 < field->h;
    return o->x + 0.5 >= guard && o->y + 0.5 >= guard && o->x + 0.5 < field->w - guard &&
           o->y + 0.5 < field->h - guard;
}

void check_truth_is_that_of_the_labels(const struct stm_field *field)
{
    const struct stm_truth *const t = &field->truth;
    struct tally *const tally = calloc((size_t)t->n + 1, sizeof *tally);
    double covered = 0;
    add_labels(tally, t->cells, 1, (uint32_t)t->n_cells);
    add_labels(tally, t->debris, (uint32_t)t->n_cells + 1, (uint32_t)t->n);
    for (int i = 0; i < t->n; i++) {
        const struct stm_truth_object *const o = &t->objects[i];
        assert_true(o->area > 0 && o->area == tally[i].area);
        assert_near(o->x, tally[i].x / o->area, 1e-9);
        assert_near(o->y, tally[i].y / o->area, 1e-9);
        assert_true(o->x0 == tally[i].x0 && o->y0 == tally[i].y0 && o->x1 == tally[i].x1 &&
                    o->y1 == tally[i].y1);
        assert_int_equal(o->counted, in_frame(field, o));
        assert_true((o->class == STM_CLASS_DEBRIS) == (i >= t->n_cells));
        assert_true(o->major >= o->minor && o->minor > 0);
        covered += i < t->n_cells ? o->area : 0;
    }
    assert_near(t->foreground, covered / ((double)field->w * field->h), 1e-12);
    free(tally);
}

static void hash_bytes(uint64_t *hash, const void *data, size_t n)
{
    const uint8_t *const bytes = data;
    for (size_t i = 0; i < n; i++)
        *hash = (*hash ^ bytes[i]) * 0x100000001b3u;
}

uint64_t check_hash(const struct stm_field *field)
{
    uint64_t hash = 0xcbf29ce484222325u;
    const size_t n = (size_t)field->w * (size_t)field->h;
    for (int c = 0; c < field->channels; c++)
        for (size_t i = 0; i < n; i++) { /* little-endian whatever the machine */
            const uint16_t v = field->plane[c].px[i];
            hash_bytes(&hash, (uint8_t[]){(uint8_t)v, (uint8_t)(v >> 8)}, 2);
        }
    if (field->rgb.px) hash_bytes(&hash, field->rgb.px, 3 * n);
    for (size_t i = 0; i < n; i++) {
        const uint32_t v = field->truth.cells.px[i];
        hash_bytes(&hash, (uint8_t[]){(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16)}, 3);
    }
    return hash;
}

void check_seeds(const struct stm_scene *scene)
{
    struct stm_field a = check_render(scene, 200, 180, 1, NULL), b = check_render(scene, 200, 180, 1, NULL);
    struct stm_field c = check_render(scene, 200, 180, 2, NULL);
    assert_int_equal(check_hash(&a), check_hash(&b));
    assert_int_not_equal(check_hash(&a), check_hash(&c));
    stm_synth_free(&a);
    stm_synth_free(&b);
    stm_synth_free(&c);
}

void check_empty_field(const struct stm_scene *scene)
{
    char none[64];
    snprintf(none, sizeof none, "%s=0", scene->density);
    struct stm_field f = check_render(scene, 120, 100, 1, (const char *const[]){none, NULL});
    assert_int_equal(f.truth.n_cells, 0);
    assert_true(f.truth.foreground == 0);
    int bright = 0;
    for (int i = 0; i < 120 * 100; i++)
        bright += (f.channels ? f.plane[0].px[i] : f.rgb.px[3 * i]) > 0;
    assert_true(bright > 11000);
    stm_synth_free(&f);
}

static void check_value(const struct stm_scene *scene, const struct stm_param *row, double value)
{
    struct stm_error err = {0};
    _Alignas(16) unsigned char params[STM_SCENE_PARAMS];
    struct stm_field field = {.w = 48, .h = 40};
    char text[64];
    stm_param_defaults(scene->params, params);
    snprintf(text, sizeof text, "%.17g", value);
    assert_ok(stm_param_set(scene->params, params, row->name, text, &err), &err);
    if (stm_synth(&field, scene, params, 1, 1, &err)) {
        check_truth_is_that_of_the_labels(&field);
        stm_synth_free(&field);
    } else {
        assert_true(err.status != STM_OK && err.message[0]);
    }
}

void check_extremes(const struct stm_scene *scene)
{
    for (const struct stm_param *row = scene->params; row->name; row++)
        if (row->kind == STM_KIND_REAL || row->kind == STM_KIND_INT) {
            check_value(scene, row, row->lo);
            check_value(scene, row, row->hi);
        }
}
