/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An object's runs as bitmaps, so that neighbourhoods are looked at 64 pixels at a time. */
#include "pipeline/stages/feature.h"
#include "pipeline/stages/features/bits.h"

#include <string.h>

static bool bits_take(struct stm_bits *bits, int w, int h, struct stm_arena *arena, struct stm_error *err)
{
    bits->words = (w + 2 + 63) / 64;
    bits->rows = h + 2;
    const size_t size = (size_t)bits->words * (size_t)bits->rows * sizeof *bits->word;
    bits->word = stm_arena_take(arena, size, "an object's bitmap", err);
    if (bits->word) memset(bits->word, 0, size);
    return bits->word;
}

static void measure_box(struct stm_blob *b)
{
    b->x0 = b->run[0].x0, b->x1 = b->run[0].x1;
    b->y0 = b->run[0].y, b->y1 = b->run[b->n_runs - 1].y + 1;
    b->area = 0;
    for (size_t i = 0; i < b->n_runs; i++) {
        if (b->run[i].x0 < b->x0) b->x0 = b->run[i].x0;
        if (b->run[i].x1 > b->x1) b->x1 = b->run[i].x1;
        b->area += (uint64_t)(b->run[i].x1 - b->run[i].x0);
    }
}

static void mark_rims(struct stm_blob *b)
{
    const int n = b->body.words;
    for (int y = 1; y < b->body.rows - 1; y++) {
        const uint64_t *row = b->body.word + (size_t)y * n;
        for (int i = 0; i < n; i++) {
            const struct stm_nine a = stm_bits_around(row, i, n);
            const uint64_t cross = a.n & a.s & a.w & a.e, corners = a.nw & a.ne & a.sw & a.se;
            b->border.word[(size_t)y * n + i] = a.c & ~cross;
            b->edge.word[(size_t)y * n + i] = a.c & ~(cross & corners);
        }
    }
}

bool stm_blob_make(struct stm_blob *b, struct stm_arena *arena, struct stm_error *err)
{
    measure_box(b);
    const int w = b->x1 - b->x0, h = b->y1 - b->y0;
    if (!bits_take(&b->body, w, h, arena, err) || !bits_take(&b->border, w, h, arena, err) ||
        !bits_take(&b->edge, w, h, arena, err))
        return false;
    for (size_t i = 0; i < b->n_runs; i++) {
        uint64_t *row = b->body.word + (size_t)(b->run[i].y - b->y0 + 1) * b->body.words;
        stm_bits_set(row, b->run[i].x0 - b->x0 + 1, b->run[i].x1 - b->x0 + 1);
    }
    mark_rims(b);
    return true;
}
