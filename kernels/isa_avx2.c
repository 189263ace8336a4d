/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/vec/avx2.h"

#include "kernels/tmpl/table.h"
