/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time of a pass of each network over an image of 1024 x 1024 of what it gives out, on each instruction set
 * of the machine: bench_network [times]. CPU time of this thread, the least of some passes. Multiply-adds are
 * those of the convolutions as they are written down; the share is of what the registers do (peak_dot8.h), so
 * kernels that need fewer products may pass 100 %. */
#include "kernels/kernels.h"
#include "pipeline/nets/net.h"
#include "tests/kernels/peak_dot8.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SIDE = 1024 };

/* Blobs and noise; every row is made anew. */
static void input(void *from, uint8_t *const *quad, int y)
{
    const struct stm_net *net = from;
    uint32_t noise = 2463534242u + (uint32_t)y * 2654435761u;
    for (int q = 0; q < net->layer[0].quads; q++)
        for (int i = 0; i < 4 * SIDE; i++) {
            noise ^= noise << 13, noise ^= noise >> 17, noise ^= noise << 5;
            quad[q][i] = (uint8_t)(((i / 80 ^ y / 20) % 5 * 20 + (int)(noise % 40)) & 127);
        }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double macs_of(const struct stm_net *net)
{
    double sum = 0;
    for (int i = 0; i < net->layers; i++) {
        const struct stm_net_layer *layer = &net->layer[i];
        const double side = SIDE >> layer->level;
        sum += side * side * 9 * 4 * layer->conv.quads * 16 * layer->conv.groups;
    }
    return sum;
}

static double seconds(const struct stm_net *net, const struct stm_kernels *kernels, int times)
{
    static int16_t out[STM_NET_OUTPUTS][SIDE * SIDE];
    const struct stm_s16 views[STM_NET_OUTPUTS] = {{out[0], SIDE, SIDE, SIDE}, {out[1], SIDE, SIDE, SIDE}};
    struct stm_arena arena;
    struct stm_error err;
    double least = 1e9;
    if (!stm_arena_create(&arena, stm_net_scratch(net, SIDE, SIDE), &err)) abort();
    for (int i = 0; i < times; i++) {
        const double start = now();
        if (!stm_net_run(net, kernels, input, (void *)net, views, &arena, &err)) abort();
        least = now() - start < least ? now() - start : least;
    }
    stm_arena_destroy(&arena);
    return least;
}

static double peak_of(enum stm_isa isa)
{
    double least = 1e9;
    for (int i = 0; i < 9 && peak_dot8(isa); i++) {
        const double start = now();
        peak_dot8(isa)(NULL);
        least = now() - start < least ? now() - start : least;
    }
    return peak_dot8(isa) ? peak_dot8_macs(isa) / least : 0;
}

int main(int argc, char **argv)
{
    static const struct stm_net *const nets[] = {&stm_net_nuclei, &stm_net_cells, &stm_net_cells_second};
    const int times = argc > 1 ? atoi(argv[1]) : 7;
    for (int isa = 0; isa < STM_ISAS; isa++) {
        const struct stm_kernels *k = stm_kernels_for((enum stm_isa)isa);
        const double peak = k ? peak_of(k->isa) : 0;
        for (int i = 0; k && i < (int)(sizeof nets / sizeof *nets); i++) {
            const double s = seconds(nets[i], k, isa == STM_ISA_REF ? 1 : times), rate = macs_of(nets[i]) / s;
            printf("%-7s %-13s %8.1f ms %7.1f GMAC/s", stm_isa_name(k->isa), nets[i]->name, s * 1e3,
                   rate / 1e9);
            if (peak > 0) printf("  %4.0f %% of what the registers do", 100 * rate / peak);
            printf("\n");
        }
    }
    return 0;
}
