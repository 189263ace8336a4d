/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The networks against the outputs that pipeline/nets/train/export.py computed with plain integers. */
#include "kernels/kernels.h"
#include "pipeline/nets/net.h"
#include "tests/support/stm_assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 20 };

struct vector {
    const struct stm_net *net;
    int w, h, planes;
    const uint8_t *input;
    int16_t expected[STM_NET_OUTPUTS][MOST / 4];
    uint8_t data[MOST];
};

static void load(struct vector *v, const struct stm_net *net, const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    v->net = net;
    v->planes = 4 * net->layer[0].quads;
    const size_t n = fread(v->data, 1, MOST, f);
    fclose(f);
    v->w = v->data[0] | v->data[1] << 8;
    v->h = v->data[2] | v->data[3] << 8;
    const size_t pixels = (size_t)v->w * (size_t)v->h;
    const size_t input = pixels * (size_t)v->planes;
    assert_int_equal(n, 4 + input + 4 * pixels);
    v->input = v->data + 4;
    for (size_t i = 0; i < 2 * pixels; i++) {
        const uint8_t *p = v->input + input + 2 * i;
        v->expected[i / pixels][i % pixels] = (int16_t)(p[0] | p[1] << 8);
    }
}

static void input(void *from, uint8_t *const *quad, int y)
{
    const struct vector *v = from;
    const uint8_t *row = v->input + (size_t)y * (size_t)(v->w * v->planes);
    for (int q = 0; q < v->planes / 4; q++)
        for (int x = 0; x < v->w; x++)
            memcpy(quad[q] + 4 * x, row + x * v->planes + 4 * q, 4);
}

/* The arena has the bytes that were promised; where tiles are made, those are exact. */
static void run_on(const struct stm_kernels *k, struct vector *v, int w, int h, int16_t *out, int threads)
{
    struct stm_error err = {0};
    struct stm_arena arena;
    const struct stm_s16 views[STM_NET_OUTPUTS] = {{out, w, w, h}, {out + w * h, w, w, h}};
    assert_true(stm_arena_create(&arena, stm_net_scratch(v->net, w, h), &err));
    arena.threads = threads;
    assert_true(stm_net_run(v->net, k, input, v, views, &arena, &err));
    assert_int_equal(arena.used, 0);
    if (threads <= 1 && k->tiles_pay) /* else another thread may have done it all */
        assert_int_equal(arena.peak, arena.size);
    stm_arena_destroy(&arena);
}

static void same_bytes_on_every_instruction_set(void **state)
{
    struct vector *v = *state;
    const size_t pixels = (size_t)v->w * (size_t)v->h;
    int16_t *out = malloc(4 * pixels);
    for (int isa = 0; isa < STM_ISAS; isa++) {
        const struct stm_kernels *k = stm_kernels_for((enum stm_isa)isa);
        if (!k) continue;
        memset(out, 85, 4 * pixels);
        run_on(k, v, v->w, v->h, out, 1);
        assert_memory_equal(out, v->expected[0], 2 * pixels);
        assert_memory_equal(out + pixels, v->expected[1], 2 * pixels);
    }
    free(out);
}

/* The vector's pixels over and over, in an image of another size. */
static struct vector *repeated(const struct vector *v, int w, int h)
{
    struct vector *of = calloc(1, sizeof *of);
    const size_t px = (size_t)v->planes;
    assert_true(of && (size_t)w * (size_t)h * px <= MOST);
    *of = (struct vector){.net = v->net, .w = w, .h = h, .planes = v->planes, .input = of->data};
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            memcpy(of->data + (size_t)(y * w + x) * px, v->input + (size_t)(y % v->h * v->w + x % v->w) * px,
                   px);
    return of;
}

/* Wide enough that layers of two levels are made of tiles. */
enum { W = 192, H = 400 };

/* A row does not depend on what comes more than 110 rows below it: rings hold what they should and rows are
 * what they are for. */
static void rows_do_not_see_far(void **state)
{
    enum { PART = 272, FAR = 112 };
    struct vector *tall = repeated(*state, W, H);
    int16_t *all = malloc(4 * W * H), *part = malloc(4 * W * PART);
    run_on(stm_kernels_best(), tall, W, H, all, 1);
    run_on(stm_kernels_best(), tall, W, PART, part, 1);
    assert_memory_equal(all, part, 2 * W * (PART - FAR));
    assert_memory_not_equal(all, part, 2 * W * PART);
    free(tall), free(all), free(part);
}

