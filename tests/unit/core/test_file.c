/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"
#include "tests/support/tmpdir.h"

#include "pipeline/core/file.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int set_up(void **state)
{
    *state = stm_tmpdir_create();
    return 0;
}

static int tear_down(void **state)
{
    stm_tmpdir_remove(*state);
    return 0;
}

static const char *in(const char *folder, const char *name)
{
    static char path[2][512];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void expect_content(const char *folder, const char *name, const char *expected)
{
    char *const text = stm_tmpdir_read(folder, name, NULL);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void a_file_appears_only_when_it_is_complete(void **state)
{
    const char *const folder = *state;
    struct stm_file *file;
    struct stm_error err = {0};
    stm_tmpdir_write(folder, "a.csv", "old");
    assert_ok(stm_file_create(&file, in(folder, "a.csv"), &err), &err);
    assert_ok(stm_file_write(file, "new ", 4, &err), &err);
    assert_ok(stm_file_printf(file, &err, "%d%s", 12, " cells"), &err);
    expect_content(folder, "a.csv", "old");
    assert_ok(stm_file_commit(&file, &err), &err);
    assert_null(file);
    expect_content(folder, "a.csv", "new 12 cells");
    assert_int_equal(stm_tmpdir_count(folder, "."), 1);
    stm_file_discard(&file);
}

static void what_is_discarded_leaves_the_old_file(void **state)
{
    const char *const folder = *state;
    struct stm_file *file;
    struct stm_error err = {0};
    stm_tmpdir_write(folder, "a.csv", "old");
    stm_tmpdir_write(folder, "a.csv.part", "left by a run that died");
    assert_ok(stm_file_create(&file, in(folder, "a.csv"), &err), &err);
    assert_ok(stm_file_write(file, "new", 3, &err), &err);
    stm_file_discard(&file);
    assert_null(file);
    expect_content(folder, "a.csv", "old");
    assert_int_equal(stm_tmpdir_count(folder, "."), 1);
}

/* Sizes around the buffer, against the same bytes written in one piece. */
static void pieces_of_any_size_add_up(void **state)
{
    const char *const folder = *state;
    static const size_t sizes[] = {1, 65535, 65536, 65537, 0, 3, 200000, 65536, 1};
    size_t total = 0;
    struct stm_file *file;
    struct stm_error err = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        total += sizes[i];
    char *const bytes = malloc(total);
    assert_non_null(bytes);
    for (size_t i = 0; i < total; i++)
        bytes[i] = (char)(i * 31 + i / 251);
    assert_ok(stm_file_create(&file, in(folder, "x"), &err), &err);
    for (size_t i = 0, at = 0; i < sizeof sizes / sizeof *sizes; at += sizes[i++])
        assert_ok(stm_file_write(file, bytes + at, sizes[i], &err), &err);
    assert_ok(stm_file_commit(&file, &err), &err);
    char *back;
    size_t n;
    assert_ok(stm_file_read_all(in(folder, "x"), total, &back, &n, &err), &err);
    assert_int_equal(n, total);
    assert_memory_equal(back, bytes, total);
    free(back);
    free(bytes);
}

static void long_text_is_printed_whole(void **state)
{
    const char *const folder = *state;
    struct stm_file *file;
    struct stm_error err = {0};
    char expected[3001];
    memset(expected, 'x', 3000);
    expected[3000] = '\0';
    assert_ok(stm_file_create(&file, in(folder, "x"), &err), &err);
    assert_ok(stm_file_printf(file, &err, "%s", expected), &err);
    assert_ok(stm_file_commit(&file, &err), &err);
    expect_content(folder, "x", expected);
}

/* A limit on the size of files stands for a full disk: writes come back short, then fail. */
static void a_full_disk_is_an_error_that_stays(void **state)
{
    const char *const folder = *state;
    struct stm_file *file;
    struct stm_error err = {0};
    struct rlimit before, small;
    static char much[1 << 20];
    stm_tmpdir_write(folder, "a", "old");
    assert_ok(stm_file_create(&file, in(folder, "a"), &err), &err);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){100000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const bool wrote = stm_file_write(file, much, sizeof much, &err);
    struct stm_error again = {0};
    const bool more = stm_file_write(file, "x", 1, &again), committed = stm_file_commit(&file, &again);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_fails(wrote, &err, "cannot be written beyond 100000 bytes: File too large");
    assert_int_equal(err.status, STM_IO);
    assert_string_equal(err.file, in(folder, "a"));
    assert_false(more || committed);
    assert_null(file);
    expect_content(folder, "a", "old");
    assert_int_equal(stm_tmpdir_count(folder, "."), 1);
}

static void a_folder_in_the_way_is_an_error(void **state)
{
    const char *const folder = *state;
    struct stm_file *file;
    struct stm_error err = {0};
    assert_int_equal(mkdir(in(folder, "taken"), 0777), 0);
    stm_tmpdir_write(folder, "taken/x", "");
    assert_ok(stm_file_create(&file, in(folder, "taken"), &err), &err);
    assert_ok(stm_file_write(file, "x", 1, &err), &err);
    assert_fails(stm_file_commit(&file, &err), &err, "cannot be replaced: ");
    assert_int_equal(stm_tmpdir_count(folder, "."), 1);
}

static void links_are_not_followed(void **state)
{
    const char *const folder = *state;
    struct stm_error err = {0};
    stm_tmpdir_write(folder, "victim", "precious");
    assert_int_equal(symlink("victim", in(folder, "a.part")), 0);
    assert_ok(stm_file_save(in(folder, "a"), "new", 3, &err), &err);
    expect_content(folder, "victim", "precious");
    expect_content(folder, "a", "new");
}

static void a_missing_folder_is_said(void **state)
{
    struct stm_file *file;
    struct stm_error err = {0};
    (void)state;
    assert_fails(stm_file_create(&file, "/no/such/folder/a", &err), &err, "cannot be created: No such file");
    assert_null(file);
    assert_string_equal(err.file, "/no/such/folder/a");
}

static void reading_has_a_limit(void **state)
{
    const char *const folder = *state;
    struct stm_error err = {0};
    char *data;
    size_t n;
    stm_tmpdir_write(folder, "ten", "0123456789");
    stm_tmpdir_write(folder, "empty", "");
    assert_ok(stm_file_read_all(in(folder, "ten"), 10, &data, &n, &err), &err);
    assert_true(n == 10 && data[10] == '\0');
    free(data);
    assert_fails(stm_file_read_all(in(folder, "ten"), 9, &data, &n, &err), &err, "has more than 9 bytes");
    assert_null(data);
    assert_ok(stm_file_read_all(in(folder, "empty"), 0, &data, &n, &err), &err);
    assert_true(n == 0 && data[0] == '\0');
    free(data);
    assert_fails(stm_file_read_all("/dev/zero", 100000, &data, &n, &err), &err, "has more than 100000 bytes");
    assert_fails(stm_file_read_all(folder, 10, &data, &n, &err), &err, "Is a directory");
    assert_fails(stm_file_read_all(in(folder, "none"), 10, &data, &n, &err), &err, "No such file");
}

static void folders_are_made_as_far_as_needed(void **state)
{
    const char *const folder = *state;
    struct stm_error err = {0};
    for (int twice = 0; twice < 2; twice++)
        assert_ok(stm_file_mkdirs(in(folder, "a//b/c/"), &err), &err);
    assert_int_equal(stm_tmpdir_count(folder, "a/b/c"), 0);
    stm_tmpdir_write(folder, "file", "");
    assert_fails(stm_file_mkdirs(in(folder, "file/x"), &err), &err, "cannot be made a folder");
    assert_string_equal(err.file, in(folder, "file"));
    assert_false(stm_file_mkdirs("", &err));
    assert_ok(stm_file_mkdirs("/", &err), &err);
    assert_ok(stm_file_mkdirs(".", &err), &err);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_appears_only_when_it_is_complete),
        TEST(what_is_discarded_leaves_the_old_file),
        TEST(pieces_of_any_size_add_up),
        TEST(long_text_is_printed_whole),
        TEST(a_full_disk_is_an_error_that_stays),
        TEST(a_folder_in_the_way_is_an_error),
        TEST(links_are_not_followed),
        TEST(a_missing_folder_is_said),
        TEST(reading_has_a_limit),
        TEST(folders_are_made_as_far_as_needed),
    };
    return STM_TEST_MAIN(tests);
}
