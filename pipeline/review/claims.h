/* A claims file: what is said of batches or vials, one row each (docs/verify.md). */
#ifndef STM_CLAIMS_H
#define STM_CLAIMS_H

#include "pipeline/core/csv.h"
#include "pipeline/core/error.h"
#include "pipeline/core/sha256.h"
#include "pipeline/review/isct.h"
#include "pipeline/review/profile.h"

enum { STM_CLAIMS_BYTES = 1 << 24, STM_CLAIMS_ROWS = 10000 };

/* One quantity of one row. */
struct stm_claim {
    enum stm_quantity quantity;
    double claimed;   /* NaN when only limits are given */
    double low, high; /* of what is claimed, in the quantity's unit; NaN = no limit */
    char basis[96];   /* how the limits came about: "at least what is claimed", "profile viability80" */
};

enum { STM_ROW_CLAIMS = 2 * STM_QUANTITIES };

/* One row: whose wells it speaks of, and what it says. Texts are views into the table. */
struct stm_claims_row {
    const char *batch, *vial, *plate, *well; /* "" = any */
    uint32_t line;
    double volume_ml, volume_measured_ml; /* of the product; NaN when not given */
    double depth_um, dilution;            /* NaN: as the protocol has it */
    struct stm_claim claim[STM_ROW_CLAIMS];
    int n;
    const char *isct[STM_ISCT_ITEMS]; /* what was entered from other reports, "" where nothing */
};

/* Zero it before use, but for `profiles`; free with stm_claims_free, also after a failure. */
struct stm_claims {
    const struct stm_profiles *profiles; /* the user's own, besides the program's; NULL = none; outlive it */
    struct stm_csv table;
    char sha256[STM_SHA256_HEX];
    struct stm_claims_row *row;
    int n;
    struct stm_string remarks; /* one a line */
};

/* Reads and checks a file. Errors name line and column, and the nearest name there is. */
bool stm_claims_read(struct stm_claims *claims, const char *path, struct stm_error *err);
void stm_claims_free(struct stm_claims *claims);

#endif
