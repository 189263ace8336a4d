/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/watershed.h"

#include "kernels/kernels.h"

#include <stdbool.h>
#include <string.h>

enum { NONE = -1 };

/* Components of the pixels above a falling level, as trees of pixel indices (y * w + x) whose root is the
 * component's peak. Where two meet, the lower peak's rise above the meeting level is known. */
struct forest {
    int32_t *parent, *next;
    uint16_t *level;
    int w, h;
    struct stm_seed *seed;
    size_t n, capacity;
    uint16_t rise;
    size_t high; /* trees whose peak is at least `rise` high: only those can become seeds */
};

static int32_t root_of(int32_t *parent, int32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
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

/* Pixels without a higher neighbour: the first MOST_TOPS into `next`. Returns how many there are. */
static int find_tops(const struct stm_kernels *k, struct forest *f)
{
    uint64_t bits[STRIP / 64];
    int n = 0;
    for (int y = 1; y < f->h - 1; y++)
        for (int x = 1; x < f->w - 1; x += STRIP) {
            const int w = f->w - 1 - x < STRIP ? f->w - 1 - x : STRIP;
            const uint16_t *at = f->level + (ptrdiff_t)y * f->w + x;
            k->tops_row(bits, at - f->w, at, at + f->w, w);
            for (int i = 0; i < w; i += 64)
                for (uint64_t b = bits[i / 64]; b; b &= b - 1) {
                    const int at_x = i + __builtin_ctzll(b);
                    if (n < MOST_TOPS) f->next[n] = y * f->w + x + at_x;
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
    const int32_t first = f->next[0];
    int joined = 1; /* next[0 .. joined) hangs together */
    for (int i = 0; i < joined; i++)
        for (int j = joined; j < n; j++)
            if (touch(f->next[i], f->next[j], f->w)) {
                const int32_t t = f->next[j];
                f->next[j] = f->next[joined];
                f->next[joined++] = t;
            }
    if (joined < n) return 0;
    settle(f, first, 0);
    return 1;
}

/* Each pixel's way up: its highest neighbour, or itself where none is higher; then the end of that way. All
 * of a way is connected above each of its pixels, so it is one tree from the start. */
static void climb(struct forest *f, const int step[8])
{
    const int32_t first = f->w + 1, end = f->w * (f->h - 1) - 1;
    for (int32_t i = first; i < end; i++) {
        int32_t up = i;
        int highest = f->level[i];
        if (!highest) continue;
        for (int s = 0; s < 8; s++) {
            const int its = f->level[i + step[s]];
            up = its > highest ? i + step[s] : up;
            highest = its > highest ? its : highest;
        }
        f->parent[i] = up;
    }
    for (int32_t i = first; i < end; i++) {
        if (!f->level[i]) continue;
        f->parent[i] = root_of(f->parent, i);
        f->high += f->parent[i] == i && f->level[i] >= f->rise;
    }
}

/* Whether the 3 x 3 pixels around one have the same parent. Outside parents are not known: false or true. */
static bool alone(const int32_t *parent, int w)
{
    const int32_t *a = parent - w - 1, *b = parent - 1, *c = parent + w - 1, its = *parent;
    return !((a[0] ^ its) | (a[1] ^ its) | (a[2] ^ its) | (b[0] ^ its) | (b[2] ^ its) | (c[0] ^ its) |
             (c[1] ^ its) | (c[2] ^ its));
}

/* Trees meet at pixels beside which another one stands as high or higher: those of each level become a list.
 */
static void list_meetings(struct forest *f, int32_t *head, const int step[8])
{
    for (int32_t i = f->w * (f->h - 1) - 2; i > f->w; i--) {
        const uint16_t level = f->level[i];
        bool meets = false;
        if (!level || alone(f->parent + i, f->w)) continue;
        for (int s = 0; s < 8; s++)
            meets |= f->level[i + step[s]] >= level && f->parent[i + step[s]] != f->parent[i];
        if (!meets) continue;
        f->next[i] = head[level];
        head[level] = i;
    }
}

/* Ends as soon as one tree is left that can be a seed: between nuclei that touch that is at the height of
 * their necks, so the broad lower parts are not looked at. */
static void all_peaks(struct forest *f, uint16_t max_level, int32_t *head)
{
    const int w = f->w, step[8] = {-w - 1, -w, -w + 1, -1, 1, w - 1, w, w + 1};
    memset(head, 255, ((size_t)max_level + 1) * sizeof *head);
    climb(f, step);
    list_meetings(f, head, step);
    for (int level = max_level; level > 0 && f->high > 1; level--)
        for (int32_t i = head[level]; i != NONE; i = f->next[i]) {
            int32_t mine = root_of(f->parent, i);
            for (int s = 0; s < 8; s++)
                if (f->level[i + step[s]] >= level) mine = meet(f, mine, i + step[s], (uint16_t)level);
        }
    for (int32_t i = w + 1; i < w * (f->h - 1) - 1; i++)
        if (f->level[i] && f->parent[i] == i) settle(f, i, 0);
    sort_seeds(f->seed, f->n < f->capacity ? f->n : f->capacity);
}

size_t stm_seeds(const struct stm_kernels *k, struct stm_seed *seed, size_t capacity, struct stm_cu16 level,
                 uint16_t h, uint16_t max_level, void *scratch)
{
    const size_t area = (size_t)level.w * (size_t)level.h;
    struct forest f = {
        .parent = scratch, .w = level.w, .h = level.h, .seed = seed, .capacity = capacity, .rise = h};
    f.next = f.parent + area;
    int32_t *const head = f.next + area;
    f.level = (uint16_t *)(head + max_level + 1);
    for (int y = 0; y < level.h; y++)
        memcpy(f.level + (ptrdiff_t)y * f.w, level.px + y * level.stride, (size_t)f.w * sizeof *f.level);
    if (!one_peak(&f, find_tops(k, &f))) all_peaks(&f, max_level, head);
    return f.n;
}
