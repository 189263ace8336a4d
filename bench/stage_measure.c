/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time of stage measure on a field of discs: bench_stage_measure [objects [times]]. CPU time of this thread.
 */
#include "tests/support/stm_assert.h"

#include "tests/support/fixture.h"

#include <stdlib.h>
#include <time.h>

extern const struct stm_stage stm_stage_measure;
enum { SIDE = 2048, LEAST = 12, SPREAD = 7 };

static bool disc(uint32_t *labels, int cx, int cy, int r, uint32_t label)
{
    for (int pass = 0; pass < 2; pass++)
        for (int y = cy - r; y <= cy + r; y++)
            for (int x = cx - r; x <= cx + r; x++) {
                if ((x - cx) * (x - cx) + (y - cy) * (y - cy) > r * r) continue;
                if (pass)
                    labels[y * SIDE + x] = label;
                else if (labels[y * SIDE + x])
                    return false;
            }
    return true;
}

static void paint(struct stm_fixture *f, int objects)
{
    uint32_t *labels = calloc((size_t)SIDE * SIDE, sizeof *labels);
    uint64_t seed = 5;
    if (!labels) abort();
    for (int n = 0; n < objects;) {
        const int r = LEAST + (int)(stm_fixture_random(&seed) % SPREAD), room = SIDE - 2 * r;
        const int x = r + (int)(stm_fixture_random(&seed) % (uint32_t)room);
        n += disc(labels, x, r + (int)(stm_fixture_random(&seed) % (uint32_t)room), r, (uint32_t)n + 1);
    }
    for (int c = 0; c < 2; c++)
        for (int i = 0; i < SIDE * SIDE; i++)
            f->site.plane[c].px[i] = (uint16_t)(300 + stm_fixture_random(&seed) % 64 +
                                                (labels[i] ? 2000 + stm_fixture_random(&seed) % 512 : 0));
    stm_fixture_label(f, labels);
    free(labels);
}

static double milliseconds(struct stm_fixture *f)
{
    struct timespec a, b;
    struct stm_error err;
    const size_t mark = stm_arena_mark(&f->scratch);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
    if (!stm_stage_measure.run(&f->site, &f->env, &err)) abort();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
    stm_arena_reset(&f->scratch, mark);
    return (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) * 1e-6;
}

int main(int argc, char **argv)
{
    static const enum stm_role roles[] = {STM_ROLE_NUCLEI, STM_ROLE_DEAD};
    const int objects = argc > 1 ? atoi(argv[1]) : 800, times = argc > 2 ? atoi(argv[2]) : 100;
    double least = 1e9;
    struct stm_fixture f;
    stm_fixture_open(&f, &stm_stage_measure, SIDE, SIDE, roles, 2);
    paint(&f, objects);
    for (int i = 0; i < times; i++) {
        const double t = milliseconds(&f);
        least = t < least ? t : least;
    }
    printf("%d objects of %zu runs, 2 channels: %.2f ms, %.0f kB of scratch\n", objects, f.site.n_segments,
           least, (double)f.scratch.peak / 1e3);
    stm_fixture_close(&f);
    return 0;
}
