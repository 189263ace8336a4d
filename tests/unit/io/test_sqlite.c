/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/io/sqlite.h"
#include "tests/support/tmpdir.h"

#include <math.h>
#include <stdlib.h>

enum { APPLICATION = 1234 };
static struct stm_error err;
static char path[4096];

static char *folder(void)
{
    char *const directory = stm_tmpdir_create();
    snprintf(path, sizeof path, "%s/a b?.sqlite", directory);
    return directory;
}

static struct stm_sqlite *open_db(enum stm_sqlite_mode mode)
{
    struct stm_sqlite *db;
    bool fresh;
    assert_ok(stm_sqlite_open(&db, path, mode, APPLICATION, &fresh, &err), &err);
    return db;
}

/* A table of 500 rows. */
static void fill(void)
{
    struct stm_sqlite *db = open_db(STM_SQLITE_WRITE);
    struct stm_sqlite_query *q;
    assert_ok(stm_sqlite_exec(db, "CREATE TABLE t(a INTEGER, b REAL, c TEXT); BEGIN", &err), &err);
    assert_ok(stm_sqlite_prepare(&q, db, "INSERT INTO t VALUES(?,?,?)", &err), &err);
    for (int i = 0; i < 500; i++) {
        stm_sqlite_bind_integer(q, 1, i);
        stm_sqlite_bind_real(q, 2, i ? i / 8.0 : NAN);
        stm_sqlite_bind_text(q, 3, i ? "some text that fills pages, some text that fills pages" : NULL);
        assert_ok(stm_sqlite_run(q, &err), &err);
    }
    stm_sqlite_finish(&q);
    assert_ok(stm_sqlite_exec(db, "COMMIT", &err), &err);
    stm_sqlite_close(&db);
}

static void count_page(void *context, uint32_t page)
{
    *(uint32_t *)context = page;
}

static uint32_t damaged_page(void)
{
    uint32_t found = 0, pages;
    assert_ok(stm_sqlite_check_pages(path, count_page, &found, &pages, &err), &err);
    return found;
}

static void test_values(void **state)
{
    (void)state;
    char *const directory = folder();
    struct stm_sqlite_query *q;
    bool row;
    fill();
    assert_int_equal(damaged_page(), 0);
    assert_int_equal(stm_tmpdir_count(directory, "."), 1); /* no log is left beside it */
    struct stm_sqlite *db = open_db(STM_SQLITE_READ);
    assert_ok(stm_sqlite_prepare(&q, db, "SELECT a, b, c FROM t ORDER BY a", &err), &err);
    assert_ok(stm_sqlite_step(q, &row, &err), &err);
    assert_true(row && isnan(stm_sqlite_real(q, 1)));
    assert_string_equal(stm_sqlite_text(q, 2), "");
    assert_int_equal(stm_sqlite_type(q, 1), 'n');
    assert_ok(stm_sqlite_step(q, &row, &err), &err);
    assert_true(row && stm_sqlite_integer(q, 0) == 1 && stm_sqlite_real(q, 1) == 0.125);
    assert_string_equal(stm_sqlite_name(q, 1), "b");
    stm_sqlite_finish(&q);
    assert_fails(stm_sqlite_exec(db, "DELETE FROM t", &err), &err, "readonly");
    stm_sqlite_close(&db);
    stm_tmpdir_remove(directory);
}

/* Each byte of every 97th is changed: its page is named, and reading it is refused. */
static void test_damage(void **state)
{
    (void)state;
    char *const directory = folder();
    fill();
    FILE *const f = fopen(path, "r+b");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    const long size = ftell(f);
    assert_true(size > 8 * STM_SQLITE_PAGE);
    for (long at = 0; at < size; at += 97) {
        fseek(f, at, SEEK_SET);
        const int c = fgetc(f);
        fseek(f, at, SEEK_SET);
        fputc(c ^ 0x40, f);
        fflush(f);
        assert_int_equal(damaged_page(), at / STM_SQLITE_PAGE + 1);
        fseek(f, at, SEEK_SET);
        fputc(c, f);
        fflush(f);
    }
    fseek(f, size - 100, SEEK_SET);
    fputc('x', f);
    fclose(f);
    struct stm_sqlite *db = open_db(STM_SQLITE_READ);
    struct stm_sqlite_query *q;
    bool row = true, good = true;
    assert_ok(stm_sqlite_prepare(&q, db, "SELECT sum(length(c)) FROM t", &err), &err);
    good = stm_sqlite_step(q, &row, &err);
    assert_fails(good, &err, "not as it was written");
    stm_sqlite_finish(&q);
    stm_sqlite_close(&db);
    db = open_db(STM_SQLITE_DAMAGED);
    assert_ok(stm_sqlite_prepare(&q, db, "SELECT sum(a) FROM t", &err), &err);
    assert_ok(stm_sqlite_step(q, &row, &err), &err);
    stm_sqlite_finish(&q);
    stm_sqlite_close(&db);
    stm_tmpdir_remove(directory);
}

static void test_foreign(void **state)
{
    (void)state;
    char *const directory = folder();
    struct stm_sqlite *db;
    bool fresh;
    assert_fails(stm_sqlite_open(&db, path, STM_SQLITE_READ, APPLICATION, &fresh, &err), &err,
                 "is not there");
    stm_tmpdir_write(directory, "a b?.sqlite", "SQLite format 3, or so it says");
    assert_true(!stm_sqlite_is_one(path));
    assert_fails(stm_sqlite_open(&db, path, STM_SQLITE_WRITE, APPLICATION, &fresh, &err), &err,
                 "not a database made by stroma");
    assert_null(db);
    remove(path);
    fill();
    assert_true(stm_sqlite_is_one(path));
    assert_fails(stm_sqlite_open(&db, path, STM_SQLITE_WRITE, APPLICATION + 1, &fresh, &err), &err,
                 "not a database made by stroma");
    stm_tmpdir_remove(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_foreign),
    };
    return STM_TEST_MAIN(tests);
}
