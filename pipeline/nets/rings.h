/* Rows of a network's layers, kept as long as later layers may ask for them. */
#ifndef STM_NETS_RINGS_H
#define STM_NETS_RINGS_H

#include "pipeline/nets/net.h"

/* The latest rows of a layer; row y is in slot y % slots. Each quad's row has a pixel of zeros at both ends.
 * STM_NET_SPREAD has a row for each row that it is made from: of sums, three times [groups][w][16]. Where
 * tiles are made of what it would be added to, nobody asks for it (slots is 0). */
struct stm_net_ring {
    uint8_t *px;
    size_t quad_bytes, row_bytes;
    int w, h, slots;
    int step; /* rows made at once, from a multiple of it on: those of tiles, or 1 */
    int done; /* rows made */
};

struct stm_net_rings {
    const struct stm_net *net;
    const struct stm_kernels *kernels;
    stm_net_input_fn *input; /* NULL: only count the slots that are needed */
    void *from;
    const int16_t *const *weight; /* of a layer's part in tiles (kernels/conv8.h) */
    const uint8_t *zeros;         /* a row beyond the image */
    uint8_t *waste;               /* a row that nobody asks for */
    void *scratch;                /* for convolutions */
    struct stm_net_ring ring[STM_NET_LAYERS];
};

/* Pixel -1 of a quad of row y; sums of STM_NET_SPREAD for row ky of a convolution. */
uint8_t *stm_net_quad(const struct stm_net_ring *ring, int y, int quad);
int32_t *stm_net_sums(const struct stm_net_ring *ring, int y, int ky);

/* How wide the layers of an image are and how many slots they need, without memory. tiles: they are made
 * where they pay. */
void stm_net_rings_plan(struct stm_net_rings *rings, const struct stm_net *net, bool tiles, int w, int h);

/* The layer whose pixels, each as 2 x 2, count into tiles of layer i as well; -1: there are no tiles, or none
 * such. Tiles without their weights. */
int stm_net_coarse(const struct stm_net_rings *rings, int i);
struct stm_conv8_tiled stm_net_tiled(const struct stm_net_rings *rings, int i);

/* Memory as planned: takes exactly stm_net_rings_bytes from the arena. */
size_t stm_net_rings_bytes(const struct stm_net_rings *rings);
bool stm_net_rings_take(struct stm_net_rings *rings, struct stm_arena *scratch, struct stm_error *err);

/* Layers begin where row y of the last one, a multiple of stm_net_multiple, needs them. */
void stm_net_rings_start(struct stm_net_rings *rings, int y);

/* Makes rows of layer i up to `upto` be there, the latest ones in the ring. */
void stm_net_rings_pull(struct stm_net_rings *rings, int i, int upto);

#endif
