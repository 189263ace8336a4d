/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/runs.h"

#include "tests/kernels/check.h"

#include <string.h>

/* Runs must be exactly the pixels for which `mask` is set. */
static void expect_mask(const uint8_t *mask, int w, int h, const struct stm_segment *run, size_t n,
                        const char *what)
{
    uint8_t *got = check_memory((size_t)w * (size_t)h, 1);
    stm_runs_fill8((struct stm_u8){got, w, w, h}, 0, 0, run, n, 1);
    for (size_t i = 0; i < n; i++) {
        CHECK(run[i].x0 < run[i].x1, "%s: run %zu is empty", what, i);
        CHECK(i == 0 || run[i - 1].y < run[i].y || run[i - 1].x1 < run[i].x0, "%s: order at run %zu", what,
              i);
    }
    check_equal_bytes(mask, got, (size_t)w * (size_t)h, what);
}

static void thresholds(const struct stm_kernels *ref, int w, int h, enum check_fill fill)
{
    const struct stm_u16 src = check_image_fill(w, h, 1, fill);
    const struct stm_u16 node = check_image_fill(stm_grid_cells(w, 4), stm_grid_cells(h, 4), 1, FILL_NOISE);
    const struct stm_grid grid = {check_const(node), 4};
    const struct stm_u16 level = check_image(w, h, 0);
    const size_t capacity = (size_t)h * ((size_t)w + 1) / 2;
    struct stm_segment *run = check_memory(capacity * sizeof *run, 0);
    uint8_t *mask = check_memory((size_t)w * (size_t)h, 1);
    stm_grid_upsample(ref, level, grid);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            mask[y * w + x] = src.px[y * src.stride + x] > 32768;
    const size_t n = stm_threshold_runs(ref, run, capacity, check_const(src), 32768);
    expect_mask(mask, w, h, run, n, "threshold");
    CHECK(stm_threshold_runs(ref, run, 0, check_const(src), 32768) == n, "the count depends on the capacity");
    CHECK(stm_mask_runs(run, capacity, (struct stm_cu8){mask, w, w, h}) == n, "mask has other runs");
    expect_mask(mask, w, h, run, n, "mask");
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            mask[y * w + x] = src.px[y * src.stride + x] > level.px[y * level.stride + x];
    expect_mask(mask, w, h, run, stm_threshold_grid_runs(ref, run, capacity, check_const(src), grid), "grid");
}

/* Background that a flood from outside cannot reach (with the background's own connectivity). */
static void flood(uint8_t *mask, int w, int h, int diagonal)
{
    for (int changed = 1; changed;) {
        changed = 0;
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++) {
                if (mask[y * w + x]) continue;
                int open = x == 0 || y == 0 || x == w - 1 || y == h - 1;
                for (int dy = -1; dy <= 1 && !open; dy++)
                    for (int dx = -1; dx <= 1 && !open; dx++)
                        if (diagonal || !dx || !dy) open = mask[(y + dy) * w + x + dx] == 2;
                if (open) mask[y * w + x] = 2, changed = 1;
            }
    }
}

static void holes(int w, int h, int percent, int connectivity)
{
    size_t n;
    struct stm_segment *run = check_blobs(w, h, 0, percent, &n);
    uint8_t *mask = check_memory((size_t)w * (size_t)h, 1);
    stm_runs_fill8((struct stm_u8){mask, w, w, h}, 0, 0, run, n, 1);
    flood(mask, w, h, connectivity == 4);
    for (int i = 0; i < w * h; i++)
        mask[i] = mask[i] != 2;
    void *scratch = check_memory((stm_fill_holes_scratch(n, h) + 7) / 8 * 8, 1);
    n = stm_fill_holes(run, n, w, h, connectivity, UINT64_MAX, scratch);
    expect_mask(mask, w, h, run, n, "holes");
}

static void hole_sizes(void)
{
    /* A ring with a hole of 1 pixel and one of 2. */
    const struct stm_segment ring[] = {{1, 1, 8, 0}, {2, 1, 2, 0}, {2, 3, 5, 0}, {2, 7, 8, 0}, {3, 1, 8, 0}};
    struct stm_segment run[5];
    void *scratch = check_memory((stm_fill_holes_scratch(5, 5) + 7) / 8 * 8, 1);
    memcpy(run, ring, sizeof ring);
    CHECK(stm_fill_holes(run, 5, 9, 5, 8, 0, scratch) == 5, "a hole larger than the limit was filled");
    CHECK(stm_fill_holes(run, 5, 9, 5, 8, 1, scratch) == 4, "a hole of one pixel was not filled");
    CHECK(run[1].x0 == 1 && run[1].x1 == 5, "the run is [%d, %d)", run[1].x0, run[1].x1);
}

