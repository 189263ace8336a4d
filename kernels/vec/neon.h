/* Vector operations on 128 bits. Every vec/<isa>.h defines the same names; avx2.h explains them. */
#ifndef STM_VEC_H
#define STM_VEC_H

#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

#define V_TABLE stm_kernels_neon
#define V_ISA STM_ISA_NEON

enum { VN = 8 };
typedef uint16x8_t v16;
typedef uint32x4_t v32;
typedef int64x2_t v64;

static inline v16 v_load(const void *p)
{
    return vreinterpretq_u16_u8(vld1q_u8(p));
}

static inline v32 v_load32(const void *p)
{
    return vreinterpretq_u32_u8(vld1q_u8(p));
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
    vst1q_u16(all, v);
    memcpy(p, all, (size_t)(n < VN ? n : VN) * sizeof *all);
}

static inline void v_store32_n(uint32_t *p, v32 v, int n)
{
    v_store_n(p, vreinterpretq_u16_u32(v), 2 * n);
}

static inline void v_store8_n(uint8_t *p, v16 v, int n)
{
    uint8_t all[VN];
    vst1_u8(all, vmovn_u16(v));
    memcpy(p, all, (size_t)(n < VN ? n : VN));
}

static inline v16 v_set(uint16_t x)
{
    return vdupq_n_u16(x);
}

static inline v32 v_as32(v16 a)
{
    return vreinterpretq_u32_u16(a);
}

static inline v32 v_set32(uint32_t x)
{
    return vdupq_n_u32(x);
}

static inline v16 v_min(v16 a, v16 b)
{
    return vminq_u16(a, b);
}

static inline v16 v_max(v16 a, v16 b)
{
    return vmaxq_u16(a, b);
}

static inline v16 v_adds(v16 a, v16 b)
{
    return vqaddq_u16(a, b);
}

static inline v16 v_subs(v16 a, v16 b)
{
    return vqsubq_u16(a, b);
}

static inline v16 v_xor(v16 a, v16 b)
{
    return veorq_u16(a, b);
}

static inline v16 v_mullo(v16 a, v16 b)
{
    return vmulq_u16(a, b);
}

static inline v16 v_mulhi(v16 a, v16 b)
{
    const v16 lo = vreinterpretq_u16_u32(vmull_u16(vget_low_u16(a), vget_low_u16(b)));
    const v16 hi = vreinterpretq_u16_u32(vmull_high_u16(a, b));
    return vuzp2q_u16(lo, hi);
}

static inline uint64_t v_gt_bits(v16 a, v16 b)
{
    static const uint16_t bit[VN] = {1, 2, 4, 8, 16, 32, 64, 128};
    return vaddvq_u16(vandq_u16(vcgtq_u16(a, b), vld1q_u16(bit)));
}

