/* stretch_row, lift_row. */

/* Doubling that ends at 65535 is what shifting out bits is not. */
static void lift_row(uint16_t *dst, const uint16_t *src, int flip, int up, int w)
{
    const v16 all = v_set((uint16_t)flip);
    for (int x = 0; x < w; x += VN) {
        const int n = w - x;
        v16 v = v_load_n(src + x, n);
        if (flip >= 0) v = v_subs(all, v);
        for (int i = 0; i < up; i++)
            v = v_adds(v, v);
        v_store_n(dst + x, v, n);
    }
}

static void stretch_row(uint8_t *dst, const uint16_t *src, uint16_t black, uint16_t white, int w)
{
    const uint32_t range = (uint32_t)white - black;
    const v32 m = v_set32((255 * (UINT32_C(1) << 24) + range / 2) / range), half = v_set32(1 << 23);
    const v16 zero = v_set(0), least = v_set(black), most = v_set((uint16_t)range);
    for (int x = 0; x < w; x += VN) {
        const v16 d = v_min(v_subs(v_load_n(src + x, w - x), least), most);
        const v32 lo = v_shr32(v_add32(v_mul32(v_zip_lo(d, zero), m), half), 24);
        const v32 hi = v_shr32(v_add32(v_mul32(v_zip_hi(d, zero), m), half), 24);
        v_store8_n(dst + x, v_pack(lo, hi), w - x);
    }
}
