/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/plate_state.h"
#include "tests/support/tmpdir.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *folder, path[600];

static int setup(void **state)
{
    (void)state;
    folder = stm_tmpdir_create();
    snprintf(path, sizeof path, "%s/plate", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    stm_tmpdir_remove(folder);
    return 0;
}

static struct stm_plan make(const char *sensitivity, int channels)
{
    static const enum stm_role roles[] = {STM_ROLE_NUCLEI, STM_ROLE_DEAD};
    struct stm_plan plan;
    struct stm_error err;
    assert_ok(stm_plan_begin(&plan, "fluorescence", &err), &err);
    assert_ok(stm_plan_set(&plan, "input.pixel_um", sensitivity, &err), &err);
    assert_ok(stm_plan_finish(&plan, roles, channels, &err), &err);
    return plan;
}

/* The first byte of a stage's plate state; stages without any are passed over. */
static unsigned char *state_byte(struct stm_plan *plan)
{
    for (int i = 0; i < plan->n_stages; i++)
        if (plan->stage[i].stage->plate_bytes) return plan->stage[i].plate;
    return NULL;
}

static struct stm_plate_state open_state(struct stm_plan *plan)
{
    struct stm_error err;
    struct stm_plate_state state;
    assert_ok(stm_plate_state_open(&state, plan, path, &err), &err);
    return state;
}

static void close_state(struct stm_plate_state *state, const struct stm_plan *plan)
{
    struct stm_error err;
    assert_ok(stm_plate_state_close(state, plan, &err), &err);
}

static void it_comes_back_for_the_same_plan_only(void **state)
{
    (void)state;
    struct stm_plan plan = make("1", 2), same = make("1", 2), other = make("2", 2), fewer = make("1", 1);
    struct stm_plate_state s = open_state(&plan);
    assert_false(s.foreign);
    assert_int_equal(s.sites, 0);
    s.sites = 41;
    *state_byte(&plan) = 7;
    close_state(&s, &plan);
    s = open_state(&same);
    assert_int_equal(s.sites, 41);
    assert_int_equal(*state_byte(&same), 7);
    close_state(&s, &same);
    struct stm_plan *const strangers[] = {&other, &fewer};
    for (int i = 0; i < 2; i++) {
        s = open_state(strangers[i]);
        assert_true(s.foreign);
        assert_int_equal(*state_byte(strangers[i]), 0);
        s.sites = 3;
        close_state(&s, strangers[i]);
    }
    s = open_state(&same); /* strangers have not written over it */
    assert_int_equal(s.sites, 41);
    close_state(&s, &same);
    stm_plan_free(&plan), stm_plan_free(&same), stm_plan_free(&other), stm_plan_free(&fewer);
}

static void a_damaged_one_is_none(void **state)
{
    (void)state;
    struct stm_plan plan = make("1", 2);
    struct stm_plate_state s = open_state(&plan);
    s.sites = 5;
    close_state(&s, &plan);
    assert_int_equal(truncate(path, 1000), 0);
    s = open_state(&plan);
    assert_int_equal(s.sites, 0);
    assert_false(s.foreign);
    close_state(&s, &plan);
    stm_plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_comes_back_for_the_same_plan_only, setup, teardown),
        cmocka_unit_test_setup_teardown(a_damaged_one_is_none, setup, teardown),
    };
    return STM_TEST_MAIN(tests);
}