static inline uint64_t v_at_least_bits(const uint8_t *p, uint8_t least)
{
    static const uint8_t bit[8] = {1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t is = vcgeq_u8(vld1q_u8(p), vdupq_n_u8(least));
    return (uint64_t)vaddv_u8(vand_u8(vget_low_u8(is), vld1_u8(bit))) |
           (uint64_t)vaddv_u8(vand_u8(vget_high_u8(is), vld1_u8(bit))) << 8;
}

static inline v32 v_zip_lo(v16 a, v16 b)
{
    return vreinterpretq_u32_u16(vzip1q_u16(a, b));
}

static inline v32 v_zip_hi(v16 a, v16 b)
{
    return vreinterpretq_u32_u16(vzip2q_u16(a, b));
}

static inline v16 v_pack(v32 lo, v32 hi)
{
    return vqmovn_high_u32(vqmovn_u32(lo), hi);
}

static inline v32 v_lanes_lo(void)
{
    static const uint32_t lane[VN / 2] = {0, 1, 2, 3};
    return vld1q_u32(lane);
}

static inline v32 v_permute(v32 table, v32 index)
{
    const v32 bytes = vmlaq_n_u32(vdupq_n_u32(0x03020100), index, 0x04040404);
    return vreinterpretq_u32_u8(vqtbl1q_u8(vreinterpretq_u8_u32(table), vreinterpretq_u8_u32(bytes)));
}

static inline v32 v_dot(v32 sum, v32 a, v32 b)
{
    const int16x8_t x = vreinterpretq_s16_u32(a), y = vreinterpretq_s16_u32(b);
    const int32x4_t lo = vmull_s16(vget_low_s16(x), vget_low_s16(y)), hi = vmull_high_s16(x, y);
    return vaddq_u32(sum, vreinterpretq_u32_s32(vpaddq_s32(lo, hi)));
}

static inline v16 v_join(v32 even, v32 odd)
{
    return vtrn2q_u16(vreinterpretq_u16_u32(even), vreinterpretq_u16_u32(odd));
}

static inline v32 v_add32(v32 a, v32 b)
{
    return vaddq_u32(a, b);
}

static inline v32 v_sub32(v32 a, v32 b)
{
    return vsubq_u32(a, b);
}

static inline v32 v_mul32(v32 a, v32 b)
{
    return vmulq_u32(a, b);
}

static inline v32 v_shl32(v32 a, int n)
{
    return vshlq_u32(a, vdupq_n_s32(n));
}

static inline v32 v_shr32(v32 a, int n)
{
    return vshlq_u32(a, vdupq_n_s32(-n));
}

static inline v32 v_low16(v32 a)
{
    return vandq_u32(a, vdupq_n_u32(65535));
}

static inline v32 v_sar32(v32 a, int n)
{
    return vreinterpretq_u32_s32(vshlq_s32(vreinterpretq_s32_u32(a), vdupq_n_s32(-n)));
}

static inline v16 v_pack_signed(v32 lo, v32 hi)
{
    return vqmovun_high_s32(vqmovun_s32(vreinterpretq_s32_u32(lo)), vreinterpretq_s32_u32(hi));
}

static inline v32 v_float_bits(v32 a)
{
    return vreinterpretq_u32_f32(vcvtq_f32_s32(vreinterpretq_s32_u32(a)));
}

static inline v32 v_add_pairs(v32 sum, v16 a)
{
    return vpadalq_u16(sum, a);
}

static inline v64 v_zero64(void)
{
    return vdupq_n_s64(0);
}

static inline v64 v_add_square(v64 sum, v32 a)
{
    const int32x4_t x = vreinterpretq_s32_u32(a);
    return vmlal_high_s32(vmlal_s32(sum, vget_low_s32(x), vget_low_s32(x)), x, x);
}

static inline void v_split(v16 *count, v16 *above, v16 a, v16 limit)
{
    const v16 le = vcleq_u16(a, limit);
    *count = vsubq_u16(*count, le);
    *above = vminq_u16(*above, vorrq_u16(a, le));
}

static inline v64 v_add_wide(v64 sum, v32 a)
{
    return vreinterpretq_s64_u64(vpadalq_u32(vreinterpretq_u64_s64(sum), a));
}

static inline uint64_t v_sum64(v64 a)
{
    return (uint64_t)vaddvq_s64(a);
}

static inline int v_sum_small(v16 a)
{
    return vaddvq_u16(a);
}

static inline v32 v_magnitude(v32 x, v32 y, float scale)
{
    const float32x4_t fx = vcvtq_f32_s32(vreinterpretq_s32_u32(x)),
                      fy = vcvtq_f32_s32(vreinterpretq_s32_u32(y));
    const float32x4_t root = vsqrtq_f32(vaddq_f32(vmulq_f32(fx, fx), vmulq_f32(fy, fy)));
    const float32x4_t value = vaddq_f32(vmulq_f32(root, vdupq_n_f32(scale)), vdupq_n_f32(0.5f));
    return vcvtq_u32_f32(vminq_f32(value, vdupq_n_f32(65535)));
}

static inline v32 v_dot8(v32 sum, v32 a, v32 b)
{
    const int8x16_t x = vreinterpretq_s8_u32(a), y = vreinterpretq_s8_u32(b);
    const int16x8_t low = vmull_s8(vget_low_s8(x), vget_low_s8(y)), high = vmull_high_s8(x, y);
    return vreinterpretq_u32_s32(vpadalq_s16(vreinterpretq_s32_u32(sum), vpaddq_s16(low, high)));
}

static inline v32 v_requantise(v32 sum, const int32_t *scale, const int64_t *offset, int shift)
{
    const int32x4_t s = vreinterpretq_s32_u32(sum), m = vld1q_s32(scale);
    const int32x4_t lanes = vuzp1q_s32(s, s), odd = vuzp2q_s32(s, s);
    const int64x2_t e = vmlal_s32(vld1q_s64(offset), vget_low_s32(lanes), vget_low_s32(vuzp1q_s32(m, m)));
    const int64x2_t o = vmlal_s32(vld1q_s64(offset + 8), vget_low_s32(odd), vget_low_s32(vuzp2q_s32(m, m)));
    const int32x2_t he = vshrn_n_s64(e, 32), ho = vshrn_n_s64(o, 32);
    const int32x4_t high = vcombine_s32(vzip1_s32(he, ho), vzip2_s32(he, ho));
    return vreinterpretq_u32_s32(vshlq_s32(high, vdupq_n_s32(-shift)));
}

static inline v32 v_pack_quads(v32 a, v32 b, v32 c, v32 d)
{
    const int16x8_t ab =
        vcombine_s16(vqmovn_s32(vreinterpretq_s32_u32(a)), vqmovn_s32(vreinterpretq_s32_u32(b)));
    const int16x8_t cd =
        vcombine_s16(vqmovn_s32(vreinterpretq_s32_u32(c)), vqmovn_s32(vreinterpretq_s32_u32(d)));
    const uint8x16_t px = vcombine_u8(vqmovun_s16(ab), vqmovun_s16(cd));
    return vreinterpretq_u32_u8(vminq_u8(px, vdupq_n_u8(127)));
}

static inline void v_put_quads(uint8_t *const *dst, int at, v32 px)
{
    vst1q_u8(dst[0] + at, vreinterpretq_u8_u32(px));
}

#define V_CONV_ROWS CONV8_ROW(1, 4)
#define V_CONV_TABLE conv8_row_1

#endif
