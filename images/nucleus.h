/* Nuclei as a DNA stain shows them. */
#ifndef STM_IMAGES_NUCLEUS_H
#define STM_IMAGES_NUCLEUS_H

#include "images/paint.h"

enum { STM_NUCLEOLI = 4 };

/* How one nucleus is shaded. Texture comes from two tiles shared by the field. */
struct stm_nucleus {
    struct stm_blob blob;
    const struct stm_texture *fine, *coarse;
    int texture_x, texture_y; /* where this nucleus takes its texture from */
    double grain;             /* relative deviation of the chromatin's brightness */
    double rim;               /* brightening along the envelope */
    double dome;              /* part of the brightness that follows the thickness */
    struct {
        double u, v, radius; /* in semi axes; dark in DNA stains */
    } nucleolus[STM_NUCLEOLI];
    int nucleoli;
};

/* Chromatin of a live nucleus in interphase: texture, nucleoli and rim drawn at random. */
void stm_nucleus_interphase(struct stm_nucleus *nucleus, struct stm_random *r);

/* stm_shade_fn; `user` is a struct stm_nucleus. About 1 in the middle. */
float stm_nucleus_shade(const struct stm_blob_point *point, int x, int y, const void *user);

#endif
