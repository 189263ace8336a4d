/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/sink.h"

#include <string.h>

extern const struct stm_sink stm_sink_wells, stm_sink_images, stm_sink_objects, stm_sink_labels,
    stm_sink_overlays, stm_sink_html, stm_sink_pdf, stm_sink_chamber, stm_sink_run;

/* In the order in which they are closed; run.json says that all others are there. */
const struct stm_sink *const stm_sinks[] = {
    &stm_sink_objects, &stm_sink_labels, &stm_sink_overlays, &stm_sink_images, &stm_sink_wells,
    &stm_sink_chamber, &stm_sink_html,   &stm_sink_pdf,      &stm_sink_run,    NULL,
};

const struct stm_sink *stm_sink_find(const char *name)
{
    for (const struct stm_sink *const *sink = stm_sinks; *sink; sink++)
        if (!strcmp((*sink)->name, name)) return *sink;
    return NULL;
}
