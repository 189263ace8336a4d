/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same nuclei whatever the number of threads, and whatever memory held before. */
#include "tests/support/stm_assert.h"

#include "kernels/kernels.h"
#include "pipeline/nuclei/by_threshold.h"
#include "pipeline/nuclei/nuclei.h"

#include <stdlib.h>
#include <string.h>

/* WIDE: boxes nearly as wide are cut by the first thread alone. */
enum { W = 331, H = 357, WIDE = 1300, NUCLEI = 140, KEEP = 1 << 24 };
enum picture { NUCLEI_APART, NUCLEI_DARK, HAZE, GRAINS, PICTURES };

struct answer {
    struct stm_nuclei found;
    struct stm_arena scratch, keep;
    uint32_t labels[WIDE * WIDE];
};

static const struct finder {
    bool (*find)(struct stm_nuclei *out, struct stm_u32 labels, struct stm_cu16 plane,
                 const struct stm_kernels *kernels, const struct stm_nuclei_options *options,
                 struct stm_arena *scratch, struct stm_arena *keep, struct stm_error *err);
    size_t (*scratch)(int w, int h);
} by_levels = {stm_nuclei_find, stm_nuclei_scratch},
  by_threshold = {stm_nuclei_find_by_threshold, stm_nuclei_by_threshold_scratch};

static uint32_t random_below(uint32_t *state, uint32_t n)
{
    *state = *state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)*state * n >> 32);
}

/* A flat top with a slope around it. */
static void add_nucleus(struct stm_u16 image, int cx, int cy, int radius, int height)
{
    for (int y = cy - radius; y <= cy + radius; y++)
        for (int x = cx - radius; x <= cx + radius; x++) {
            const int left = radius * radius - (x - cx) * (x - cx) - (y - cy) * (y - cy);
            if (left <= 0 || x < 0 || y < 0 || x >= image.w || y >= image.h) continue;
            const int light = left > 24 ? height : height * left / 24;
            uint16_t *px = &image.px[y * image.stride + x];
            if (light > *px) *px = (uint16_t)light;
        }
}

static void draw(uint16_t *px, enum picture what)
{
    uint32_t state = 7;
    const struct stm_u16 image = {px, W, W, H};
    memset(px, 0, W * H * sizeof *px);
    for (int i = 0; i < NUCLEI && what != GRAINS; i++) {
        const int x = (int)random_below(&state, W), y = (int)random_below(&state, H);
        add_nucleus(image, x, y, 5 + (int)random_below(&state, 7), 3000 + (int)random_below(&state, 9000));
    }
    if (what == HAZE) add_nucleus(image, W / 2, H / 2, H, 2600);
    for (int i = 0; i < W * H; i++) {
        const int grain = what == GRAINS && i % W % 4 == 1 && i / W % 4 == 1 ? 20000 : 0;
        const int v = px[i] + 500 + grain + (int)random_below(&state, 200);
        px[i] = (uint16_t)(what == NUCLEI_DARK ? 40000 - 2 * v : v);
    }
}

static void find(struct answer *a, struct stm_cu16 plane, const struct finder *finder, bool declump,
                 int threads)
{
    const struct stm_nuclei_options options = {.sensitivity = 0.5, .boundary = 0.45, .declump = declump};
    struct stm_error err = {0};
    assert_ok(stm_arena_create(&a->scratch, finder->scratch(plane.w, plane.h), &err) &&
                  stm_arena_create(&a->keep, KEEP, &err),
              &err);
    a->scratch.threads = threads;
    assert_ok(finder->find(&a->found, (struct stm_u32){a->labels, plane.w, plane.w, plane.h}, plane,
                           stm_kernels_best(), &options, &a->scratch, &a->keep, &err),
              &err);
    assert_int_equal(a->scratch.used, 0);
}

static void forget(struct answer *a)
{
    stm_arena_destroy(&a->scratch);
    stm_arena_destroy(&a->keep);
}

static void assert_same(const struct answer *a, const struct answer *b)
{
    const struct stm_nuclei *p = &a->found, *q = &b->found;
    assert_int_equal(p->objects, q->objects);
    assert_int_equal(p->debris, q->debris);
    assert_int_equal(p->segments, q->segments);
    assert_memory_equal(p->segment, q->segment, p->segments * sizeof *p->segment);
    assert_memory_equal(&p->noise, &q->noise, sizeof p->noise);
    assert_memory_equal(&p->contrast, &q->contrast, sizeof p->contrast);
    assert_memory_equal(&p->diameter_px, &q->diameter_px, sizeof p->diameter_px);
    assert_int_equal(p->dark, q->dark);
    assert_int_equal(p->crowded, q->crowded);
    for (int i = 0; i < p->objects; i++) {
        assert_true(p->object[i].cx == q->object[i].cx && p->object[i].cy == q->object[i].cy);
        assert_int_equal(p->object[i].class, q->object[i].class);
    }
    assert_memory_equal(a->labels, b->labels, sizeof a->labels);
}

/* Runs on 1, 2, 3 and 5 threads, with memory that held something else each time, find the same as the first.
 */
static void compare(struct stm_cu16 plane, const struct finder *finder, bool declump, int least, int most)
{
    static const int threads[] = {1, 2, 3, 5};
    static const char *const poison[] = {"", "170", "85", "255"};
    static struct answer alone, together;
    unsetenv("STROMA_POISON");
    find(&alone, plane, finder, declump, 0);
    assert_in_range(alone.found.objects, least, most);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        setenv("STROMA_POISON", poison[i], 1);
        find(&together, plane, finder, declump, threads[i]);
        assert_same(&alone, &together);
        forget(&together);
    }
    forget(&alone);
    unsetenv("STROMA_POISON");
}

static void any_number_of_threads_finds_the_same(void **state)
{
    static uint16_t px[W * H];
    (void)state;
    for (int what = 0; what < 2 * PICTURES; what++) {
        draw(px, what / 2);
        const bool plain = what / 2 <= NUCLEI_DARK;
        const int least = plain ? NUCLEI / 4 : 0, most = plain ? NUCLEI : W * H;
        compare((struct stm_cu16){px, W, W, H}, &by_levels, what % 2, least, most);
        compare((struct stm_cu16){px, W, W, H}, &by_threshold, what % 2, least, most);
    }
}

/* A chain of touching nuclei from corner to corner below some that lie apart, so that it is not among the
 * labels of the first thread. */
static void a_chain_across_the_image_is_cut_the_same(void **state)
{
    static uint16_t px[WIDE * WIDE];
    const struct stm_u16 image = {px, WIDE, WIDE, WIDE};
    (void)state;
    for (int i = 0; i < 120; i++)
        add_nucleus(image, 20 + i % 40 * 32, 20 + i / 40 * 32, 12, 8000);
    for (int at = 140; at < WIDE - 20; at += 17)
        add_nucleus(image, at - 120, at, 14, 8000);
    for (int i = 0; i < WIDE * WIDE; i++)
        px[i] = (uint16_t)(px[i] + 500 + i % 8191 * 13 % 97);
    compare((struct stm_cu16)STM_CONST(image), &by_threshold, true, 180, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_number_of_threads_finds_the_same),
                                       cmocka_unit_test(a_chain_across_the_image_is_cut_the_same)};
    return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
