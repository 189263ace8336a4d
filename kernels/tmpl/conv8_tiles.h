/* conv8_tiles: 4 x 4 outputs from 6 x 6 pixels at a time (kernels/conv8.h has the formulas). A part of a row
 * is first made coefficients of, which stay in the second cache, then each of the 36 is multiplied for all of
 * the part's tiles, then sums are made of them. */
#include "kernels/conv8.h"

#include <string.h>

#ifdef V_CONV_PIXELS

enum {
    TILES = STM_CONV8_TILES,
    TILE = STM_CONV8_TILE,
    TILE_SEEN = TILE + 2,
    TILE_WORDS = TILE_SEEN * TILE_SEEN
};

/* What is worked on: tiles first … first + n - 1 of the rows. coefficient is [36][quads, then those of the
 * coarser image][TILES][4], product [36][TILES][16]; behind each of the 36 is a gap. */
struct conv8_part {
    const struct stm_conv8_tiled *tiled;
    int w, first, n, quads, coarse_quads;
    ptrdiff_t step; /* from a coefficient to the next of the 36 */
    int16_t *coefficient;
    int32_t *product;
};

enum { TILE_GAP = STM_CONV8_TILE_GAP, TILE_PRODUCTS = TILES * 16 + TILE_GAP / 4 };

/* The transform of 6 values: rows of B^T. */
static inline __attribute__((always_inline)) void conv8_see(v16 out[TILE_SEEN], const v16 d[TILE_SEEN])
{
    const v16 a = v_sub16(d[4], v_shl16(d[2], 2)), b = v_sub16(d[3], v_shl16(d[1], 2));
    const v16 c = v_sub16(d[4], d[2]), e = v_shl16(v_sub16(d[3], d[1]), 1);
    out[0] = v_add16(c, v_shl16(v_sub16(d[0], d[2]), 2));
    out[1] = v_add16(a, b);
    out[2] = v_sub16(a, b);
    out[3] = v_add16(c, e);
    out[4] = v_sub16(c, e);
    out[5] = v_sub16(v_sub16(d[5], d[3]), v_shl16(e, 1));
}

/* The same of 4 values, the middle ones of which stand for two each; the third is 0. */
static inline __attribute__((always_inline)) void conv8_see_coarse(v16 out[TILE_SEEN], const v16 d[TILE])
{
    const v16 slope = v_sub16(d[2], d[1]), more = v_shl16(slope, 2);
    out[0] = v_add16(slope, v_shl16(v_sub16(d[0], d[1]), 2));
    out[1] = v_shl16(v_sub16(d[2], v_shl16(d[1], 2)), 1);
    out[2] = v_set(0);
    out[3] = v_sub16(more, slope);
    out[4] = v_sub16(v_set(0), slope);
    out[5] = v_sub16(v_sub16(d[3], d[2]), more);
}

/* Vector i of a row, 4 pixels, if it has one. */
static inline v16 conv8_vector(const uint8_t *px, int i, int w)
{
    return i < (w + 2 + 3) / 4 ? v_wide8(px + 16 * i) : v_set(0);
}

/* Columns of a quad: `seen` is [6][4 pixels a vector], beginning at pixel -1 of the first tile. */
static void conv8_see_columns(v16 seen[TILE_SEEN][TILES + 1], const uint8_t *const *src,
                              const struct conv8_part *part)
{
    for (int i = 0; i < (part->n + 3) / 4 * 4 + 1; i++) {
        v16 d[TILE_SEEN], out[TILE_SEEN];
        for (int row = 0; row < TILE_SEEN; row++)
            d[row] = conv8_vector(src[row * part->quads], part->first + i, part->w);
        conv8_see(out, d);
        for (int row = 0; row < TILE_SEEN; row++)
            seen[row][i] = out[row];
    }
}

static void conv8_see_coarse_columns(v16 seen[TILE_SEEN][TILES + 1], const uint8_t *const *src,
                                     const struct conv8_part *part)
{
    for (int i = 0; i < (part->n + 3) / 4 * 2 + 1; i++) {
        v16 d[TILE], out[TILE_SEEN];
        for (int row = 0; row < TILE; row++)
            d[row] = conv8_vector(src[row * part->coarse_quads], part->first / 2 + i, part->w / 2);
        conv8_see_coarse(out, d);
        for (int row = 0; row < TILE_SEEN; row++)
            seen[row][i] = out[row];
    }
}

