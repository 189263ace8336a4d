/* A pixel of what the networks take in and give out is STM_NET_FINE x STM_NET_FINE of the image: thin gaps
 * are seen at the price of coarse pixels. */
#ifndef STM_NETS_FINE_H
#define STM_NETS_FINE_H

#include <stdint.h>
#include <string.h>

enum { STM_NET_FINE = 2 };

/* Codes of image pixels x (even) and x + 1 of row STM_NET_FINE y + part into row y of the planes: each quad
 * holds one code of a pixel's four image pixels, row by row. */
static inline void stm_net_put_pair(uint8_t *const *quad, int planes, int x, int part, const uint8_t *left,
                                    const uint8_t *right)
{
    const int at = x / STM_NET_FINE * 4 + part * STM_NET_FINE;
    for (int i = 0; i < planes; i++)
        memcpy(quad[i] + at, (uint8_t[]){left[i], right[i]}, STM_NET_FINE);
}

#endif
