/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool stm_fail(struct stm_error *err, enum stm_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    memset(err, 0, sizeof *err);
    err->status = status;
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    return false;
}

bool stm_fail_in(struct stm_error *err, const char *format, ...)
{
    char outer[sizeof err->where], both[2 * sizeof err->where + 4];
    va_list args;
    va_start(args, format);
    vsnprintf(outer, sizeof outer, format, args);
    va_end(args);
    snprintf(both, sizeof both, "%s%s%s", outer, err->where[0] ? ", " : "", err->where);
    memcpy(err->where, both, sizeof err->where - 1);
    err->where[sizeof err->where - 1] = '\0';
    return false;
}

bool stm_fail_file(struct stm_error *err, const char *path)
{
    if (!err->file[0]) snprintf(err->file, sizeof err->file, "%s", path);
    return false;
}

const char *stm_status_name(enum stm_status status)
{
    static const char *const names[] = {"ok", "usage",     "bad input", "unsupported",
                                        "io", "no memory", "rejected",  "internal"};
    return (unsigned)status < sizeof names / sizeof *names ? names[status] : "unknown";
}

void stm_error_text(const struct stm_error *err, char *text, unsigned long size)
{
    snprintf(text, size, "%s%s%s%s%s", err->file, err->file[0] ? ": " : "", err->where,
             err->where[0] ? ": " : "", err->message);
}
