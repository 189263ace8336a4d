/* One well while its sites are being summed up. */
#ifndef STM_WELL_H
#define STM_WELL_H

#include "pipeline/record.h"

/* What `stm_stage.well` sees: the rows of the well's sites in plate order, and its own row to fill. */
struct stm_well {
    struct stm_well_row row;
    double *values; /* well columns; row.values points here */
    const struct stm_site_row *sites;
    int n_sites;
};

#endif
