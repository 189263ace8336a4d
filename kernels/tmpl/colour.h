/* log_row, unmix_row. The float conversion is exact and only finds the highest bit; ref.c explains the rest.
 */

static void log_row(uint16_t *dst, const uint16_t *src, int w)
{
    const v16 zero = v_set(0), one = v_set(1);
    for (int x = 0; x < w; x += VN) {
        const v16 v = v_max(v_load_n(src + x, w - x), one);
        const v32 lo = v_shr32(v_float_bits(v_zip_lo(v, zero)), 7),
                  hi = v_shr32(v_float_bits(v_zip_hi(v, zero)), 7);
        const v16 e = v_subs(v_pack(v_shr32(lo, 16), v_shr32(hi, 16)), v_set(127));
        const v16 f = v_pack(v_low16(lo), v_low16(hi));
        v16 q = v_subs(v_set(STM_LOG_2), v_mulhi(f, v_set(STM_LOG_3)));
        q = v_subs(v_set(STM_LOG_1), v_mulhi(f, q));
        q = v_subs(v_set(STM_LOG_0), v_mulhi(f, q));
        const v16 p = v_adds(f, v_mulhi(v_mulhi(f, v_xor(f, v_set(65535))), q));
        const v16 log2 = v_adds(v_mullo(e, v_set(4096)), v_mulhi(p, v_set(4096)));
        v_store_n(dst + x, v_mulhi(log2, v_set(STM_LOG_SCALE)), w - x);
    }
}

static void unmix_row(uint16_t *dst, const uint16_t *const *density, const struct stm_unmix *u, int w)
{
    const v16 zero = v_set(0), most = v_set(STM_DENSITY_MOST);
    const v32 offset = v_set32((uint32_t)u->offset), third = v_set32((uint16_t)u->factor[2]);
    const v32 two = v_set32((uint16_t)u->factor[0] | (uint32_t)(uint16_t)u->factor[1] << 16);
    for (int x = 0; x < w; x += VN) {
        const int n = w - x;
        const v16 r = v_min(v_load_n(density[0] + x, n), most), g = v_min(v_load_n(density[1] + x, n), most),
                  b = v_min(v_load_n(density[2] + x, n), most);
        const v32 lo = v_dot(v_dot(offset, v_zip_lo(r, g), two), v_zip_lo(b, zero), third);
        const v32 hi = v_dot(v_dot(offset, v_zip_hi(r, g), two), v_zip_hi(b, zero), third);
        v_store_n(dst + x, v_pack_signed(v_sar32(lo, 12), v_sar32(hi, 12)), n);
    }
}
