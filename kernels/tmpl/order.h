/* intensity_row, upto_row. */

/* Sum of the squares of n lanes from the sum of the squares of (value - 32768), which fit signed products:
 * v^2 = (v - 2^15)^2 + 2^16 v - 2^30. */
static inline uint64_t squares(uint64_t centred, uint64_t sum, uint64_t n)
{
    return centred + (sum << 16) - (n << 30);
}

static void intensity_row(struct stm_intensity *sums, const uint16_t *src, int w)
{
    const v16 middle = v_set(32768);
    const v32 zero = v_set32(0);
    v64 sum = v_zero64(), centred = v_zero64();
    uint16_t ends[2 * VN];
    if (w < 4 * VN) { /* short ones are over before the sums are set up */
        stm_intensity_row_ref(sums, src, w);
        return;
    }
    v16 least = v_load(src + w - VN), most = least; /* the last lanes, also where they overlap with others */
    for (int x = 0; x < w; x += VN) {
        const v16 v = v_load_n(src + x, w - x), c = v_xor(v, middle);
        sum = v_add_wide(sum, v_add_pairs(zero, v));
        centred = v_add_wide(centred, v_dot(zero, v_as32(c), v_as32(c)));
        if (x + VN > w) break;
        least = v_min(least, v);
        most = v_max(most, v);
    }
    v_store_n(ends, least, VN);
    v_store_n(ends + VN, most, VN);
    const uint64_t total = v_sum64(sum), lanes = ((uint64_t)w + VN - 1) / VN * VN;
    stm_intensity_row_ref(sums, ends, 0); /* sets least before the first pixels */
    struct stm_intensity both = *sums;
    stm_intensity_row_ref(&both, ends, 2 * VN);
    sums->least = both.least;
    sums->most = both.most;
    sums->n += (uint64_t)w;
    sums->sum += total;
    sums->square += squares(v_sum64(centred), total, lanes);
}

static int upto_row(const uint16_t *src, int w, uint16_t limit, uint16_t *above)
{
    enum { BLOCK = 16384 * VN }; /* a lane counts to 16384 */
    const v16 at = v_set(limit);
    v16 least = v_set(65535);
    int n = 0;
    for (int from = 0; from < w; from += BLOCK) {
        const int to = w - from > BLOCK ? from + BLOCK : w;
        v16 count = v_set(0);
        int x = from;
        for (; x + VN <= to; x += VN)
            v_split(&count, &least, v_load(src + x), at);
        if (x < to) v_split(&count, &least, v_load_n(src + x, to - x), at);
        n += (int)v_sum64(v_add_wide(v_zero64(), v_add_pairs(v_set32(0), count)));
    }
    uint16_t lane[VN];
    v_store_n(lane, least, VN);
    *above = 65535;
    for (int i = 0; i < VN; i++)
        *above = lane[i] < *above ? lane[i] : *above;
    return n - (w + VN - 1) / VN * VN + w; /* lanes behind the row are 0, which is at most any limit */
}
