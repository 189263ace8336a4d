/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/scatter.h"

#include <math.h>
#include <stdlib.h>

bool stm_scatter_make(struct stm_scatter *s, int w, int h, double bound, int capacity, struct stm_error *err)
{
    *s = (struct stm_scatter){
        .margin = bound, .width = w, .height = h, .square = 2 * bound + 1, .capacity = capacity};
    s->columns = (int)((w + 2 * s->margin) / s->square) + 1;
    s->rows = (int)((h + 2 * s->margin) / s->square) + 1;
    const size_t squares = (size_t)s->columns * (size_t)s->rows;
    s->blobs = malloc(sizeof *s->blobs * ((size_t)capacity + 1));
    s->next = malloc(sizeof *s->next * ((size_t)capacity + 1));
    s->head = malloc(sizeof *s->head * squares);
    s->order = malloc(sizeof *s->order * ((size_t)capacity + 1));
    if (!s->blobs || !s->next || !s->head || !s->order) {
        stm_scatter_free(s);
        return stm_fail(err, STM_NO_MEMORY, "no memory to place %d cells", capacity);
    }
    for (size_t i = 0; i < squares; i++)
        s->head[i] = -1;
    return true;
}

void stm_scatter_free(struct stm_scatter *s)
{
    free(s->blobs);
    free(s->next);
    free(s->head);
    free(s->order);
    *s = (struct stm_scatter){0};
}

int stm_scatter_count(const struct stm_scatter *s, double density, struct stm_random *r)
{
    const double larger = (s->width + 2 * s->margin) * (s->height + 2 * s->margin) / (s->width * s->height);
    const double n = stm_random_poisson(r, density * larger);
    return n < s->capacity ? (int)n : s->capacity;
}

static int column(const struct stm_scatter *s, double x)
{
    const int i = (int)((x + s->margin) / s->square);
    return i < 0 ? 0 : i < s->columns ? i : s->columns - 1;
}

static int row(const struct stm_scatter *s, double y)
{
    const int i = (int)((y + s->margin) / s->square);
    return i < 0 ? 0 : i < s->rows ? i : s->rows - 1;
}

/* Distance of the centres over the sum of what the outlines reach towards each other. */
static double gap(const struct stm_blob *a, const struct stm_blob *b)
{
    const double dx = b->x - a->x, dy = b->y - a->y, d = sqrt(dx * dx + dy * dy);
    if (d < 1e-6) return 0;
    const struct stm_direction to = {dx / d, dy / d}, back = {-dx / d, -dy / d};
    return d / (stm_blob_reach(a, to) + stm_blob_reach(b, back));
}

/* Is the blob far enough from everything: `lo` from those from index `first` on, `apart` from the others? */
static bool fits(const struct stm_scatter *s, const struct stm_blob *blob, int first, double lo, double apart)
{
    const int i0 = column(s, blob->x - s->square * apart), i1 = column(s, blob->x + s->square * apart);
    const int j0 = row(s, blob->y - s->square * apart), j1 = row(s, blob->y + s->square * apart);
    for (int j = j0; j <= j1; j++)
        for (int i = i0; i <= i1; i++)
            for (int k = s->head[j * s->columns + i]; k >= 0; k = s->next[k])
                if (gap(&s->blobs[k], blob) < (k >= first ? lo : apart)) return false;
    return true;
}

static bool add(struct stm_scatter *s, const struct stm_blob *blob)
{
    int *const head = &s->head[row(s, blob->y) * s->columns + column(s, blob->x)];
    s->blobs[s->n] = *blob;
    s->next[s->n] = *head;
    *head = s->n++;
    return true;
}

/* Clouds are about 24 texels across the shorter side; deviations of -2 to 2 span all probabilities. */
static bool favoured(const struct stm_scatter *s, const struct stm_blob *blob, struct stm_random *r)
{
    if (!s->clouds || s->patchiness <= 0) return true;
    const double scale = (s->width < s->height ? s->width : s->height) / 24;
    const double cloud = (double)stm_texture_smooth(s->clouds, blob->x, blob->y, scale);
    return stm_random_real(r) < 1 - s->patchiness * (0.5 - cloud / 4);
}

bool stm_scatter_place(struct stm_scatter *s, struct stm_blob *blob, double apart, struct stm_random *r)
{
    for (int attempt = 0; attempt < 200 && s->n < s->capacity; attempt++) {
        blob->x = stm_random_between(r, -s->margin, s->width + s->margin);
        blob->y = stm_random_between(r, -s->margin, s->height + s->margin);
        if (favoured(s, blob, r) && fits(s, blob, s->n, apart, apart)) return add(s, blob);
    }
    return false;
}

bool stm_scatter_attach(struct stm_scatter *s, struct stm_blob *blob, int first,
                        const struct stm_closeness *close, struct stm_random *r)
{
    for (int attempt = 0; attempt < 60 && s->n < s->capacity; attempt++) {
        const struct stm_blob *const to = &s->blobs[first + stm_random_below(r, s->n - first)];
        const struct stm_direction d = stm_exact_direction(stm_random_real(r)), back = {-d.c, -d.s};
        const double reach = stm_blob_reach(to, d) + stm_blob_reach(blob, back);
        const double away = stm_random_between(r, close->lo, close->hi) * reach;
        blob->x = to->x + d.c * away;
        blob->y = to->y + d.s * away;
        if (fits(s, blob, first, close->lo, close->apart)) return add(s, blob);
    }
    return false;
}

static int clump_size(int most, struct stm_random *r)
{
    int n = 2;
    while (n < most && stm_random_chance(r, 42))
        n++;
    return n;
}

/* Returns how many found room. */
static int fill_clump(struct stm_scatter *s, const struct stm_crowd *crowd, int size, struct stm_random *r)
{
    const int first = s->n;
    for (int i = 0; i < size; i++) {
        struct stm_blob blob;
        crowd->next(crowd->user, s->n, &blob);
        if (s->n == first)
            stm_scatter_place(s, &blob, crowd->close.apart, r);
        else
            stm_scatter_attach(s, &blob, first, &crowd->close, r);
    }
    return s->n - first;
}

enum { FULL = 30 }; /* attempts without success after which no room is left */

void stm_scatter_fill(struct stm_scatter *s, const struct stm_crowd *crowd, struct stm_random *r)
{
    const int clumped = (int)(crowd->n * crowd->clumped_percent / 100 + 0.5);
    for (int tried = 0, misses = 0; tried < crowd->n && misses < FULL;) {
        const int size = tried < clumped ? clump_size(crowd->most, r) : 1;
        misses = fill_clump(s, crowd, size, r) ? 0 : misses + 1;
        tried += size;
    }
    for (int i = 0; i < s->n; i++) {
        const int j = stm_random_below(r, i + 1);
        s->order[i] = s->order[j];
        s->order[j] = i;
    }
}
