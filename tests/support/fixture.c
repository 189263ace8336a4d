/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <stdlib.h>

static void *must(void *memory)
{
    if (!memory) abort();
    return memory;
}

static void add_column(struct stm_columns *columns, const struct stm_measure *measure, const char *channel)
{
    const size_t n = strlen(measure->name);
    struct stm_column *const c = &columns->column[columns->n++];
    c->measure = measure;
    if (channel)
        snprintf(c->name, sizeof c->name, "%.*s_%s", (int)n - 2, measure->name, channel);
    else
        snprintf(c->name, sizeof c->name, "%s", measure->name);
}

/* The table's columns behind those that are there: fixed ones first, then all "_*" of the first channel, of
 * the second, … Returns where they begin. */
static int expand(const struct stm_fixture *f, struct stm_columns *columns, const struct stm_measure *table)
{
    const int first = columns->n;
    size_t n = 0;
    while (table && table[n].name)
        n++;
    const size_t room = (size_t)first + n * STM_MAX_CHANNELS + 1;
    columns->column = must(realloc(columns->column, room * sizeof *columns->column));
    for (int c = -1; c < f->site.row.channels; c++)
        for (size_t i = 0; i < n; i++) {
            const size_t length = strlen(table[i].name);
            const bool each = length > 2 && !strcmp(table[i].name + length - 2, "_*");
            if (each == (c >= 0)) add_column(columns, &table[i], each ? f->site.row.channel[c].name : NULL);
        }
    return first;
}

static void expand_all(struct stm_fixture *f, const struct stm_stage *stage)
{
    f->env.site_first = expand(f, &f->columns, stage->site_columns);
    f->env.object_first = expand(f, &f->object_columns, stage->object_columns);
    f->env.well_first = expand(f, &f->well_columns, stage->well_columns);
}

static void name_channels(struct stm_fixture *f, const enum stm_role *roles, int channels)
{
    f->site.row.channels = f->site.geo.channels = channels;
    for (int c = 0; c < channels; c++) {
        f->site.row.channel[c].role = roles[c];
        f->site.row.channel[c].true_bits = 16;
        f->site.row.channel[c].scale = 1;
        stm_text_copy(f->site.row.channel[c].name, STM_NAME, stm_role_name(roles[c]));
    }
}

static void make_params_and_scratch(struct stm_fixture *f, const struct stm_stage *stage)
{
    struct stm_error err;
    f->params = must(calloc(1, stage->params_size + 1));
    if (stage->params) stm_param_defaults(stage->params, f->params);
    f->plate = must(calloc(1, stage->plate_bytes + 1));
    const size_t bytes = stage->scratch_bytes ? stage->scratch_bytes(f->params, &f->site.geo) : 0;
    assert_ok(stm_arena_create(&f->scratch, bytes + STM_ALIGN, &err), &err);
    assert_ok(stm_arena_create(&f->arena, 1 << 20, &err), &err);
    f->site.arena = &f->arena;
}

void stm_fixture_open_after(struct stm_fixture *f, const struct stm_stage *before,
                            const struct stm_stage *stage, int w, int h, const enum stm_role *roles,
                            int channels)
{
    *f = (struct stm_fixture){.stage = stage, .max_w = w, .max_h = h};
    name_channels(f, roles, channels);
    for (int c = 0; c < channels; c++)
        f->site.plane[c].px = must(malloc((size_t)w * h * sizeof(uint16_t)));
    if (before) expand_all(f, before);
    expand_all(f, stage);
    f->site.site_values = must(calloc((size_t)f->columns.n + 1, sizeof(double)));
    stm_fixture_fresh(f, w, h);
    make_params_and_scratch(f, stage);
    f->env.kernels = stm_kernels_best();
    f->env.scratch = &f->scratch;
    f->env.params = f->params;
    f->env.plate = f->plate;
    f->env.site_columns = &f->columns;
    f->env.object_columns = &f->object_columns;
    f->env.well_columns = &f->well_columns;
    f->env.notes = &f->notes;
}

void stm_fixture_open(struct stm_fixture *f, const struct stm_stage *stage, int w, int h,
                      const enum stm_role *roles, int channels)
{
    stm_fixture_open_after(f, NULL, stage, w, h, roles, channels);
}

