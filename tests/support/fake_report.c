/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes all outputs of a run that never was: fake_report OUT ROWS COLS SITES SIZE [dead] [mask] [hostile]
 * [bare] [samples] [blind] [many] [pages]. `many`: as if there were 5000 sites. `pages`: report.html
 * only. 0 x 0 wells = a single image. What the browser tests look at. */
#include "tests/support/fake_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
    if (argc < 6)
        return fprintf(stderr, "usage: fake_report OUT ROWS COLS SITES SIZE [dead] [mask] [hostile] [bare] "
                               "[samples] [blind] [many] [pages]\n"),
               2;
    struct stm_fake_run run = {.directory = argv[1],
                               .plate_rows = atoi(argv[2]),
                               .plate_cols = atoi(argv[3]),
                               .sites = atoi(argv[4]),
                               .size = atoi(argv[5]),
                               .shrink = 1};
    bool pages_only = false;
    for (int i = 6; i < argc; i++) {
        run.dead |= !strcmp(argv[i], "dead");
        run.mask |= !strcmp(argv[i], "mask");
        run.bare |= !strcmp(argv[i], "bare");
        run.blind |= !strcmp(argv[i], "blind");
        run.pretend = !strcmp(argv[i], "many") ? 5000 : run.pretend;
        run.samples |= !strcmp(argv[i], "samples");
        run.times |= !strcmp(argv[i], "times");
        run.hostile |= !strcmp(argv[i], "hostile");
        pages_only |= !strcmp(argv[i], "pages");
    }
    const struct stm_sink *const pages[] = {stm_sink_find("html"), NULL};
    struct stm_error err = {0};
    mkdir(argv[1], 0777);
    if (stm_fake_feed(&run, pages_only ? pages : stm_sinks, &err)) return 0;
    fprintf(stderr, "%s: %s\n", err.file, err.message);
    return 1;
}
