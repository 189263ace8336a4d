/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The background around one object: pixels within reach of its rows' ends that keep a gap to every object. */
#include "kernels/order.h"
#include "pipeline/stages/feature.h"
#include "pipeline/stages/features/bits.h"

#include <math.h>
#include <string.h>

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

bool stm_cover_make(struct stm_cover *cover, const struct stm_segment *run, size_t n_runs, int w, int h,
                    int gap, struct stm_arena *arena, struct stm_error *err)
{
    const int words = (w + 63) / 64;
    const size_t row = (size_t)words, size = row * (size_t)h;
    uint64_t *wide = stm_arena_take(arena, size * sizeof *wide, "object mask", err);
    uint64_t *word = wide ? stm_arena_take(arena, size * sizeof *word, "object mask", err) : NULL;
    if (!word) return false;
    memset(wide, 0, size * sizeof *wide);
    for (size_t i = 0; i < n_runs; i++)
        stm_bits_set(wide + row * (size_t)run[i].y, clamp(run[i].x0 - gap, 0, w),
                     clamp(run[i].x1 + gap, 0, w));
    memcpy(word, wide, size * sizeof *word);
    for (int k = 1; k <= gap && k < h; k++) {
        const size_t shift = row * (size_t)k;
        for (size_t i = shift; i < size; i++)
            word[i] |= wide[i - shift];
        for (size_t i = 0; i < size - shift; i++)
            word[i] |= wide[i + shift];
    }
    *cover = (struct stm_cover){word, words, w, h};
    return true;
}

/* Ends of the ring's rows: in row y0 + i the pixels [left[i], right[i]). */
struct spans {
    int32_t *left, *right;
    int y0, rows;
};

/* Smallest of `reach` * 2 + 1 values around each of n, those outside the list being no bound, in place:
 * windows of 1, 2, 4 … values, then two that overlap. a[i] holds the window that ends at i; a has n + 2 *
 * reach values of which the last 2 * reach are INT32_MAX. */
static void sliding_minimum(int32_t *a, int n, int reach)
{
    const int size = 2 * reach + 1;
    int have = 1;
    for (; have * 2 <= size; have *= 2)
        for (int i = n + 2 * reach - 1; i >= have; i--)
            if (a[i - have] < a[i]) a[i] = a[i - have];
    for (int i = n + 2 * reach - 1, k = size - have; k && i >= k; i--)
        if (a[i - k] < a[i]) a[i] = a[i - k];
}

/* The object's rows' ends, pushed out by `reach` on all four sides and cut at the image. */
static bool make_spans(struct spans *s, const struct stm_blob *b, const struct stm_cover *cover, int reach,
                       struct stm_arena *arena, struct stm_error *err)
{
    const int h = b->y1 - b->y0, all = h + 2 * reach;
    int32_t *x = stm_arena_take(arena, 2 * (size_t)all * sizeof *x, "ring", err);
    if (!x) return false;
    s->left = x, s->right = x + all;
    for (int i = 0; i < all; i++)
        s->left[i] = s->right[i] = INT32_MAX;
    for (size_t i = 0; i < b->n_runs; i++) {
        const int row = b->run[i].y - b->y0;
        if (b->run[i].x0 < s->left[row]) s->left[row] = b->run[i].x0;
        if (-b->run[i].x1 < s->right[row]) s->right[row] = -b->run[i].x1;
    }
    sliding_minimum(s->left, h, reach);
    sliding_minimum(s->right, h, reach);
    const int above = clamp(reach - b->y0, 0, reach), below = clamp(b->y1 + reach - cover->h, 0, reach);
    s->left += above, s->right += above;
    s->y0 = b->y0 - reach + above, s->rows = all - above - below;
    for (int i = 0; i < s->rows; i++) {
        s->left[i] = clamp(s->left[i] - reach, 0, cover->w);
        s->right[i] = clamp(reach - s->right[i], 0, cover->w);
    }
    return true;
}

