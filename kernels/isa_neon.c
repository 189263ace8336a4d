/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/vec/neon.h"

#include "kernels/tmpl/table.h"
