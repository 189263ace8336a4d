/* threshold_row, compare_row. */

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
