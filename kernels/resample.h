/* Images of any other size, exactly: means of areas where they shrink, linear between pixel centres where
 * they grow; each axis by itself. */
#ifndef STM_RESAMPLE_H
#define STM_RESAMPLE_H

#include "kernels/view.h"

/* What pixel i of a row of `to` is made from: `count` pixels from `first` on, the first with weight `begin`,
 * the last (if another) with `end`, those between with `middle`. Weights are exact, their sum is
 * stm_tap_total. */
struct stm_tap {
    int32_t first, count;
    uint32_t begin, middle, end;
};

static inline uint64_t stm_tap_total(int from, int to)
{
    return to < from ? (uint64_t)from : 2 * (uint64_t)to;
}

static inline struct stm_tap stm_tap(int from, int to, int i)
{
    const int64_t n = from, m = to;
    if (to < from) { /* in units of 1 / to of a pixel: from i * from to (i + 1) * from */
        const int64_t a = i * n, b = a + n, first = a / m, last = (b - 1) / m;
        const int64_t edge = first < last ? (first + 1) * m : b;
        return (struct stm_tap){(int32_t)first, (int32_t)(last - first + 1), (uint32_t)(edge - a),
                                (uint32_t)m, (uint32_t)(b - last * m)};
    }
    int64_t q = (2 * i + 1) * n - m; /* of the centre, in units of 1 / (2 to) */
    q = q < 0 ? 0 : q > 2 * m * (n - 1) ? 2 * m * (n - 1) : q;
    const int64_t first = q / (2 * m), f = q % (2 * m);
    return (struct stm_tap){(int32_t)first, f ? 2 : 1, (uint32_t)(2 * m - f), 0, (uint32_t)f};
}

static inline uint32_t stm_tap_weight(const struct stm_tap *tap, int j)
{
    return j == 0 ? tap->begin : j + 1 < tap->count ? tap->middle : tap->end;
}

/* The weighted mean of the pixels, rounded half up. dst and src have at most 65536 pixels a side and do not
 * overlap. */
void stm_resample(struct stm_u16 dst, struct stm_cu16 src, void *scratch);

/* Rows y0 … y1 - 1 of the same of src << bits, which must fit 16 bits. Threads may share the rows, each with
 * scratch memory of its own. */
void stm_resample_rows(struct stm_u16 dst, struct stm_cu16 src, int bits, int y0, int y1, void *scratch);

size_t stm_resample_scratch(int from, int to); /* widths */

#endif
