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
extern const struct stm_profile stm_profile_table[];

enum { STM_PROFILES = 256, STM_PROFILES_BYTES = 1 << 20 };

/* A laboratory's own, from a file. Zero it before use; free with stm_profiles_free, also after a failure. */
struct stm_profiles {
    struct stm_csv table;
    char sha256[STM_SHA256_HEX];
    struct stm_profile *item; /* ended by a NULL name; rows of one name belong together */
    int n;
};

/* Reads a CSV file with the columns Profile, Quantity, Min, Max and (if wanted) Source. Errors name the line,
 * and the nearest name there is; names of the program's own profiles are refused. */
bool stm_profiles_read(struct stm_profiles *profiles, const char *path, struct stm_error *err);
void stm_profiles_free(struct stm_profiles *profiles);

#endif
