/* block_sums. */

/* sum[i] = the sum over `rows` of pixels 2 i and 2 i + 1. */
static void pair_sums(uint32_t *sum, const uint16_t *src, ptrdiff_t stride, int rows, int w)
{
    for (int x = 0; x < w; x += VN) {
        v32 total = v_set32(0);
        for (int y = 0; y < rows; y++)
            total = v_add_pairs(total, v_load_n(src + y * stride + x, w - x));
        v_store32_n(sum + x / 2, total, (w - x) / 2);
    }
}

static void block_sums(uint32_t *sum, const uint16_t *src, ptrdiff_t stride, int rows, int shift, int cells)
{
    enum { PAIRS = 1024 };
    uint32_t pair[PAIRS];
    if (shift < 2) {
        if (shift == 1)
            pair_sums(sum, src, stride, rows, 2 * cells);
        else
            stm_block_sums_ref(sum, src, stride, rows, shift, cells);
        return;
    }
    const int each = 1 << (shift - 1), chunk = PAIRS / each;
    for (int i = 0; i < cells; i += chunk) {
        const int n = cells - i < chunk ? cells - i : chunk;
        pair_sums(pair, src + (i << shift), stride, rows, n << shift);
        for (int j = 0; j < n; j++) {
            uint32_t total = 0;
            for (int p = j * each; p < (j + 1) * each; p++)
                total += pair[p];
            sum[i + j] = total;
        }
    }
}
