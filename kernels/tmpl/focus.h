/* focus_row, tensor_row, gradient_row. Differences need 19 bits and their squares 38. */

/* The lanes of a that v_zip_lo, or v_zip_hi, widens. */
static inline v32 wide(v16 a, int high)
{
    return high ? v_zip_hi(a, v_set(0)) : v_zip_lo(a, v_set(0));
}

/* The 3 x 3 pixels around those of a half vector. */
struct around {
    v32 up[3], at[3], down[3];
};

static inline struct around load_around(const uint16_t *up, const uint16_t *at, const uint16_t *down,
                                        int high)
{
    struct around a;
    for (int i = 0; i < 3; i++) {
        a.up[i] = wide(v_load(up + i - 1), high);
        a.at[i] = wide(v_load(at + i - 1), high);
        a.down[i] = wide(v_load(down + i - 1), high);
    }
    return a;
}

static inline v32 sobel(v32 a0, v32 a1, v32 a2, v32 b0, v32 b1, v32 b2)
{
    const v32 ends = v_add32(v_sub32(b0, a0), v_sub32(b2, a2)), middle = v_sub32(b1, a1);
    return v_add32(ends, v_add32(middle, middle));
}

static inline v32 sobel_x(const struct around *a)
{
    return sobel(a->up[0], a->at[0], a->down[0], a->up[2], a->at[2], a->down[2]);
}

static inline v32 sobel_y(const struct around *a)
{
    return sobel(a->up[0], a->up[1], a->up[2], a->down[0], a->down[1], a->down[2]);
}

static void focus_row(struct stm_focus *sums, const uint16_t *up, const uint16_t *at, const uint16_t *down,
                      int w)
{
    const int whole = w / VN * VN;
    v64 tenengrad = v_zero64(), laplacian = tenengrad, brenner = tenengrad;
    for (int x = 0; x < whole; x += VN)
        for (int high = 0; high < 2; high++) {
            const struct around a = load_around(up + x, at + x, down + x, high);
            const v32 cross = v_add32(v_add32(a.up[1], a.down[1]), v_add32(a.at[0], a.at[2]));
            tenengrad = v_add_square(v_add_square(tenengrad, sobel_x(&a)), sobel_y(&a));
            laplacian = v_add_square(laplacian, v_sub32(v_shl32(a.at[1], 2), cross));
            brenner = v_add_square(brenner, v_sub32(a.at[2], a.at[0]));
            brenner = v_add_square(brenner, v_sub32(a.down[1], a.up[1]));
        }
    sums->tenengrad += v_sum64(tenengrad);
    sums->laplacian += v_sum64(laplacian);
    sums->brenner += v_sum64(brenner);
    sums->n += (uint64_t)whole;
    stm_focus_row_ref(sums, up + whole, at + whole, down + whole, w - whole);
}

/* The product of the slopes from squares: 4 gx gy = (gx + gy)^2 - (gx - gy)^2. */
static void tensor_row(struct stm_tensor *sums, const uint16_t *up, const uint16_t *at, const uint16_t *down,
                       int w)
{
    const int whole = w / VN * VN;
    v64 xx = v_zero64(), yy = xx, plus = xx, minus = xx;
    for (int x = 0; x < whole; x += VN)
        for (int high = 0; high < 2; high++) {
            const struct around a = load_around(up + x, at + x, down + x, high);
            const v32 gx = sobel_x(&a), gy = sobel_y(&a);
            xx = v_add_square(xx, gx);
            yy = v_add_square(yy, gy);
            plus = v_add_square(plus, v_add32(gx, gy));
            minus = v_add_square(minus, v_sub32(gx, gy));
        }
    if (whole) {
        sums->xx += v_sum64(xx);
        sums->yy += v_sum64(yy);
        sums->xy += (int64_t)(v_sum64(plus) - v_sum64(minus)) / 4;
        sums->n += (uint64_t)whole;
    }
    stm_tensor_row_ref(sums, up + whole, at + whole, down + whole, w - whole);
}

static void gradient_row(uint16_t *dst, const uint16_t *const *row, float scale, int w)
{
    for (int x = 0; x < w; x += VN) {
        const struct around lo = load_around(row[0] + x, row[1] + x, row[2] + x, 0);
        const struct around hi = load_around(row[0] + x, row[1] + x, row[2] + x, 1);
        const v32 a = v_magnitude(sobel_x(&lo), sobel_y(&lo), scale);
        const v32 b = v_magnitude(sobel_x(&hi), sobel_y(&hi), scale);
        v_store_n(dst + x, v_pack(a, b), w - x);
    }
}
