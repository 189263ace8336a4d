/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/lock.h"
#include "tests/support/tmpdir.h"

#include <sys/wait.h>
#include <unistd.h>

static char *folder, path[600];

static int setup(void **state)
{
    (void)state;
    folder = stm_tmpdir_create();
    snprintf(path, sizeof path, "%s/lock", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    stm_tmpdir_remove(folder);
    return 0;
}

static void one_has_it(void **state)
{
    (void)state;
    struct stm_error err;
    int mine, other;
    assert_ok(stm_lock_take(&mine, path, false, &err), &err);
    assert_false(stm_lock_take(&other, path, false, &err));
    assert_int_equal(err.status, STM_OK);
    assert_int_equal(other, STM_LOCK_FREE);
    stm_lock_remove(&mine, path);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_ok(stm_lock_take(&other, path, true, &err), &err);
    stm_lock_release(&other);
    stm_lock_release(&other);
    assert_int_equal(access(path, F_OK), 0);
}

static void it_cannot_be_made_nowhere(void **state)
{
    (void)state;
    struct stm_error err;
    int fd;
    assert_fails(stm_lock_take(&fd, "/nowhere/lock", true, &err), &err, "No such file");
}

/* Removing while others wait: never two at once. */
static void many_take_turns(void **state)
{
    (void)state;
    enum { PROCESSES = 8, TURNS = 50 };
    char inside[600];
    snprintf(inside, sizeof inside, "%s/inside", folder);
    for (int p = 0; p < PROCESSES; p++)
        if (fork() == 0) {
            for (int i = 0; i < TURNS; i++) {
                struct stm_error err;
                int fd;
                if (!stm_lock_take(&fd, path, true, &err)) _exit(1);
                if (link(path, inside) != 0 || unlink(inside) != 0) _exit(2);
                stm_lock_remove(&fd, path);
            }
            _exit(0);
        }
    for (int p = 0, status; p < PROCESSES; p++) {
        wait(&status);
        assert_int_equal(status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_has_it, setup, teardown),
        cmocka_unit_test_setup_teardown(it_cannot_be_made_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(many_take_turns, setup, teardown),
    };
    return STM_TEST_MAIN(tests);
}
