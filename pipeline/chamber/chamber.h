/* An empty counting chamber, as seen in a picture with cells: light made even, grid lines found and taken
 * out, what is not to be looked at hidden. docs/counting-chamber.md tells the method. */
#ifndef STM_CHAMBER_H
#define STM_CHAMBER_H

#include "kernels/view.h"
#include "pipeline/chamber/tracks.h"
#include "pipeline/core/arena.h"

struct stm_kernels;

/* Light of the empty chamber; 0 is hidden (behind a field stop, under a scale bar). */
enum { STM_CHAMBER_LIGHT = 8192 };

/* The ruling along one axis: lines across x (0) or y (1). */
struct stm_ruling {
    double pitch;  /* px between neighbouring lines, NaN when fewer than two are seen */
    double spread; /* relative deviation of the gaps that agree */
    double gaps;   /* gaps that agree, in lines: the pitch's weight */
    double cover;  /* part of the picture that is line */
};

struct stm_chamber {
    struct stm_u16 light; /* the caller's */
    int colours;          /* 1 or 3 */
    int bits;             /* of a pixel of the planes */
    double chroma; /* how much red and blue differ from pixel to pixel; 0 = grey in three planes, or one */
    struct stm_grid_of_colour {
        uint16_t *level; /* of the empty chamber at each node, counts of the plane */
        int w, h, shift;
    } ground[3];
    struct stm_ruling ruling[2];
    struct stm_tracks tracks[2]; /* the lines, axes as in ruling */
    double pitch;                /* px, of both axes; NaN when there is no grid */
    double noise;                /* deviation of a pixel of the empty chamber, of its light */
    double visible;              /* pixels that are not hidden */
};

/* Fills out->light (width x height of the planes; `light` is set by the caller) and the rest. `planes` are
 * red, green and blue or one grey plane of `bits` bits. Levels of the ground are in `keep`. */
bool stm_chamber_look(struct stm_chamber *out, const struct stm_cu16 *planes, int n, int bits,
                      const struct stm_kernels *kernels, struct stm_arena *scratch, struct stm_arena *keep,
                      struct stm_error *err);

/* Bytes of scratch that suffice, and bytes kept. */
size_t stm_chamber_scratch(int w, int h);
size_t stm_chamber_kept(int w, int h);

/* Level of the empty chamber in colour c at a pixel, bilinear between nodes. */
double stm_chamber_ground(const struct stm_chamber *chamber, int c, double x, double y);

#endif
