/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void stm_progress_begin(struct stm_progress *p, bool quiet)
{
    const char *const term = getenv("TERM"), *const plain = getenv("NO_COLOR");
    p->on = !quiet && isatty(STDERR_FILENO) == 1 && !(plain && plain[0]) && !(term && !strcmp(term, "dumb"));
    p->began = now();
    p->shown = 0;
}

void stm_progress_show(void *context, int done, int total)
{
    enum { WIDTH = 30 };
    struct stm_progress *const p = context;
    const double t = now();
    if (!p->on || (t - p->shown < 0.1 && done < total)) return; /* ten times a second is enough for eyes */
    const double elapsed = t - p->began, rate = elapsed > 0 ? done / elapsed : 0;
    char bar[WIDTH + 1];
    const int filled = total > 0 ? (int)((long)WIDTH * done / total) : WIDTH;
    memset(bar, '-', WIDTH);
    memset(bar, '#', (size_t)filled);
    bar[WIDTH] = '\0';
    p->shown = t;
    fprintf(stderr, "\r[%s] %3d %%  %.1f fields/s  %.0f s left \033[K", bar,
            total ? (int)(100L * done / total) : 100, rate / 2,
            rate > 0 ? (total - done) / rate : 0.0); /* a field passes twice: pixels, then report */
}

void stm_progress_end(struct stm_progress *p)
{
    if (p->on) fprintf(stderr, "\r\033[K");
}
