/* threshold_row, compare_row, at_least_row, tops_row. */

static void threshold_row(uint64_t *bits, const uint16_t *src, uint16_t level, int w)
{
    const v16 at = v_set(level);
    for (int x = 0; x < w; x += 64) {
        uint64_t word = 0;
        for (int i = 0; i < 64 && x + i < w; i += VN)
            word |= v_gt_bits(v_load_n(src + x + i, w - x - i), at) << i;
        bits[x / 64] = word;
    }
}

static void compare_row(uint64_t *bits, const uint16_t *src, const uint16_t *level, int w)
{
    for (int x = 0; x < w; x += 64) {
        uint64_t word = 0;
        for (int i = 0; i < 64 && x + i < w; i += VN) {
            const int n = w - x - i;
            word |= v_gt_bits(v_load_n(src + x + i, n), v_load_n(level + x + i, n)) << i;
        }
        bits[x / 64] = word;
    }
}

static void at_least_row(uint64_t *bits, const uint8_t *src, uint8_t least, int w)
{
    for (int x = 0; x < w; x += 64) {
        uint64_t word = 0;
        for (int i = 0; i < 64 && x + i < w; i += 2 * VN)
            word |= v_at_least_bits(src + x + i, least) << i;
        bits[x / 64] = w - x < 64 ? word & ((UINT64_C(1) << (w - x)) - 1) : word;
    }
}

static void tops_row(uint64_t *bits, const uint16_t *up, const uint16_t *at, const uint16_t *down, int w)
{
    const v16 zero = v_set(0);
    for (int x = 0; x < w; x += 64) {
        uint64_t word = 0;
        for (int i = x; i < x + 64 && i < w; i += VN) {
            const v16 level = v_load(at + i);
            v16 most = v_max(v_load(at + i - 1), v_load(at + i + 1));
            for (int d = -1; d <= 1; d++)
                most = v_max(most, v_max(v_load(up + i + d), v_load(down + i + d)));
            word |= (v_gt_bits(level, zero) & ~v_gt_bits(most, level)) << (i - x);
        }
        bits[x / 64] = w - x < 64 ? word & ((UINT64_C(1) << (w - x)) - 1) : word;
    }
}