static void pockets(void)
{
    /* Rims that the left, the right and the lower edge of 9 x 6 pixels cut, with pockets of 2 pixels each. */
    const struct stm_segment rims[] = {{0, 0, 3, 0}, {0, 6, 9, 0}, {1, 2, 3, 0}, {1, 6, 7, 0}, {2, 0, 3, 0},
                                       {2, 6, 9, 0}, {4, 3, 7, 0}, {5, 3, 4, 0}, {5, 6, 7, 0}};
    struct stm_segment run[9];
    void *scratch = check_memory((stm_fill_holes_scratch(9, 6) + 7) / 8 * 8, 1);
    memcpy(run, rims, sizeof rims);
    CHECK(stm_fill_pockets(run, 9, 9, 6, 8, 99, 1, scratch) == 9,
          "a pocket larger than the limit was filled");
    CHECK(stm_fill_pockets(run, 9, 9, 6, 8, 0, 2, scratch) == 8, "the lower pocket was not filled");
    CHECK(run[2].x0 == 0 && run[2].x1 == 3, "the left run is [%d, %d)", run[2].x0, run[2].x1);
    CHECK(run[3].x0 == 6 && run[3].x1 == 9, "the right run is [%d, %d)", run[3].x0, run[3].x1);
    CHECK(run[7].x0 == 3 && run[7].x1 == 7, "the lower run is [%d, %d)", run[7].x0, run[7].x1);
}

