/* Candidates as lists of pieces: how they are made, joined and measured. */
#ifndef STM_NUCLEI_BLOB_H
#define STM_NUCLEI_BLOB_H

#include "pipeline/nuclei/finder.h"
#include "pipeline/nuclei/hull.h"

#include <math.h>

struct stm_hull_room {
    int32_t *x, *y;
};
bool stm_hull_room_take(struct stm_hull_room *room, struct stm_finder *f, struct stm_error *err);

/* Adds what `b` has to `a`; the lists stay in raster order. */
void stm_blob_join(struct stm_finder *f, struct stm_blob *a, struct stm_blob *b);

/* Area over the hull's pixels, of one blob or of two together; takes the pieces looked at from `work`. */
double stm_blob_convexity(const struct stm_finder *f, const struct stm_hull_room *room,
                          const struct stm_blob *a, const struct stm_blob *b, int64_t *work);

#ifdef STM_NUCLEI_TRAIN /* the tool that fits the odds sees every pair and blob */
void stm_nuclei_dump_pair(const struct stm_finder *f, uint32_t a, uint32_t b, int n, const double *v);
void stm_nuclei_dump_blob(const struct stm_finder *f, uint32_t a, int n, const double *v);
#define STM_NUCLEI_DUMP_PAIR(f, a, b, ...)                                                                   \
    stm_nuclei_dump_pair(f, a, b, (int)(sizeof((double[]){__VA_ARGS__}) / 8), (double[]){__VA_ARGS__})
#define STM_NUCLEI_DUMP_BLOB(f, a, ...)                                                                      \
    stm_nuclei_dump_blob(f, a, (int)(sizeof((double[]){__VA_ARGS__}) / 8), (double[]){__VA_ARGS__})
#else
#define STM_NUCLEI_DUMP_PAIR(...) (void)0
#define STM_NUCLEI_DUMP_BLOB(...) (void)0
#endif

#endif
