/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Light of lines, strip by strip, is put together to lines: pieces of neighbouring strips that lie in one
 * another's continuation, later those beyond an interruption. A parabola through the pieces is the line. */
#include "pipeline/chamber/tracks.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A line may be interrupted for 8 strips (a clump, dirt); shorter than 6 strips nothing is one. */
enum { TRACES = 2 * STM_TRACKS, INTERRUPTED = 8, LEAST = 6, PIECES = 512 };

/* Sums for a parabola through pieces, and the outermost pieces. */
enum { N, T, TT, TTT, TTTT, Y, TY, TTY, EXTENT, SUMS };
struct trace {
    double sum[SUMS];
    double first_at, last_at;
    int first, last; /* strips */
};

struct tracer {
    struct trace trace[TRACES];
    int n, strips;
    double reach; /* from one strip to the next, px */
};

struct piece {
    double at, extent;
};

int stm_next_light(const int16_t *strip, int y, int n)
{
    uint64_t four = 0;
    if (y > n) return y;
    for (; y + 4 <= n; y += 4) {
        memcpy(&four, strip + y, sizeof four);
        if (four) break;
    }
    while (y < n && !strip[y])
        y++;
    return y;
}

static int collect(struct piece *piece, const int16_t *strip, int across, double close)
{
    double weight = 0, moment = 0;
    int first = -1, last = -1, n = 0;
    for (int y = stm_next_light(strip, 0, across); y <= across; y = stm_next_light(strip, y + 1, across)) {
        if (last >= 0 && (y == across || y - last > close) && n < PIECES) {
            piece[n++] = (struct piece){moment / weight, last - first + 1};
            weight = moment = 0;
            first = -1;
        }
        if (y == across) break;
        weight += abs(strip[y]);
        moment += (double)abs(strip[y]) * y;
        first = first < 0 ? y : first;
        last = y;
    }
    return n;
}

static double place_of(const struct tracer *r, int k)
{
    return r->strips > 1 ? 2.0 * k / (r->strips - 1) - 1 : 0;
}

/* Where a trace goes on in strip k: as it went so far, once that is known. */
static double expected(const struct trace *t, int k)
{
    if (t->sum[N] < LEAST) return t->last_at;
    return t->last_at + (t->last_at - t->first_at) / (t->last - t->first) * (k - t->last);
}

static struct trace *nearest(struct tracer *r, double at, int k)
{
    struct trace *best = NULL;
    double least = r->reach;
    for (int i = 0; i < r->n; i++) {
        struct trace *const t = &r->trace[i];
        if (t->last == k || k - t->last > INTERRUPTED) continue;
        const double off = fabs(expected(t, k) - at);
        if (off <= least) best = t, least = off;
    }
    return best;
}

static void extend(const struct tracer *r, struct trace *t, const struct piece *p, int k)
{
    const double x = place_of(r, k);
    const double one[SUMS] = {1,     x,         x * x,         x * x * x, x * x * x * x,
                              p->at, x * p->at, x * x * p->at, p->extent};
    for (int i = 0; i < SUMS; i++)
        t->sum[i] += one[i];
    t->last = k;
    t->last_at = p->at;
}

static void follow(struct tracer *r, const int16_t *strips, int across, double close)
{
    struct piece piece[PIECES];
    for (int k = 0; k < r->strips; k++) {
        const int n = collect(piece, strips + (long)k * across, across, close);
        for (int i = 0; i < n; i++) {
            struct trace *t = nearest(r, piece[i].at, k);
            if (!t && r->n < TRACES) {
                t = &r->trace[r->n++];
                *t = (struct trace){.first = k, .first_at = piece[i].at};
            }
            if (t) extend(r, t, &piece[i], k);
        }
    }
}

/* Least squares; a straight line where less than half of the picture's length is seen, since a bend found
 * there would be carried too far. */
