/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/fake_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void add_well(struct stm_store_run *run, int number, int w)
{
    struct stm_lines *const wells = &run->cells[STM_STORE_WELLS], *const images =
                                                                      &run->cells[STM_STORE_IMAGES];
    stm_lines_addf(wells, "%d", w + 1);
    stm_lines_addf(wells, "plate %d", number);
    stm_lines_addf(wells, "%c%02d", 'A' + w / 12, w % 12 + 1);
    stm_lines_add(wells, "ok");
    stm_lines_add(wells, "");
    stm_lines_add(wells, "1");
    stm_lines_add(wells, "1");
    stm_lines_addf(images, "%d", w + 1);
    stm_lines_addf(images, "plate %d", number);
    stm_lines_addf(images, "%c%02d", 'A' + w / 12, w % 12 + 1);
    stm_lines_add(images, "1");
    stm_lines_add(images, "ok");
    stm_lines_add(images, "");
    stm_lines_addf(images, "{\"ObjectCount\":%d,\"Viability\":%d}", 100 + w, 80 + number % 10);
}

static void add_row(struct stm_lines *cells, const char *a, const char *b, const char *c)
{
    stm_lines_add(cells, a);
    stm_lines_add(cells, b);
    if (c) stm_lines_add(cells, c);
}

void stm_fake_store_run(struct stm_store_run *run, int number, int wells, int measures)
{
    char text[64];
    const time_t t = 1767225600 + 3600 * (time_t)number; /* 2026-01-01T00:00:00Z */
    struct tm utc;
    memset(run, 0, sizeof *run);
    for (int i = 0; i < STM_STORE_FIELDS; i++) {
        snprintf(text, sizeof text, "field %d of run %d", i, number);
        if (i == STM_STORE_STARTED) strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &utc));
        if (i == STM_STORE_ASSAY) snprintf(text, sizeof text, "fluorescence");
        run->field[i] = strdup(text);
    }
    for (int m = 0; m < measures; m++) {
        snprintf(text, sizeof text, "M%d", m);
        stm_lines_add(&run->measures, m == 0 ? "Viability" : m == 1 ? "Count_Nuclei" : text);
    }
    run->values = calloc((size_t)(wells * measures) + 1, sizeof *run->values);
    run->n_wells = (size_t)wells;
    for (int w = 0; w < wells; w++) {
        add_well(run, number, w);
        for (int m = 0; m < measures; m++)
            run->values[w * measures + m] = m ? m * 1000 + w + 0.25 : 80 + number % 10 + w % 3 - 1;
    }
    snprintf(text, sizeof text, "B%d", number / 10 % 10);
    add_row(&run->cells[STM_STORE_METADATA], "0", "batch", text);
    add_row(&run->cells[STM_STORE_METADATA], "1", "role", "control");
    add_row(&run->cells[STM_STORE_PARAMETERS], "segment.method", "net", NULL);
    add_row(&run->cells[STM_STORE_INPUTS], "A01.tif", "00", "1234");
    add_row(&run->cells[STM_STORE_OUTPUTS], "wells.csv", "11", "99");
}
