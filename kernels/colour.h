/* Transmitted light: optical density, and how much of each stain makes it (Ruifrok and Johnston 2001). All in
 * integers; densities are in 1/STM_DENSITY_ONE. */
#ifndef STM_COLOUR_H
#define STM_COLOUR_H

#include "kernels/grid.h"

#include <stdbool.h>

enum { STM_DENSITY_ONE = 8192, STM_DENSITY_MOST = 32767, STM_UNMIX_ONE = 4096 };

/* STM_DENSITY_ONE * log10(v), 0 for v = 0 and 1; within 1.5, never falling as v rises. */
uint16_t stm_log_of(uint16_t v);

/* dst = log10(white) - log10(src), 0 where that is negative. `white_log` has the logarithms (stm_log_of) of
 * the light without a specimen, in one node or in many. dst may be src. */
void stm_density(const struct stm_kernels *k, struct stm_u16 dst, struct stm_cu16 src,
                 struct stm_grid white_log);

/* Amount = ((sum over i of min(density[i], STM_DENSITY_MOST) * factor[i]) + offset) / STM_UNMIX_ONE, rounded
 * down, kept within 0 … 65535. */
struct stm_unmix {
    int16_t factor[3];
    int32_t offset; /* 0 … 2^23; STM_UNMIX_ONE / 2 rounds, more keeps noise below zero */
};

/* How much of each of three stains there is, as the density it alone would have along its colour. A row of
 * stain[] are its densities in red, green and blue, of any length. A third stain that is all zero stands for
 * what the others leave: it becomes their cross product. False when the stains are too alike to be told
 * apart: factors would exceed 8 or their sum 15.9. `offset` is left at STM_UNMIX_ONE / 2. */
bool stm_unmix_make(struct stm_unmix unmix[3], const double stain[3][3]);

/* Densities to amounts. dst may be one of density[]. */
void stm_unmix(const struct stm_kernels *k, struct stm_u16 dst, const struct stm_cu16 density[3],
               const struct stm_unmix *unmix);

/* Both in one pass: raw red, green and blue to up to three amounts; dst[i] without pixels is not wanted. dst
 * may share pixels with raw[] of the same position in memory. */
void stm_stains(const struct stm_kernels *k, const struct stm_u16 dst[3], const struct stm_cu16 raw[3],
                const struct stm_grid white_log[3], const struct stm_unmix unmix[3]);

#endif
