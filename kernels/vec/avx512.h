/* Vector operations on 512 bits. Every vec/<isa>.h defines the same names; avx2.h explains them. */
#ifndef STM_VEC_H
#define STM_VEC_H

#include <immintrin.h>
#include <stdint.h>

#define V_TABLE stm_kernels_avx512
#define V_ISA STM_ISA_AVX512

enum { VN = 32 };
typedef __m512i v16;
typedef __m512i v32;
typedef __m512i v64;

static inline __mmask32 v_first(int n)
{
    return n >= VN ? ~(__mmask32)0 : (__mmask32)_bzhi_u32(~0u, (unsigned)n);
}

static inline v16 v_load(const void *p)
{
    return _mm512_loadu_si512(p);
}

static inline v32 v_load32(const void *p)
{
    return _mm512_loadu_si512(p);
}

static inline v16 v_load_n(const uint16_t *p, int n)
{
    return _mm512_maskz_loadu_epi16(v_first(n), p);
}

static inline void v_store_n(void *p, v16 v, int n)
{
    if (n >= VN)
        _mm512_storeu_si512(p, v);
    else
        _mm512_mask_storeu_epi16(p, v_first(n), v);
}

static inline void v_store32_n(uint32_t *p, v32 v, int n)
{
    v_store_n(p, v, 2 * n);
}

static inline void v_store8_n(uint8_t *p, v16 v, int n)
{
    _mm256_mask_storeu_epi8(p, v_first(n), _mm512_cvtepi16_epi8(v));
}

static inline v16 v_set(uint16_t x)
{
    return _mm512_set1_epi16((short)x);
}

static inline v32 v_as32(v16 a)
{
    return a;
}

static inline v32 v_set32(uint32_t x)
{
    return _mm512_set1_epi32((int)x);
}

static inline v16 v_min(v16 a, v16 b)
{
    return _mm512_min_epu16(a, b);
}

static inline v16 v_max(v16 a, v16 b)
{
    return _mm512_max_epu16(a, b);
}

static inline v16 v_adds(v16 a, v16 b)
{
    return _mm512_adds_epu16(a, b);
}

static inline v16 v_subs(v16 a, v16 b)
{
    return _mm512_subs_epu16(a, b);
}

static inline v16 v_xor(v16 a, v16 b)
{
    return _mm512_xor_si512(a, b);
}

static inline v16 v_mullo(v16 a, v16 b)
{
    return _mm512_mullo_epi16(a, b);
}

static inline v16 v_mulhi(v16 a, v16 b)
{
    return _mm512_mulhi_epu16(a, b);
}

static inline uint64_t v_gt_bits(v16 a, v16 b)
{
    return _mm512_cmpgt_epu16_mask(a, b);
}

static inline uint64_t v_at_least_bits(const uint8_t *p, uint8_t least)
{
    return _mm512_cmpge_epu8_mask(_mm512_loadu_si512(p), _mm512_set1_epi8((char)least));
}

static inline v32 v_zip_lo(v16 a, v16 b)
{
    return _mm512_unpacklo_epi16(a, b);
}

static inline v32 v_zip_hi(v16 a, v16 b)
{
    return _mm512_unpackhi_epi16(a, b);
}

static inline v16 v_pack(v32 lo, v32 hi)
{
    return _mm512_packus_epi32(lo, hi);
}

static inline v32 v_lanes_lo(void)
{
    return _mm512_set_epi32(27, 26, 25, 24, 19, 18, 17, 16, 11, 10, 9, 8, 3, 2, 1, 0);
}

static inline v32 v_permute(v32 table, v32 index)
{
    return _mm512_permutexvar_epi32(index, table);
}

static inline v32 v_dot(v32 sum, v32 a, v32 b)
{
    return _mm512_dpwssd_epi32(sum, a, b);
}

static inline v32 v_join(v32 even, v32 odd)
{
    return _mm512_mask_blend_epi16(0xaaaaaaaa, _mm512_srli_epi32(even, 16), odd);
}

static inline v32 v_add32(v32 a, v32 b)
{
    return _mm512_add_epi32(a, b);
}

static inline v32 v_sub32(v32 a, v32 b)
{
    return _mm512_sub_epi32(a, b);
}

static inline v32 v_mul32(v32 a, v32 b)
{
    return _mm512_mullo_epi32(a, b);
}

static inline v32 v_shl32(v32 a, int n)
{
    return _mm512_sll_epi32(a, _mm_cvtsi32_si128(n));
}

static inline v32 v_shr32(v32 a, int n)
{
    return _mm512_srl_epi32(a, _mm_cvtsi32_si128(n));
}

