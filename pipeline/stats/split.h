/* One threshold between two populations, from the values of a whole plate. Values are positive and scale-free
 * (multiples of a natural threshold); they are counted on a logarithmic scale, so the memory is fixed and the
 * order in which they come does not matter. */
#ifndef STM_SPLIT_H
#define STM_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

/* Eight bins an octave from 2^-6 to 2^8; what is smaller or larger is counted in the first or last one. */
enum { STM_SPLIT_PER_OCTAVE = 8, STM_SPLIT_LOWEST = -6, STM_SPLIT_HIGHEST = 8 };
enum { STM_SPLIT_BINS = (STM_SPLIT_HIGHEST - STM_SPLIT_LOWEST) * STM_SPLIT_PER_OCTAVE };
struct stm_split {
    uint64_t n;
    uint64_t bin[STM_SPLIT_BINS];
};

/* NaN is not counted. */
void stm_split_add(struct stm_split *split, double value);

enum stm_cut_reason {
    STM_CUT_ONE,        /* nothing speaks against 1 */
    STM_CUT_GAP,        /* between two populations */
    STM_CUT_POPULATION, /* beside the only population, which 1 would have cut */
    STM_CUT_REASONS
};
struct stm_cut {
    double at;
    enum stm_cut_reason reason;
    uint64_t doubt; /* values within 2^(3/8), a factor of 1.3, of it */
};

/* A threshold between 1/8 and 8 near which there are few values, compared with the smaller of its two sides;
 * 1 when that is as good as any. */
struct stm_cut stm_split_cut(const struct stm_split *split);

#endif
