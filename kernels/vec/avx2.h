/* Vector operations on 256 bits. Every vec/<isa>.h defines the same names, so that kernels/tmpl holds each
 * kernel once; a file is compiled for one instruction set and includes one of them. Inline functions only,
 * all static: a copy that the linker could share would crash on another processor. */
#ifndef STM_VEC_H
#define STM_VEC_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

/* The table that kernels/tmpl/table.h defines. */
#define V_TABLE stm_kernels_avx2
#define V_ISA STM_ISA_AVX2

/* v16: VN unsigned 16-bit lanes. v32: VN / 2 lanes of 32 bits. v64: VN / 4 lanes of 64 bits. */
enum { VN = 16 };
typedef __m256i v16;
typedef __m256i v32;
typedef __m256i v64;

/* Unaligned; the _n forms touch only the first n <= VN lanes in memory (others load as 0). */
static inline v16 v_load(const void *p)
{
    return _mm256_loadu_si256(p);
}

static inline v32 v_load32(const void *p)
{
    return _mm256_loadu_si256(p);
}

static inline v16 v_load_n(const uint16_t *p, int n)
{
    uint16_t all[VN] = {0};
    if (n >= VN) return v_load(p);
    memcpy(all, p, (size_t)n * sizeof *p);
    return v_load(all);
}

static inline void v_store_n(void *p, v16 v, int n)
{
    uint16_t all[VN];
    if (n >= VN) {
        _mm256_storeu_si256(p, v);
        return;
    }
    _mm256_storeu_si256((v16 *)all, v);
    memcpy(p, all, (size_t)n * sizeof *all);
}

static inline void v_store32_n(uint32_t *p, v32 v, int n)
{
    v_store_n(p, v, 2 * n);
}

/* Lanes are below 256. */
static inline void v_store8_n(uint8_t *p, v16 v, int n)
{
    const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    uint8_t all[VN];
    if (n >= VN) {
        _mm_storeu_si128((__m128i *)p, bytes);
        return;
    }
    _mm_storeu_si128((__m128i *)all, bytes);
    memcpy(p, all, (size_t)n);
}

static inline v16 v_set(uint16_t x)
{
    return _mm256_set1_epi16((short)x);
}

/* The same bits as half as many lanes. */
static inline v32 v_as32(v16 a)
{
    return a;
}

static inline v32 v_set32(uint32_t x)
{
    return _mm256_set1_epi32((int)x);
}

static inline v16 v_min(v16 a, v16 b)
{
    return _mm256_min_epu16(a, b);
}

static inline v16 v_max(v16 a, v16 b)
{
    return _mm256_max_epu16(a, b);
}

/* Sums and differences that stop at 65535 and 0. */
static inline v16 v_adds(v16 a, v16 b)
{
    return _mm256_adds_epu16(a, b);
}

static inline v16 v_subs(v16 a, v16 b)
{
    return _mm256_subs_epu16(a, b);
}

static inline v16 v_xor(v16 a, v16 b)
{
    return _mm256_xor_si256(a, b);
}

/* Low and high half of the product. */
static inline v16 v_mullo(v16 a, v16 b)
{
    return _mm256_mullo_epi16(a, b);
}

static inline v16 v_mulhi(v16 a, v16 b)
{
    return _mm256_mulhi_epu16(a, b);
}

/* Bit i = a[i] > b[i]. */
static inline uint64_t v_gt_bits(v16 a, v16 b)
{
    const v16 le = _mm256_cmpeq_epi16(_mm256_subs_epu16(a, b), _mm256_setzero_si256());
    const __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(le), _mm256_extracti128_si256(le, 1));
    return (uint64_t)_mm_movemask_epi8(bytes) ^ 0xffff;
}

/* Bit i of 2 VN = p[i] >= least. */
static inline uint64_t v_at_least_bits(const uint8_t *p, uint8_t least)
{
    const __m256i v = _mm256_loadu_si256((const __m256i *)p);
    return (uint32_t)_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_max_epu8(v, _mm256_set1_epi8((char)least)), v));
}

/* Half of the lanes widened: a in the low, b in the high 16 bits. Which lanes: v_lanes_lo, and those plus 4.
 */
static inline v32 v_zip_lo(v16 a, v16 b)
{
    return _mm256_unpacklo_epi16(a, b);
}

static inline v32 v_zip_hi(v16 a, v16 b)
{
    return _mm256_unpackhi_epi16(a, b);
}

/* Undoes the widening; values from 65536 to 2^31 - 1 become 65535. */
static inline v16 v_pack(v32 lo, v32 hi)
{
    return _mm256_packus_epi32(lo, hi);
}

static inline v32 v_lanes_lo(void)
{
    return _mm256_set_epi32(11, 10, 9, 8, 3, 2, 1, 0);
}

