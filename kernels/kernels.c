/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/kernels.h"

#include "kernels/ref.h"
#include "kernels/tables.h"

static const struct stm_kernels ref = {
    .isa = STM_ISA_REF,
    .upsample_row = stm_upsample_row_ref,
    .flat_field_row = stm_flat_field_row_ref,
    .gain_row = stm_gain_row_ref,
    .subtract_row = stm_subtract_row_ref,
    .block_sums = stm_block_sums_ref,
    .gauss_row = stm_gauss_row_ref,
    .gauss_column = stm_gauss_column_ref,
    .threshold_row = stm_threshold_row_ref,
    .compare_row = stm_compare_row_ref,
    .at_least_row = stm_at_least_row_ref,
    .distance_row = stm_distance_row_ref,
    .tops_row = stm_tops_row_ref,
    .intensity_row = stm_intensity_row_ref,
    .upto_row = stm_upto_row_ref,
    .ranks_row = stm_ranks_row_ref,
    .median3_row = stm_median3_row_ref,
    .median5_row = stm_median5_row_ref,
    .minimum_row = stm_minimum_row_ref,
    .maximum_row = stm_maximum_row_ref,
    .focus_row = stm_focus_row_ref,
    .gradient_row = stm_gradient_row_ref,
    .lift_row = stm_lift_row_ref,
    .stretch_row = stm_stretch_row_ref,
    .conv8_row = stm_conv8_row_ref,
    .conv8_spread = stm_conv8_spread_ref,
    .conv8_tiles = stm_conv8_tiles_ref,
    .head_row = stm_head_row_ref,
    .log_row = stm_log_row_ref,
    .unmix_row = stm_unmix_row_ref,
    .tensor_row = stm_tensor_row_ref,
};

static const struct stm_kernels *const tables[STM_ISAS] = {
    [STM_ISA_REF] = &ref,
#ifdef STM_BUILD_AVX2
    [STM_ISA_AVX2] = &stm_kernels_avx2,
#endif
#ifdef STM_BUILD_AVX512
    [STM_ISA_AVX512] = &stm_kernels_avx512,
#endif
#ifdef STM_BUILD_NEON
    [STM_ISA_NEON] = &stm_kernels_neon,
#endif
};

const struct stm_kernels *stm_kernels_for(enum stm_isa isa)
{
    return stm_isa_available(isa) ? tables[isa] : NULL;
}

const struct stm_kernels *stm_kernels_best(void)
{
    return stm_kernels_for(stm_isa_best());
}

/* The entries of the table as (name, is it not the reference's?). */
#define ROW(kernel)                                                                                          \
    {                                                                                                        \
#kernel, kernel##_own                                                                                \
    }
#define OWN(kernel)                                                                                          \
    static bool kernel##_own(const struct stm_kernels *k)                                                    \
    {                                                                                                        \
        return k->kernel != ref.kernel;                                                                      \
    }
OWN(upsample_row)
OWN(flat_field_row)
OWN(gain_row)
OWN(subtract_row)
OWN(block_sums)
OWN(gauss_row)
OWN(gauss_column)
OWN(threshold_row)
OWN(compare_row)
OWN(at_least_row)
OWN(distance_row)
OWN(tops_row)
OWN(intensity_row)
OWN(upto_row)
OWN(ranks_row)
OWN(median3_row)
OWN(median5_row)
OWN(minimum_row)
OWN(maximum_row)
OWN(focus_row)
OWN(gradient_row)
OWN(lift_row)
OWN(stretch_row)
OWN(conv8_row)
OWN(conv8_spread)
OWN(conv8_tiles)
OWN(head_row)
OWN(log_row)
OWN(unmix_row)
OWN(tensor_row)

static const struct {
    const char *name;
    bool (*own)(const struct stm_kernels *k);
} rows[] = {
    ROW(upsample_row), ROW(flat_field_row), ROW(gain_row),      ROW(subtract_row), ROW(block_sums),
    ROW(gauss_row),    ROW(gauss_column),   ROW(threshold_row), ROW(compare_row),  ROW(at_least_row),
    ROW(distance_row), ROW(tops_row),       ROW(intensity_row), ROW(upto_row),     ROW(ranks_row),
    ROW(median3_row),  ROW(median5_row),    ROW(minimum_row),   ROW(maximum_row),  ROW(focus_row),
    ROW(gradient_row), ROW(lift_row),       ROW(stretch_row),   ROW(conv8_row),    ROW(conv8_spread),
    ROW(conv8_tiles),  ROW(head_row),       ROW(log_row),       ROW(unmix_row),    ROW(tensor_row),
};

const char *stm_kernel_name(int i)
{
    return i >= 0 && i < (int)(sizeof rows / sizeof *rows) ? rows[i].name : NULL;
}

bool stm_kernel_has(int i, enum stm_isa isa)
{
    return isa < STM_ISAS && tables[isa] && (isa == STM_ISA_REF || rows[i].own(tables[isa]));
}
