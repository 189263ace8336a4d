/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts too small for cells belong to the neighbour they share most border with. */
#include "pipeline/cells/divide.h"

#include "kernels/label_row.h"
#include "pipeline/core/team.h"
#include "pipeline/nets/objects.h"

#include <stdlib.h>
#include <string.h>

struct contact {
    uint32_t small, other, length;
};

/* Pixels along borders of small parts; where there are more, the rest is not looked at. */
static size_t contact_room(int w, int h)
{
    return (size_t)w * (size_t)h / 4 + 64;
}

size_t stm_cells_small_bytes(int w, int h, size_t labels)
{
    return stm_arena_cost(contact_room(w, h) * sizeof(struct contact)) +
           2 * stm_arena_cost((labels + 1) * 4) + stm_arena_cost((labels + 1) * sizeof(bool));
}

/* Rounded cells, the first labels, are smaller than spread ones; cells may go on beyond the edge. */
struct limits {
    uint32_t round, round_least, least, cut_least;
    const bool *cut; /* each label */
};

static uint32_t least_of(const struct limits *l, uint32_t label)
{
    return label <= l->round ? l->round_least : l->cut[label] ? l->cut_least : l->least;
}

static void note(struct contact *list, size_t *n, size_t room, const uint32_t *area, const struct limits *l,
                 uint32_t a, uint32_t b)
{
    if (a == b || !a || !b) return;
    if (area[a] < least_of(l, a) && *n < room) list[(*n)++] = (struct contact){a, b, 1};
    if (area[b] < least_of(l, b) && *n < room) list[(*n)++] = (struct contact){b, a, 1};
}

static int by_pair(const void *a, const void *b)
{
    const struct contact *x = a, *y = b;
    if (x->small != y->small) return x->small < y->small ? -1 : 1;
    return (x->other > y->other) - (x->other < y->other);
}

/* into[i] = the label that i becomes; the root of a chain of small parts. */
static uint32_t root_of(uint32_t *into, uint32_t i)
{
    while (into[i] != i)
        i = into[i] = into[into[i]];
    return i;
}

static void choose(uint32_t *into, struct contact *list, size_t n)
{
    qsort(list, n, sizeof *list, by_pair);
    for (size_t i = 0; i < n;) {
        size_t best = i, best_length = 0;
        const uint32_t small = list[i].small;
        for (size_t j; i < n && list[i].small == small; i = j) {
            for (j = i; j < n && !by_pair(&list[i], &list[j]);)
                j++;
            if (j - i > best_length) best = i, best_length = j - i;
        }
        const uint32_t root = root_of(into, list[best].other);
        if (root != small) into[small] = root;
    }
}

/* area: on return the new number of each label, 0 when it is dropped. True where all stay what they were. */
static bool number(struct stm_cells_small *s, uint32_t *into, uint32_t *area, const struct limits *l)
{
    uint32_t next = 0;
    for (uint32_t i = 1; i <= s->n; i++) {
        const uint32_t root = root_of(into, i);
        if (root != i) area[root] += area[i];
    }
    s->covered = 0;
    for (uint32_t i = 1; i <= s->n; i++) {
        const bool stays = into[i] == i && area[i] >= least_of(l, i);
        s->covered += stays ? area[i] : 0;
        area[i] = stays ? ++next : 0;
    }
    bool same = true;
    for (uint32_t i = 1; i <= s->n; i++) {
        if (into[i] != i) area[i] = area[root_of(into, i)];
        same &= area[i] == i;
    }
    s->n = next;
    return same;
}

struct repaint {
    struct stm_u32 label;
    struct stm_u8 mask;
    const uint32_t *number;
};

static bool repaint_band(void *context, struct stm_arena *unused, int y0, int y1, struct stm_error *err)
{
    const struct repaint *const r = context;
    (void)unused, (void)err;
    for (int y = y0; y < y1; y++) {
        uint32_t *row = r->label.px + y * r->label.stride;
        for (int x = 0, end; x < r->label.w; x = end) {
            end = stm_label_run_end(row, x, r->label.w);
            const uint32_t old = row[x], new = old ? r->number[old] : 0;
            if (r->mask.px) memset(r->mask.px + y * r->mask.stride + x, new ? 255 : 0, (size_t)(end - x));
            for (int i = x; i < end && new != old; i++)
                row[i] = new;
        }
    }
    return true;
}

static void add_up(uint32_t *area, struct stm_u32 label)
{
    for (int y = 0; y < label.h; y++) {
        const uint32_t *row = label.px + y * label.stride;
        for (int x = 0, end; x < label.w; x = end) {
            end = stm_label_run_end(row, x, label.w);
            area[row[x]] += (uint32_t)(end - x);
        }
    }
}

static void find_cut(bool *cut, struct stm_u32 label)
{
    const uint32_t *first = label.px, *last = label.px + (label.h - 1) * label.stride;
    for (int x = 0; x < label.w; x++)
        cut[first[x]] = cut[last[x]] = true;
    for (int y = 0; y < label.h; y++)
        cut[label.px[y * label.stride]] = cut[label.px[y * label.stride + label.w - 1]] = true;
}

/* Borders of small parts, pixel by pixel. */
static size_t list_contacts(struct contact *list, size_t room, const uint32_t *area, const struct limits *l,
                            struct stm_u32 label)
{
    size_t n = 0;
    for (int y = 0; y < label.h; y++) {
        const uint32_t *row = label.px + y * label.stride,
                       *below = y + 1 < label.h ? row + label.stride : row;
        for (int x = 0, end; x < label.w; x = end) {
            end = stm_label_run_end(row, x, label.w);
            const bool alike = below[x] == row[x] && stm_label_run_end(below, x, end) == end;
            for (int i = x; i < end && !alike; i++) {
                if (i + 1 == end && end < label.w) note(list, &n, room, area, l, row[i], row[end]);
                note(list, &n, room, area, l, row[i], below[i]);
            }
            if (alike && end < label.w) note(list, &n, room, area, l, row[x], row[end]);
        }
    }
    return n;
}

bool stm_cells_join_small(struct stm_cells_small *s, struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch), room = contact_room(s->label.w, s->label.h);
    const size_t n = s->n;
    struct contact *list = stm_arena_take(scratch, room * sizeof *list, "borders", err);
    uint32_t *area = stm_arena_take(scratch, (n + 1) * sizeof *area, "areas", err);
    uint32_t *into = stm_arena_take(scratch, (n + 1) * sizeof *into, "joins", err);
    bool *cut = stm_arena_take(scratch, (n + 1) * sizeof *cut, "cut parts", err);
    if (!list || !area || !into || !cut) return false;
    memset(area, 0, (n + 1) * sizeof *area);
    memset(cut, 0, (n + 1) * sizeof *cut);
    find_cut(cut, s->label);
    add_up(area, s->label);
    memcpy(into, area + 1, n * sizeof *into);
    const uint32_t part = (uint32_t)(s->usual_part * stm_net_median_of_cover(into, n));
    const uint32_t least = part > s->least_px ? part : s->least_px;
    const struct limits limits = {s->round, s->round_least_px, least, (uint32_t)(s->cut * least), cut};
    for (uint32_t i = 0; i <= n; i++)
        into[i] = i;
    choose(into, list, list_contacts(list, room, area, &limits, s->label));
    const bool same = number(s, into, area, &limits);
    struct repaint repaint = {s->label, s->mask, area};
    if ((!same || s->mask.px) && !stm_team_bands(scratch, s->label.h, 0, &repaint, repaint_band, err))
        return false;
    stm_arena_reset(scratch, mark);
    return true;
}
