/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Weights for conv8_tiles. */
#include "kernels/conv8.h"

#include <string.h>

enum { QUAD = 64, WORDS = STM_CONV8_TILE_WORDS, SEEN = STM_CONV8_TILE + 2 };

size_t stm_conv8_tiles_scratch(const struct stm_conv8_tiled *tiled)
{
    const size_t tiles = STM_CONV8_TILES, gap = STM_CONV8_TILE_GAP;
    const size_t quads = (size_t)(tiled->conv->quads + (tiled->coarse ? tiled->coarse->quads : 0));
    return WORDS * (tiles * (quads * 4 * sizeof(int16_t) + 16 * sizeof(int32_t)) + 2 * gap);
}

size_t stm_conv8_tile_weights_bytes(const struct stm_conv8 *conv)
{
    return (size_t)conv->groups * WORDS * (size_t)conv->quads * QUAD * sizeof(int16_t);
}

/* Rows of G, of three numbers `step` apart, for a quad's inputs and outputs side by side. */
static void stretch(int16_t (*to)[QUAD], int16_t (*g)[QUAD], int step)
{
    for (int i = 0; i < QUAD; i++) {
        const int a = g[0][i], b = g[step][i], c = g[2 * step][i];
        to[0][i] = (int16_t)(6 * a);
        to[1][i] = (int16_t)(4 * (-a - b - c));
        to[2][i] = (int16_t)(4 * (-a + b - c));
        to[3][i] = (int16_t)(a + 2 * b + 4 * c);
        to[4][i] = (int16_t)(a - 2 * b + 4 * c);
        to[5][i] = (int16_t)(6 * c);
    }
}

/* [16][4] to [2][16][2]. */
static void pair(int16_t *to, const int8_t *from)
{
    for (int i = 0; i < QUAD; i++)
        to[i % 4 / 2 * 32 + i / 4 * 2 + i % 2] = from[i];
}

static void quad_weights(int16_t *to, const int8_t *from, int quads)
{
    int16_t g[9][QUAD], rows[3][SEEN][QUAD], word[SEEN][QUAD];
    for (int tap = 0; tap < 9; tap++)
        pair(g[tap], from + (ptrdiff_t)tap * quads * QUAD);
    for (int y = 0; y < 3; y++)
        stretch(rows[y], g + 3 * y, 1);
    for (int x = 0; x < SEEN; x++) {
        stretch(word, rows[0] + x, SEEN);
        for (int y = 0; y < SEEN; y++)
            memcpy(to + (ptrdiff_t)(y * SEEN + x) * quads * QUAD, word[y], sizeof word[y]);
    }
}

void stm_conv8_tile_weights(int16_t *weight, const struct stm_conv8 *conv)
{
    const int quads = conv->quads;
    for (int group = 0; group < conv->groups; group++)
        for (int quad = 0; quad < quads; quad++)
            quad_weights(weight + ((ptrdiff_t)group * WORDS * quads + quad) * QUAD,
                         conv->weight + ((ptrdiff_t)group * 9 * quads + quad) * QUAD, quads);
}
