/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* madvise */
#include "pipeline/core/arena.h"

#include "pipeline/core/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20 };

bool stm_arena_create(struct stm_arena *arena, size_t size, struct stm_error *err)
{
    void *base = NULL;
    *arena = (struct stm_arena){0};
    size = stm_arena_cost(size ? size : 1);
    if (posix_memalign(&base, size < HUGE_PAGE ? STM_ALIGN : HUGE_PAGE, size) != 0)
        return stm_fail(err, STM_NO_MEMORY, "%zu MiB of working memory are not available; use fewer threads",
                        size >> 20);
    const char *const given = getenv("STROMA_POISON");
    long byte = -1;
    const bool poisoned = given && stm_text_to_long(given, &byte) && byte >= 0 && byte <= 255;
    *arena = (struct stm_arena){.base = base, .size = size, .poisoned = poisoned};
    if (poisoned) arena->poison = (unsigned char)byte;
    return true;
}

void stm_arena_fill(struct stm_arena *arena)
{
    if (arena->size >= HUGE_PAGE) madvise(arena->base, arena->size, MADV_HUGEPAGE); /* no more than a hint */
}

void stm_arena_trim(struct stm_arena *arena)
{
    const size_t from = (arena->used + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE,
                 end = arena->size / HUGE_PAGE * HUGE_PAGE;
    if (from < end) madvise(arena->base + from, end - from, MADV_DONTNEED);
}

void stm_arena_rest(struct stm_arena *arena)
{
    arena->used = 0;
    stm_arena_trim(arena);
}

void stm_arena_destroy(struct stm_arena *arena)
{
    free(arena->base);
    *arena = (struct stm_arena){0};
}

/* What is taken and what is given back: neither may be read before it is written. */
static void poison(const struct stm_arena *arena, size_t from, size_t end)
{
    if (arena->poisoned) memset(arena->base + from, arena->poison, end - from);
}

void *stm_arena_try(struct stm_arena *arena, size_t size)
{
    const size_t cost = stm_arena_cost(size);
    if (cost < size || cost > arena->size - arena->used) return NULL;
    void *const p = arena->base + arena->used;
    arena->used += cost;
    if (arena->used > arena->peak) arena->peak = arena->used;
    poison(arena, arena->used - cost, arena->used);
    return p;
}

void *stm_arena_take(struct stm_arena *arena, size_t size, const char *what, struct stm_error *err)
{
    void *const p = stm_arena_try(arena, size);
    if (!p)
        stm_fail(err, STM_NO_MEMORY, "%s needs %zu bytes, %zu of %zu are free", what, size,
                 arena->size - arena->used, arena->size);
    return p;
}

size_t stm_arena_mark(const struct stm_arena *arena)
{
    return arena->used;
}

void stm_arena_reset(struct stm_arena *arena, size_t mark)
{
    if (mark < arena->used) poison(arena, mark, arena->used);
    arena->used = mark;
}

size_t stm_arena_cost(size_t size)
{
    return (size + STM_ALIGN - 1) / STM_ALIGN * STM_ALIGN;
}
