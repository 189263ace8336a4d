/* Two candidates that touch: what their contact looks like, and the odds that they are two nuclei. */
#ifndef STM_NUCLEI_PAIR_H
#define STM_NUCLEI_PAIR_H

#include "pipeline/nuclei/blob.h"

struct stm_pair {
    uint32_t a, b;            /* blobs, a < b */
    int32_t length;           /* pixels along which they touch */
    uint16_t pass;            /* the brightest place where one gets from one to the other */
    uint64_t light;           /* sum along the contact of the darker of the two pixels */
    uint64_t inside, step;    /* the same a little way inside of both, and how much they differ there */
    int32_t ends, x[2], y[2]; /* where the contact meets the ground: first and last in raster order */
    double odds;
    bool known; /* the odds are those of the blobs as they are */
};

struct stm_pairs {
    struct stm_pair *pair;
    size_t n, room;
};

/* contacts.c: one entry for each two blobs that touch, by a, then b. Contacts beyond `room` are left out. */
void stm_pairs_collect(struct stm_pairs *pairs, const struct stm_finder *f);
/* Sorts, and makes one entry of those of the same blobs; such an entry's odds are not known. */
void stm_pairs_gather(struct stm_pairs *pairs);

/* pair_odds.c: logarithm of the odds that the two are different nuclei. */
double stm_pair_odds(const struct stm_finder *f, const struct stm_hull_room *room,
                     const struct stm_pair *pair, int64_t *work);

#endif
