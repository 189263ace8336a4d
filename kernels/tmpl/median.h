/* median3_row, median5_row, minimum_row, maximum_row. */

static inline void order(v16 *a, v16 *b)
{
    const v16 low = v_min(*a, *b);
    *b = v_max(*a, *b);
    *a = low;
}

/* Columns sorted first; then the median of nine is the median of the greatest of the leasts, the median of
 * the middles and the least of the greatests. */
static inline v16 median9(const uint16_t *const *row, int x)
{
    v16 c[3][3];
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            c[i][j] = v_load(row[j] + x + i - 1);
        order(&c[i][0], &c[i][1]);
        order(&c[i][1], &c[i][2]);
        order(&c[i][0], &c[i][1]);
    }
    v16 low = v_max(v_max(c[0][0], c[1][0]), c[2][0]), high = v_min(v_min(c[0][2], c[1][2]), c[2][2]);
    order(&c[0][1], &c[1][1]);
    v16 middle = v_max(c[0][1], v_min(c[1][1], c[2][1]));
    order(&low, &middle);
    return v_max(low, v_min(middle, high));
}

static void median3_row(uint16_t *restrict dst, const uint16_t *const *row, int w)
{
    for (int x = 0; x < w; x += VN)
        v_store_n(dst + x, median9(row, x), w - x);
}

/* Moves the least of v[0 .. n - 1] to v[0] and the greatest to v[n - 1]. */
static inline __attribute__((always_inline)) void ends(v16 *v, const int n)
{
    for (int i = 0; i < n / 2; i++)
        order(&v[i], &v[n - 1 - i]);
    for (int i = 1; i < (n + 1) / 2; i++)
        order(&v[0], &v[i]);
    for (int i = n / 2; i < n - 1; i++)
        order(&v[i], &v[n - 1]);
}

/* Of 25 values, neither the least nor the greatest of any 14 is the 13th: both are dropped and one value that
 * has not been seen comes in, until the last one is left. (Written out so that the values stay in registers.)
 */
static inline v16 median25(const uint16_t *const *row, int x)
{
    v16 v[14];
    for (int i = 0; i < 14; i++)
        v[i] = v_load(row[i / 5] + x + i % 5 - 2);
#define NEXT(i)                                                                                              \
    ends(v + (i), 14 - (i));                                                                                 \
    v[13] = v_load(row[(14 + (i)) / 5] + x + (14 + (i)) % 5 - 2);
    NEXT(0)
    NEXT(1)
    NEXT(2)
    NEXT(3)
    NEXT(4)
    NEXT(5)
    NEXT(6)
    NEXT(7)
    NEXT(8)
    NEXT(9)
    NEXT(10)
#undef NEXT
    ends(v + 11, 3);
    return v[12];
}

static void median5_row(uint16_t *restrict dst, const uint16_t *const *row, int w)
{
    for (int x = 0; x < w; x += VN)
        v_store_n(dst + x, median25(row, x), w - x);
}

static void minimum_row(uint16_t *dst, const uint16_t *a, const uint16_t *b, int w)
{
    for (int x = 0; x < w; x += VN)
        v_store_n(dst + x, v_min(v_load_n(a + x, w - x), v_load_n(b + x, w - x)), w - x);
}

static void maximum_row(uint16_t *dst, const uint16_t *a, const uint16_t *b, int w)
{
    for (int x = 0; x < w; x += VN)
        v_store_n(dst + x, v_max(v_load_n(a + x, w - x), v_load_n(b + x, w - x)), w - x);
}
