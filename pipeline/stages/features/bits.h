/* Rows of bits, 64 pixels a word, pixel x in bit x % 64 of word x / 64. */
#ifndef STM_BITS_H
#define STM_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits [from, to) of one word, 0 <= from < to <= 64. */
static inline uint64_t stm_bits_mask(int from, int to)
{
    return (~(uint64_t)0 >> (64 - to)) & (~(uint64_t)0 << from);
}

/* Sets bits [x0, x1), 0 <= x0 < x1, of a row. */
static inline void stm_bits_set(uint64_t *row, int x0, int x1)
{
    const int first = x0 / 64, last = (x1 - 1) / 64;
    if (first == last) {
        row[first] |= stm_bits_mask(x0 % 64, (x1 - 1) % 64 + 1);
        return;
    }
    row[first] |= stm_bits_mask(x0 % 64, 64);
    for (int i = first + 1; i < last; i++)
        row[i] = ~(uint64_t)0;
    row[last] |= stm_bits_mask(0, (x1 - 1) % 64 + 1);
}

/* Number of bits set; without the instruction, which is not in the baseline ISA. */
static inline unsigned stm_bits_count(uint64_t v)
{
    v -= v >> 1 & 0x5555555555555555u;
    v = (v & 0x3333333333333333u) + (v >> 2 & 0x3333333333333333u);
    v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (unsigned)(v * 0x0101010101010101u >> 56);
}

/* One word of a row of bits and its neighbours in eight directions, shifted into its place. There is a row
 * above and below. */
struct stm_nine {
    uint64_t c, n, s, w, e, nw, ne, sw, se;
};

static inline struct stm_nine stm_bits_around(const uint64_t *row, int i, int words)
{
    const uint64_t *up = row - words, *down = row + words;
    const bool first = i == 0, last = i + 1 == words;
    struct stm_nine a = {.c = row[i], .n = up[i], .s = down[i]};
    a.w = a.c << 1 | (first ? 0 : row[i - 1] >> 63), a.e = a.c >> 1 | (last ? 0 : row[i + 1] << 63);
    a.nw = a.n << 1 | (first ? 0 : up[i - 1] >> 63), a.ne = a.n >> 1 | (last ? 0 : up[i + 1] << 63);
    a.sw = a.s << 1 | (first ? 0 : down[i - 1] >> 63), a.se = a.s >> 1 | (last ? 0 : down[i + 1] << 63);
    return a;
}

#endif
