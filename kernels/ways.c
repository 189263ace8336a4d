/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/ways.h"

#include <string.h>

size_t stm_ways_scratch(size_t px, uint32_t lists)
{
    return (3 * px + lists) * sizeof(uint32_t);
}

void stm_ways_begin(struct stm_ways *w, size_t px, uint32_t lists, void *scratch)
{
    uint32_t *const part = scratch;
    *w = (struct stm_ways){
        .cost = part, .next = part + px, .before = part + 2 * px, .first = part + 3 * px, .lists = lists};
    memset(w->cost, 0xff, px * sizeof *w->cost);
    memset(w->first, 0xff, lists * sizeof *w->first);
}

static void leave(struct stm_ways *w, uint32_t at)
{
    const uint32_t next = w->next[at], before = w->before[at];
    if (next != STM_WAYS_NONE) w->before[next] = before;
    if (before != STM_WAYS_NONE)
        w->next[before] = next;
    else
        w->first[w->cost[at] & (w->lists - 1)] = next;
    w->waiting--;
}

void stm_ways_put(struct stm_ways *w, uint32_t at, uint32_t cost)
{
    uint32_t *const first = &w->first[cost & (w->lists - 1)];
    if (w->cost[at] != STM_WAYS_NONE) leave(w, at);
    w->cost[at] = cost;
    w->next[at] = *first;
    w->before[at] = STM_WAYS_NONE;
    if (*first != STM_WAYS_NONE) w->before[*first] = at;
    *first = at;
    w->waiting++;
}

uint32_t stm_ways_take(struct stm_ways *w)
{
    if (!w->waiting) return STM_WAYS_NONE;
    while (w->first[w->now & (w->lists - 1)] == STM_WAYS_NONE)
        w->now++;
    const uint32_t at = w->first[w->now & (w->lists - 1)];
    leave(w, at);
    return at;
}
