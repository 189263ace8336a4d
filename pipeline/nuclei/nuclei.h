/* Stained nuclei in one plane: where they are, one by one. docs/nuclei.md tells the method. */
#ifndef STM_NUCLEI_H
#define STM_NUCLEI_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"
#include "pipeline/record.h"

struct stm_kernels;

enum stm_polarity { STM_POLARITY_AUTO, STM_POLARITY_BRIGHT, STM_POLARITY_DARK };

struct stm_nuclei_options {
    double pixel_um;              /* NAN: not known */
    double diameter_px;           /* usual nucleus; 0 = found from the image */
    double least_px, greatest_px; /* equivalent diameters; smaller is debris, greater too; 0 = no limit */
    double sensitivity;           /* 0 finds only what is beyond doubt, 1 everything possible; 0.5 usual */
    double boundary;              /* where the edge lies, as a fraction of the height of a nucleus */
    int polarity;                 /* enum stm_polarity */
    bool declump;                 /* cut touching nuclei apart */
};

/* What was found; lists are in the arena `keep` of stm_nuclei_find. */
struct stm_nuclei {
    struct stm_segment *segment; /* raster order; labels are object numbers, debris included */
    size_t segments;
    struct stm_object *object; /* raster order of the first pixel; debris after all others */
    int objects, debris;       /* debris counts in objects */
    double diameter_px;        /* of the usual nucleus, NaN when there is none */
    double noise, contrast;    /* of the plane's ground, and of the usual nucleus above it: counts */
    bool dark;                 /* nuclei are darker than their ground */
    bool crowded;              /* the picture is finer than memory allows: nothing was looked for */
};

/* Fills `out`, and `labels` (the plane's size) with 0 or the object's number; debris is not in it. Fails only
 * when memory runs out. Thread-safety: safe on separate arguments. */
bool stm_nuclei_find(struct stm_nuclei *out, struct stm_u32 labels, struct stm_cu16 plane,
                     const struct stm_kernels *kernels, const struct stm_nuclei_options *options,
                     struct stm_arena *scratch, struct stm_arena *keep, struct stm_error *err);

/* Bytes of scratch that suffice for any w x h plane. */
size_t stm_nuclei_scratch(int w, int h);

#endif
