/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store of made-up runs of 96 wells and 25 measures, for bench/store.py. */
#include "tests/support/fake_store.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct stm_error err = {0};
    struct stm_store *store;
    const int runs = argc > 2 ? atoi(argv[2]) : 0;
    bool good = argc > 2 && stm_store_open(&store, argv[1], true, &err);
    for (int i = 0; good && i < runs; i++) {
        struct stm_store_run run;
        bool added;
        stm_fake_store_run(&run, i, 96, 25);
        good = stm_store_add(store, &run, &added, &err);
        stm_store_run_free(&run);
    }
    if (good) stm_store_close(&store);
    if (!good) fprintf(stderr, "fill_store PATH RUNS: %s\n", err.message);
    return !good;
}
