/* What networks say of an image. Two of them, trained differently, err in different places, so the mean of
 * what they say errs less than either (docs/nets.md). The second sees the image from farther away, where what
 * is fine in a cell parts it less, and turned by half a turn, so that it does not lean to the same side of a
 * cell. */
#ifndef STM_NETS_OPINIONS_H
#define STM_NETS_OPINIONS_H

#include "pipeline/nets/net.h"

struct stm_opinions {
    const struct stm_net *first, *second; /* second NULL: one will do; both take in and give out the same */
};

/* Nuclei in fluorescence; adherent cells in any transmitted light, and in clear phase contrast (net.h). */
extern const struct stm_opinions stm_opinions_nuclei, stm_opinions_cells, stm_opinions_phase;

/* An image of w x h pixels, as a net takes it in: `row` fills row y < h. */
struct stm_net_image {
    int w, h;
    stm_net_input_fn *row;
    void *from;
};

/* The side of what the second network sees where the first one sees n pixels: four fifths of them. At 0.75
 * and 0.7 cells of kinds that were never seen are cut less still, but drawn ones, C2C12 and MCF-7 are parted
 * worse (docs/nets-trials.md). */
int stm_opinions_farther(int n);

/* Runs the first network over the image, the second, if there is one, over the same image from farther away
 * (sides by stm_opinions_farther). Beyond right and lower edges images are mirrored up to multiples of each
 * network's own. Both outputs have the size of the image or more, up to multiples of STM_NET_MULTIPLE.
 * Fails only when memory runs out; gives it back. Thread-safety: safe on separate arenas. */
bool stm_opinions_ask(const struct stm_opinions *who, const struct stm_net_image *image,
                      const struct stm_net_image *farther, const struct stm_kernels *kernels,
                      const struct stm_s16 out[STM_NET_OUTPUTS], struct stm_arena *scratch,
                      struct stm_error *err);
size_t stm_opinions_bytes(const struct stm_opinions *who, int w, int h);

#endif
