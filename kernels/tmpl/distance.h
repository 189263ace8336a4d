/* distance_row. */

/* Candidates at horizontal distance 1, 2, … until d^2 alone is as much as every lane has; two distances a
 * step, as the test costs as much as one. */
static inline v16 nearest(const uint16_t *square, int step)
{
    v16 best = v_load(square);
    for (int d = 1; d < 255; d += 2) {
        const v16 near = v_set((uint16_t)(d * d)), far = v_set((uint16_t)((d + 1) * (d + 1)));
        if (!v_gt_bits(best, near)) break;
        const int a_shift = d * step, b_shift = a_shift + step;
        const v16 a = v_adds(v_min(v_load(square - a_shift), v_load(square + a_shift)), near);
        const v16 b = v_adds(v_min(v_load(square - b_shift), v_load(square + b_shift)), far);
        best = v_min(best, v_min(a, b));
    }
    return best;
}

/* Blocks begin where the foreground does. */
static void distance_row(uint16_t *d2, const uint16_t *square, int w, int step)
{
    const v16 zero = v_set(0);
    for (int x = 0; x < w; x += VN) {
        const uint64_t inside = v_gt_bits(v_load(square + x), zero);
        if (!(inside & 1)) v_store_n(d2 + x, zero, w - x);
        if (!inside) continue;
        x += __builtin_ctzll(inside);
        if (x < w) v_store_n(d2 + x, nearest(square + x, step), w - x);
    }
}
