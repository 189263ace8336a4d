/* Found instead of the compiler's header when kernels/isa_avx512.c is built for machines without AVX-512:
 * SIMDe does what the instructions do. Below is what it lacks (0.7.4, Debian 12), after Intel's description
 * of each. */
#ifndef STM_TESTS_EMULATED_IMMINTRIN_H
#define STM_TESTS_EMULATED_IMMINTRIN_H

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

#include <stdint.h>
#include <string.h>

typedef simde__mmask32 __mmask32;

union emulated {
    __m512i i;
    __m512 f;
    uint8_t u8[64];
    uint16_t u16[32];
    int32_t s32[16];
    int64_t s64[8];
    float f32[16];
};

static inline uint32_t _bzhi_u32(uint32_t a, unsigned n)
{
    return n < 32 ? a & ((UINT32_C(1) << n) - 1) : a;
}

static inline __m512i _mm512_maskz_loadu_epi16(__mmask32 mask, const void *from)
{
    union emulated to = {.u16 = {0}};
    for (int k = 0; k < 32; k++)
        if (mask >> k & 1) memcpy(&to.u16[k], (const uint16_t *)from + k, sizeof to.u16[k]);
    return to.i;
}

static inline void _mm512_mask_storeu_epi16(void *to, __mmask32 mask, __m512i a)
{
    const union emulated from = {.i = a};
    for (int k = 0; k < 32; k++)
        if (mask >> k & 1) memcpy((uint16_t *)to + k, &from.u16[k], sizeof from.u16[k]);
}

static inline void _mm256_mask_storeu_epi8(void *to, __mmask32 mask, __m256i a)
{
    uint8_t from[32];
    memcpy(from, &a, sizeof from);
    for (int k = 0; k < 32; k++)
        if (mask >> k & 1) ((uint8_t *)to)[k] = from[k];
}

static inline __mmask32 _mm512_cmpgt_epu16_mask(__m512i a, __m512i b)
{
    const union emulated x = {.i = a}, y = {.i = b};
    __mmask32 mask = 0;
    for (int k = 0; k < 32; k++)
        mask |= (__mmask32)(x.u16[k] > y.u16[k]) << k;
    return mask;
}

static inline __m512i _mm512_mulhi_epu16(__m512i a, __m512i b)
{
    union emulated x = {.i = a};
    const union emulated y = {.i = b};
    for (int k = 0; k < 32; k++)
        x.u16[k] = (uint16_t)((uint32_t)x.u16[k] * y.u16[k] >> 16);
    return x.i;
}

/* >> of a negative int keeps the sign with gcc and clang. */
static inline __m512i _mm512_sra_epi32(__m512i a, __m128i count)
{
    union emulated x = {.i = a};
    uint64_t n;
    memcpy(&n, &count, sizeof n);
    for (int k = 0; k < 16; k++)
        x.s32[k] >>= n < 31 ? n : 31;
    return x.i;
}

static inline int64_t _mm512_reduce_add_epi64(__m512i a)
{
    const union emulated x = {.i = a};
    uint64_t sum = 0;
    for (int k = 0; k < 8; k++)
        sum += (uint64_t)x.s64[k];
    return (int64_t)sum;
}

static inline __m512 _mm512_cvtepi32_ps(__m512i a)
{
    union emulated x = {.i = a};
    for (int k = 0; k < 16; k++)
        x.f32[k] = (float)x.s32[k];
    return x.f;
}

static inline __m512i _mm512_cvttps_epi32(__m512 a)
{
    union emulated x = {.f = a};
    for (int k = 0; k < 16; k++)
        x.s32[k] = (int32_t)x.f32[k];
    return x.i;
}

#endif