static inline v32 v_low16(v32 a)
{
    return _mm512_and_si512(a, v_set32(65535));
}

static inline v32 v_sar32(v32 a, int n)
{
    return _mm512_sra_epi32(a, _mm_cvtsi32_si128(n));
}

static inline v16 v_pack_signed(v32 lo, v32 hi)
{
    return _mm512_packus_epi32(lo, hi);
}

static inline v32 v_float_bits(v32 a)
{
    return _mm512_castps_si512(_mm512_cvtepi32_ps(a));
}

static inline v32 v_add_pairs(v32 sum, v16 a)
{
    return v_add32(v_add32(sum, _mm512_and_si512(a, v_set32(65535))), _mm512_srli_epi32(a, 16));
}

static inline v64 v_zero64(void)
{
    return _mm512_setzero_si512();
}

static inline v64 v_add_square(v64 sum, v32 a)
{
    const v32 odd = _mm512_srli_epi64(a, 32);
    return _mm512_add_epi64(sum, _mm512_add_epi64(_mm512_mul_epi32(a, a), _mm512_mul_epi32(odd, odd)));
}

static inline void v_split(v16 *count, v16 *above, v16 a, v16 limit)
{
    const __mmask32 le = _mm512_cmple_epu16_mask(a, limit);
    *count = _mm512_mask_add_epi16(*count, le, *count, _mm512_set1_epi16(1));
    *above = _mm512_mask_min_epu16(*above, (__mmask32)~le, *above, a);
}

static inline v64 v_add_wide(v64 sum, v32 a)
{
    const v64 low = _mm512_and_si512(a, _mm512_set1_epi64(0xffffffff));
    return _mm512_add_epi64(_mm512_add_epi64(sum, low), _mm512_srli_epi64(a, 32));
}

static inline uint64_t v_sum64(v64 a)
{
    return (uint64_t)_mm512_reduce_add_epi64(a);
}

static inline int v_sum_small(v16 a)
{
    return (int)_mm512_reduce_add_epi64(_mm512_sad_epu8(a, _mm512_setzero_si512()));
}

static inline v32 v_magnitude(v32 x, v32 y, float scale)
{
    const __m512 fx = _mm512_cvtepi32_ps(x), fy = _mm512_cvtepi32_ps(y);
    const __m512 root = _mm512_sqrt_ps(_mm512_add_ps(_mm512_mul_ps(fx, fx), _mm512_mul_ps(fy, fy)));
    const __m512 value = _mm512_add_ps(_mm512_mul_ps(root, _mm512_set1_ps(scale)), _mm512_set1_ps(0.5f));
    return _mm512_cvttps_epi32(_mm512_min_ps(value, _mm512_set1_ps(65535)));
}

static inline v32 v_dot8(v32 sum, v32 a, v32 b)
{
    return _mm512_dpbusd_epi32(sum, a, b);
}

static inline v32 v_requantise(v32 sum, const int32_t *scale, const int64_t *offset, int shift)
{
    const v32 m = v_load32(scale), even = _mm512_mul_epi32(sum, m);
    const v32 odd = _mm512_mul_epi32(_mm512_srli_epi64(sum, 32), _mm512_srli_epi64(m, 32));
    const v32 e = _mm512_add_epi64(even, v_load32(offset)), o = _mm512_add_epi64(odd, v_load32(offset + 8));
    const v32 high = _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(e, 32), o);
    return _mm512_sra_epi32(high, _mm_cvtsi32_si128(shift));
}

static inline v32 v_pack_quads(v32 a, v32 b, v32 c, v32 d)
{
    const v32 px = _mm512_packus_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d));
    return _mm512_min_epu8(px, _mm512_set1_epi8(127));
}

static inline void v_put_quads(uint8_t *const *dst, int at, v32 px)
{
    _mm_storeu_si128((__m128i *)(dst[0] + at), _mm512_castsi512_si128(px));
    _mm_storeu_si128((__m128i *)(dst[1] + at), _mm512_extracti32x4_epi32(px, 1));
    _mm_storeu_si128((__m128i *)(dst[2] + at), _mm512_extracti32x4_epi32(px, 2));
    _mm_storeu_si128((__m128i *)(dst[3] + at), _mm512_extracti32x4_epi32(px, 3));
}

#define V_CONV_ROWS CONV8_ROW(1, 16) CONV8_ROW(2, 8) CONV8_ROW(3, 8) CONV8_ROW(4, 4)
#define V_CONV_TABLE conv8_row_1, conv8_row_2, conv8_row_3, conv8_row_4

#endif