static void sorting(void)
{
    size_t n, first[12];
    struct stm_segment *run = check_blobs(61, 40, 0, 40, &n), *mixed = check_memory(n * sizeof *run, 0);
    struct stm_segment *out = check_memory(n * sizeof *run, 0);
    for (size_t i = 0; i < n; i++)
        run[i].label = check_below(11);
    memcpy(mixed, run, n * sizeof *run);
    for (size_t i = n; i > 1; i--) {
        const size_t j = check_below((uint32_t)i);
        const struct stm_segment t = mixed[i - 1];
        mixed[i - 1] = mixed[j], mixed[j] = t;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = (struct stm_segment){(int32_t)check_below(40), 1000, 1001, 0}; /* left there by others */
    stm_runs_sort(out, mixed, n, 40, check_memory(stm_runs_sort_scratch(40), 1));
    check_equal_bytes(run, out, n * sizeof *run, "sort");
    stm_runs_group(out, first, run, n, 10);
    CHECK(first[0] == 0 && first[11] == n, "first: %zu, last: %zu of %zu", first[0], first[11], n);
    for (uint32_t l = 0; l <= 10; l++)
        for (size_t i = first[l]; i < first[l + 1]; i++) {
            CHECK(out[i].label == l, "run %zu has label %u in group %u", i, out[i].label, l);
            CHECK(i == first[l] || out[i - 1].y < out[i].y || out[i - 1].x1 <= out[i].x0, "order in group %u",
                  l);
        }
}

static void labels(void)
{
    size_t n;
    struct stm_segment *run = check_blobs(61, 40, 0, 40, &n), *out = check_memory(n * sizeof *run, 0);
    uint32_t *px = check_memory(61 * 40 * sizeof *px, 1);
    for (size_t i = 0; i < n; i++)
        run[i].label = 1 + check_below(3), run[i].x0 += 100, run[i].x1 += 100, run[i].y += 7;
    stm_runs_paint((struct stm_u32){px, 61, 61, 40}, 100, 7, run, n);
    CHECK(stm_label_runs(out, n, (struct stm_cu32){px, 61, 61, 40}, 100, 7) == n, "label runs");
    check_equal_bytes(run, out, n * sizeof *run, "label runs");
}

/* Pixels at and above a level, one row at a time, against plain words. */
static void same_bits(const struct stm_kernels *k, int w)
{
    uint8_t *row = check_memory((size_t)w + STM_ROW_SLACK, 1);
    uint64_t *bits = check_memory((size_t)(w + 63) / 64 * sizeof *bits, 1);
    const uint8_t least = (uint8_t)check_random();
    for (int x = 0; x < w + STM_ROW_SLACK; x++)
        row[x] = (uint8_t)(check_below(3) ? check_random() : (uint32_t)(least - check_below(2)));
    k->at_least_row(bits, row, least, w);
    for (int x = 0; x < (w + 63) / 64 * 64; x++)
        CHECK((bits[x / 64] >> x % 64 & 1) == (x < w && row[x] >= least), "at least %d of %d: bit %d", least,
              w, x);
}

static void truth(const struct stm_kernels *ref)
{
    for (int w = 1; w < 140; w += 1 + w / 9)
        thresholds(ref, w, 1 + w % 5, (enum check_fill)(w % FILLS));
    thresholds(ref, 2053, 3, FILL_NOISE);
    thresholds(ref, 2048, 3, FILL_MAX);
    for (int percent = 20; percent < 100; percent += 15) {
        holes(53, 41, percent, 8);
        holes(53, 41, percent, 4);
        holes(1, 41, percent, 8);
        holes(53, 1, percent, 4);
    }
    for (int w = 1; w < 200; w += 3)
        same_bits(ref, w);
    hole_sizes();
    pockets();
    sorting();
    labels();
}

static void same_shape(const struct stm_kernels *ref, const struct stm_kernels *k,
                       const struct check_shape *s)
{
    const struct stm_u16 src = check_image_fill(s->w, s->h, s->side, s->fill);
    const struct stm_u16 node =
        check_image_fill(stm_grid_cells(s->w, 3) + 1, stm_grid_cells(s->h, 3), 1, FILL_NOISE);
    const struct stm_grid grid = {check_const(node), 3};
    const size_t capacity = (size_t)s->h * ((size_t)s->w + 1) / 2;
    struct stm_segment *a = check_memory(capacity * sizeof *a, 0), *b = check_memory(capacity * sizeof *b, 0);
    const uint16_t level = check_below(2) ? (uint16_t)check_random() : (uint16_t)(32767 + check_below(3));
    size_t n = stm_threshold_runs(ref, a, capacity, check_const(src), level);
    CHECK(stm_threshold_runs(k, b, capacity, check_const(src), level) == n, "width %d: number of runs", s->w);
    check_equal_bytes(a, b, n * sizeof *a, "threshold");
    n = stm_threshold_grid_runs(ref, a, capacity, check_const(src), grid);
    CHECK(stm_threshold_grid_runs(k, b, capacity, check_const(src), grid) == n, "width %d: number of runs",
          s->w);
    check_equal_bytes(a, b, n * sizeof *a, "grid threshold");
}

static void same(const struct stm_kernels *ref, const struct stm_kernels *k)
{
    check_each_shape(same_shape, ref, k);
    for (int w = 1; w < 200; w++)
        same_bits(k, w);
}

struct bench {
    const struct stm_kernels *k;
    struct stm_cu16 src;
    struct stm_segment *run, *copy;
    size_t n, capacity;
    void *scratch;
};

static void threshold_work(void *state)
{
    struct bench *b = state;
    b->n = stm_threshold_runs(b->k, b->run, b->capacity, b->src, 1000);
}

static void holes_work(void *state)
{
    struct bench *b = state;
    memcpy(b->copy, b->run, b->n * sizeof *b->run);
    stm_fill_holes(b->copy, b->n, b->src.w, b->src.h, 8, UINT64_MAX, b->scratch);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    struct bench b = {.k = k};
    b.run = check_blobs(N, N, 500, 12, &b.n);
    b.capacity = b.n;
    b.copy = check_memory(b.n * sizeof *b.run, 0);
    b.scratch = check_memory(stm_fill_holes_scratch(b.n, N), 0);
    const struct stm_u16 src = check_image_fill(N, N, 0, FILL_LOW);
    for (size_t i = 0; i < b.n; i++)
        for (int x = b.run[i].x0; x < b.run[i].x1; x++)
            src.px[b.run[i].y * src.stride + x] = 5000;
    b.src = check_const(src);
    check_time("threshold to runs", threshold_work, &b, N * N);
    if (k->isa == STM_ISA_REF) check_time("fill holes", holes_work, &b, N * N);
}

const struct check check_runs = {"runs", truth, same, bench};
