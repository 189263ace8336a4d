/* The scalar versions of the row kernels, for the tables and for the last few pixels of vector versions. */
#ifndef STM_REF_H
#define STM_REF_H

#include "kernels/kernels.h"

stm_upsample_row_fn stm_upsample_row_ref;
stm_flat_field_row_fn stm_flat_field_row_ref;
stm_gain_row_fn stm_gain_row_ref;
stm_subtract_row_fn stm_subtract_row_ref;
stm_block_sums_fn stm_block_sums_ref;
stm_gauss_row_fn stm_gauss_row_ref;
stm_gauss_column_fn stm_gauss_column_ref;
stm_threshold_row_fn stm_threshold_row_ref;
stm_compare_row_fn stm_compare_row_ref;
stm_at_least_row_fn stm_at_least_row_ref;
stm_distance_row_fn stm_distance_row_ref;
stm_tops_row_fn stm_tops_row_ref;
stm_intensity_row_fn stm_intensity_row_ref;
stm_upto_row_fn stm_upto_row_ref;
stm_ranks_row_fn stm_ranks_row_ref;
stm_median_row_fn stm_median3_row_ref, stm_median5_row_ref;
stm_extremum_row_fn stm_minimum_row_ref, stm_maximum_row_ref;
stm_focus_row_fn stm_focus_row_ref;
stm_gradient_row_fn stm_gradient_row_ref;
stm_lift_row_fn stm_lift_row_ref;
stm_stretch_row_fn stm_stretch_row_ref;
stm_conv8_row_fn stm_conv8_row_ref;
stm_conv8_spread_fn stm_conv8_spread_ref;
stm_conv8_tiles_fn stm_conv8_tiles_ref;
stm_head_row_fn stm_head_row_ref;
stm_log_row_fn stm_log_row_ref;
stm_unmix_row_fn stm_unmix_row_ref;
stm_tensor_row_fn stm_tensor_row_ref;

/* The logarithm: log2(1 + f) = f + f (1 - f) q(f) with q = c0 - c1 f + c2 f^2 - c3 f^3, the minimax fit of
 * that form (error 1.6e-5), in 1/65536; log10(2) * 8192 * 16 makes densities of sixteenths. */
enum { STM_LOG_0 = 28961, STM_LOG_1 = 17510, STM_LOG_2 = 9727, STM_LOG_3 = 2959, STM_LOG_SCALE = 39457 };

#endif
