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
stm_distance_row_fn stm_distance_row_ref;
stm_tops_row_fn stm_tops_row_ref;
stm_intensity_row_fn stm_intensity_row_ref;
stm_upto_row_fn stm_upto_row_ref;
stm_median_row_fn stm_median3_row_ref, stm_median5_row_ref;
stm_extremum_row_fn stm_minimum_row_ref, stm_maximum_row_ref;
stm_focus_row_fn stm_focus_row_ref;
stm_gradient_row_fn stm_gradient_row_ref;
stm_stretch_row_fn stm_stretch_row_ref;
stm_conv8_row_fn stm_conv8_row_ref;

#endif
