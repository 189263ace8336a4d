/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool grow(struct stm_lines *lines)
{
    if (lines->failed || lines->n < lines->capacity) return !lines->failed;
    const size_t capacity = lines->capacity ? 2 * lines->capacity : 16;
    char **const line =
        capacity < (size_t)-1 / sizeof *line ? realloc(lines->line, capacity * sizeof *line) : NULL;
    lines->failed = !line;
    if (!line) return false;
    lines->line = line;
    lines->capacity = capacity;
    return true;
}

/* Takes over `text`, which is NULL when memory ran out. */
static void take(struct stm_lines *lines, char *text)
{
    if (!text) lines->failed = true;
    if (text && grow(lines))
        lines->line[lines->n++] = text;
    else
        free(text);
}

void stm_lines_add(struct stm_lines *lines, const char *text)
{
    const size_t size = strlen(text) + 1;
    char *const copy = malloc(size);
    if (copy) memcpy(copy, text, size);
    take(lines, copy);
}

void stm_lines_addf(struct stm_lines *lines, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    char *const text = n >= 0 ? malloc((size_t)n + 1) : NULL;
    if (text) vsnprintf(text, (size_t)n + 1, format, again);
    take(lines, text);
    va_end(again);
    va_end(args);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void stm_lines_sort(struct stm_lines *lines)
{
    size_t kept = 0;
    if (lines->n < 2) return;
    qsort(lines->line, lines->n, sizeof *lines->line, compare);
    for (size_t i = 0; i < lines->n; i++)
        if (kept && !strcmp(lines->line[i], lines->line[kept - 1]))
            free(lines->line[i]);
        else
            lines->line[kept++] = lines->line[i];
    lines->n = kept;
}

void stm_lines_free(struct stm_lines *lines)
{
    for (size_t i = 0; i < lines->n; i++)
        free(lines->line[i]);
    free(lines->line);
    *lines = (struct stm_lines){0};
}
