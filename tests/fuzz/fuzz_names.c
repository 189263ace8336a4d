/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a channel list (first line) and as parameters (the other lines). */
#include "pipeline/channels.h"
#include "pipeline/plan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stm_channel_spec spec;
    struct stm_error err = {0};
    struct stm_plan plan;
    char *const text = malloc(size + 1);
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    char *next = strchr(text, '\n');
    if (next) *next++ = '\0';
    if (!stm_channel_spec_parse(&spec, text, &err) && !err.message[0]) abort();
    if (!stm_plan_begin(&plan, stm_assays[0]->name, &err)) abort();
    for (char *line = next; line; line = next) {
        if ((next = strchr(line, '\n'))) *next++ = '\0';
        char *const equals = strchr(line, '=');
        if (equals) *equals = '\0';
        stm_plan_set(&plan, line, equals ? equals + 1 : "", &err);
    }
    stm_plan_free(&plan);
    free(text);
    return 0;
}
