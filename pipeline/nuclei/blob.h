/* Candidates as lists of pieces: how they are made, joined and measured. */
#ifndef STM_NUCLEI_BLOB_H
#define STM_NUCLEI_BLOB_H

#include "pipeline/nuclei/finder.h"
#include "pipeline/nuclei/hull.h"

#include <math.h>

/* What a candidate is made of, while candidates are put together. */
struct stm_blob {
    int32_t first, last; /* pieces, linked; -1: none */
    int32_t area;
    uint32_t into;  /* the blob it became part of, or itself */
    double convex;  /* area over the hull's */
    uint64_t light; /* sum over its pixels */
    uint16_t peak;  /* greatest of them */
    int32_t pieces;
    double sx, sy, sxx, sxy, syy; /* sums of coordinates and products, exact below 2^53 */
    bool changed;
    bool step;    /* from the residue: a step in the flank of a brighter one, never part of it */
    uint8_t kind; /* enum stm_blob_kind */
};
enum stm_blob_kind { STM_BLOB_NOTHING, STM_BLOB_DEBRIS, STM_BLOB_NUCLEUS };

struct stm_piece {
    int32_t y, x0, x1, next;
    uint32_t blob;
};

struct stm_hull_room {
    int32_t *x, *y;
};
bool stm_hull_room_take(struct stm_hull_room *room, int h, struct stm_arena *arena, struct stm_error *err);
size_t stm_hull_room_bytes(int h);

/* Adds what `b` has to `a`; the lists stay in raster order. */
void stm_blob_join(struct stm_finder *f, struct stm_blob *a, struct stm_blob *b);

/* The hull of one blob, or of two together (b not NULL), in `room` until the next call; takes the pieces
 * looked at from `work`. */
struct stm_hull stm_blob_hull(const struct stm_finder *f, const struct stm_hull_room *room,
                              const struct stm_blob *a, const struct stm_blob *b, int64_t *work);

/* Area over the hull's pixels. */
double stm_blob_convexity(const struct stm_finder *f, const struct stm_hull_room *room,
                          const struct stm_blob *a, int64_t *work);

#endif
