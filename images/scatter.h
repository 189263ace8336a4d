/* Where the cells lie: scattered without touching, or side by side in clumps. */
#ifndef STM_IMAGES_SCATTER_H
#define STM_IMAGES_SCATTER_H

#include "images/blob.h"
#include "images/canvas.h"
#include "pipeline/core/error.h"

/* Blobs placed so far, and a grid to find neighbours. The area reaches `margin` pixels beyond the field on
 * all sides, so that cells cut by the edge are as frequent as in a larger field. */
struct stm_scatter {
    struct stm_blob *blobs;
    int *next;  /* of the same grid square */
    int *head;  /* of each grid square */
    int *order; /* in which they are drawn, once stm_scatter_fill has run */
    int n, capacity, columns, rows;
    double margin, width, height, square;
    const struct stm_texture *clouds; /* cells prefer where these are bright, when not NULL */
    double patchiness;                /* 0 = even, 1 = none where the clouds are darkest */
};

/* For at most `capacity` blobs that reach no farther than `bound` from their centres. */
bool stm_scatter_make(struct stm_scatter *s, int w, int h, double bound, int capacity, struct stm_error *err);
void stm_scatter_free(struct stm_scatter *s);

/* How many to place for `density` in the field: Poisson, scaled to the larger area, at most the capacity. */
int stm_scatter_count(const struct stm_scatter *s, double density, struct stm_random *r);

/* Puts a blob where it keeps `apart` times the sum of the reaches from all others (1 = touching), or, after
 * 200 attempts, nowhere: false. */
bool stm_scatter_place(struct stm_scatter *s, struct stm_blob *blob, double apart, struct stm_random *r);

/* How close members of a clump come: centres between lo and hi times the sum of the reaches from a neighbour,
 * at least lo from all members, at least `apart` from everything else. */
struct stm_closeness {
    double lo, hi, apart;
};

/* Puts a blob against one of those from index `first` on; false when there is no room. */
bool stm_scatter_attach(struct stm_scatter *s, struct stm_blob *blob, int first,
                        const struct stm_closeness *close, struct stm_random *r);

/* What to fill a field with. `next` makes the blob that will have this index if there is room for it, else it
 * is asked for that index again. */
struct stm_crowd {
    int n;
    double clumped_percent; /* of the n, in clumps of 2 to `most`, small ones being more frequent */
    int most;
    struct stm_closeness close;
    void (*next)(void *user, int index, struct stm_blob *blob);
    void *user;
};

/* Clumps first, while there is room for them; a crowded field ends up with fewer than n. The order of drawing
 * is random, so that any member of a clump may lie on top. */
void stm_scatter_fill(struct stm_scatter *s, const struct stm_crowd *crowd, struct stm_random *r);

#endif
