/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/components.h"
#include "kernels/distance.h"
#include "kernels/moments.h"
#include "kernels/runs.h"
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

static void seeds(const struct stm_kernels *k, int w, int h, int top, int percent, int rise)
{
    const struct stm_u16 level = landscape(w, h, top, percent);
    const size_t capacity = (size_t)(w * h);
    struct stm_seed *seed = check_memory(capacity * sizeof *seed, 0);
    void *scratch = check_memory(stm_watershed_scratch(w, h, (uint16_t)top), 1);
    const size_t n = stm_seeds(k, seed, capacity, check_const(level), (uint16_t)rise, (uint16_t)top, scratch);
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
    for (int percent = 30; percent <= 100; percent += 35)
        for (int top = 1; top < 400; top *= 6) {
            seeds(ref, 17, 13, top, percent, 1);
            seeds(ref, 17, 13, top, percent, 1 + top / 3);
            flood(31, 23, top, percent);
            flood(3, 40, top, percent);
        }
    flood(2, 2, 3, 100);
    flood(31, 23, 65535, 90);
}

enum { N = 2048, TOP = 400 };

/* What a program does: components, each in a window of its own with distance, seeds and, when there are
 * several, the flood. */
/* Seeds are the same whatever finds the tops; plateaus of the fills included. */
static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    const struct stm_u16 level = check_image_fill(s->w, s->h, s->side, s->fill);
    const uint16_t h = (uint16_t)(1 + check_below(check_below(2) ? 3 : 60000));
    const size_t capacity = (size_t)(s->w * s->h);
    struct stm_seed *a = check_memory(capacity * sizeof *a, 0), *b = check_memory(capacity * sizeof *b, 0);
    void *scratch = check_memory(stm_watershed_scratch(s->w, s->h, UINT16_MAX), 1);
    for (int y = 0; y < s->h; y++)
        for (int x = 0; x < s->w; x++)
            if (x == 0 || y == 0 || x == s->w - 1 || y == s->h - 1) level.px[y * level.stride + x] = 0;
    const size_t n = stm_seeds(ref, a, capacity, check_const(level), h, UINT16_MAX, scratch);
    CHECK(stm_seeds(k, b, capacity, check_const(level), h, UINT16_MAX, scratch) == n, "number of seeds");
    check_equal_bytes(a, b, n * sizeof *a, "seeds");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
}

struct bench {
    const struct stm_kernels *k;
    struct stm_segment *run;
    struct stm_moments *box;
    size_t *first;
    uint32_t labels, seeds, split;
    uint16_t *level;
    uint32_t *label;
    struct stm_seed *seed;
    void *scratch;
    int stage; /* 0: distance; 1: and its root; 2: and seeds; 3: and flood */
};

static void one_component(struct bench *b, const struct stm_segment *run, size_t n,
                          const struct stm_moments *box)
{
    const int x0 = box->x0 > 0 ? box->x0 - 1 : 0, y0 = box->y0 > 0 ? box->y0 - 1 : 0;
    const int w = (box->x1 < N ? box->x1 + 1 : N) - x0, h = (box->y1 < N ? box->y1 + 1 : N) - y0;
    const struct stm_u16 inner = {b->level + w + 3, w + 2, w, h}, whole = {b->level, w + 2, w + 2, h + 2};
    const struct stm_u32 label = {b->label, w + 2, w + 2, h + 2};
    memset(whole.px, 0, (size_t)(w + 2) * (size_t)(h + 2) * sizeof *whole.px);
    stm_distance(b->k, inner, x0, y0, run, n, b->scratch);
    if (b->stage > 0) stm_distance_root(inner, check_const(inner), 16);
    if (b->stage < 2) return;
    const size_t seeds = stm_seeds(b->k, b->seed, N, check_const(whole), 12, TOP, b->scratch);
    b->seeds += (uint32_t)seeds;
    if (b->stage < 3 || seeds < 2) return;
    b->split++;
    memset(label.px, 0, (size_t)(w + 2) * (size_t)(h + 2) * sizeof *label.px);
    for (size_t i = 0; i < seeds && i < N; i++)
        label.px[b->seed[i].y * label.stride + b->seed[i].x] = (uint32_t)i + 1;
    stm_watershed(label, check_const(whole), TOP, b->scratch);
}

static void work(void *state)
{
    struct bench *b = state;
    b->seeds = b->split = 0;
    for (uint32_t l = 1; l <= b->labels; l++)
        one_component(b, b->run + b->first[l], b->first[l + 1] - b->first[l], &b->box[l]);
}

static void bench(const struct stm_kernels *k)
{
    static const char *const names[] = {"components: distance", "components: and its root",
                                        "components: and seeds", "components: and watershed"};
    size_t n;
    struct bench b = {.k = k};
    struct stm_segment *run = check_blobs(N, N, 500, 12, &n);
    b.labels = stm_components(run, n, 8, check_memory(n * 4, 0));
    b.box = check_memory((b.labels + 1) * sizeof *b.box, 0);
    stm_moments_runs(b.box, run, n);
    b.run = check_memory(n * sizeof *run, 0);
    b.first = check_memory((b.labels + 2) * sizeof *b.first, 0);
    stm_runs_group(b.run, b.first, run, n, b.labels);
    b.level = check_memory(sizeof *b.level * (N + 2) * (N + 2), 0);
    b.label = check_memory(sizeof *b.label * (N + 2) * (N + 2), 0);
    b.seed = check_memory(N * sizeof *b.seed, 0);
    b.scratch = check_memory(stm_watershed_scratch(N + 2, N + 2, TOP), 0);
    for (b.stage = 0; b.stage < 4; b.stage++)
        check_time(names[b.stage], work, &b, N * N);
}

const struct check check_watershed = {"watershed", truth, same, bench};
