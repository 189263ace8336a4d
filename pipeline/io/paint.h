/* From decoded samples to the 16-bit plane: picking or combining components, palette, inversion, linear
 * mapping. A format hands over its pixels in blocks, in any order; wide samples (over 16 bits, floats) are
 * handed over twice: to find their range, then to map them. */
#ifndef STM_IO_PAINT_H
#define STM_IO_PAINT_H

#include "kernels/view.h"
#include "pipeline/io/image.h"
#include "pipeline/io/sample.h"

enum { STM_PAINT_PARTS = 3, STM_PAINT_ALPHA = 3, STM_PAINT_BASES = 4 };

/* A rectangle of decoded pixels. base[k] is the first row of part k (0 to parts - 1; STM_PAINT_ALPHA: alpha,
 * NULL when there is none), whose first sample begins first[k] bits into it. */
struct stm_block {
    int x, y, w, h;
    const uint8_t *base[STM_PAINT_BASES];
    size_t first[STM_PAINT_BASES];
    size_t step;  /* bits from a pixel to the next */
    size_t pitch; /* bytes from a row to the next */
};

struct stm_paint {
    /* Set before the first block. */
    struct stm_sample sample;
    struct stm_u16 out;
    int parts;               /* components of a block that make a pixel: 1, or 3 with a rule */
    int rule;                /* STM_IMAGE_LUMA or STM_IMAGE_MAX when parts == 3 */
    struct stm_u16 more[2];  /* where parts 1 and 2 go when they are not combined; px NULL = they are */
    const uint16_t *palette; /* parts tables of 2^bits values each, one after the other, or NULL */
    bool invert;             /* 0 is white */
    bool scanr;              /* named like Olympus scanR's files, whose unsigned grey levels begin at 32768 */
    int declared_bits;       /* 0 = not declared */
    bool ranging;            /* first of two passes */
    const uint8_t *wanted;   /* rows whose entry is 0 may be left out; NULL = all are wanted */
    /* Seen so far. */
    uint16_t any, all; /* bits set in some pixel, and in every one */
    double lo, hi;     /* of finite wide samples */
    bool whole;        /* no fractions among them */
    uint64_t not_finite;
    bool transparent; /* alpha is not opaque everywhere */
    /* Mapping of wide samples: pixel = (value - offset) * gain. */
    double offset, scale, gain;
    bool lossy;
};

/* Parts, palette and the like follow; `out` is not touched before the first block. */
void stm_paint_begin(struct stm_paint *paint, struct stm_sample sample, struct stm_u16 out);

/* The block's pixels go into `out` (or only into the range while ranging). The block lies inside `out`. */
void stm_paint_block(struct stm_paint *paint, const struct stm_block *block);

/* Where a decoder may put rows [y, y + h) itself, native 16-bit without gaps, because they would be copied
 * unchanged; NULL when it may not. To be followed by stm_paint_seen. */
uint16_t *stm_paint_direct(struct stm_paint *paint, int y, int h);
void stm_paint_seen(struct stm_paint *paint, int y, int h);

/* After the ranging pass: decides the mapping. */
void stm_paint_settle(struct stm_paint *paint);

/* After the last block: undoes shifts that were not needed, inverts, and says how values became pixels. */
void stm_paint_finish(struct stm_paint *paint, struct stm_scaling *scaling);

#endif
