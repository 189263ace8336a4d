/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/vec/avx512.h"

#include "kernels/tmpl/table.h"
