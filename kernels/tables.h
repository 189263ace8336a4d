/* The tables that a build may have; kernels.c knows which it has. Internal. */
#ifndef STM_TABLES_H
#define STM_TABLES_H

#include "kernels/kernels.h"

extern const struct stm_kernels stm_kernels_avx2, stm_kernels_avx512, stm_kernels_neon;

#endif
