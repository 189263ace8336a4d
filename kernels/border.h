/* Images continued beyond their borders by mirroring (c b a | a b c | c b a). Internal. */
#ifndef STM_BORDER_H
#define STM_BORDER_H

#include <stdint.h>
#include <string.h>

/* Position i of a line of n >= 1 pixels. */
static inline int stm_mirror(int i, int n)
{
    while (i < 0 || i >= n)
        i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return i;
}

/* Copies w pixels and `radius` mirrored ones on both sides: dst[-radius .. w + radius). */
static inline void stm_pad_row(uint16_t *dst, const uint16_t *src, int w, int radius)
{
    memcpy(dst, src, (size_t)w * sizeof *dst);
    for (int i = 1; i <= radius; i++) {
        dst[-i] = src[stm_mirror(-i, w)];
        dst[w - 1 + i] = src[stm_mirror(w - 1 + i, w)];
    }
}

/* Elements from one scratch row to the next, with room for STM_ROW_SLACK readable ones behind w + 2 radius.
 */
static inline ptrdiff_t stm_row_pitch(int w, int radius)
{
    return ((ptrdiff_t)w + 2 * radius + 127) / 64 * 64;
}

#endif
