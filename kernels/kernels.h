/* The inner loops that have a version for each instruction set, as one const table an instruction set. The
 * scalar versions (ref.c) are the specification: every other version returns the same bits.
 *
 * Callers use the families (gauss.h, distance.h, …), which take the table as their first argument. No
 * function of kernels/ allocates, logs or fails; scratch memory comes from the caller, its size from the
 * family's
 * *_scratch function, its alignment at least 8 bytes (64 is faster). Thread-safety: all functions are safe on
 * separate outputs and scratch. */
#ifndef STM_KERNELS_H
#define STM_KERNELS_H

#include "kernels/conv8.h"
#include "kernels/head.h"
#include "kernels/isa.h"
#include "kernels/rows.h"

#include <stdbool.h>

struct stm_kernels {
    enum stm_isa isa;
    stm_upsample_row_fn *upsample_row;
    stm_flat_field_row_fn *flat_field_row;
    stm_gain_row_fn *gain_row;
    stm_subtract_row_fn *subtract_row;
    stm_block_sums_fn *block_sums;
    stm_gauss_row_fn *gauss_row;
    stm_gauss_column_fn *gauss_column;
    stm_threshold_row_fn *threshold_row;
    stm_compare_row_fn *compare_row;
    stm_at_least_row_fn *at_least_row;
    stm_distance_row_fn *distance_row;
    stm_tops_row_fn *tops_row;
    stm_intensity_row_fn *intensity_row;
    stm_upto_row_fn *upto_row;
    stm_ranks_row_fn *ranks_row;
    stm_median_row_fn *median3_row, *median5_row;
    stm_extremum_row_fn *minimum_row, *maximum_row;
    stm_focus_row_fn *focus_row;
    stm_gradient_row_fn *gradient_row;
    stm_lift_row_fn *lift_row;
    stm_stretch_row_fn *stretch_row;
    stm_conv8_row_fn *conv8_row;
    stm_conv8_spread_fn *conv8_spread;
    stm_conv8_tiles_fn *conv8_tiles;
    bool tiles_pay; /* conv8_tiles takes less time than conv8_row for each row */
    stm_head_row_fn *head_row;
    stm_log_row_fn *log_row;
    stm_unmix_row_fn *unmix_row;
    stm_tensor_row_fn *tensor_row;
};

/* NULL when this build or processor lacks `isa`. */
const struct stm_kernels *stm_kernels_for(enum stm_isa isa);
const struct stm_kernels *stm_kernels_best(void);

/* One row of the list of kernels, for `stroma kernels`: whether `isa` has a version of its own of kernel i
 * (false: it uses a lower one). The name is NULL after the last kernel. */
const char *stm_kernel_name(int i);
bool stm_kernel_has(int i, enum stm_isa isa);

#endif
