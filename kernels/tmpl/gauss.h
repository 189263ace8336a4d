/* gauss_row, gauss_column. Pixels are taken two at a time against two taps. A window of 2 radius + 1 pixels
 * fits into radius + 1 pairs in two ways, with the spare place at the end or at the beginning; both are used:
 * for even and odd pixels along a row, for the upper and the lower of two rows along columns. */

struct tap_pairs {
    v32 upper[STM_GAUSS_MAX_RADIUS + 1], lower[STM_GAUSS_MAX_RADIUS + 1];
};

static inline uint32_t tap_at(const struct stm_gauss *g, int i)
{
    const int distance = i < g->radius ? g->radius - i : i - g->radius;
    return distance <= g->radius ? (uint16_t)g->tap[distance] : 0;
}

static inline void pair_taps(struct tap_pairs *p, const struct stm_gauss *g, int radius)
{
    for (int j = 0; j <= radius; j++) {
        p->upper[j] = v_set32(tap_at(g, 2 * j) | tap_at(g, 2 * j + 1) << 16);
        p->lower[j] = v_set32(tap_at(g, 2 * j - 1) | tap_at(g, 2 * j) << 16);
    }
}

/* `radius` is g->radius; where it is a constant the compiler unrolls the sums and keeps the taps in
 * registers. */
static inline __attribute__((always_inline)) void row_sums(int16_t *dst, const int16_t *src, int w,
                                                           const struct stm_gauss *g, const int radius)
{
    const v32 half = v_set32(UINT32_C(1) << (g->shift - 1));
    const int up = 16 - g->shift;
    struct tap_pairs taps;
    pair_taps(&taps, g, radius);
    for (int x = 0; x < w; x += VN) {
        v32 even = half, odd = half;
        for (int j = 0; j <= radius; j++) {
            const v32 px = v_load32(src + x - radius + 2 * j);
            even = v_dot(even, px, taps.upper[j]);
            odd = v_dot(odd, px, taps.lower[j]);
        }
        v_store_n(dst + x, v_join(v_shl32(even, up), v_shl32(odd, up)), VN);
    }
}

/* Sums as pixels. */
static inline v16 column_pixels(v32 lo, v32 hi, int up)
{
    const v16 biased = v_pack(v_shr32(v_shl32(lo, up), 16), v_shr32(v_shl32(hi, up), 16));
    return v_xor(biased, v_set(32768));
}

static inline __attribute__((always_inline)) void column_sums(uint16_t *dst0, uint16_t *dst1,
                                                              const int16_t *const *row, int w,
                                                              const struct stm_gauss *g, const int radius)
{
    const v32 half = v_set32(UINT32_C(1) << (g->shift - 1));
    const int up = 16 - g->shift;
    struct tap_pairs taps;
    pair_taps(&taps, g, radius);
    for (int x = 0; x < w; x += VN) {
        v32 lo0 = half, hi0 = half, lo1 = half, hi1 = half;
        for (int j = 0; j <= radius; j++) {
            const v16 a = v_load(row[2 * j] + x), b = v_load(row[2 * j + 1] + x);
            const v32 lo = v_zip_lo(a, b), hi = v_zip_hi(a, b);
            lo0 = v_dot(lo0, lo, taps.upper[j]);
            hi0 = v_dot(hi0, hi, taps.upper[j]);
            lo1 = v_dot(lo1, lo, taps.lower[j]);
            hi1 = v_dot(hi1, hi, taps.lower[j]);
        }
        v_store_n(dst0 + x, column_pixels(lo0, hi0, up), w - x);
        if (dst1) v_store_n(dst1 + x, column_pixels(lo1, hi1, up), w - x);
    }
}

#define OF_RADIUS(r)                                                                                         \
    static void row_sums_##r(int16_t *dst, const int16_t *src, int w, const struct stm_gauss *g)             \
    {                                                                                                        \
        row_sums(dst, src, w, g, r);                                                                         \
    }                                                                                                        \
    static void column_sums_##r(uint16_t *dst0, uint16_t *dst1, const int16_t *const *row, int w,            \
                                const struct stm_gauss *g)                                                   \
    {                                                                                                        \
        column_sums(dst0, dst1, row, w, g, r);                                                               \
    }
OF_RADIUS(2)
OF_RADIUS(3)
OF_RADIUS(4)
OF_RADIUS(5)
OF_RADIUS(6)
OF_RADIUS(7)
OF_RADIUS(8)
OF_RADIUS(9)
OF_RADIUS(10)
OF_RADIUS(11)
OF_RADIUS(12)
#undef OF_RADIUS

static void gauss_row(int16_t *dst, const int16_t *src, int w, const struct stm_gauss *g)
{
    static stm_gauss_row_fn *const of_radius[STM_GAUSS_MAX_RADIUS + 1] = {
        NULL,       NULL,       row_sums_2, row_sums_3,  row_sums_4,  row_sums_5,  row_sums_6,
        row_sums_7, row_sums_8, row_sums_9, row_sums_10, row_sums_11, row_sums_12,
    };
    if (of_radius[g->radius])
        of_radius[g->radius](dst, src, w, g);
    else
        row_sums(dst, src, w, g, g->radius);
}

static void gauss_column(uint16_t *dst0, uint16_t *dst1, const int16_t *const *row, int w,
                         const struct stm_gauss *g)
{
    static stm_gauss_column_fn *const of_radius[STM_GAUSS_MAX_RADIUS + 1] = {
        NULL,           NULL,           column_sums_2,  column_sums_3, column_sums_4,
        column_sums_5,  column_sums_6,  column_sums_7,  column_sums_8, column_sums_9,
        column_sums_10, column_sums_11, column_sums_12,
    };
    if (of_radius[g->radius])
        of_radius[g->radius](dst0, dst1, row, w, g);
    else
        column_sums(dst0, dst1, row, w, g, g->radius);
}
