/* One instruction set's table, from the vector operations included before this file. */
#include "kernels/colour.h"
#include "kernels/focus.h"
#include "kernels/gauss.h"
#include "kernels/moments.h"
#include "kernels/ref.h"
#include "kernels/tables.h"
#include "kernels/tensor.h"

#include "kernels/tmpl/bits.h"
#include "kernels/tmpl/colour.h"
#include "kernels/tmpl/conv8.h"
#include "kernels/tmpl/conv8_tiles.h"
#include "kernels/tmpl/distance.h"
#include "kernels/tmpl/focus.h"
#include "kernels/tmpl/gauss.h"
#include "kernels/tmpl/grid.h"
#include "kernels/tmpl/head.h"
#include "kernels/tmpl/median.h"
#include "kernels/tmpl/order.h"
#include "kernels/tmpl/shrink.h"
#include "kernels/tmpl/stretch.h"

const struct stm_kernels V_TABLE = {
    .isa = V_ISA,
    .upsample_row = upsample_row,
    .flat_field_row = flat_field_row,
    .gain_row = gain_row,
    .subtract_row = subtract_row,
    .block_sums = block_sums,
    .gauss_row = gauss_row,
    .gauss_column = gauss_column,
    .threshold_row = threshold_row,
    .compare_row = compare_row,
    .at_least_row = at_least_row,
    .distance_row = distance_row,
    .tops_row = tops_row,
    .intensity_row = intensity_row,
    .upto_row = upto_row,
    .ranks_row = ranks_row,
    .median3_row = median3_row,
    .median5_row = median5_row,
    .minimum_row = minimum_row,
    .maximum_row = maximum_row,
    .focus_row = focus_row,
    .gradient_row = gradient_row,
    .lift_row = lift_row,
    .stretch_row = stretch_row,
    .conv8_row = conv8_row,
    .conv8_spread = conv8_spread,
#ifdef V_CONV_PIXELS
    .conv8_tiles = conv8_tiles,
    .tiles_pay = true,
#else
    .conv8_tiles = stm_conv8_tiles_ref,
#endif
    .head_row = head_row,
    .log_row = log_row,
    .unmix_row = unmix_row,
    .tensor_row = tensor_row,
};
