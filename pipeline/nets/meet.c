/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/meet.h"

#include "kernels/resample.h"

/* Weights in 1/4096: products of two and a value of 16 bits fit 64 bits with room, a row's fit 32. */
enum { BITS = 12, WHOLE = 1 << BITS };

/* Between pixel `first` and the one after it, `part` of WHOLE from it. */
struct place {
    int32_t first, part;
};

static struct place place_of(int from, int to, int i)
{
    const struct stm_tap tap = stm_tap(from, to, i);
    const uint64_t part = tap.count > 1 ? tap.end * (uint64_t)WHOLE / stm_tap_total(from, to) : 0;
    return (struct place){tap.first, (int32_t)part};
}

/* One value more than the map is wide, which counts with weight 0 only. */
static void blend_rows(int32_t *row, struct stm_s16 map, struct place y)
{
    const int16_t *const a = map.px + y.first * map.stride, *const b = y.part ? a + map.stride : a;
    for (int x = 0; x < map.w; x++)
        row[x] = a[x] * (WHOLE - y.part) + b[x] * y.part;
    row[map.w] = 0;
}

static void meet_row(int16_t *out, int w, const int32_t *row, const struct place *column)
{
    for (int x = 0; x < w; x++) {
        const int32_t *const r = row + column[x].first;
        const int64_t sum = (int64_t)r[0] * (WHOLE - column[x].part) + (int64_t)r[1] * column[x].part,
                      value = (sum + (1 << (2 * BITS - 1))) >> (2 * BITS);
        out[x] = (int16_t)((out[x] + value) >> 1);
    }
}

bool stm_net_meet(struct stm_s16 out, struct stm_s16 turned, struct stm_arena *scratch, struct stm_error *err)
{
    const size_t mark = stm_arena_mark(scratch);
    struct place *column = stm_arena_take(scratch, (size_t)out.w * sizeof *column, "columns", err);
    int32_t *row =
        column ? stm_arena_take(scratch, ((size_t)turned.w + 1) * sizeof *row, "a row", err) : NULL;
    if (!row) return false;
    for (int x = 0; x < out.w; x++)
        column[x] = place_of(turned.w, out.w, out.w - 1 - x);
    for (int y = 0; y < out.h; y++) {
        blend_rows(row, turned, place_of(turned.h, out.h, out.h - 1 - y));
        meet_row(out.px + y * out.stride, out.w, row, column);
    }
    stm_arena_reset(scratch, mark);
    return true;
}

size_t stm_net_meet_bytes(int from, int to)
{
    return stm_arena_cost((size_t)to * sizeof(struct place)) +
           stm_arena_cost(((size_t)from + 1) * sizeof(int32_t));
}
