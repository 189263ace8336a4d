/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/distance.h"
#include "kernels/watershed.h"

#include "tests/kernels/check.h"

#include <string.h>

/* A landscape with a border of zeros: smooth hills, plateaus and single-pixel peaks. */
static struct stm_u16 landscape(int w, int h, int top, int percent)
{
    const struct stm_u16 level = check_image_fill(w, h, 1, FILL_ZERO);
    for (int y = 1; y < h - 1; y++)
        for (int x = 1; x < w - 1; x++)
            if (check_below(100) < (uint32_t)percent)
                level.px[y * level.stride + x] = (uint16_t)(1 + check_below((uint32_t)top));
    return level;
}

static int at(struct stm_u16 level, int i)
{
    return level.px[i / level.w * level.stride + i % level.w];
}

enum { SMALL = 17 * 13 };

/* The highest level at which pixel i is connected to a pixel that stands higher, or as high and before it:
 * the rise of i is the difference. By flooding from i at falling levels. */
static int brute_rise(struct stm_u16 level, int i)
{
    static int stack[SMALL];
    const int w = level.w, top = at(level, i);
    for (int pass = top; pass > 0; pass--) {
        uint8_t seen[SMALL] = {0};
        int depth = 0;
        seen[stack[depth++] = i] = 1;
        while (depth) {
            const int p = stack[--depth];
            if (at(level, p) > top || (at(level, p) == top && p < i)) return top - pass;
            for (int d = 0; d < 9; d++) {
                const int q = p + (d / 3 - 1) * w + d % 3 - 1;
                if (seen[q] || at(level, q) < pass) continue;
                seen[stack[depth++] = q] = 1;
            }
        }
    }
    return top;
}

static void seeds(int w, int h, int top, int percent, int rise)
{
    const struct stm_u16 level = landscape(w, h, top, percent);
    const size_t capacity = (size_t)(w * h);
    struct stm_seed *seed = check_memory(capacity * sizeof *seed, 0);
    void *scratch = check_memory(stm_watershed_scratch(w, h, (uint16_t)top), 1);
    const size_t n = stm_seeds(seed, capacity, check_const(level), (uint16_t)rise, (uint16_t)top, scratch);
    size_t next = 0;
    for (int i = 0; i < w * h; i++) {
        if (!at(level, i)) continue;
        const int expected = brute_rise(level, i);
        if (expected < rise) continue;
        CHECK(next < n && seed[next].y * w + seed[next].x == i, "seed at %d missing", i);
        CHECK(next >= n || (seed[next].rise == expected && seed[next].level == at(level, i)), "rise at %d",
              i);
        next++;
    }
    CHECK(next == n, "%zu seeds, expected %zu", n, next);
}

/* The flood by its definition: always the highest pixel waiting, of those the one that waits longest. */
static void brute_flood(uint32_t *label, struct stm_u16 level)
{
    const int w = level.w, n = w * level.h;
    int *order = check_memory((size_t)n * sizeof *order, 0), *key = check_memory((size_t)n * sizeof *key, 0);
    int waiting = 0, now = 65535;
    for (int i = 0; i < n; i++)
        if (label[i]) key[i] = at(level, i), order[waiting++] = i;
    while (waiting) {
        int best = 0;
        for (int i = 1; i < waiting; i++)
            if (key[order[i]] > key[order[best]]) best = i;
        const int p = order[best];
        memmove(order + best, order + best + 1, (size_t)(--waiting - best) * sizeof *order);
        now = key[p];
        for (int d = 0; d < 9; d++) {
            const int q = p + (d / 3 - 1) * w + d % 3 - 1;
            if (label[q] || !at(level, q)) continue;
            label[q] = label[p];
            key[q] = at(level, q) < now ? at(level, q) : now;
            order[waiting++] = q;
        }
    }
}

static void flood(int w, int h, int top, int percent)
{
    const struct stm_u16 level = landscape(w, h, top, percent);
    uint32_t *expected = check_memory((size_t)(w * h) * 4, 1), *got = check_memory((size_t)(w * h) * 4, 1);
    for (int i = 0; i < w * h; i++)
        if (at(level, i) && check_below(30) == 0) expected[i] = got[i] = (uint32_t)i + 1;
    brute_flood(expected, level);
    stm_watershed((struct stm_u32){got, w, w, h}, check_const(level), (uint16_t)top,
                  check_memory(stm_watershed_scratch(w, h, (uint16_t)top), 1));
    check_equal_bytes(expected, got, (size_t)(w * h) * 4, "watershed");
}

static void truth(const struct stm_kernels *ref)
{
    (void)ref;
    for (int percent = 30; percent <= 100; percent += 35)
        for (int top = 1; top < 400; top *= 6) {
            seeds(17, 13, top, percent, 1);
            seeds(17, 13, top, percent, 1 + top / 3);
            flood(31, 23, top, percent);
            flood(3, 40, top, percent);
        }
    flood(2, 2, 3, 100);
    flood(31, 23, 65535, 90);
}

struct bench {
    struct stm_u16 level;
    struct stm_u32 label;
    struct stm_seed *seed;
    size_t n;
    void *scratch;
};

enum { N = 2048, TOP = 400 };

static void seeds_work(void *state)
{
    struct bench *b = state;
    b->n = stm_seeds(b->seed, N * N / 8, check_const(b->level), 12, TOP, b->scratch);
}

static void flood_work(void *state)
{
    struct bench *b = state;
    memset(b->label.px, 0, (size_t)N * N * 4);
    for (size_t i = 0; i < b->n; i++)
        b->label.px[b->seed[i].y * N + b->seed[i].x] = (uint32_t)i + 1;
    stm_watershed(b->label, check_const(b->level), TOP, b->scratch);
}

static void bench(const struct stm_kernels *k)
{
    if (k->isa != STM_ISA_REF) return;
    size_t n;
    struct bench b = {check_image(N, N, 0), {check_memory((size_t)N * N * 4, 0), N, N, N}, NULL, 0, NULL};
    struct stm_segment *run = check_blobs(N - 2, N - 2, 500, 12, &n);
    b.scratch = check_memory(stm_watershed_scratch(N, N, TOP), 0);
    b.seed = check_memory(N * N / 8 * sizeof *b.seed, 0);
    for (size_t i = 0; i < n; i++)
        run[i].x0++, run[i].x1++, run[i].y++;
    stm_distance(k, b.level, 0, 0, run, n, b.scratch);
    stm_distance_root(b.level, check_const(b.level), 16);
    check_time("seeds, whole frame, 11 % inside", seeds_work, &b, N * N);
    check_time("watershed, whole frame, 11 % inside", flood_work, &b, N * N);
}

const struct check check_watershed = {"watershed", truth, NULL, bench};
