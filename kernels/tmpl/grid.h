/* upsample_row, flat_field_row, subtract_row. */

/* A block of VN pixels lies in one span between nodes when cells are larger than it; else all blocks see the
 * same pattern of nodes. `lane` numbers the pixels of the block that a half vector holds. */
static inline v32 blend_nodes(const uint32_t *node, v32 lane, int offset, int shift)
{
    const int cell = 1 << shift, inside = offset & (cell - 1);
    const v32 at = v_add32(lane, v_set32((uint32_t)inside));
    const v32 index = v_shr32(at, shift);
    const v32 fraction = v_sub32(at, v_shl32(index, shift));
    const v32 f = v_add32(v_add32(fraction, fraction), v_set32(1));
    const v32 a = v_permute(v_load32(node), index), b = v_permute(v_load32(node + 1), index);
    const v32 sum = v_add32(v_shl32(a, shift + 1), v_mul32(v_sub32(b, a), f));
    return v_shr32(v_add32(sum, v_set32(UINT32_C(2) << (2 * shift))), 2 * shift + 2);
}

static void upsample_row(uint16_t *dst, const uint32_t *node, int shift, int w)
{
    const v32 lane = v_lanes_lo();
    for (int x = 0; x < w; x += VN) {
        const int lo = x + (1 << shift) / 2, hi = lo + 4;
        const v32 a = blend_nodes(node + (lo >> shift), lane, lo, shift);
        const v32 b = blend_nodes(node + (hi >> shift), lane, hi, shift);
        v_store_n(dst + x, v_pack(a, b), w - x);
    }
}

static void flat_field_row(uint16_t *dst, const uint16_t *raw, const uint16_t *dark, const uint16_t *gain,
                           int w)
{
    const v32 half = v_set32(8192);
    for (int x = 0; x < w; x += VN) {
        const int n = w - x;
        const v16 light = v_subs(v_load_n(raw + x, n), v_load_n(dark + x, n)), g = v_load_n(gain + x, n);
        const v16 low = v_mullo(light, g), high = v_mulhi(light, g);
        const v32 a = v_shr32(v_add32(v_zip_lo(low, high), half), 14);
        const v32 b = v_shr32(v_add32(v_zip_hi(low, high), half), 14);
        v_store_n(dst + x, v_pack(a, b), n);
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
