/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/runs.h"

#include "kernels/kernels.h"
#include "kernels/label_row.h"

#include <string.h>

struct list {
    struct stm_segment *run;
    size_t n, capacity;
};

static void add(struct list *list, int y, int x0, int x1, uint32_t label)
{
    if (list->n < list->capacity) list->run[list->n] = (struct stm_segment){y, x0, x1, label};
    list->n++;
}

/* Adds the runs of 64 x words bits that begin at column x; `open` is where the run that reaches the left edge
 * began, -1 when there is none, and is returned for the right edge. */
static int add_bits(struct list *list, const uint64_t *bits, int words, int y, int x, int open)
{
    for (int i = 0; i < words; i++, x += 64) {
        uint64_t edges =
            bits[i] ^ (bits[i] << 1 | (uint64_t)(open >= 0)); /* bit set: differs from its left */
        for (; edges; edges &= edges - 1) {
            const int at = x + __builtin_ctzll(edges);
            if (open >= 0) add(list, y, open, at, 0);
            open = open >= 0 ? -1 : at;
        }
    }
    return open;
}

/* Thresholds a row in chunks; `grid` is NULL for a constant level. */
static void add_row(struct list *list, const struct stm_kernels *k, struct stm_cu16 src, int y,
                    uint16_t level, const struct stm_grid *grid)
{
    uint64_t bits[STM_GRID_CHUNK / 64];
    uint16_t levels[STM_GRID_CHUNK];
    int open = -1;
    for (int x = 0; x < src.w; x += STM_GRID_CHUNK) {
        const int n = src.w - x < STM_GRID_CHUNK ? src.w - x : STM_GRID_CHUNK;
        const uint16_t *px = src.px + y * src.stride + x;
        if (grid) {
            stm_grid_row(k, levels, *grid, x, n, y);
            k->compare_row(bits, px, levels, n);
        } else {
            k->threshold_row(bits, px, level, n);
        }
        open = add_bits(list, bits, (n + 63) / 64, y, x, open);
    }
    if (open >= 0) add(list, y, open, src.w, 0);
}

size_t stm_threshold_runs(const struct stm_kernels *k, struct stm_segment *run, size_t capacity,
                          struct stm_cu16 src, uint16_t level)
{
    struct list list = {run, 0, capacity};
    for (int y = 0; y < src.h; y++)
        add_row(&list, k, src, y, level, NULL);
    return list.n;
}

size_t stm_threshold_grid_runs(const struct stm_kernels *k, struct stm_segment *run, size_t capacity,
                               struct stm_cu16 src, struct stm_grid level)
{
    struct list list = {run, 0, capacity};
    for (int y = 0; y < src.h; y++)
        add_row(&list, k, src, y, 0, &level);
    return list.n;
}

/* Most of a mask is empty: the first of px[x … w) that is not 0, or w, looked for eight bytes at a time. */
static int next_set(const uint8_t *px, int x, int w)
{
    uint64_t word = 0;
    for (; x + 8 <= w; x += 8) {
        memcpy(&word, px + x, sizeof word);
        if (word) break;
    }
    while (x < w && !px[x])
        x++;
    return x;
}

/* What is set goes on for a while: the first of px[x … w) that is 0, or w, in the same way. */
static int next_clear(const uint8_t *px, int x, int w)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t word = 0;
    for (; x + 8 <= w; x += 8) {
        memcpy(&word, px + x, sizeof word);
        if ((word - ones) & ~word & tops) break;
    }
    while (x < w && px[x])
        x++;
    return x;
}

size_t stm_mask_runs(struct stm_segment *run, size_t capacity, struct stm_cu8 mask)
{
    struct list list = {run, 0, capacity};
    for (int y = 0; y < mask.h; y++) {
        const uint8_t *px = mask.px + y * mask.stride;
        for (int x = next_set(px, 0, mask.w); x < mask.w; x = next_set(px, x, mask.w)) {
            const int open = x;
            x = next_clear(px, x, mask.w);
            add(&list, y, open, x, 0);
        }
    }
    return list.n;
}

size_t stm_label_runs(struct stm_segment *run, size_t capacity, struct stm_cu32 labels, int x0, int y0)
{
    struct list list = {run, 0, capacity};
    for (int y = 0; y < labels.h; y++) {
        const uint32_t *px = labels.px + y * labels.stride;
        for (int x = 0, end; x < labels.w; x = end) {
            while (x + 4 <= labels.w && !(px[x] | px[x + 1] | px[x + 2] | px[x + 3]))
                x += 4;
            if (x == labels.w) break;
            end = stm_label_run_end(px, x, labels.w);
            if (px[x]) add(&list, y0 + y, x0 + x, x0 + end, px[x]);
        }
    }
    return list.n;
}

void stm_runs_fill8(struct stm_u8 dst, int x0, int y0, const struct stm_segment *run, size_t n, uint8_t value)
{
    for (size_t i = 0; i < n; i++)
        memset(dst.px + (run[i].y - y0) * dst.stride + (run[i].x0 - x0), value,
               (size_t)(run[i].x1 - run[i].x0));
}

void stm_runs_paint(struct stm_u32 dst, int x0, int y0, const struct stm_segment *run, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t *px = dst.px + (run[i].y - y0) * dst.stride - x0;
        for (int x = run[i].x0; x < run[i].x1; x++)
            px[x] = run[i].label;
    }
}

size_t stm_runs_sort_scratch(int h)
{
    return ((size_t)h + 1) * sizeof(size_t);
}

void stm_runs_sort(struct stm_segment *out, const struct stm_segment *run, size_t n, int h, size_t *next)
{
    memset(next, 0, stm_runs_sort_scratch(h));
    for (size_t i = 0; i < n; i++) {
        next[run[i].y + 1]++;
        out[i].y = -1; /* of no row, whatever was there before */
    }
    for (int y = 0; y < h; y++)
        next[y + 1] += next[y];
    for (size_t i = 0; i < n; i++) {
        size_t at = next[run[i].y]++;
        for (; at > 0 && out[at - 1].y == run[i].y && out[at - 1].x0 > run[i].x0; at--)
            out[at] = out[at - 1];
        out[at] = run[i];
    }
}

void stm_runs_group(struct stm_segment *out, size_t *first, const struct stm_segment *run, size_t n,
                    uint32_t labels)
{
    /* first[l + 1] counts, then is where the next run of label l goes, then where label l + 1 begins. */
    memset(first, 0, ((size_t)labels + 2) * sizeof *first);
    for (size_t i = 0; i < n; i++)
        if (run[i].label < labels) first[run[i].label + 2]++;
    for (uint32_t l = 1; l <= labels; l++)
        first[l + 1] += first[l];
    for (size_t i = 0; i < n; i++)
        out[first[run[i].label + 1]++] = run[i];
}