void stm_fixture_fresh(struct stm_fixture *f, int w, int h)
{
    f->site.row.width = f->site.geo.width = w;
    f->site.row.height = f->site.geo.height = h;
    f->site.row.pixel_um = f->site.geo.pixel_um = NAN;
    f->site.row.verdict = STM_VERDICT_OK;
    f->site.row.reason[0] = '\0';
    f->site.row.values = f->site.site_values;
    for (int i = 0; i < f->columns.n; i++)
        f->site.site_values[i] = NAN;
    for (int c = 0; c < f->site.row.channels; c++) {
        f->site.plane[c] = (struct stm_u16){f->site.plane[c].px, w, w, h};
        memset(f->site.plane[c].px, 0, (size_t)w * h * sizeof(uint16_t));
    }
}

void stm_fixture_close(struct stm_fixture *f)
{
    for (int c = 0; c < f->site.row.channels; c++)
        free(f->site.plane[c].px);
    stm_arena_destroy(&f->scratch);
    stm_arena_destroy(&f->arena);
    stm_string_free(&f->notes);
    free(f->columns.column);
    free(f->object_columns.column);
    free(f->well_columns.column);
    free(f->site.segments);
    free(f->site.objects);
    free(f->site.object_values);
    free(f->site.site_values);
    free(f->params);
    free(f->plate);
}

static size_t find_runs(const struct stm_fixture *f, const uint32_t *labels, struct stm_segment *run)
{
    const int w = f->site.geo.width, h = f->site.geo.height;
    size_t n = 0;
    for (int y = 0; y < h; y++)
        for (int x = 0, end; x < w; x = end) {
            const uint32_t label = labels[y * w + x];
            for (end = x + 1; end < w && labels[y * w + end] == label; end++)
                ;
            if (!label) continue;
            if (run) run[n] = (struct stm_segment){y, x, end, label};
            n++;
        }
    return n;
}

void stm_fixture_label(struct stm_fixture *f, const uint32_t *labels)
{
    free(f->site.segments);
    free(f->site.objects);
    free(f->site.object_values);
    f->site.n_segments = find_runs(f, labels, NULL);
    f->site.segments = must(calloc(f->site.n_segments + 1, sizeof *f->site.segments));
    find_runs(f, labels, f->site.segments);
    f->site.n_objects = 0;
    for (size_t i = 0; i < f->site.n_segments; i++)
        if ((int)f->site.segments[i].label > f->site.n_objects)
            f->site.n_objects = (int)f->site.segments[i].label;
    const size_t n = (size_t)f->site.n_objects, values = n * (size_t)f->object_columns.n;
    f->site.objects = must(calloc(n + 1, sizeof *f->site.objects));
    f->site.object_values = must(calloc(values + 1, sizeof(double)));
    for (size_t i = 0; i < n; i++)
        f->site.objects[i] = (struct stm_object){.number = (uint32_t)i + 1, .counted = 1};
    for (size_t i = 0; i < values; i++)
        f->site.object_values[i] = NAN;
}

static double *object_cell(const struct stm_fixture *f, int number, const char *column)
{
    const int i = stm_columns_find(&f->object_columns, column);
    if (i < 0) fail_msg("there is no column %s", column);
    return &f->site.object_values[(ptrdiff_t)(number - 1) * f->object_columns.n + i];
}

double stm_fixture_object(const struct stm_fixture *f, int number, const char *column)
{
    return *object_cell(f, number, column);
}

void stm_fixture_set_object(struct stm_fixture *f, int number, const char *column, double value)
{
    *object_cell(f, number, column) = value;
}

double stm_fixture_value(const struct stm_fixture *f, const char *column)
{
    const int i = stm_columns_find(&f->columns, column);
    if (i < 0) fail_msg("there is no column %s", column);
    return f->site.site_values[i];
}

uint32_t stm_fixture_random(uint64_t *state)
{
    uint64_t x = *state ? *state : 88172645463325252u;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *state = x;
    return (uint32_t)(x >> 32);
}

double stm_fixture_noise(uint64_t *state, double sigma)
{
    double sum = -4; /* each summand: mean 1/2, variance 1/12 */
    for (int i = 0; i < 8; i++)
        sum += stm_fixture_random(state) / 4294967296.0;
    return sum * sigma / 0.816496580927726;
}
