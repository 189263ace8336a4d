/* Nuclei in a second, fluorescent channel of cells that another scene has laid: each inside its own cell. */
#ifndef STM_IMAGES_STAINED_H
#define STM_IMAGES_STAINED_H

#include "images/bench.h"
#include "images/relief.h"

/* What the stain is like, lengths in micrometres; brightness in counts. */
struct stm_stain {
    double signal, brightness_cv, psf_um, binucleate_percent;
};

/* Its numbers are its own, so that the other channel is the same with and without it. Free with
 * stm_stained_free. */
struct stm_stained {
    struct stm_bench *bench;
    int light; /* index in bench->light */
    struct stm_stain stain;
    struct stm_texture fine, coarse;
    struct stm_random random;
};
bool stm_stained_start(struct stm_stained *s, struct stm_bench *bench, int light,
                       const struct stm_stain *stain, uint64_t seed);
void stm_stained_free(struct stm_stained *s);

/* The nuclei of cells 1 … n of the field's truth: each drawn inside its cell, where and as large as `insides`
 * says, or as fits; entered into truth.nuclei with the cell's label. In binucleate_percent of the cells there
 * are two, one behind the other and within 1.5 um of each other. */
bool stm_stained_cells(struct stm_stained *s, const struct stm_inside *insides, int n);

/* The condensed nucleus of a rounded cell with this outline: chromosomes, or what is left of them. */
bool stm_stained_condensed(struct stm_stained *s, const struct stm_blob *cell, uint32_t label);

#endif
