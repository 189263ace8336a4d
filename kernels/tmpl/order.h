/* intensity_row, upto_row, ranks_row. */

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

/* n <= STM_FEW / VN vectors, and bits in which no two of their lanes differ. */
struct few {
    v16 v[STM_FEW / VN];
    int n;
    unsigned alike, bits;
};

static inline void load_few(struct few *few, const uint16_t *src, int n)
{
    v16 least = v_set(65535), most = v_set(0);
    uint16_t ends[2 * VN];
    unsigned low = 65535, high = 0;
    few->n = (n + VN - 1) / VN;
    for (int i = 0; i < few->n; i++) {
        few->v[i] = v_load_n(src + i * VN, n - i * VN);
        least = v_min(least, few->v[i]);
        most = v_max(most, few->v[i]);
    }
    v_store_n(ends, least, VN);
    v_store_n(ends + VN, most, VN);
    for (int i = 0; i < VN; i++) {
        low = ends[i] < low ? ends[i] : low;
        high = ends[VN + i] > high ? ends[VN + i] : high;
    }
    few->bits = low < high ? 2u << (31 - __builtin_clz(low ^ high)) : 1;
    few->alike = low & ~(few->bits - 1);
}

/* Lanes less than `limit` > 0. */
static inline int count_below(const struct few *few, unsigned limit)
{
    const v16 at = v_set((uint16_t)(limit - 1));
    v16 count = v_set(0), above = count;
    for (int i = 0; i < few->n; i++)
        v_split(&count, &above, few->v[i], at);
    return v_sum_small(count);
}

static inline uint64_t sum_upto(const struct few *few, unsigned most)
{
    v64 sum = v_zero64();
    for (int i = 0; i < few->n; i++)
        sum = v_add_wide(sum, v_add_pairs(v_set32(0), v_min(few->v[i], v_set((uint16_t)most))));
    return v_sum64(sum);
}

/* Two searches side by side, as neither can be faster than each step's answer. Lanes behind the row are 0, so
 * among the least: both ranks are higher by as many. */
static uint64_t ranks_row(const uint16_t *src, int n, int from, int to)
{
    struct few few;
    load_few(&few, src, n);
    const int behind = few.n * VN - n;
    unsigned before = few.alike, last = few.alike;
    for (unsigned bit = few.bits >> 1; bit; bit >>= 1) {
        before |= bit & -(unsigned)(count_below(&few, before | bit) < from + behind);
        last |= bit & -(unsigned)(count_below(&few, last | bit) < to + behind);
    }
    return sum_upto(&few, last) - (uint64_t)(n - to) * last - sum_upto(&few, before) +
           (uint64_t)(n - from) * before;
}
