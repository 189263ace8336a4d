/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/record.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int stm_columns_find(const struct stm_columns *columns, const char *name)
{
    for (int i = 0; i < columns->n; i++)
        if (!strcmp(columns->column[i].name, name)) return i;
    return -1;
}

double stm_row_counted_area(const struct stm_site_row *row, const struct stm_columns *site_columns)
{
    const int i = stm_columns_find(site_columns, "Counted_Area");
    return i < 0 || !row->values || isnan(row->values[i]) ? (double)row->width * row->height : row->values[i];
}

const char *stm_class_name(enum stm_class class)
{
    static const char *const names[STM_CLASSES] = {"",        "live",      "dead", "ambiguous", "debris",
                                                   "spindle", "polygonal", "flat", "rounded"};
    return (unsigned)class < STM_CLASSES ? names[class] : "";
}

const char *stm_verdict_name(enum stm_verdict verdict)
{
    static const char *const names[STM_VERDICTS] = {"ok", "warn", "rejected", "failed"};
    return (unsigned)verdict < STM_VERDICTS ? names[verdict] : "failed";
}

void stm_row_flag(struct stm_site_row *row, enum stm_verdict verdict, const char *format, ...)
{
    const size_t used = strlen(row->reason), joint = used ? 2 : 0;
    char sentence[STM_REASON];
    va_list args;
    if (verdict > row->verdict) row->verdict = verdict;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    if (used + joint + strlen(sentence) >= sizeof row->reason) return;
    memcpy(row->reason + used, "; ", joint);
    memcpy(row->reason + used + joint, sentence, strlen(sentence) + 1);
}
