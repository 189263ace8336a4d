/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nuclei/blob.h"

size_t stm_hull_room_bytes(int h)
{
    return 2 * stm_arena_cost(2 * (size_t)h * sizeof(int32_t));
}

bool stm_hull_room_take(struct stm_hull_room *room, int h, struct stm_arena *arena, struct stm_error *err)
{
    room->x = stm_arena_take(arena, 2 * (size_t)h * sizeof *room->x, "hulls", err);
    room->y = stm_arena_take(arena, 2 * (size_t)h * sizeof *room->y, "hulls", err);
    return room->x && room->y;
}

static void add_light(const struct stm_finder *f, struct stm_blob *b, const struct stm_segment *run)
{
    const uint16_t *px = f->light.px + run->y * f->light.stride;
    uint32_t sum = 0, peak = b->peak;
    for (int x = run->x0; x < run->x1; x++) {
        sum += px[x];
        peak = px[x] > peak ? px[x] : peak;
    }
    b->light += sum;
    b->peak = (uint16_t)peak;
}

static void add_moments(struct stm_blob *b, const struct stm_segment *run)
{
    const double n = run->x1 - run->x0, a = run->x0, y = run->y;
    const double x = n * a + n * (n - 1) / 2;
    b->sx += x;
    b->sy += n * y;
    b->sxx += n * a * a + a * n * (n - 1) + (n - 1) * n * (2 * n - 1) / 6;
    b->sxy += x * y;
    b->syy += n * y * y;
}

static void add_piece(struct stm_finder *f, const struct stm_segment *run)
{
    struct stm_blob *b = &f->blob[run->label];
    const int32_t i = f->pieces++;
    f->piece[i] = (struct stm_piece){run->y, run->x0, run->x1, -1, run->label};
    if (b->first < 0)
        b->first = i;
    else
        f->piece[b->last].next = i;
    b->last = i;
    b->pieces++;
    b->area += run->x1 - run->x0;
    add_light(f, b, run);
    add_moments(b, run);
}

size_t stm_blobs_bytes(int w, int h)
{
    const size_t labels = stm_nuclei_label_room(w, h), runs = stm_nuclei_run_room(w, h);
    return stm_arena_cost((labels + 1) * sizeof(struct stm_blob)) +
           stm_arena_cost(runs * sizeof(struct stm_piece)) +
           stm_arena_cost(runs * sizeof(struct stm_segment));
}

bool stm_blobs_make(struct stm_finder *f, struct stm_error *err)
{
    const size_t room = stm_nuclei_run_room(f->w, f->h);
    size_t n = 0;
    f->blobs = f->seeds;
    f->blob = stm_arena_take(f->scratch, ((size_t)f->blobs + 1) * sizeof *f->blob, "candidates", err);
    f->piece = stm_arena_take(f->scratch, room * sizeof *f->piece, "pieces", err);
    const size_t mark = stm_arena_mark(f->scratch);
    struct stm_segment *run = stm_arena_take(f->scratch, room * sizeof *run, "runs", err);
    if (!f->blob || !f->piece || !run) return false;
    for (uint32_t i = 0; i <= f->blobs; i++)
        f->blob[i] = (struct stm_blob){
            .first = -1, .last = -1, .into = i, .step = i >= f->residue_first && i < f->residue_end};
    if (!f->crowded && !stm_nuclei_label_runs(f, run, room, &n, err)) return false;
    f->crowded = f->crowded || n > room;
    f->pieces = 0;
    for (size_t i = 0; i < n && !f->crowded; i++) {
        if (i + STM_NUCLEI_AHEAD < n) {
            const struct stm_segment *next = &run[i + STM_NUCLEI_AHEAD];
            stm_nuclei_fetch(f->light.px + next->y * f->light.stride, next->x0, next->x1,
                             sizeof *f->light.px);
        }
        add_piece(f, &run[i]);
    }
    stm_arena_reset(f->scratch, mark);
    return true;
}

/* The earlier of two pieces in raster order; -1 comes last. Pieces are numbered in raster order. */
static int32_t earlier(int32_t a, int32_t b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

void stm_blob_join(struct stm_finder *f, struct stm_blob *a, struct stm_blob *b)
{
    int32_t p = a->first, q = b->first, first = -1, last = -1;
    for (int32_t next; (next = earlier(p, q)) >= 0; last = next) {
        if (last < 0)
            first = next;
        else
            f->piece[last].next = next;
        if (next == p)
            p = f->piece[p].next;
        else
            q = f->piece[q].next;
    }
    a->first = first;
    a->last = last;
    a->pieces += b->pieces;
    a->area += b->area;
    a->light += b->light;
    if (b->peak > a->peak) a->peak = b->peak;
    a->sx += b->sx;
    a->sy += b->sy;
    a->sxx += b->sxx;
    a->sxy += b->sxy;
    a->syy += b->syy;
    b->first = b->last = -1;
}

struct stm_hull stm_blob_hull(const struct stm_finder *f, const struct stm_hull_room *room,
                              const struct stm_blob *a, const struct stm_blob *b, int64_t *work)
{
    const struct stm_piece *piece = f->piece;
    int32_t p = a->first, q = b ? b->first : -1;
    const int32_t top = piece[earlier(p, q)].y;
    const int32_t bottom = b && piece[b->last].y > piece[a->last].y ? piece[b->last].y : piece[a->last].y;
    struct stm_hull hull = stm_hull_begin(room->x, room->y, bottom - top + 1);
    while (p >= 0 || q >= 0) {
        const int32_t y = piece[earlier(p, q)].y, x0 = piece[earlier(p, q)].x0;
        int32_t x1 = 0;
        for (int32_t next; (next = earlier(p, q)) >= 0 && piece[next].y == y; --*work) {
            x1 = piece[next].x1;
            if (next == p)
                p = piece[p].next;
            else
                q = piece[q].next;
        }
        stm_hull_row(&hull, y, x0, x1 - 1);
    }
    return hull;
}

double stm_blob_convexity(const struct stm_finder *f, const struct stm_hull_room *room,
                          const struct stm_blob *a, int64_t *work)
{
    const struct stm_hull hull = stm_blob_hull(f, room, a, NULL, work);
    return (double)a->area / (double)stm_hull_pixels(&hull);
}
