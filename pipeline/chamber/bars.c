/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Burned-in scale bars: solid, of one grey level, long and thin, near the top or bottom edge. The tiles that
 * hold them and their text are hidden. */
#include "pipeline/chamber/looker.h"

#include <stdlib.h>

/* A bar is at least 24 px long, three times longer than high, less than 40 % of the width, and lies in the
 * outer 15 %; its text is at most five times as high as the bar is thick. One grey level: what is left after
 * JPEG is within 2 of 255. */
enum { LEAST_LENGTH = 24, SLENDER = 3, TEXT = 5, TOLERANCE = 512, ENDS = 3 };

struct bar {
    int x0, x1, y0, y1;
};

static int run_from(const uint16_t *row, int x, int w)
{
    const int level = row[x];
    int end = x + 1;
    while (end < w && abs(row[end] - level) <= TOLERANCE)
        end++;
    return end;
}

static bool continues(struct stm_cu16 p, int y, struct bar b)
{
    const uint16_t *const row = p.px + y * p.stride, *const above = row - p.stride;
    if (abs(row[b.x0] - above[b.x0]) > TOLERANCE) return false;
    const int end = run_from(row, b.x0, p.w);
    return abs(end - b.x1) <= ENDS;
}

/* Ends abruptly on the left, by an eighth of the range or more. */
enum { ABRUPT = 8192 };

static bool begins(const uint16_t *row, int x)
{
    return abs(row[x] - row[x - 1]) > ABRUPT;
}

static bool is_bar(struct stm_cu16 p, struct bar *b)
{
    const int length = b->x1 - b->x0;
    if (length < LEAST_LENGTH || length < p.w / 20 || 5 * length > 2 * p.w || b->x1 >= p.w) return false;
    while (b->y1 < p.h && continues(p, b->y1, *b))
        b->y1++;
    const int height = b->y1 - b->y0;
    return height >= 2 && SLENDER * height <= length;
}

static void hide(struct stm_looker *l, struct bar b)
{
    const int reach = TEXT * (b.y1 - b.y0), side = (b.x1 - b.x0) / 10;
    for (int j = 0; j < l->tiles_h; j++)
        for (int i = 0; i < l->tiles_w; i++)
            if ((i + 1) << l->shift > b.x0 - side && i << l->shift < b.x1 + side &&
                (j + 1) << l->shift > b.y0 - reach && j << l->shift < b.y1 + reach)
                l->hidden[j * l->tiles_w + i] = 1;
}

static bool any_begins(const uint16_t *row, int n)
{
    int any = 0;
    for (int i = 0; i < n; i++)
        any |= abs(row[i] - row[i - 1]) > ABRUPT;
    return any;
}

static void look_for_bars(struct stm_looker *l, struct stm_cu16 sum, int x, int y)
{
    const uint16_t *const row = sum.px + y * sum.stride;
    if (!begins(row, x)) return;
    struct bar b = {x, run_from(row, x, sum.w), y, y + 1};
    if (is_bar(sum, &b)) hide(l, b);
}

void stm_looker_hide_bars(struct stm_looker *l, struct stm_cu16 sum)
{
    enum { STRETCH = 32 };
    const int margin = sum.h * 3 / 20;
    for (int y = 1; y < sum.h; y++) {
        if (y == margin && sum.h - margin > y) y = sum.h - margin;
        const uint16_t *const row = sum.px + y * sum.stride;
        for (int from = 1; from < sum.w; from += STRETCH) {
            const int to = sum.w - from > STRETCH ? from + STRETCH : sum.w;
            if (!any_begins(row + from, to - from)) continue;
            for (int x = from; x < to; x++)
                look_for_bars(l, sum, x, y);
        }
    }
}
