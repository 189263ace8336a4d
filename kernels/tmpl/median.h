/* median3_row, median5_row, minimum_row, maximum_row. */

static inline void order(v16 *a, v16 *b)
{
    const v16 low = v_min(*a, *b);
    *b = v_max(*a, *b);
    *a = low;
}

/* Columns are sorted once and used by all windows they are in, MEDIAN_CHUNK windows at a time. */
enum { MEDIAN_CHUNK = 256, MEDIAN_COLUMNS = MEDIAN_CHUNK + STM_ROW_SLACK };

/* The median of nine is the median of the greatest of the columns' leasts, the median of their middles and
 * the least of their greatests. */
static inline v16 median9(const uint16_t (*c)[MEDIAN_COLUMNS], int x)
{
    v16 low = v_max(v_max(v_load(c[0] + x), v_load(c[0] + x + 1)), v_load(c[0] + x + 2));
    v16 high = v_min(v_min(v_load(c[2] + x), v_load(c[2] + x + 1)), v_load(c[2] + x + 2));
    v16 a = v_load(c[1] + x), b = v_load(c[1] + x + 1);
    order(&a, &b);
    v16 middle = v_max(a, v_min(b, v_load(c[1] + x + 2)));
    order(&low, &middle);
    return v_max(low, v_min(middle, high));
}

static void sort_columns3(uint16_t (*c)[MEDIAN_COLUMNS], const uint16_t *const *row, int from, int n)
{
    for (int x = 0; x < n; x += VN) {
        v16 a = v_load(row[0] + from + x), b = v_load(row[1] + from + x), d = v_load(row[2] + from + x);
        order(&a, &b);
        order(&b, &d);
        order(&a, &b);
        v_store_n(c[0] + x, a, VN);
        v_store_n(c[1] + x, b, VN);
        v_store_n(c[2] + x, d, VN);
    }
}

static void median3_row(uint16_t *restrict dst, const uint16_t *const *row, int w)
{
    uint16_t c[3][MEDIAN_COLUMNS];
    for (int from = 0; from < w; from += MEDIAN_CHUNK) {
        const int n = w - from < MEDIAN_CHUNK ? w - from : MEDIAN_CHUNK;
        sort_columns3(c, row, from - 1, n + 2);
        for (int x = 0; x < n; x += VN)
            v_store_n(dst + from + x, median9((const uint16_t(*)[MEDIAN_COLUMNS])c, x), n - x);
    }
}

/* The shortest network for five. */
static inline void sort5(v16 *v)
{
    order(&v[0], &v[1]);
    order(&v[3], &v[4]);
    order(&v[2], &v[4]);
    order(&v[2], &v[3]);
    order(&v[1], &v[4]);
    order(&v[0], &v[3]);
    order(&v[0], &v[2]);
    order(&v[1], &v[3]);
    order(&v[1], &v[2]);
}

/* The fourth of seven: neither the least nor the greatest of any five is it. */
static inline v16 median7(v16 *v)
{
    order(&v[0], &v[1]);
    order(&v[2], &v[3]);
    order(&v[0], &v[2]);
    order(&v[1], &v[3]);
    order(&v[0], &v[4]);
    order(&v[4], &v[3]); /* v[0] least, v[3] greatest: both go */
    order(&v[1], &v[2]);
    order(&v[4], &v[5]);
    order(&v[1], &v[4]);
    order(&v[2], &v[5]); /* v[1] least, v[5] greatest */
    order(&v[2], &v[4]);
    return v_min(v_max(v[2], v[6]), v[4]);
}

/* Sorting the rows of a matrix of sorted columns leaves them sorted. Then element (i, j) has at least
 * (i + 1)(j + 1) - 1 below it and (5 - i)(5 - j) - 1 above it, which leaves 13 that may be the median of 25.
 * Their lower border (0, 3) (1, 2) (2, 1) (3, 0) has one element that may be: the greatest; the three others
 * have seven above them whichever they are. Likewise the least of the upper border. With the five between
 * them they are seven, of which the median is the same. */
static inline v16 median25(const uint16_t (*c)[MEDIAN_COLUMNS], int x)
{
    v16 r[5][5];
    for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 5; j++)
            r[i][j] = v_load(c[i] + x + j);
        sort5(r[i]);
    }
    v16 v[7] = {r[0][4], r[1][3], r[2][2], r[3][1], r[4][0]};
    v[5] = v_max(v_max(r[0][3], r[1][2]), v_max(r[2][1], r[3][0]));
    v[6] = v_min(v_min(r[1][4], r[2][3]), v_min(r[3][2], r[4][1]));
    return median7(v);
}

static void sort_columns5(uint16_t (*c)[MEDIAN_COLUMNS], const uint16_t *const *row, int from, int n)
{
    for (int x = 0; x < n; x += VN) {
        v16 v[5];
        for (int i = 0; i < 5; i++)
            v[i] = v_load(row[i] + from + x);
        sort5(v);
        for (int i = 0; i < 5; i++)
            v_store_n(c[i] + x, v[i], VN);
    }
}

static void median5_row(uint16_t *restrict dst, const uint16_t *const *row, int w)
{
    uint16_t c[5][MEDIAN_COLUMNS];
    for (int from = 0; from < w; from += MEDIAN_CHUNK) {
        const int n = w - from < MEDIAN_CHUNK ? w - from : MEDIAN_CHUNK;
        sort_columns5(c, row, from - 2, n + 4);
        for (int x = 0; x < n; x += VN)
            v_store_n(dst + from + x, median25((const uint16_t(*)[MEDIAN_COLUMNS])c, x), n - x);
    }
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
