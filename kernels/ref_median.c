/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/ref.h"
#include "kernels/vec/scalar.h"

#include "kernels/tmpl/median.h"

void stm_median3_row_ref(uint16_t *dst, const uint16_t *const *row, int w)
{
    median3_row(dst, row, w);
}

void stm_median5_row_ref(uint16_t *dst, const uint16_t *const *row, int w)
{
    median5_row(dst, row, w);
}

void stm_minimum_row_ref(uint16_t *dst, const uint16_t *a, const uint16_t *b, int w)
{
    minimum_row(dst, a, b, w);
}

void stm_maximum_row_ref(uint16_t *dst, const uint16_t *a, const uint16_t *b, int w)
{
    maximum_row(dst, a, b, w);
}