/* Rows of 4 tiles of a quad. */
static void conv8_see_tiles(int16_t *coefficient, const v16 *seen, ptrdiff_t step)
{
    v16 d[TILE_SEEN], out[TILE_SEEN];
    v_columns64(d, seen);
    conv8_see(out, d);
    for (int i = 0; i < TILE_SEEN; i++)
        v_store_n(coefficient + i * step, out[i], VN);
}

static void conv8_see_coarse_tiles(int16_t *coefficient, const v16 *seen, ptrdiff_t step)
{
    v16 d[TILE], out[TILE_SEEN];
    v_pairs64(d, seen);
    v_pairs64(d + 2, (const uint16_t *)(const void *)seen + VN / 2);
    conv8_see_coarse(out, d);
    for (int i = 0; i < TILE_SEEN; i++)
        if (i != 2) v_store_n(coefficient + i * step, out[i], VN);
}

static void conv8_see_part(const struct conv8_part *part, const uint8_t *const *src)
{
    for (int quad = 0; quad < part->quads; quad++) {
        v16 seen[TILE_SEEN][TILES + 1];
        int16_t *coefficient = part->coefficient + quad * TILES * 4;
        conv8_see_columns(seen, src + quad, part);
        for (int row = 0; row < TILE_SEEN; row++, coefficient += TILE_SEEN * part->step)
            for (int i = 0; i < part->n; i += 4)
                conv8_see_tiles(coefficient + 4 * i, seen[row] + i, part->step);
    }
}

static void conv8_see_coarse_part(const struct conv8_part *part, const uint8_t *const *src)
{
    for (int quad = 0; quad < part->coarse_quads; quad++) {
        v16 seen[TILE_SEEN][TILES + 1];
        int16_t *coefficient = part->coefficient + (part->quads + quad) * TILES * 4;
        conv8_see_coarse_columns(seen, src + quad, part);
        for (int row = 0; row < TILE_SEEN; row++, coefficient += TILE_SEEN * part->step)
            for (int i = 0; i < part->n && row != 2; i += 4)
                conv8_see_coarse_tiles(coefficient + 4 * i, seen[row] + i / 2, part->step);
    }
}

/* Two of a quad's inputs of 4 tiles, times the weights of 16 outputs. */
static inline __attribute__((always_inline)) void
conv8_multiply_pair(v32 sum[V_PARTS][4], const uint8_t *pair, const int16_t *weight)
{
    v32 by[V_PARTS];
    for (int p = 0; p < V_PARTS; p++)
        by[p] = v_load32(weight + p * VN);
    for (int i = 0; i < 4; i++) {
        const v32 both = conv8_quad(pair + 8 * i);
        for (int p = 0; p < V_PARTS; p++)
            sum[p][i] = v_dot_now(sum[p][i], both, by[p]);
    }
}

static inline __attribute__((always_inline)) void
conv8_multiply_quads(v32 sum[V_PARTS][4], const int16_t *coefficient, const int16_t *weight, int quads)
{
    const uint8_t *pair = (const uint8_t *)coefficient;
    for (const int16_t *const end = weight + (ptrdiff_t)quads * 64; weight < end;
         weight += 64, pair += TILES * 8) {
        conv8_multiply_pair(sum, pair, weight);
        conv8_multiply_pair(sum, pair + 4, weight + 32);
    }
}

/* One of the 36 of 4 tiles, and of a group's outputs. */
static void conv8_multiply(const struct conv8_part *part, int group, int word, int tile)
{
    const int16_t *coefficient = part->coefficient + word * part->step + 4 * tile;
    const ptrdiff_t at = (ptrdiff_t)(group * TILE_WORDS + word) * 64;
    v32 sum[V_PARTS][4];
    for (int p = 0; p < V_PARTS; p++)
        for (int i = 0; i < 4; i++)
            sum[p][i] = v_set32(0);
    conv8_multiply_quads(sum, coefficient, part->tiled->weight + at * part->quads, part->quads);
    if (part->coarse_quads && word / TILE_SEEN != 2 && word % TILE_SEEN != 2)
        conv8_multiply_quads(sum, coefficient + (ptrdiff_t)part->quads * TILES * 4,
                             part->tiled->coarse_weight + at * part->coarse_quads, part->coarse_quads);
    for (int i = 0; i < 4; i++)
        for (int p = 0; p < V_PARTS; p++)
            conv8_keep(part->product + word * TILE_PRODUCTS + 16 * (tile + i), p, sum[p][i]);
}

