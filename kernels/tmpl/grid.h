/* upsample_row, flat_field_row, gain_row, subtract_row. */

/* Where the pixels of a half vector lie: in which spans between nodes, and how far into them, in half pixels.
 */
struct span {
    v32 index, fraction;
};

static inline struct span span_of(v32 lane, int inside, int shift)
{
    const v32 at = v_add32(lane, v_set32((uint32_t)inside)), index = v_shr32(at, shift);
    const v32 i = v_sub32(at, v_shl32(index, shift));
    return (struct span){index, v_add32(v_add32(i, i), v_set32(1))};
}

static inline v32 between(const uint32_t *base, const uint32_t *slope, struct span s, int shift)
{
    const v32 a = v_permute(v_load32(base), s.index), b = v_permute(v_load32(slope), s.index);
    return v_shr32(v_add32(a, v_mul32(b, s.fraction)), 2 * shift + 2);
}

/* Cells smaller than a block repeat within it, so that all blocks look the same. */
static void upsample_small(uint16_t *dst, const uint32_t *base, const uint32_t *slope, int shift, int w)
{
    const int cell = 1 << shift, half = cell / 2;
    const struct span lo = span_of(v_lanes_lo(), half & (cell - 1), shift),
                      hi = span_of(v_lanes_lo(), (half + 4) & (cell - 1), shift);
    for (int x = 0; x < w; x += VN) {
        const int a = x + half, b = a + 4;
        const v32 p = between(base + (a >> shift), slope + (a >> shift), lo, shift);
        const v32 q = between(base + (b >> shift), slope + (b >> shift), hi, shift);
        v_store_n(dst + x, v_pack(p, q), w - x);
    }
}

/* A block from the beginning of a span on: its pixels are first, first + 2, … half pixels into it. */
static inline v16 block_of(uint32_t base, uint32_t slope, v32 first, int down)
{
    const v32 p = v_add32(v_set32(base), v_mul32(v_set32(slope), first));
    return v_pack(v_shr32(p, down), v_shr32(v_add32(p, v_set32(slope * 8)), down));
}

/* A block is a span; half of the first one is before the row. */
static void upsample_equal(uint16_t *dst, const uint32_t *base, const uint32_t *slope, int shift, int w)
{
    const int half = VN / 2, down = 2 * shift + 2;
    const v32 first = span_of(v_lanes_lo(), 0, shift).fraction;
    v_store_n(dst, block_of(base[0] + slope[0] * VN, slope[0], first, down), w < half ? w : half);
    for (int x = half, span = 1; x < w; x += VN, span++)
        v_store_n(dst + x, block_of(base[span], slope[span], first, down), w - x);
}

/* In larger ones a block lies in one span, along which the value grows by as much from block to block. */
static void upsample_large(uint16_t *dst, const uint32_t *base, const uint32_t *slope, int shift, int w)
{
    const int cell = 1 << shift, half = cell / 2, down = 2 * shift + 2;
    const v32 first = span_of(v_lanes_lo(), 0, shift).fraction;
    for (int x = 0, end = half, span = 0; x < w; end += cell, span++) {
        const uint32_t away = 2 * (uint32_t)((x + half) & (cell - 1));
        const v32 each = v_set32(slope[span]), step = v_set32(slope[span] * 2 * VN);
        v32 p = v_add32(v_set32(base[span] + slope[span] * away), v_mul32(each, first));
        v32 q = v_add32(p, v_set32(slope[span] * 8));
        for (; x < end && x < w; x += VN, p = v_add32(p, step), q = v_add32(q, step))
            v_store_n(dst + x, v_pack(v_shr32(p, down), v_shr32(q, down)), w - x);
    }
}

static void upsample_row(uint16_t *dst, const uint32_t *base, const uint32_t *slope, int shift, int w)
{
    if (1 << shift < VN)
        upsample_small(dst, base, slope, shift, w);
    else if (1 << shift == VN)
        upsample_equal(dst, base, slope, shift, w);
    else
        upsample_large(dst, base, slope, shift, w);
}

/* min(65535, (a * gain + add) >> 14) */
static inline v16 amplify(v16 a, v16 gain, uint32_t add)
{
    const v16 low = v_mullo(a, gain), high = v_mulhi(a, gain);
    return v_pack(v_shr32(v_add32(v_zip_lo(low, high), v_set32(add)), 14),
                  v_shr32(v_add32(v_zip_hi(low, high), v_set32(add)), 14));
}

static void flat_field_row(uint16_t *dst, const uint16_t *raw, const uint16_t *dark, const uint16_t *gain,
                           int w)
{
    for (int x = 0; x < w; x += VN) {
        const int n = w - x;
        const v16 light = v_subs(v_load_n(raw + x, n), v_load_n(dark + x, n));
        v_store_n(dst + x, amplify(light, v_load_n(gain + x, n), 8192), n);
    }
}

/* Above dark and below it are taken apart, one of them is 0; (8192 - b gain) >> 14 = -((b gain + 8191) >>
 * 14). Hardly any block has pixels below dark. */
static void gain_row(uint16_t *dst, const uint16_t *src, const uint16_t *gain, uint16_t dark, int w)
{
    const v16 base = v_set(dark);
    for (int x = 0; x < w; x += VN) {
        const int n = w - x;
        const v16 v = v_load_n(src + x, n), g = v_load_n(gain + x, n);
        v16 out = v_adds(base, amplify(v_subs(v, base), g, 8192));
        if (v_gt_bits(base, v)) out = v_subs(out, amplify(v_subs(base, v), g, 8191));
        v_store_n(dst + x, out, n);
    }
}

static void subtract_row(uint16_t *dst, const uint16_t *src, const uint16_t *sub, uint16_t pedestal, int w)
{
    const v16 p = v_set(pedestal);
    for (int x = 0; x < w; x += VN) {
        const int n = w - x;
        v_store_n(dst + x, v_subs(v_adds(v_load_n(src + x, n), p), v_load_n(sub + x, n)), n);
    }
}