/* table[index[i]] */
static inline v32 v_permute(v32 table, v32 index)
{
    return _mm256_permutevar8x32_epi32(table, index);
}

/* sum + the products of the low and of the high halves of a and b, which are signed 16-bit numbers. */
static inline v32 v_dot(v32 sum, v32 a, v32 b)
{
    return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
}

/* The high halves of even in the even lanes, of odd in the odd lanes. */
static inline v16 v_join(v32 even, v32 odd)
{
    return _mm256_blend_epi16(_mm256_srli_epi32(even, 16), odd, 0xaa);
}

static inline v32 v_add32(v32 a, v32 b)
{
    return _mm256_add_epi32(a, b);
}

static inline v32 v_sub32(v32 a, v32 b)
{
    return _mm256_sub_epi32(a, b);
}

static inline v32 v_mul32(v32 a, v32 b)
{
    return _mm256_mullo_epi32(a, b);
}

static inline v32 v_shl32(v32 a, int n)
{
    return _mm256_sll_epi32(a, _mm_cvtsi32_si128(n));
}

static inline v32 v_shr32(v32 a, int n)
{
    return _mm256_srl_epi32(a, _mm_cvtsi32_si128(n));
}

/* Each lane's low half. */
static inline v32 v_low16(v32 a)
{
    return _mm256_and_si256(a, v_set32(65535));
}

/* Shifts signed lanes, rounding down. */
static inline v32 v_sar32(v32 a, int n)
{
    return _mm256_sra_epi32(a, _mm_cvtsi32_si128(n));
}

/* v_pack of signed lanes: negative ones become 0. */
static inline v16 v_pack_signed(v32 lo, v32 hi)
{
    return _mm256_packus_epi32(lo, hi);
}

/* The bits of the lanes as single-precision numbers; lanes are below 2^24, so exact. */
static inline v32 v_float_bits(v32 a)
{
    return _mm256_castps_si256(_mm256_cvtepi32_ps(a));
}

/* sum + a[2 i] + a[2 i + 1] */
static inline v32 v_add_pairs(v32 sum, v16 a)
{
    return v_add32(v_add32(sum, _mm256_and_si256(a, v_set32(65535))), _mm256_srli_epi32(a, 16));
}

static inline v64 v_zero64(void)
{
    return _mm256_setzero_si256();
}

/* The lanes' sum grows by the squares of all lanes of a, taken as signed. */
static inline v64 v_add_square(v64 sum, v32 a)
{
    const v32 odd = _mm256_srli_epi64(a, 32);
    return _mm256_add_epi64(sum, _mm256_add_epi64(_mm256_mul_epi32(a, a), _mm256_mul_epi32(odd, odd)));
}

/* Adds 1 to the lanes of *count in which a is at most limit; the others' a goes into the least of *above. */
static inline void v_split(v16 *count, v16 *above, v16 a, v16 limit)
{
    const v16 le = _mm256_cmpeq_epi16(_mm256_subs_epu16(a, limit), _mm256_setzero_si256());
    *count = _mm256_sub_epi16(*count, le);
    *above = _mm256_min_epu16(*above, _mm256_or_si256(a, le));
}

/* The lanes' sum grows by all lanes of a, taken as unsigned. */
static inline v64 v_add_wide(v64 sum, v32 a)
{
    const v64 low = _mm256_and_si256(a, _mm256_set1_epi64x(0xffffffff));
    return _mm256_add_epi64(_mm256_add_epi64(sum, low), _mm256_srli_epi64(a, 32));
}

static inline uint64_t v_sum64(v64 a)
{
    uint64_t lane[4];
    _mm256_storeu_si256((v64 *)lane, a);
    return lane[0] + lane[1] + lane[2] + lane[3];
}

/* Sum of the lanes, which are below 256. */
static inline int v_sum_small(v16 a)
{
    const __m256i four = _mm256_sad_epu8(a, _mm256_setzero_si256());
    const __m128i two = _mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
    return _mm_cvtsi128_si32(_mm_add_epi64(two, _mm_srli_si128(two, 8)));
}

/* min(65535, sqrt(x^2 + y^2) scale + 0.5), rounded after each operation as the reference does. */
static inline v32 v_magnitude(v32 x, v32 y, float scale)
{
    const __m256 fx = _mm256_cvtepi32_ps(x), fy = _mm256_cvtepi32_ps(y);
    const __m256 root = _mm256_sqrt_ps(_mm256_add_ps(_mm256_mul_ps(fx, fx), _mm256_mul_ps(fy, fy)));
    const __m256 value = _mm256_add_ps(_mm256_mul_ps(root, _mm256_set1_ps(scale)), _mm256_set1_ps(0.5f));
    return _mm256_cvttps_epi32(_mm256_min_ps(value, _mm256_set1_ps(65535)));
}

