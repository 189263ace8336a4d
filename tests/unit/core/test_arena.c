/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* mincore */
#include "pipeline/core/arena.h"
#include "tests/support/stm_assert.h"

#include <string.h>
#include <sys/mman.h>

enum { MIB = 1 << 20, PAGE = 4096 };

/* MiB of the arena, from byte `from` on, that the system holds in memory. */
static double held_mib(const struct stm_arena *arena, size_t from)
{
    static unsigned char page[32 * MIB / PAGE];
    const size_t n = (arena->size - from) / PAGE;
    size_t held = 0;
    assert_int_equal(mincore(arena->base + from, n * PAGE, page), 0);
    for (size_t i = 0; i < n; i++)
        held += page[i] & 1;
    return (double)held * PAGE / MIB;
}

static void trim_keeps_what_is_taken(void **state)
{
    struct stm_error err;
    struct stm_arena arena;
    (void)state;
    assert_ok(stm_arena_create(&arena, 16 * MIB, &err), &err);
    unsigned char *const kept = stm_arena_take(&arena, 3 * MIB, "what is kept", &err);
    const size_t mark = stm_arena_mark(&arena);
    unsigned char *const lost = stm_arena_take(&arena, 12 * MIB, "what is not", &err);
    assert_true(kept && lost);
    memset(kept, 7, 3 * MIB);
    memset(lost, 9, 12 * MIB);
    stm_arena_reset(&arena, mark);
    assert_true(held_mib(&arena, 4 * MIB) > 10);
    stm_arena_trim(&arena);
    assert_true(held_mib(&arena, 4 * MIB) < 0.01);
    for (size_t i = 0; i < 3 * MIB; i++)
        assert_int_equal(kept[i], 7);
    assert_ptr_equal(stm_arena_take(&arena, 12 * MIB, "again", &err), lost);
    stm_arena_destroy(&arena);
}

static void what_does_not_fit_is_refused_with_its_size(void **state)
{
    struct stm_error err;
    struct stm_arena arena;
    (void)state;
    assert_ok(stm_arena_create(&arena, 1000, &err), &err);
    assert_non_null(stm_arena_take(&arena, 700, "a row", &err));
    assert_null(stm_arena_take(&arena, 700, "another row", &err));
    assert_non_null(strstr(err.message, "another row needs 700 bytes, 320 of 1024 are free"));
    stm_arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trim_keeps_what_is_taken),
        cmocka_unit_test(what_does_not_fit_is_refused_with_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
