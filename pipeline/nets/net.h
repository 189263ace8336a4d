/* Convolutional networks in exact integers (docs/nets.md): same bytes on every machine.
 *
 * A network is a const list of layers, each made from earlier ones. It runs row by row: a layer's row is made
 * when a later layer asks for it, and kept in a ring as long as some layer may ask again. So memory grows
 * with the width of the image only, rows stay in cache, and there are no tiles whose edges could show. */
#ifndef STM_NETS_NET_H
#define STM_NETS_NET_H

#include "kernels/conv8.h"
#include "kernels/head.h"
#include "kernels/view.h"
#include "pipeline/core/arena.h"

struct stm_kernels;

enum { STM_NET_LAYERS = 40, STM_NET_QUADS = 64, STM_NET_OUTPUTS = STM_HEAD_OUTPUTS };
enum { STM_NET_MULTIPLE = 16 }; /* a multiple of every network's (stm_net_multiple) */

enum stm_net_op {
    STM_NET_INPUT,
    STM_NET_CONV,  /* 3 x 3, zero beyond the image */
    STM_NET_POOL,  /* greatest of 2 x 2 */
    STM_NET_SPREAD /* what each pixel, as 2 x 2, adds to the sums of the convolution that it is made for */
};

struct stm_net_layer {
    enum stm_net_op op;
    int from;   /* what it is made from */
    int spread; /* a layer whose sums it adds to its own, -1: none */
    int level;  /* 1 / 2^level of the image's size */
    int quads;  /* channels / 4 */
    struct stm_conv8 conv;
};

struct stm_net {
    const char *name, *sha256; /* of the weights' file */
    const struct stm_net_layer *layer;
    int layers;
    const struct stm_head *head;
};

/* Nuclei in fluorescence. Input (fine.h): light of a pixel's image pixels as 0 … 127, its root, its fourth
 * root. Outputs: log odds of being in a nucleus in units of 1/256; distance to the nucleus' own edge over the
 * greatest in it, in 1/16384. */
extern const struct stm_net stm_net_nuclei;

/* Adherent cells in transmitted light. Input: contrast of a pixel's image pixels against the surroundings as
 * 0 … 127 (64: none), its signed root (contrast.h). Outputs: log odds of being in a cell in units of 1/256;
 * mean of the distance to the cell's own edge and the nearness to its middle, each over the greatest in it,
 * in 1/16384. */
extern const struct stm_net stm_net_cells, stm_net_cells_second;

/* The same network, trained on phase contrast as it comes from good optics and nothing else: on such images
 * it errs less than stm_net_cells, on others more (style.h). */
extern const struct stm_net stm_net_phase, stm_net_phase_second;

/* Sizes that the network runs over are multiples of it: of what its coarsest level has one pixel for. */
int stm_net_multiple(const struct stm_net *net);

/* Fills row y of each of the input's quads: 4 bytes a pixel, 0 … 127. May be called by several threads at
 * once. */
typedef void stm_net_input_fn(void *from, uint8_t *const *quad, int y);

/* Runs the network over an image of the size of out[0]; both outputs have it, and it is a multiple of the
 * network's. Takes up to stm_net_scratch bytes from the arena and gives them back. Fails only when
 * they are not there. Where the arena has threads, each makes a band of rows, with memory of its own for as
 * long as it runs; the outputs are the same. Thread-safety: safe on separate arenas. */
bool stm_net_run(const struct stm_net *net, const struct stm_kernels *kernels, stm_net_input_fn *input,
                 void *from, const struct stm_s16 out[STM_NET_OUTPUTS], struct stm_arena *scratch,
                 struct stm_error *err);
size_t stm_net_scratch(const struct stm_net *net, int w, int h);

#endif
