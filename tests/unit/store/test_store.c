/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/io/sqlite.h"
#include "pipeline/store/history.h"
#include "pipeline/store/store_private.h"
#include "tests/support/fake_store.h"
#include "tests/support/tmpdir.h"

#include <math.h>
#include <stdlib.h>

enum { RUNS = 40, WELLS = 7, MEASURES = 3 };
static struct stm_error err;
static char *directory, path[4096];

static bool add(struct stm_store *store, int number)
{
    struct stm_store_run run;
    bool added;
    stm_fake_store_run(&run, number, WELLS, MEASURES);
    assert_ok(stm_store_add(store, &run, &added, &err), &err);
    stm_store_run_free(&run);
    return added;
}

static int set_up(void **state)
{
    (void)state;
    struct stm_store *store;
    directory = stm_tmpdir_create();
    snprintf(path, sizeof path, "%s/lab.sqlite", directory);
    if (!stm_store_open(&store, path, true, &err)) return 1;
    for (int i = 0; i < RUNS; i++)
        add(store, i);
    stm_store_close(&store);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    stm_tmpdir_remove(directory);
    return 0;
}

static struct stm_audit_result check(void)
{
    static const struct stm_audit_options options;
    struct stm_audit_result result = {0};
    assert_ok(stm_store_check(path, &options, &result, &err), &err);
    return result;
}

static void test_intact(void **state)
{
    (void)state;
    struct stm_audit_result result = check();
    assert_int_equal(result.findings.n, 0);
    assert_int_equal(result.runs, RUNS);
    assert_int_equal(result.entries, RUNS);
    assert_int_equal(stm_tmpdir_count(directory, "."), 1);
}

static void test_once(void **state)
{
    (void)state;
    struct stm_store *store;
    assert_ok(stm_store_open(&store, path, true, &err), &err);
    assert_false(add(store, 3));
    stm_store_close(&store);
    struct stm_audit_result result = check();
    assert_int_equal(result.runs, RUNS);
}

static struct stm_history trend(const struct stm_history_query *query)
{
    struct stm_store *store;
    struct stm_history h;
    assert_ok(stm_store_open(&store, path, false, &err), &err);
    assert_ok(stm_history_read(&h, store, query, &err), &err);
    stm_store_close(&store);
    return h;
}

/* Wells have v - 1, v, v + 1, v - 1 …: of 7 wells the mean is v - 1/7. */
static void test_history(void **state)
{
    (void)state;
    struct stm_history h = trend(&(struct stm_history_query){.measure = "Viability"});
    assert_int_equal(h.n, RUNS);
    for (int i = 0; i < RUNS; i++) {
        assert_near(h.point[i].mean, 80 + i % 10 - 1 / 7.0, 1e-12);
        assert_near(h.point[i].low, 79 + i % 10, 0);
        assert_near(h.point[i].high, 81 + i % 10, 0);
        assert_int_equal(h.point[i].wells, WELLS);
        assert_near(h.point[i].sd, sqrt((5 - 1 / 7.0) / 6), 1e-12);
    }
    assert_string_equal(h.point[25].started, "2026-01-02T01:00:00Z");
    assert_string_equal(h.point[25].batch, "B2");
    /* steps of 1, and of 9 every ten runs: (36 * 1 + 3 * 9) / 39 */
    assert_near(h.base.sigma, 63 / 39.0 / 1.1283791670955126, 1e-12);
    assert_near(h.base.target, 84.5 - 1 / 7.0, 1e-12);
    /* the first mean is 4.5 below: EWMA goes a fifth of the way; its limits are 3 sigma / 5 */
    assert_near(h.point[0].ewma, h.base.target - 0.9, 1e-12);
    assert_near(h.point[0].ewma_half, 3 * h.base.sigma / 5, 1e-12);
    assert_true(h.point[0].ewma_alarm == (0.9 > 3 * h.base.sigma / 5));
    assert_near(h.point[0].down, 4.5 / h.base.sigma - 0.5, 1e-12);
    assert_near(h.point[1].down, 8.0 / h.base.sigma - 1, 1e-12);
    assert_false(h.point[0].cusum_alarm);
    assert_true(h.point[2].cusum_alarm == (10.5 / h.base.sigma - 1.5 > 5));
    assert_true(h.point[0].outside == (4.5 > 3 * h.base.sigma));
    stm_history_free(&h);
}

