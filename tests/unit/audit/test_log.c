/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/audit/log.h"
#include "tests/support/tmpdir.h"

#include <stdlib.h>

static struct stm_error err;
static char *directory;
static struct stm_secret_key *key;

static int set_up(void **state)
{
    (void)state;
    char path[4096];
    struct stm_public_key made;
    directory = stm_tmpdir_create();
    snprintf(path, sizeof path, "%s/key", directory);
    return !stm_key_generate(path, "Jane", NULL, &made, &err) || !stm_key_open(&key, path, NULL, NULL, &err);
}

static int tear_down(void **state)
{
    (void)state;
    stm_key_close(&key);
    stm_tmpdir_remove(directory);
    return 0;
}

/* Three entries: plain, with details, signed. Returns the text. */
static char *write_log(unsigned long *n)
{
    char path[4096];
    const struct stm_log_event events[] = {
        {"run", "", "\"manifest\":\"00\"", NULL},
        {"note", "quotes \" and\nlines", NULL, NULL},
        {"sign", "reviewed", NULL, key},
    };
    snprintf(path, sizeof path, "%s/audit.log", directory);
    remove(path);
    for (int64_t i = 0, number; i < 3; i++) {
        assert_ok(stm_log_append(directory, &events[i], &number, &err), &err);
        assert_int_equal(number, i + 1);
    }
    return stm_tmpdir_read(directory, "audit.log", n);
}

static void test_entries(void **state)
{
    (void)state;
    unsigned long n;
    struct stm_log log = {0};
    struct stm_findings findings = {0};
    char *const text = write_log(&n);
    assert_ok(stm_log_parse(&log, text, n, "log", &findings, &err), &err);
    assert_int_equal(findings.n, 0);
    assert_int_equal(log.n, 3);
    assert_string_equal(stm_log_text(&log.entry[0], "manifest"), "00");
    assert_string_equal(log.entry[1].why, "quotes \" and\nlines");
    assert_string_equal(log.entry[2].name, "Jane");
    assert_true(log.entry[2].good);
    stm_log_free(&log);
    free(text);
}

/* Every byte of the log, changed in every bit. */
static void test_every_byte(void **state)
{
    (void)state;
    unsigned long n;
    char *const text = write_log(&n);
    long row = 1;
    for (unsigned long i = 0; i < n; i++) {
        for (int bit = 0; bit < 8; bit++) {
            struct stm_log log = {0};
            struct stm_findings findings = {0};
            text[i] = (char)(text[i] ^ (1 << bit));
            assert_ok(stm_log_parse(&log, text, n, "log", &findings, &err), &err);
            text[i] = (char)(text[i] ^ (1 << bit));
            if (!findings.breaks) fail_msg("bit %d of byte %lu: not noticed", bit, i);
            assert_int_equal(findings.list[0].row, row);
            stm_log_free(&log);
            stm_findings_free(&findings);
        }
        row += text[i] == '\n';
    }
    free(text);
}

/* Without one of its lines, or with lines exchanged. */
static void test_lines(void **state)
{
    (void)state;
    unsigned long n;
    char *const text = write_log(&n), *const second = strchr(text, '\n') + 1,
                *const third = strchr(second, '\n') + 1;
    struct stm_log log = {0};
    struct stm_findings findings = {0};
    assert_ok(stm_log_parse(&log, second, n - (size_t)(second - text), "log", &findings, &err), &err);
    assert_int_equal(findings.list[0].kind, STM_FINDING_MISSING);
    stm_log_free(&log);
    stm_findings_free(&findings);
    memmove(second, third, strlen(third) + 1);
    assert_ok(stm_log_parse(&log, text, strlen(text), "log", &findings, &err), &err);
    assert_int_equal(findings.breaks, 1);
    assert_int_equal(findings.list[0].kind, STM_FINDING_MISSING);
    assert_int_equal(findings.list[0].row, 2);
    stm_log_free(&log);
    stm_findings_free(&findings);
    free(text);
}

static void test_damaged_is_not_continued(void **state)
{
    (void)state;
    unsigned long n;
    char *const text = write_log(&n);
    text[5] = '7';
    stm_tmpdir_write(directory, "audit.log", text);
    assert_fails(stm_log_append(directory, &(struct stm_log_event){"note", "", NULL, NULL}, NULL, &err), &err,
                 "damaged");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_damaged_is_not_continued),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