/* Bands of rows made by several threads are the rows made by one. */
static void same_bytes_on_any_number_of_threads(void **state)
{
    struct vector *tall = repeated(*state, W, H);
    int16_t *one = malloc(4 * W * H), *many = malloc(4 * W * H);
    run_on(stm_kernels_best(), tall, W, H, one, 0);
    for (int threads = 1; threads <= 6; threads++) {
        memset(many, 85, 4 * W * H);
        run_on(stm_kernels_best(), tall, W, H, many, threads);
        assert_memory_equal(one, many, 4 * W * H);
    }
    free(tall), free(one), free(many);
}

/* Tiles of four levels, the last one of which has fewer rows than a tile, are what rows are. */
static void tiles_are_rows(void **state)
{
    enum { WIDE = 784, LOW = 16 };
    struct vector *wide = repeated(*state, WIDE, LOW);
    int16_t *rows = malloc(4 * WIDE * LOW), *tiles = malloc(4 * WIDE * LOW);
    run_on(stm_kernels_for(STM_ISA_REF), wide, WIDE, LOW, rows, 1);
    for (int isa = STM_ISA_REF + 1; isa < STM_ISAS; isa++) {
        const struct stm_kernels *k = stm_kernels_for((enum stm_isa)isa);
        if (!k) continue;
        run_on(k, wide, WIDE, LOW, tiles, 1);
        assert_memory_equal(rows, tiles, 4 * WIDE * LOW);
    }
    free(wide), free(rows), free(tiles);
}

static void memory_grows_with_width_only(void **state)
{
    const struct vector *v = *state;
    assert_int_equal(stm_net_scratch(v->net, 1024, 1024), stm_net_scratch(v->net, 1024, 65536));
    assert_true(stm_net_scratch(v->net, 1024, 1024) < 17 << 20);
}

static void refuses_other_sizes(void **state)
{
    struct stm_error err = {0};
    struct stm_arena arena = {0};
    int16_t px[STM_NET_OUTPUTS][96];
    const struct stm_s16 views[STM_NET_OUTPUTS] = {{px[0], 12, 12, 8}, {px[1], 12, 12, 8}};
    const struct vector *v = *state;
    assert_false(stm_net_run(v->net, stm_kernels_best(), input, *state, views, &arena, &err));
    assert_int_equal(err.status, STM_INTERNAL);
}

static int setup(void **state, const struct stm_net *net, const char *path)
{
    *state = calloc(1, sizeof(struct vector));
    if (*state) load(*state, net, path);
    return *state == NULL;
}

static int setup_nuclei(void **state)
{
    return setup(state, &stm_net_nuclei, STM_SOURCE_ROOT "/tests/unit/nets/nuclei_vector.bin");
}

static int setup_cells(void **state)
{
    return setup(state, &stm_net_cells, STM_SOURCE_ROOT "/tests/unit/nets/cells_vector.bin");
}

static int setup_cells_second(void **state)
{
    return setup(state, &stm_net_cells_second, STM_SOURCE_ROOT "/tests/unit/nets/cells_second_vector.bin");
}

static int setup_phase(void **state)
{
    return setup(state, &stm_net_phase, STM_SOURCE_ROOT "/tests/unit/nets/phase_vector.bin");
}

static int setup_phase_second(void **state)
{
    return setup(state, &stm_net_phase_second, STM_SOURCE_ROOT "/tests/unit/nets/phase_second_vector.bin");
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_on_every_instruction_set),
        cmocka_unit_test(same_bytes_on_any_number_of_threads),
        cmocka_unit_test(rows_do_not_see_far),
        cmocka_unit_test(tiles_are_rows),
        cmocka_unit_test(memory_grows_with_width_only),
        cmocka_unit_test(refuses_other_sizes),
    };
    return cmocka_run_group_tests_name("nuclei", tests, setup_nuclei, teardown) |
           cmocka_run_group_tests_name("cells", tests, setup_cells, teardown) |
           cmocka_run_group_tests_name("cells_second", tests, setup_cells_second, teardown) |
           cmocka_run_group_tests_name("phase", tests, setup_phase, teardown) |
           cmocka_run_group_tests_name("phase_second", tests, setup_phase_second, teardown);
}