/* For kernels/tmpl/conv8.h. The products of bytes, 0 … 127 by -127 … 127, added in pairs to signed lanes of
 * 16 bits, which nothing saturates. */
static inline v16 v_pairs8(v32 a, v32 b)
{
    return _mm256_maddubs_epi16(a, b);
}

/* The sum, modulo 2^16, and v_dot, made here and not when the compiler likes: it would add in an order that
 * takes more registers than there are. */
static inline v16 v_add_now(v16 a, v16 b)
{
    v16 sum = _mm256_add_epi16(a, b);
    __asm__("" : "+x"(sum));
    return sum;
}

static inline v32 v_dot_now(v32 sum, v32 a, v32 b)
{
    sum = v_dot(sum, a, b);
    __asm__("" : "+x"(sum));
    return sum;
}

/* (sum * scale + offset) >> (32 + shift), lane by lane; the offsets of odd lanes are 8 behind the even ones'.
 */
static inline v32 v_requantise(v32 sum, const int32_t *scale, const int64_t *offset, int shift)
{
    const v32 m = v_load32(scale), even = _mm256_mul_epi32(sum, m);
    const v32 odd = _mm256_mul_epi32(_mm256_srli_epi64(sum, 32), _mm256_srli_epi64(m, 32));
    const v32 e = _mm256_add_epi64(even, v_load32(offset)), o = _mm256_add_epi64(odd, v_load32(offset + 8));
    const v32 high = _mm256_blend_epi32(_mm256_srli_epi64(e, 32), o, 0xaa);
    return _mm256_sra_epi32(high, _mm_cvtsi32_si128(shift));
}

/* Lanes of 4 pixels, clamped to 0 … 127, as bytes: each 128 bits hold a quad of the 4 pixels. */
static inline v32 v_pack_quads(v32 a, v32 b, v32 c, v32 d)
{
    const v32 px = _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
    return _mm256_min_epu8(px, _mm256_set1_epi8(127));
}

/* Those 128 bits to byte `at` of their planes. */
static inline void v_put_quads(uint8_t *const *dst, int at, v32 px)
{
    _mm_storeu_si128((__m128i *)(dst[0] + at), _mm256_castsi256_si128(px));
    _mm_storeu_si128((__m128i *)(dst[1] + at), _mm256_extracti128_si256(px, 1));
}

/* For kernels/tmpl/conv8_tiles.h: 16 bytes as lanes of 16 bits; sums and shifts of such, modulo 2^16. */
static inline v16 v_wide8(const uint8_t *p)
{
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)p));
}

static inline v16 v_add16(v16 a, v16 b)
{
    return _mm256_add_epi16(a, b);
}

static inline v16 v_sub16(v16 a, v16 b)
{
    return _mm256_sub_epi16(a, b);
}

static inline v16 v_shl16(v16 a, int n)
{
    return _mm256_slli_epi16(a, n);
}

/* Of 20 numbers of 64 bits in 5 vectors: numbers i, i + 4, i + 8 and i + 12 to out[i], i = 0 … 5. */
static inline void v_columns64(v16 out[6], const v16 *in)
{
    v16 even[2], odd[2];
    for (int i = 0; i < 2; i++) {
        even[i] = _mm256_unpacklo_epi64(in[2 * i], in[2 * i + 1]);
        odd[i] = _mm256_unpackhi_epi64(in[2 * i], in[2 * i + 1]);
    }
    out[0] = _mm256_permute2x128_si256(even[0], even[1], 0x20);
    out[1] = _mm256_permute2x128_si256(odd[0], odd[1], 0x20);
    out[2] = _mm256_permute2x128_si256(even[0], even[1], 0x31);
    out[3] = _mm256_permute2x128_si256(odd[0], odd[1], 0x31);
    for (int i = 0; i < 2; i++) {
        even[i] = _mm256_unpacklo_epi64(in[2 * i + 1], in[2 * i + 2]);
        odd[i] = _mm256_unpackhi_epi64(in[2 * i + 1], in[2 * i + 2]);
    }
    out[4] = _mm256_permute2x128_si256(even[0], even[1], 0x20);
    out[5] = _mm256_permute2x128_si256(odd[0], odd[1], 0x20);
}

/* Of 8 numbers of 64 bits: those at even and at odd places. */
static inline void v_pairs64(v16 out[2], const void *p)
{
    const v16 a = v_load(p), b = v_load((const uint16_t *)p + VN);
    out[0] = _mm256_permute4x64_epi64(_mm256_unpacklo_epi64(a, b), 0xd8);
    out[1] = _mm256_permute4x64_epi64(_mm256_unpackhi_epi64(a, b), 0xd8);
}

/* Pixels at once, those of conv8_put. */
#define V_CONV_PIXELS 4

#endif
