/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/chamber/squares.h"

#include <math.h>
#include <stdlib.h>

/* Along one axis a square is a side between two lines. Lenses bend and fan lines, so that sides may be off by
 * a twenty-fifth, and lines by a sixth of a division from where they should be. */
static const double side_off = 0.04, line_off = 0.16;
/* The border of a square is wider than its other lines by this. */
static const double thick = 1.4;
enum { SIDES = 64 };

struct side {
    int first, last, score;
};

/* What lies between two lines. */
struct inside {
    double extent[STM_TRACKS], usual; /* of lines where the division has them; their median */
    int at[STM_TRACKS], n, others;
};

static double place(const struct stm_tracks *t, int i)
{
    return t->track[i].at[0];
}

/* Lines of the grid go on for long; what is short against the longest is something else. */
static bool is_long(const struct stm_tracks *t, int i)
{
    int most = 0;
    for (int k = 0; k < t->n; k++)
        most = t->track[k].strips > most ? t->track[k].strips : most;
    return 3 * t->track[i].strips >= most;
}

static int ascending(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return p < q ? -1 : p > q;
}

static struct inside look_inside(const struct stm_tracks *t, int i, int j, int parts)
{
    struct inside in = {.usual = NAN};
    double sorted[STM_TRACKS];
    const double from = place(t, i), part = (place(t, j) - from) / parts;
    for (int k = i + 1; k < j; k++) {
        const double at = (place(t, k) - from) / part, off = fabs(at - floor(at + 0.5));
        if (!is_long(t, k)) continue;
        if (off > line_off || at < 0.5 || at > parts - 0.5) {
            in.others += at > line_off && at < parts - line_off;
            continue;
        }
        in.at[in.n] = (int)floor(at + 0.5);
        in.extent[in.n++] = t->track[k].extent;
    }
    for (int k = 0; k < in.n; k++)
        sorted[k] = in.extent[k];
    qsort(sorted, (size_t)in.n, sizeof *sorted, ascending);
    if (in.n) in.usual = sorted[in.n / 2];
    return in;
}

/* How surely a square ends at line i; beyond lies -1 or 1. 2: a wide line, or the division changes; 1: the
 * next line of the division is missing where it would be seen. */
static int marked(const struct stm_tracks *t, int i, int beyond, double division, double usual, double across)
{
    const double at = place(t, i), next = at + beyond * division;
    bool changes = false, goes_on = false;
    for (int k = 0; k < t->n; k++) {
        const double d = beyond * (place(t, k) - at) / division;
        if (k == i || !is_long(t, k)) continue;
        changes |= d > line_off && d < 1 - line_off;
        goes_on |= fabs(d - 1) <= line_off;
    }
    if (t->track[i].extent >= thick * usual || changes) return 2;
    return !goes_on && next > line_off * division && next < across - line_off * division;
}

/* A square of fine division is crossed by the wide lines of its groups; in others no line is wide. */
static int wide_lines(const struct inside *in, int parts)
{
    int n = 0;
    for (int k = 0; k < in->n; k++)
        n += in->extent[k] >= thick * in->usual && (parts <= 4 || in->at[k] % 4);
    return n;
}

static bool judge_side(struct side *side, const struct stm_tracks *t, const struct stm_named_square *named,
                       double px_per_um, double across)
{
    const double wanted = named->side_um * px_per_um, seen = place(t, side->last) - place(t, side->first);
    const int parts = (int)(named->side_um / named->division_um + 0.5);
    if (fabs(seen / wanted - 1) > side_off) return false;
    const struct inside in = look_inside(t, side->first, side->last, parts);
    if (in.others || 2 * in.n < parts - 1) return false;
    side->score = 1;
    if (parts == 1) return true;
    const double division = seen / parts;
    const int a = marked(t, side->first, -1, division, in.usual, across),
              b = marked(t, side->last, 1, division, in.usual, across);
    side->score = a + b - 2 * wide_lines(&in, parts);
    return a && b && side->score >= 2;
}

static int surest(const void *a, const void *b)
{
    const struct side *const p = a, *const q = b;
    return p->score != q->score ? q->score - p->score : p->first - q->first;
}

static int leftmost(const void *a, const void *b)
{
    return ((const struct side *)a)->first - ((const struct side *)b)->first;
}