/* 4 sums of 6 products: rows of A^T, for weights as stm_conv8_tile_weights makes them. */
static inline __attribute__((always_inline)) void conv8_gather(v32 out[TILE], const v32 m[TILE_SEEN])
{
    const v32 near = v_add32(m[1], m[2]), slope = v_sub32(m[1], m[2]);
    const v32 far = v_add32(m[3], m[4]), steep = v_sub32(m[3], m[4]);
    out[0] = v_add32(v_add32(m[0], near), far);
    out[1] = v_add32(slope, v_shl32(steep, 1));
    out[2] = v_add32(near, v_shl32(far, 2));
    out[3] = v_add32(v_add32(slope, v_shl32(m[5], 2)), v_shl32(steep, 3));
}

/* 576 times the sums of a tile, of some of the 16 outputs. */
static inline __attribute__((always_inline)) void conv8_gather_tile(v32 sum[TILE][TILE],
                                                                    const int32_t *product)
{
    v32 column[TILE][TILE_SEEN];
    for (int x = 0; x < TILE_SEEN; x++) {
        v32 m[TILE_SEEN], out[TILE];
        for (int y = 0; y < TILE_SEEN; y++)
            m[y] = v_load32(product + (y * TILE_SEEN + x) * TILE_PRODUCTS);
        conv8_gather(out, m);
        for (int y = 0; y < TILE; y++)
            column[y][x] = out[y];
    }
    for (int y = 0; y < TILE; y++)
        conv8_gather(sum[y], column[y]);
}

/* A row of a tile to its planes, as far as the row goes. */
static inline __attribute__((always_inline)) void conv8_put_row(uint8_t *const *dst, int x, int w,
                                                                const v32 sum[TILE],
                                                                const struct stm_conv8 *conv, int output)
{
    const int32_t *scale = conv->scale + output;
    const int64_t *offset = conv->offset + output / 16 * 16 + output % 16 / 2;
    uint8_t last[V_QUADS][4 * TILE], *plane[V_QUADS];
    if (x + TILE <= w) {
        conv8_put(dst, x, sum, scale, offset, conv->shift);
        return;
    }
    for (int q = 0; q < V_QUADS; q++)
        plane[q] = last[q];
    conv8_put(plane, 0, sum, scale, offset, conv->shift);
    for (int q = 0; q < V_QUADS; q++)
        memcpy(dst[q] + 4 * x, last[q], 4 * (size_t)(w - x));
}

static void conv8_put_tile(uint8_t *const *dst, const struct conv8_part *part, int tile, int group)
{
    const struct stm_conv8 *const conv = part->tiled->conv;
    for (int p = 0; p < V_PARTS; p++) {
        const int output = 16 * group + 4 * V_QUADS * p;
        v32 sum[TILE][TILE];
        conv8_gather_tile(sum, part->product + tile * 16 + 4 * V_QUADS * p);
        for (int y = 0; y < TILE; y++) {
            for (int i = 0; i < TILE; i++)
                sum[y][i] = v_sar32(v_mul32(sum[y][i], v_set32(STM_CONV8_NINTH)), 6);
            conv8_put_row(dst + 4 * conv->groups * y + output / 4, TILE * (part->first + tile), part->w,
                          sum[y], conv, output);
        }
    }
}

static void conv8_put_group(uint8_t *const *dst, const struct conv8_part *part, int group)
{
    for (int word = 0; word < TILE_WORDS; word++)
        for (int tile = 0; tile < part->n; tile += 4)
            conv8_multiply(part, group, word, tile);
    for (int tile = 0; tile < part->n; tile++)
        conv8_put_tile(dst, part, tile, group);
}

static void conv8_tiles(uint8_t *const *dst, const uint8_t *const *src, int w,
                        const struct stm_conv8_tiled *tiled, void *scratch)
{
    const int tiles = (w + TILE - 1) / TILE;
    struct conv8_part part = {.tiled = tiled, .w = w, .quads = tiled->conv->quads, .coefficient = scratch};
    part.coarse_quads = tiled->coarse ? tiled->coarse->quads : 0;
    part.step = (ptrdiff_t)(part.quads + part.coarse_quads) * TILES * 4 + TILE_GAP / 2;
    part.product = (int32_t *)(void *)(part.coefficient + TILE_WORDS * part.step);
    for (; part.first < tiles; part.first += TILES) {
        part.n = tiles - part.first < TILES ? tiles - part.first : TILES;
        conv8_see_part(&part, src);
        conv8_see_coarse_part(&part, src + TILE_SEEN * part.quads);
        for (int group = 0; group < tiled->conv->groups; group++)
            conv8_put_group(dst, &part, group);
    }
}

#endif
