/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/random.h"

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t stm_seed(uint64_t seed, uint64_t key)
{
    return mix(mix(seed + 0x9e3779b97f4a7c15u) ^ (key * 0xd1b54a32d192ed03u + 0x8cb92ba72f3d8dd7u));
}

uint64_t stm_seed_text(uint64_t seed, const char *text)
{
    for (; *text; text++)
        seed = stm_seed(seed, (unsigned char)*text);
    return seed;
}

struct stm_random stm_random_from(uint64_t seed)
{
    return (struct stm_random){.state = mix(seed)};
}

uint64_t stm_random_bits(struct stm_random *r)
{
    return mix(r->state += 0x9e3779b97f4a7c15u);
}

double stm_random_real(struct stm_random *r)
{
    return (double)(stm_random_bits(r) >> 11) * 0x1p-53;
}

double stm_random_between(struct stm_random *r, double lo, double hi)
{
    return lo + (hi - lo) * stm_random_real(r);
}

int stm_random_below(struct stm_random *r, int n)
{
    const uint32_t range = (uint32_t)n, biased = (uint32_t)-range % range;
    uint64_t product;
    do
        product = (stm_random_bits(r) >> 32) * range;
    while ((uint32_t)product < biased);
    return (int)(product >> 32);
}

bool stm_random_chance(struct stm_random *r, double percent)
{
    return stm_random_real(r) * 100 < percent;
}