/* Of sides that overlap the surest stays. */
static int drop_overlaps(struct side *side, int n)
{
    int kept = 0;
    qsort(side, (size_t)n, sizeof *side, surest);
    for (int i = 0; i < n; i++) {
        bool free_of_others = true;
        for (int k = 0; k < kept; k++)
            free_of_others &= side[i].last <= side[k].first || side[i].first >= side[k].last;
        if (free_of_others) side[kept++] = side[i];
    }
    qsort(side, (size_t)kept, sizeof *side, leftmost);
    return kept;
}

static int find_sides(struct side *side, const struct stm_tracks *t, const struct stm_named_square *named,
                      double px_per_um, double across)
{
    int n = 0;
    for (int i = 0; i < t->n; i++)
        for (int j = i + 1; j < t->n && n < SIDES; j++) {
            side[n] = (struct side){i, j, 0};
            if (is_long(t, i) && is_long(t, j) && judge_side(&side[n], t, named, px_per_um, across)) n++;
        }
    return drop_overlaps(side, n);
}

/* Whether (x, y) is right of and below the first lines, left of and above the last ones. */
static bool is_in(const struct stm_chamber *c, const struct stm_square *s, double x, double y)
{
    return x > stm_track_at(&c->tracks[0], s->left, y) && x <= stm_track_at(&c->tracks[0], s->right, y) &&
           y > stm_track_at(&c->tracks[1], s->top, x) && y <= stm_track_at(&c->tracks[1], s->bottom, x);
}

/* Corners lie in the picture, and nothing between them is hidden (looked at every 4 pixels). */
static bool is_whole(const struct stm_chamber *c, const struct stm_square *s)
{
    enum { STEP = 4 };
    const struct stm_u16 light = c->light;
    int x0 = light.w, x1 = -1, y0 = light.h, y1 = -1;
    for (int i = 0; i < 4; i++) {
        const int column = i & 1 ? s->right : s->left, row = i & 2 ? s->bottom : s->top;
        double y = c->tracks[1].track[row].at[0];
        const double x = stm_track_at(&c->tracks[0], column, y);
        y = stm_track_at(&c->tracks[1], row, x);
        if (!(x >= 0 && y >= 0 && x <= light.w - 1 && y <= light.h - 1)) return false;
        x0 = (int)x < x0 ? (int)x : x0;
        x1 = (int)x > x1 ? (int)x : x1;
        y0 = (int)y < y0 ? (int)y : y0;
        y1 = (int)y > y1 ? (int)y : y1;
    }
    for (int y = y0; y <= y1; y += STEP)
        for (int x = x0; x <= x1; x += STEP)
            if (!light.px[y * light.stride + x] && is_in(c, s, x, y)) return false;
    return true;
}

void stm_squares_find(struct stm_squares *out, const struct stm_chamber *chamber,
                      const struct stm_named_square *named, double px_per_um)
{
    struct side x[SIDES + 1], y[SIDES + 1];
    const int columns = find_sides(x, &chamber->tracks[0], named, px_per_um, chamber->light.w),
              rows = find_sides(y, &chamber->tracks[1], named, px_per_um, chamber->light.h);
    out->n = 0;
    for (int j = 0; j < rows; j++)
        for (int i = 0; i < columns && out->n < STM_SQUARES; i++) {
            const struct stm_square s = {x[i].first, x[i].last, y[j].first, y[j].last};
            if (is_whole(chamber, &s)) out->square[out->n++] = s;
        }
}

static int part_of(double at, double from, double to)
{
    const int k = (int)(STM_SQUARE_SIDE * (at - from) / (to - from));
    return k < 0 ? 0 : k >= STM_SQUARE_SIDE ? STM_SQUARE_SIDE - 1 : k;
}

int stm_squares_of(const struct stm_squares *squares, const struct stm_chamber *c, int x1, int y1, int *part)
{
    const double x = x1 - 0.5, y = y1 - 0.5; /* where the last pixel ends */
    *part = 0;
    for (int i = 0; i < squares->n; i++) {
        const struct stm_square *const s = &squares->square[i];
        if (!is_in(c, s, x, y)) continue;
        const int u = part_of(x, stm_track_at(&c->tracks[0], s->left, y),
                              stm_track_at(&c->tracks[0], s->right, y)),
                  v = part_of(y, stm_track_at(&c->tracks[1], s->top, x),
                              stm_track_at(&c->tracks[1], s->bottom, x));
        *part = v * STM_SQUARE_SIDE + u + 1;
        return i + 1;
    }
    return 0;
}
