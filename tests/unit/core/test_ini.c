/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"
#include "tests/support/tmpdir.h"

#include "pipeline/core/ini.h"

#include <stdlib.h>

static char seen[4096];

/* Collects "line:section.name=value;" and refuses the name "bad". */
static bool collect(void *context, const char *section, const char *name, const char *value, int line,
                    struct stm_error *err)
{
    (void)context;
    if (!strcmp(name, "bad")) return stm_fail(err, STM_USAGE, "there is no parameter '%s'", name);
    snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%d:%s.%s=%s;", line, section, name, value);
    return true;
}

static bool parse(const char *text, struct stm_error *err)
{
    seen[0] = '\0';
    *err = (struct stm_error){0};
    return stm_ini_parse(text, strlen(text), collect, NULL, err);
}

static void values_come_with_section_and_line(void **state)
{
    (void)state;
    struct stm_error err;
    assert_ok(parse("assay = fluorescence\n"
                    "; a comment\n"
                    "[segment]\n"
                    "sigma_um = 1.2 ; in um\n"
                    "  method: otsu\r\n"
                    "\n"
                    "# another\n"
                    "[note]\n"
                    "text = a=b:c\n"
                    "empty =",
                    &err),
              &err);
    assert_string_equal(
        seen, "1:.assay=fluorescence;4:segment.sigma_um=1.2;5:segment.method=otsu;9:note.text=a=b:c;"
              "10:note.empty=;");
}

static void an_empty_file_has_no_values(void **state)
{
    (void)state;
    struct stm_error err;
    assert_ok(parse("", &err), &err);
    assert_ok(parse("\n\n; nothing\n[section]\n", &err), &err);
    assert_string_equal(seen, "");
    assert_ok(parse("\xEF\xBB\xBF[a]\nb=1\n", &err), &err);
    assert_string_equal(seen, "2:a.b=1;");
}

static void expect_failure(const char *text, const char *where, const char *words)
{
    struct stm_error err;
    assert_fails(parse(text, &err), &err, words);
    assert_string_equal(err.where, where);
}

static void mistakes_are_said_with_their_line(void **state)
{
    (void)state;
    expect_failure("[a]\nx = 1\nnonsense\ny = 2\n", "line 3", "neither [section] nor name = value");
    expect_failure("[a\nx = 1\n", "line 1", "neither [section]");
    expect_failure("\n[a]\nx = 1\nbad = 2\n", "line 4", "there is no parameter 'bad'");
    expect_failure("[a]\nx=1\n[b]\nx=1\n[a]\nx=2\n", "line 6", "'x' is given twice in section [a]");
    expect_failure("= 3\n", "line 1", "a value without a name");
}

/* inih itself would cut such lines silently and go on with the rest as if it were a new one. */
static void long_lines_are_refused(void **state)
{
    (void)state;
    char text[600];
    for (size_t n = STM_INI_LINE - 2; n < 500; n++) {
        struct stm_error err;
        memcpy(text, "x=", 2);
        memset(text + 2, 'y', n - 2);
        text[n] = '\0';
        const bool fits = n <= STM_INI_LINE;
        assert_int_equal(parse(text, &err), fits);
        assert_int_equal(strlen(seen), fits ? n + strlen("1:.;") : 0);
        if (!fits) assert_string_equal(err.where, "line 1");
    }
    memset(text, 's', 300);
    text[0] = '[';
    memcpy(text + STM_INI_SECTION + 2, "]\nx=1\n", 7);
    expect_failure(text, "line 1", "the section's name has 49 bytes");
    memcpy(text + STM_INI_SECTION + 1, "]\nx=1\n", 7);
    struct stm_error err;
    assert_ok(parse(text, &err), &err);
}

static void size_is_bounded(void **state)
{
    (void)state;
    struct stm_error err = {0};
    char *const text = malloc(STM_INI_BYTES + 1);
    assert_non_null(text);
    memset(text, '\n', STM_INI_BYTES + 1);
    assert_fails(stm_ini_parse(text, STM_INI_BYTES + 1, collect, NULL, &err), &err,
                 "the limit for such a file is 65536");
    assert_fails(stm_ini_parse(text, STM_INI_BYTES, collect, NULL, &err), &err, "more than 2000 lines");
    assert_fails(stm_ini_parse("a\0b", 3, collect, NULL, &err), &err, "zero byte");
    free(text);
}

static void files_are_named(void **state)
{
    (void)state;
    struct stm_error err = {0};
    char *const folder = stm_tmpdir_create();
    char path[512];
    stm_tmpdir_write(folder, "p.ini", "[a]\nx = 1\n?\n");
    snprintf(path, sizeof path, "%s/p.ini", folder);
    assert_fails(stm_ini_read(path, collect, NULL, &err), &err, "neither [section]");
    assert_string_equal(err.file, path);
    assert_string_equal(err.where, "line 3");
    stm_tmpdir_remove(folder);
    assert_fails(stm_ini_read("/no/such.ini", collect, NULL, &err), &err, "No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_with_section_and_line),
        cmocka_unit_test(an_empty_file_has_no_values),
        cmocka_unit_test(mistakes_are_said_with_their_line),
        cmocka_unit_test(long_lines_are_refused),
        cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(files_are_named),
    };
    return STM_TEST_MAIN(tests);
}
