/* Adherent cells in transmitted light as the network sees them. docs/nets.md tells the method. */
#ifndef STM_NETS_CELLS_NET_H
#define STM_NETS_CELLS_NET_H

#include "kernels/view.h"
#include "pipeline/core/arena.h"

struct stm_kernels;
struct stm_opinions;

/* Diameters are those of a disc with the cell's area, in pixels of the plane. */
struct stm_cells_net_options {
    double diameter_px; /* of the usual cell, first idea, around which sizes are tried; NAN: unknown */
    struct stm_cu32
        nuclei; /* 0 or 1 … n_nuclei, the plane's size; px NULL: not known. Each has a cell then. */
    uint32_t n_nuclei;
    const uint32_t *twin;               /* around.h; NULL: none */
    bool fixed;                         /* it is not an idea but the truth: the network looks once */
    bool alone;                         /* of two networks only the first is asked: faster */
    const struct stm_opinions *weights; /* NULL: stm_opinions_cells or _phase, as the image looks */
};

struct stm_cells_net_found {
    uint32_t cells;
    uint32_t nucleated; /* the first ones have a nucleus; 0 without nuclei */
    bool phase;         /* by stm_opinions_phase */
    double diameter_px; /* of the usual cell found; NAN without cells */
    double sharpness;   /* 0 ... 1: how little of what may be cell is undecided; 0: too faint */
    /* Covered part of the plane as labelled, and with the odds that end a cell raised and lowered by
     * STM_CELLS_NET_DOUBT; 0 ... 1. */
    double covered, low, high;
};

/* Fills `labels` (the plane's size) with 0 or 1 ... found->cells. Fails only when memory runs out; gives it
 * back. Thread-safety: safe on separate arguments. */
bool stm_cells_net_label(struct stm_u32 labels, struct stm_cells_net_found *found, struct stm_cu16 plane,
                         const struct stm_cells_net_options *options, const struct stm_kernels *kernels,
                         struct stm_arena *scratch, struct stm_error *err);
size_t stm_cells_net_scratch(int w, int h);
/* The most cells that a w x h plane can have. */
size_t stm_cells_net_most(int w, int h);

#endif
