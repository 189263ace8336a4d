/* One pixel at a time: what kernels/tmpl/median.h needs to be the reference too. */
#ifndef STM_VEC_H
#define STM_VEC_H

#include <stdint.h>

enum { VN = 1 };
typedef uint16_t v16;

static inline v16 v_load(const uint16_t *p)
{
    return *p;
}

static inline v16 v_load_n(const uint16_t *p, int n)
{
    (void)n;
    return *p;
}

static inline void v_store_n(uint16_t *p, v16 v, int n)
{
    (void)n;
    *p = v;
}

static inline v16 v_min(v16 a, v16 b)
{
    return a < b ? a : b;
}

static inline v16 v_max(v16 a, v16 b)
{
    return a > b ? a : b;
}

#endif
