/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/review/profile.h"

#include <math.h>
#include <stddef.h>

const struct stm_profile stm_profile_table[] = {
    {"viability70", STM_VIABILITY, 70, NAN,
     "the limit most often asked for in early trials (Noh 2015, table 3)"},
    {"viability80", STM_VIABILITY, 80, NAN, "release limit of several MSC products (MSCTC-0010 and others)"},
    {"viability85", STM_VIABILITY, 85, NAN,
     "release limit of 225 lots of umbilical cord MSC (SCRT 2020, table 4)"},
    {"debris50", STM_DEBRIS, NAN, 50, "no more debris than cells"},
    {.name = NULL},
};
