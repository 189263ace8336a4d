/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/workers.h"

#include <stdatomic.h>

struct trace {
    atomic_int worked, ahead;
    int committed, bad_work, bad_commit, order_broken;
};

static bool work(void *context, int worker, int item, struct stm_error *err)
{
    struct trace *const t = context;
    (void)worker;
    atomic_fetch_add(&t->worked, 1);
    for (volatile int i = 0; i < (item * 7919) % 20000; i++) /* uneven items */
        ;
    return item != t->bad_work && item != t->bad_work + 3 ? true
                                                          : stm_fail(err, STM_BAD_INPUT, "item %d", item);
}

static bool commit(void *context, int item, struct stm_error *err)
{
    struct trace *const t = context;
    if (item != t->committed) t->order_broken++;
    if (item == t->bad_commit) return stm_fail(err, STM_IO, "commit %d", item);
    t->committed++;
    return true;
}

static struct trace run(int n, int threads, int bad_work, int bad_commit, bool *good, struct stm_error *err)
{
    struct trace t = {.bad_work = bad_work, .bad_commit = bad_commit};
    const struct stm_job job = {n, threads, 3 * threads, &t, work, commit};
    *good = stm_workers_run(&job, err);
    return t;
}

static void all_items_are_committed_in_order(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 9; threads += 4) {
        struct stm_error err;
        bool good;
        const struct trace t = run(500, threads, -9, -9, &good, &err);
        assert_true(good && t.committed == 500 && t.worked == 500 && t.order_broken == 0);
    }
}

static void the_first_failure_in_order_is_reported(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct stm_error err = {0};
        bool good;
        const struct trace t = run(200, 7, 50, -9, &good, &err);
        assert_false(good);
        assert_string_equal(err.message, "item 50");
        assert_int_equal(t.committed, 50);
    }
}

static void a_failing_commit_stops_the_run(void **state)
{
    (void)state;
    struct stm_error err = {0};
    bool good;
    const struct trace t = run(200, 4, -9, 20, &good, &err);
    assert_false(good);
    assert_string_equal(err.message, "commit 20");
    assert_int_equal(t.committed, 20);
    assert_true(t.worked < 60);
}

static void no_items_is_fine(void **state)
{
    (void)state;
    struct stm_error err;
    bool good;
    run(0, 4, -9, -9, &good, &err);
    assert_true(good && stm_workers_available() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_items_are_committed_in_order),
        cmocka_unit_test(the_first_failure_in_order_is_reported),
        cmocka_unit_test(a_failing_commit_stops_the_run),
        cmocka_unit_test(no_items_is_fine),
    };
    return STM_TEST_MAIN(tests);
}