static void test_conditions(void **state)
{
    (void)state;
    static const char *const batch[] = {"BATCH=B2"}, *const both[] = {"batch=B2", "role=control"},
                             *const none[] = {"batch=B99"};
    struct stm_history h =
        trend(&(struct stm_history_query){.measure = "Viability", .pairs = batch, .n_pairs = 1});
    assert_int_equal(h.n, 10);
    assert_int_equal(h.point[0].run, 21);
    stm_history_free(&h);
    h = trend(&(struct stm_history_query){.measure = "Count_Nuclei", .pairs = both, .n_pairs = 2});
    assert_int_equal(h.n, 10);
    assert_int_equal(h.point[0].wells, 1);
    assert_near(h.point[0].mean, 1000.25, 0);
    assert_true(isnan(h.point[0].sd));
    stm_history_free(&h);
    h = trend(&(struct stm_history_query){.measure = "Viability", .pairs = none, .n_pairs = 1});
    assert_int_equal(h.n, 0);
    stm_history_free(&h);
    h = trend(&(struct stm_history_query){
        .measure = "Viability", .since = "2026-01-02", .until = "2026-01-02T03", .assay = "fluorescence"});
    assert_int_equal(h.n, 4);
    stm_history_free(&h);
    struct stm_store *store;
    assert_ok(stm_store_open(&store, path, false, &err), &err);
    assert_fails(stm_history_read(&h, store, &(struct stm_history_query){.measure = "viability"}, &err), &err,
                 "did you mean 'Viability'");
    stm_store_close(&store);
}

/* A change through SQL, with right checksums of pages: what it is, is said by the seals and the log. */
static void expect_named(const char *sql, const char *field, const char *words)
{
    struct stm_store *store;
    unsigned long n;
    char *const before = stm_tmpdir_read(directory, "lab.sqlite", &n), text[2048] = "";
    assert_ok(stm_store_open(&store, path, true, &err), &err);
    assert_ok(stm_sqlite_exec(store->db, sql, &err), &err);
    stm_store_close(&store);
    struct stm_audit_result result = check();
    bool found = false;
    for (size_t i = 0; i < result.findings.n; i++) {
        stm_finding_text(&result.findings.list[i], text, sizeof text);
        found |= !strcmp(result.findings.list[i].field, field) && strstr(text, words);
    }
    if (!found) fail_msg("%s: not named (%zu findings, the last: %s)", sql, result.findings.n, text);
    stm_findings_free(&result.findings);
    FILE *const f = fopen(path, "wb");
    assert_int_equal(fwrite(before, 1, n, f), n);
    fclose(f);
    free(before);
}

static void test_altered(void **state)
{
    (void)state;
    expect_named("UPDATE wells SET status = 'warn' WHERE run = 5 AND number = 3", "wells.status",
                 "run 5: plate plate 4, well A03");
    expect_named("UPDATE well_values SET value = 99 WHERE run = 7 AND well = 2 AND measure = 1",
                 "well_values.Viability", "run 7: plate plate 6, well A02");
    expect_named("UPDATE well_values SET value = value + 1e-9 WHERE run = 7 AND well = 2 AND measure = 3",
                 "well_values.M2", "run 7");
    expect_named("UPDATE runs SET started = '2027' WHERE id = 2", "runs.started", "run 2");
    expect_named("UPDATE images SET measures = '{}' WHERE run = 2 AND number = 4", "images.measures",
                 "number 4");
    expect_named("DELETE FROM wells WHERE run = 40 AND number = 7", "wells", "missing");
    expect_named("INSERT INTO metadata VALUES(3, 2, 'role', 'x')", "metadata", "was not stored so");
    expect_named("UPDATE measures SET name = 'Viabilitx' WHERE id = 1", "well_values.Viabilitx",
                 "names of the measures");
    expect_named("UPDATE seals SET seal = 'x' WHERE run = 3 AND part = 'wells'", "seals.seal",
                 "seal of wells (run 3)");
    expect_named("INSERT INTO log VALUES(41, '', 'x')", "n or hash", "altered");
    expect_named("PRAGMA foreign_keys = 0; DELETE FROM runs WHERE id = 9", "runs",
                 "run 9 of entry 9 is not there");
}

static void test_only_added(void **state)
{
    (void)state;
    struct stm_store *store;
    assert_ok(stm_store_open(&store, path, true, &err), &err);
    assert_fails(stm_sqlite_exec(store->db, "DELETE FROM log", &err), &err, "only added to");
    assert_fails(stm_sqlite_exec(store->db, "UPDATE log SET line = ''", &err), &err, "only added to");
    stm_store_close(&store);
}

/* Other tables and triggers could do anything. */
static void test_foreign_tables(void **state)
{
    (void)state;
    char other[4096];
    struct stm_store *store;
    snprintf(other, sizeof other, "%s/other.sqlite", directory);
    assert_ok(stm_store_open(&store, other, true, &err), &err);
    assert_ok(stm_sqlite_exec(store->db, "CREATE VIEW v AS SELECT 1", &err), &err);
    stm_store_close(&store);
    assert_fails(stm_store_open(&store, other, false, &err), &err, "'v' is not one that stroma made");
    assert_null(store);
    remove(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intact),         cmocka_unit_test(test_once),
        cmocka_unit_test(test_history),        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_altered),        cmocka_unit_test(test_only_added),
        cmocka_unit_test(test_foreign_tables),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