/* Which pixels are sampled: all, every second one like a chessboard, every 4th, 16th, 64th … */
static const struct {
    int share, row_step;
    uint64_t even_rows, odd_rows;
} thinning[] = {
    {1, 1, ~(uint64_t)0, ~(uint64_t)0}, {2, 1, 0x5555555555555555u, 0xaaaaaaaaaaaaaaaau},
    {4, 2, 0x5555555555555555u, 0},     {16, 4, 0x1111111111111111u, 0},
    {64, 8, 0x0101010101010101u, 0},    {256, 16, 0x0001000100010001u, 0},
    {1024, 32, 0x0000000100000001u, 0},
};
enum { THINNINGS = sizeof thinning / sizeof *thinning };

static void take_row(struct stm_ring *ring, const uint64_t *cover, int y, int x0, int x1, uint64_t keep)
{
    for (int i = x0 / 64; i * 64 < x1; i++) {
        const int from = x0 > i * 64 ? x0 - i * 64 : 0, to = x1 < i * 64 + 64 ? x1 - i * 64 : 64;
        for (uint64_t w = ~cover[i] & keep & stm_bits_mask(from, to); w; w &= w - 1) {
            if (ring->n == STM_RING_SAMPLES) return;
            ring->x[ring->n] = i * 64 + __builtin_ctzll(w);
            ring->y[ring->n++] = y;
        }
    }
}

static void take_samples(struct stm_ring *ring, const struct spans *s, const struct stm_cover *cover,
                         int thin)
{
    ring->n = 0;
    for (int i = 0; i < s->rows; i++) {
        const int y = s->y0 + i;
        if (y % thinning[thin].row_step || s->left[i] >= s->right[i]) continue;
        take_row(ring, cover->word + (size_t)y * (size_t)cover->words, y, s->left[i], s->right[i],
                 y & 1 ? thinning[thin].odd_rows : thinning[thin].even_rows);
    }
}

/* The weakest thinning that leaves about half of the samples there is room for when nothing is covered. */
static int choose_thinning(const struct spans *s, uint64_t inside)
{
    int64_t room = -(int64_t)inside;
    for (int i = 0; i < s->rows; i++)
        room += s->right[i] > s->left[i] ? s->right[i] - s->left[i] : 0;
    int thin = 0;
    while (thin + 1 < THINNINGS && room / thinning[thin].share > STM_RING_SAMPLES / 2)
        thin++;
    return thin;
}

enum { ENOUGH = 24, FURTHEST = 64 };

bool stm_ring_make(struct stm_ring *ring, const struct stm_blob *b, const struct stm_cover *cover, int reach,
                   struct stm_arena *arena, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(arena);
    ring->n = 0;
    for (int r = reach; ring->n < ENOUGH && r <= FURTHEST; r *= 2) {
        struct spans s;
        stm_arena_reset(arena, mark);
        if (!make_spans(&s, b, cover, r, arena, err)) return false;
        for (int thin = choose_thinning(&s, b->area); thin >= 0 && ring->n < ENOUGH; thin--)
            take_samples(ring, &s, cover, thin);
    }
    stm_arena_reset(arena, mark);
    return true;
}

/* Shifted and stitched images have margins of exact zeros, which are no background: left out when nothing is
 * nearly as dark. Returns how many values are left. */
static int drop_margin(uint16_t *v, int n)
{
    enum { NEARLY = 16 };
    int kept = 0;
    for (int i = 0; i < n; i++)
        if (v[i] && v[i] < NEARLY) return n;
    for (int i = 0; i < n; i++)
        if (v[i]) v[kept++] = v[i];
    return kept;
}

void stm_feature_ring(const struct stm_ring *ring, struct stm_cu16 plane, const struct stm_kernels *kernels,
                      double *value)
{
    uint16_t v[STM_RING_SAMPLES];
    for (int i = 0; i < ring->n; i++)
        v[i] = plane.px[ring->y[i] * plane.stride + ring->x[i]];
    const int n = drop_margin(v, ring->n);
    if (n < ENOUGH) return;
    const uint16_t median = stm_select(kernels, v, n, (n - 1) / 2);
    for (int i = 0; i < n; i++)
        v[i] = (uint16_t)(v[i] > median ? v[i] - median : median - v[i]);
    value[STM_RING_INTENSITY] = median;
    value[STM_RING_MAD] = stm_select(kernels, v, n, (n - 1) / 2);
}
