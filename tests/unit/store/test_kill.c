/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that stores runs is killed at random moments: the store is intact, and has every run that was
 * reported as stored. */
#include "tests/support/stm_assert.h"

#include "pipeline/core/random.h"
#include "pipeline/store/store.h"
#include "tests/support/fake_store.h"
#include "tests/support/tmpdir.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 30 };
static struct stm_error err;

static void store_one(struct stm_store *store, int number, int out)
{
    struct stm_store_run run;
    struct stm_error e;
    bool added;
    stm_fake_store_run(&run, number, 24, 10);
    if (!stm_store_add(store, &run, &added, &e) || !added) _exit(2);
    if (write(out, &number, sizeof number) != sizeof number) _exit(3);
    stm_store_run_free(&run);
}

/* Stores runs from `number` on until it is killed, and writes each number that is done. Every third time the
 * store is opened anew: closing it moves the write-ahead log into the database. */
static void store_runs(const char *path, int number, int out)
{
    struct stm_store *store;
    struct stm_error e;
    for (;;) {
        if (!stm_store_open(&store, path, true, &e)) _exit(1);
        for (int k = 0; k < 3; k++)
            store_one(store, number++, out);
        stm_store_close(&store);
    }
}

/* Waits for so many reports, then a little longer, and kills. Returns the last number that was reported. */
static int kill_after(const char *path, int number, int reports, int microseconds)
{
    int pipe_ends[2], done = number - 1, status, last;
    assert_int_equal(pipe(pipe_ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        close(pipe_ends[0]);
        store_runs(path, number, pipe_ends[1]);
    }
    close(pipe_ends[1]);
    while (reports-- > 0 && read(pipe_ends[0], &last, sizeof last) == sizeof last)
        done = last;
    nanosleep(&(struct timespec){0, 1000L * microseconds}, NULL);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    while (read(pipe_ends[0], &last, sizeof last) == sizeof last)
        done = last;
    close(pipe_ends[0]);
    return done;
}

static size_t check(const char *path)
{
    static const struct stm_audit_options options;
    struct stm_audit_result result = {0};
    if (access(path, F_OK) != 0) return 0;
    assert_ok(stm_store_check(path, &options, &result, &err), &err);
    for (size_t k = 0; k < result.findings.n; k++)
        fail_msg("%s: %s", result.findings.list[k].field, result.findings.list[k].text);
    assert_int_equal(result.runs, result.entries);
    return result.runs;
}

static void test_kill(void **state)
{
    (void)state;
    char *const directory = stm_tmpdir_create(), path[4096];
    struct stm_random random = stm_random_from(7);
    int next = 0;
    size_t stored = 0;
    snprintf(path, sizeof path, "%s/lab.sqlite", directory);
    for (int i = 0; i < ROUNDS; i++) {
        const int reports = stm_random_below(&random, 4);
        const int done = kill_after(path, next, reports, stm_random_below(&random, 20000));
        const size_t runs = check(path), reported = stored + (size_t)(done + 1 - next);
        assert_true(runs == reported || runs == reported + 1); /* one that could not be reported any more */
        stored = runs;
        next = done + 2;
    }
    print_message("%zu runs were stored in %d rounds\n", stored, ROUNDS);
    assert_true(stored >= ROUNDS / 2);
    stm_tmpdir_remove(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kill)};
    return STM_TEST_MAIN(tests);
}
