/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/team.h"
#include "tests/support/stm_assert.h"

#include <stdatomic.h>

enum { ITEMS = 200 };

struct tally {
    const struct stm_team *team;
    atomic_int times[ITEMS], failing;
};

static bool count(void *context, int worker, int item, struct stm_error *err)
{
    struct tally *const t = context;
    atomic_fetch_add(&t->times[item], 1);
    if (worker < 0 || worker >= t->team->n || !t->team->arena[worker]->base)
        return stm_fail(err, STM_INTERNAL, "worker %d has no memory", worker);
    if (item >= t->failing) return stm_fail(err, STM_BAD_INPUT, "item %d", item);
    return true;
}

static void every_item_once_with_memory(void **state)
{
    (void)state;
    for (int threads = 0; threads <= 5; threads++) {
        struct stm_error err = {0};
        struct stm_arena own;
        struct stm_team team;
        assert_ok(stm_arena_create(&own, 4096, &err), &err);
        own.threads = threads;
        stm_team_gather(&team, &own, 4, 4096);
        assert_int_equal(team.n, threads < 1 ? 1 : threads < 4 ? threads : 4);
        struct tally t = {.team = &team, .failing = ITEMS};
        assert_ok(stm_team_run(&team, ITEMS, &t, count, &err), &err);
        for (int i = 0; i < ITEMS; i++)
            assert_int_equal(t.times[i], 1);
        stm_team_dismiss(&team);
        assert_int_equal(team.n, 1);
        stm_arena_destroy(&own);
    }
}

static void the_first_failure_is_told(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        struct stm_error err = {0};
        struct stm_arena own;
        struct stm_team team;
        assert_ok(stm_arena_create(&own, 4096, &err), &err);
        own.threads = threads;
        stm_team_gather(&team, &own, 3, 64);
        struct tally t = {.team = &team, .failing = 50};
        assert_false(stm_team_run(&team, ITEMS, &t, count, &err));
        assert_string_equal(err.message, "item 50");
        stm_team_dismiss(&team);
        stm_arena_destroy(&own);
    }
}

static void without_memory_it_stays_small(void **state)
{
    (void)state;
    struct stm_arena own = {.threads = 4};
    struct stm_team team;
    stm_team_gather(&team, &own, 4, SIZE_MAX / 2);
    assert_int_equal(team.n, 1);
    stm_team_dismiss(&team);
}

enum { ROWS = 300 };

struct rows {
    atomic_int times[ROWS], bands;
};

static bool count_rows(void *context, struct stm_arena *arena, int y0, int y1, struct stm_error *err)
{
    struct rows *const r = context;
    r->bands++;
    for (int y = y0; y < y1; y++)
        r->times[y]++;
    const size_t mark = stm_arena_mark(arena);
    if (!stm_arena_take(arena, 64, "rows", err)) return false;
    stm_arena_reset(arena, mark);
    return true;
}

static void bands_have_every_row_once(void **state)
{
    (void)state;
    for (int threads = 0; threads <= 5; threads++)
        for (int h = 1; h <= ROWS; h += 33) {
            struct stm_error err = {0};
            struct stm_arena own;
            assert_ok(stm_arena_create(&own, 64, &err), &err);
            own.threads = threads;
            struct rows r = {.bands = 0};
            assert_ok(stm_team_bands(&own, h, 64, &r, count_rows, &err), &err);
            const int most = h / STM_TEAM_ROWS > 1 ? h / STM_TEAM_ROWS : 1;
            assert_int_equal(r.bands, threads < 1 ? 1 : threads < most ? threads : most);
            for (int y = 0; y < ROWS; y++)
                assert_int_equal(r.times[y], y < h);
            stm_arena_destroy(&own);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_once_with_memory),
        cmocka_unit_test(the_first_failure_is_told),
        cmocka_unit_test(without_memory_it_stays_small),
        cmocka_unit_test(bands_have_every_row_once),
    };
    return STM_TEST_MAIN(tests);
}
