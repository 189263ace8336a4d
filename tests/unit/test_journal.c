/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/journal.h"
#include "tests/support/tmpdir.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder;

static int setup(void **state)
{
    (void)state;
    folder = stm_tmpdir_create();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    stm_tmpdir_remove(folder);
    return 0;
}

static struct stm_journal_file file(const char *path, int64_t size)
{
    return (struct stm_journal_file){.path = (char *)path, .root = "", .size = size, .mtime = 7};
}

static enum stm_journal_news add(const char *settings, const char *path, int64_t size)
{
    struct stm_error err;
    enum stm_journal_news news;
    const struct stm_journal_file f = file(path, size);
    assert_ok(stm_journal_add(folder, settings, &f, 1, &news, &err), &err);
    return news;
}

static struct stm_journal read_back(void)
{
    struct stm_error err;
    struct stm_journal j;
    assert_ok(stm_journal_read(&j, folder, &err), &err);
    return j;
}

static void what_is_taken_in_comes_back(void **state)
{
    (void)state;
    const struct stm_journal_file two[] = {file("/b/with blank % and \n line.tif", 10),
                                           file("/a/\xff.tif", 20)};
    struct stm_error err;
    enum stm_journal_news news;
    assert_ok(stm_journal_add(folder, "[protocol]\nassay = x\n", two, 2, &news, &err), &err);
    assert_int_equal(news, STM_JOURNAL_NEW);
    struct stm_journal j = read_back();
    assert_string_equal(j.settings, "[protocol]\nassay = x\n");
    assert_int_equal(j.captures, 1);
    assert_int_equal(j.n_files, 2);
    assert_string_equal(j.files[0].path, two[1].path);
    assert_string_equal(j.files[1].path, two[0].path);
    assert_int_equal(j.files[1].size, 10);
    assert_null(j.files[0].refused);
    assert_non_null(stm_journal_find(&j, two[0].path));
    assert_null(stm_journal_find(&j, "/a/other.tif"));
    stm_journal_free(&j);
}

static void a_capture_counts_once_unless_it_changes(void **state)
{
    (void)state;
    assert_int_equal(add("s", "/a", 1), STM_JOURNAL_NEW);
    assert_int_equal(add("s", "/a", 1), STM_JOURNAL_REPEATED);
    assert_int_equal(add("s", "/a", 2), STM_JOURNAL_REPLACED);
    struct stm_journal j = read_back();
    assert_int_equal(j.n_files, 1);
    assert_int_equal(j.files[0].size, 2);
    assert_int_equal(j.captures, 2);
    stm_journal_free(&j);
}

static void other_settings_are_refused_with_the_line(void **state)
{
    (void)state;
    struct stm_error err;
    enum stm_journal_news news;
    const struct stm_journal_file f = file("/a", 1);
    add("a = 1\nb = 2\n", "/z", 1);
    assert_fails(stm_journal_add(folder, "a = 1\nb = 3\n", &f, 1, &news, &err), &err, "'b = 2', now 'b = 3'");
}

static void journal_path(char *path)
{
    snprintf(path, 600, "%s/" STM_JOURNAL_FILE, folder);
}

static void half_a_line_is_cut_off_by_the_next_writer(void **state)
{
    (void)state;
    char path[600];
    struct stat st;
    add("s", "/a", 1);
    add("s", "/b", 1);
    journal_path(path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - 5), 0);
    struct stm_journal j = read_back();
    assert_int_equal(j.n_files, 1);
    assert_int_equal(j.damaged, 0);
    stm_journal_free(&j);
    assert_int_equal(add("s", "/c", 1), STM_JOURNAL_NEW);
    j = read_back();
    assert_int_equal(j.n_files, 2);
    assert_non_null(stm_journal_find(&j, "/a"));
    assert_non_null(stm_journal_find(&j, "/c"));
    stm_journal_free(&j);
}

static void a_damaged_line_is_passed_over(void **state)
{
    (void)state;
    char path[600];
    add("s", "/aaaa", 1);
    add("s", "/b", 1);
    journal_path(path);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    char line[4096];
    assert_non_null(fgets(line, sizeof line, f)); /* the settings */
    const long at = ftell(f);
    assert_int_equal(fseek(f, at + 30, SEEK_SET), 0);
    fputc('!', f);
    fclose(f);
    struct stm_journal j = read_back();
    assert_int_equal(j.damaged, 1);
    assert_int_equal(j.n_files, 1);
    assert_non_null(stm_journal_find(&j, "/b"));
    stm_journal_free(&j);
}

static void many_processes_add_at_once(void **state)
{
    (void)state;
    enum { PROCESSES = 16, EACH = 8 };
    for (int p = 0; p < PROCESSES; p++)
        if (fork() == 0) {
            for (int i = 0; i < EACH; i++) {
                char path[64];
                snprintf(path, sizeof path, "/%d/%d", p, i);
                struct stm_error err;
                enum stm_journal_news news;
                const struct stm_journal_file f = file(path, i);
                if (!stm_journal_add(folder, "s", &f, 1, &news, &err)) _exit(1);
            }
            _exit(0);
        }
    for (int p = 0, status; p < PROCESSES; p++) {
        wait(&status);
        assert_int_equal(status, 0);
    }
    struct stm_journal j = read_back();
    assert_int_equal(j.n_files, PROCESSES * EACH);
    assert_int_equal(j.captures, PROCESSES * EACH);
    assert_int_equal(j.damaged, 0);
    stm_journal_free(&j);
}

static void results_cover_the_journal_they_were_made_from(void **state)
{
    (void)state;
    struct stm_error err;
    char path[600];
    add("s", "/a", 1);
    struct stm_journal j = read_back();
    assert_false(stm_journal_is_covered(&j, folder));
    assert_ok(stm_journal_cover(&j, folder, &err), &err);
    assert_false(stm_journal_is_covered(&j, folder)); /* there is no run.json */
    snprintf(path, sizeof path, "%s/run.json", folder);
    fclose(fopen(path, "w"));
    assert_true(stm_journal_is_covered(&j, folder));
    stm_journal_free(&j);
    add("s", "/b", 1);
    j = read_back();
    assert_false(stm_journal_is_covered(&j, folder));
    stm_journal_free(&j);
}

static void a_refused_image_is_known_as_such(void **state)
{
    (void)state;
    struct stm_error err;
    enum stm_journal_news news;
    struct stm_journal_file f = file("/a", 1);
    add("s", "/b", 1);
    f.refused = "no answer within 3 s";
    assert_ok(stm_journal_add(folder, "s", &f, 1, &news, &err), &err);
    struct stm_journal j = read_back();
    assert_string_equal(stm_journal_find(&j, "/a")->refused, "no answer within 3 s");
    stm_journal_free(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_taken_in_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_capture_counts_once_unless_it_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(other_settings_are_refused_with_the_line, setup, teardown),
        cmocka_unit_test_setup_teardown(half_a_line_is_cut_off_by_the_next_writer, setup, teardown),
        cmocka_unit_test_setup_teardown(a_damaged_line_is_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(many_processes_add_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(results_cover_the_journal_they_were_made_from, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_image_is_known_as_such, setup, teardown),
    };
    return STM_TEST_MAIN(tests);
}
