/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/audit/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *stm_finding_name(enum stm_finding_kind kind)
{
    static const char *const names[STM_FINDING_KINDS] = {"note", "altered", "missing", "added", "unproven"};
    return names[kind];
}

static bool grow(struct stm_findings *f)
{
    if (f->n < f->capacity) return true;
    const size_t capacity = f->capacity ? 2 * f->capacity : 16;
    struct stm_finding *const list = realloc(f->list, capacity * sizeof *list);
    if (!list) return false;
    f->list = list;
    f->capacity = capacity;
    return true;
}

static void release(struct stm_finding *finding)
{
    free(finding->file);
    free(finding->field);
    free(finding->text);
}

void stm_findings_add(struct stm_findings *findings, enum stm_finding_kind kind, const char *file, long row,
                      const char *field, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct stm_finding new = {kind, row, strdup(file), strdup(field ? field : ""), strdup(text)};
    if (kind != STM_FINDING_NOTE) findings->breaks++;
    if (new.file &&new.field &&new.text && grow(findings)) {
        findings->list[findings->n++] = new;
        return;
    }
    findings->failed = true;
    release(&new);
}

void stm_finding_text(const struct stm_finding *f, char *text, size_t size)
{
    char row[32] = "";
    if (f->row) snprintf(row, sizeof row, ", line %ld", f->row);
    snprintf(text, size, "%s: %s%s%s%s: %s", stm_finding_name(f->kind), f->file, row, f->field[0] ? ", " : "",
             f->field, f->text);
}

void stm_findings_free(struct stm_findings *findings)
{
    for (size_t i = 0; i < findings->n; i++)
        release(&findings->list[i]);
    free(findings->list);
    *findings = (struct stm_findings){0};
}
