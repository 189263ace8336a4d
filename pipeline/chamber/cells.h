/* Cells in suspension: where they are, one by one, and what they look like. docs/counting-chamber.md tells
 * the method. */
#ifndef STM_CELLS_H
#define STM_CELLS_H

#include "pipeline/chamber/chamber.h"
#include "pipeline/record.h"

struct stm_cells_options {
    double noise;        /* what differs by this multiple of the noise is something … */
    double dark, bright; /* … but not less than half of this difference, nor need it more: part of the
                            chamber's light */
    double neck;         /* touching cells are cut apart where they narrow to this part of the thinner one */
};

/* What one object looks like. Light is relative to the empty chamber's: 0 is the chamber, -1 black, 1 twice
 * as bright; `dye` and `neutral` are optical densities (base 10), NaN without colour. */
struct stm_cell {
    double area, diameter; /* px, px; the disc's of that area */
    double axes;           /* shorter over longer axis of the ellipse of the same second moments */
    double mean, contrast; /* of the light, and its deviation */
    double peak, dip;      /* greatest and least light */
    double headroom;       /* how much brighter than the chamber a pixel can be here before it saturates */
    double core;           /* mean light of the inner half (by distance from the edge) */
    double rim;            /* of the outer half */
    double slope;          /* mean steepness of the light, 1/px */
    double blur;           /* deviation of the blur of its sharpest edges, px */
    double dye;            /* absorbed by trypan blue in the core: red minus blue density */
    double neutral;        /* mean density over the three colours in the core */
    bool cut;              /* by the edge of the picture, or by what is hidden */
    bool clumped;          /* part of something that was cut apart */
};

struct stm_cells {
    struct stm_segment *segment; /* raster order; labels are object numbers */
    size_t segments;
    struct stm_object *object; /* raster order of the first pixel */
    struct stm_cell *cell;     /* of each object */
    int objects;
    bool crowded; /* the picture is texture all over: nothing was looked for */
};

/* Fills `out` and `labels`. Lists are in `keep`. */
bool stm_cells_find(struct stm_cells *out, struct stm_u32 labels, const struct stm_chamber *chamber,
                    const struct stm_cu16 *planes, const struct stm_kernels *kernels,
                    const struct stm_cells_options *options, struct stm_arena *scratch,
                    struct stm_arena *keep, struct stm_error *err);
size_t stm_cells_scratch(int w, int h);

#endif
