/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/watershed.h"

#include "kernels/kernels.h"

#include <string.h>

enum { NONE = -1 };

/* Components of the pixels above a falling level, as trees of pixel indices (y * w + x) whose root is the
 * component's peak. Where two meet, the lower peak's rise above the meeting level is known. */
struct forest {
    int32_t *parent, *order;
    uint16_t *level;
    int w, h;
    struct stm_seed *seed;
    size_t n, capacity;
    uint16_t rise;
    size_t high;       /* trees whose peak is at least `rise` high: only those can become seeds */
    uint16_t last_top; /* level of the lowest top of at least that height: below it no such tree begins */
};

static int32_t root_of(int32_t *parent, int32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* Pixels inside, from the highest level down and in raster order at equal level. Returns how many. */
static size_t sort_pixels(struct forest *f, uint16_t max_level, int32_t *start)
{
    const int32_t area = f->w * f->h;
    int32_t inside = 0;
    memset(start, 0, ((size_t)max_level + 1) * sizeof *start);
    for (int32_t i = 0; i < area; i++)
        start[f->level[i]]++;
    for (int l = max_level; l > 0; l--) {
        const int32_t n = start[l];
        start[l] = inside;
        inside += n;
    }
    for (int32_t i = 0; i < area; i++)
        if (f->level[i]) f->order[start[f->level[i]]++] = i;
    return (size_t)inside;
}

static void settle(struct forest *f, int32_t peak, uint16_t pass)
{
    const uint16_t level = f->level[peak], rise = (uint16_t)(level - pass);
    if (rise < f->rise) return;
    if (f->n < f->capacity) f->seed[f->n] = (struct stm_seed){peak % f->w, peak / f->w, level, rise};
    f->n++;
}

/* Joins the component with peak `mine` to that of a neighbour that has been reached; returns the peak of
 * both. */
static int32_t meet(struct forest *f, int32_t mine, int32_t neighbour, uint16_t pass)
{
    const int32_t its = root_of(f->parent, neighbour);
    if (its == mine) return mine;
    const int wins = f->level[mine] > f->level[its] || (f->level[mine] == f->level[its] && mine < its);
    const int32_t winner = wins ? mine : its, loser = wins ? its : mine;
    settle(f, loser, pass);
    f->high -= f->level[loser] >= f->rise;
    f->parent[loser] = winner;
    return winner;
}

static int before(const struct stm_seed *a, const struct stm_seed *b)
{
    return a->y < b->y || (a->y == b->y && a->x < b->x);
}

/* Shell sort: no recursion, no memory, few seeds. */
static void sort_seeds(struct stm_seed *seed, size_t n)
{
    for (size_t gap = n / 2; gap > 0; gap /= 2)
        for (size_t i = gap; i < n; i++) {
            const struct stm_seed s = seed[i];
            size_t j = i;
            for (; j >= gap && before(&s, &seed[j - gap]); j -= gap)
                seed[j] = seed[j - gap];
            seed[j] = s;
        }
}

enum { MOST_TOPS = 24, STRIP = 1024 };

/* Pixels without a higher neighbour: the first MOST_TOPS into `order`. Returns how many there are. */
static int find_tops(const struct stm_kernels *k, struct forest *f)
{
    uint64_t bits[STRIP / 64];
    int n = 0;
    f->last_top = UINT16_MAX;
    for (int y = 1; y < f->h - 1; y++)
        for (int x = 1; x < f->w - 1; x += STRIP) {
            const int w = f->w - 1 - x < STRIP ? f->w - 1 - x : STRIP;
            const uint16_t *at = f->level + (ptrdiff_t)y * f->w + x;
            k->tops_row(bits, at - f->w, at, at + f->w, w);
            for (int i = 0; i < w; i += 64)
                for (uint64_t b = bits[i / 64]; b; b &= b - 1) {
                    const int at_x = i + __builtin_ctzll(b);
                    if (n < MOST_TOPS) f->order[n] = y * f->w + x + at_x;
                    if (at[at_x] >= f->rise && at[at_x] < f->last_top) f->last_top = at[at_x];
                    n++;
                }
        }
    return n;
}

static int touch(int32_t a, int32_t b, int w)
{
    const int dx = a % w - b % w, dy = a / w - b / w;
    return dx >= -1 && dx <= 1 && dy >= -1 && dy <= 1;
}

/* Neighbours without a higher neighbour are equally high, so tops that hang together are one peak; when all
 * do, the landscape has no other. That is most nuclei, at a fraction of the cost. */
static int one_peak(struct forest *f, int n)
{
    if (n == 0 || n > MOST_TOPS) return 0;
    const int32_t first = f->order[0];
    int joined = 1; /* order[0 .. joined) hangs together */
    for (int i = 0; i < joined; i++)
        for (int j = joined; j < n; j++)
            if (touch(f->order[i], f->order[j], f->w)) {
                const int32_t t = f->order[j];
                f->order[j] = f->order[joined];
                f->order[joined++] = t;
            }
    if (joined < n) return 0;
    settle(f, first, 0);
    return 1;
}

/* Ends as soon as one tree is left that can be a seed and no other can begin: between nuclei that touch that
 * is at the height of their necks, so the broad lower parts are not looked at. */
static void all_peaks(struct forest *f, uint16_t max_level, int32_t *start)
{
    const int w = f->w, step[8] = {-w - 1, -w, -w + 1, -1, 1, w - 1, w, w + 1};
    const size_t inside = sort_pixels(f, max_level, start);
    size_t done = 0;
    memset(f->parent, 255, (size_t)f->w * (size_t)f->h * sizeof *f->parent);
    for (; done < inside; done++) {
        const int32_t pixel = f->order[done];
        const uint16_t level = f->level[pixel];
        int32_t mine = pixel;
        if (level < f->last_top && f->high <= 1) break;
        f->parent[pixel] = pixel;
        f->high += level >= f->rise;
        for (int s = 0; s < 8; s++) {
            const int32_t its = f->parent[pixel + step[s]];
            if (its != NONE && its != mine) mine = meet(f, mine, its, level);
        }
    }
    for (size_t i = 0; i < done; i++)
        if (f->parent[f->order[i]] == f->order[i]) settle(f, f->order[i], 0);
    sort_seeds(f->seed, f->n < f->capacity ? f->n : f->capacity);
}

size_t stm_seeds(const struct stm_kernels *k, struct stm_seed *seed, size_t capacity, struct stm_cu16 level,
                 uint16_t h, uint16_t max_level, void *scratch)
{
    const size_t area = (size_t)level.w * (size_t)level.h;
    struct forest f = {
        .parent = scratch, .w = level.w, .h = level.h, .seed = seed, .capacity = capacity, .rise = h};
    f.order = f.parent + area;
    int32_t *const start = f.order + area;
    f.level = (uint16_t *)(start + max_level + 1);
    for (int y = 0; y < level.h; y++)
        memcpy(f.level + (ptrdiff_t)y * f.w, level.px + y * level.stride, (size_t)f.w * sizeof *f.level);
    if (!one_peak(&f, find_tops(k, &f))) all_peaks(&f, max_level, start);
    return f.n;
}
