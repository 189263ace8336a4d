/* Limits as data: release profiles that a claim can name. */
#ifndef STM_PROFILE_H
#define STM_PROFILE_H

#include "pipeline/review/quantity.h"

struct stm_profile {
    const char *name;
    enum stm_quantity quantity;
    double low, high; /* in the quantity's unit; NaN = no limit */
    const char *source;
};

/* The profiles that come with the program; ended by a NULL name. */
extern const struct stm_profile stm_profiles[];

#endif
