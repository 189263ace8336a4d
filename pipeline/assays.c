/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/assay.h"

#include <string.h>

extern const struct stm_assay stm_assay_adherent, stm_assay_fluorescence, stm_assay_suspension;

const struct stm_assay *const stm_assays[] = {
    &stm_assay_fluorescence,
    &stm_assay_adherent,
    &stm_assay_suspension,
    NULL,
};

const struct stm_assay *stm_assay_find(const char *name)
{
    for (int i = 0; stm_assays[i]; i++)
        if (!strcmp(stm_assays[i]->name, name)) return stm_assays[i];
    return NULL;
}