static struct stm_track fit(const struct tracer *r, const struct trace *trace)
{
    const double *const s = trace->sum;
    struct stm_track track = {.extent = s[EXTENT] / s[N], .strips = (int)s[N]};
    const double a = s[TT] * s[TTTT] - s[TTT] * s[TTT], b = s[T] * s[TTTT] - s[TTT] * s[TT],
                 c = s[T] * s[TTT] - s[TT] * s[TT], line = s[N] * s[TT] - s[T] * s[T],
                 whole = s[N] * a - s[T] * b + s[TT] * c;
    if (2 * (trace->last - trace->first) < r->strips || !(whole > 1e-9)) {
        track.at[1] = line > 1e-9 ? (s[N] * s[TY] - s[T] * s[Y]) / line : 0;
        track.at[0] = (s[Y] - track.at[1] * s[T]) / s[N];
        return track;
    }
    /* the inverse of a symmetric 3 x 3 matrix, by its adjugate */
    track.at[0] = (a * s[Y] - b * s[TY] + c * s[TTY]) / whole;
    track.at[1] =
        (-b * s[Y] + (s[N] * s[TTTT] - s[TT] * s[TT]) * s[TY] - (s[N] * s[TTT] - s[TT] * s[T]) * s[TTY]) /
        whole;
    track.at[2] = (c * s[Y] - (s[N] * s[TTT] - s[T] * s[TT]) * s[TY] + line * s[TTY]) / whole;
    return track;
}

static double value(const struct stm_track *track, double t)
{
    return track->at[0] + (track->at[1] + track->at[2] * t) * t;
}

static void join(struct trace *a, const struct trace *b)
{
    for (int i = 0; i < SUMS; i++)
        a->sum[i] += b->sum[i];
    if (b->last > a->last) a->last = b->last, a->last_at = b->last_at;
    if (b->first < a->first) a->first = b->first, a->first_at = b->first_at;
}

static bool continues(const struct tracer *r, const struct trace *a, const struct trace *b)
{
    const double t = place_of(r, a->last < b->first ? (a->last + b->first) / 2 : (b->last + a->first) / 2);
    const struct stm_track p = fit(r, a), q = fit(r, b);
    return a->last < b->first + 2 && fabs(value(&p, t) - value(&q, t)) <= r->reach;
}

/* Pieces of one line that an interruption separates become one. */
static void join_pieces(struct tracer *r)
{
    int kept = 0;
    for (int i = 0; i < r->n; i++)
        if (r->trace[i].sum[N] >= LEAST) r->trace[kept++] = r->trace[i];
    r->n = kept;
    for (int i = 0; i < r->n; i++)
        for (int j = i + 1; j < r->n; j++) {
            if (!continues(r, &r->trace[i], &r->trace[j]) && !continues(r, &r->trace[j], &r->trace[i]))
                continue;
            join(&r->trace[i], &r->trace[j]);
            r->trace[j] = r->trace[--r->n];
            j = i;
        }
}

static int by_place(const void *a, const void *b)
{
    const double p = ((const struct stm_track *)a)->at[0], q = ((const struct stm_track *)b)->at[0];
    return p < q ? -1 : p > q;
}

void stm_tracks_of(struct stm_tracks *out, const int16_t *strips, int n, int across, int width, double close)
{
    struct tracer r = {.n = 0, .strips = n, .reach = close / 3 > 3 ? close / 3 : 3};
    out->n = 0;
    out->strips = n;
    out->width = width;
    follow(&r, strips, across, close);
    join_pieces(&r);
    for (int i = 0; i < r.n && out->n < STM_TRACKS; i++)
        out->track[out->n++] = fit(&r, &r.trace[i]);
    qsort(out->track, (size_t)out->n, sizeof *out->track, by_place);
}

double stm_track_at(const struct stm_tracks *tracks, int i, double along)
{
    const double k = (along - (tracks->width - 1) / 2.0) / tracks->width; /* middle of strip k */
    return value(&tracks->track[i], tracks->strips > 1 ? 2 * k / (tracks->strips - 1) - 1 : 0);
}
