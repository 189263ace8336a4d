/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"
#include "tests/support/tmpdir.h"

#include "pipeline/core/json_read.h"

#include <stdlib.h>

static const char sample[] =
    "{\"channels\": [\"BF\", \"PI\"], \"pixel_um\": 0.3112, \"frames\": 12, \"locked\": true,"
    " \"nested\": {\"z\": -3}, \"none\": null}";

static void values_are_what_they_are(void **state)
{
    (void)state;
    struct stm_json_value *doc;
    struct stm_error err = {0};
    const char *text = "";
    double number = 0;
    int64_t integer = 0;
    bool truth = false;
    assert_ok(stm_json_parse(&doc, sample, sizeof sample - 1, &err), &err);
    assert_true(stm_json_is_object(doc) && stm_json_size(doc) == 6);
    const struct stm_json_value *const channels = stm_json_get(doc, "channels");
    assert_true(stm_json_is_array(channels) && stm_json_size(channels) == 2);
    assert_true(stm_json_get_text(stm_json_at(channels, 1, NULL), &text));
    assert_string_equal(text, "PI");
    assert_true(stm_json_get_number(stm_json_get(doc, "pixel_um"), &number) && number == 0.3112);
    assert_true(stm_json_get_number(stm_json_get(doc, "frames"), &number) && number == 12);
    assert_true(stm_json_get_integer(stm_json_get(doc, "frames"), &integer) && integer == 12);
    assert_true(stm_json_get_bool(stm_json_get(doc, "locked"), &truth) && truth);
    assert_true(stm_json_get_integer(stm_json_get(stm_json_get(doc, "nested"), "z"), &integer) &&
                integer == -3);
    assert_false(stm_json_get_integer(stm_json_get(doc, "pixel_um"), &integer) ||
                 stm_json_get_text(stm_json_get(doc, "frames"), &text) ||
                 stm_json_get_number(stm_json_get(doc, "none"), &number) ||
                 stm_json_get_bool(stm_json_get(doc, "none"), &truth));
    stm_json_free(&doc);
    assert_null(doc);
    stm_json_free(&doc);
}

static void members_come_in_the_order_of_the_file(void **state)
{
    (void)state;
    static const char *const names[] = {"channels", "pixel_um", "frames", "locked", "nested", "none"};
    struct stm_json_value *doc;
    struct stm_error err = {0};
    const char *key;
    assert_ok(stm_json_parse(&doc, sample, sizeof sample - 1, &err), &err);
    for (size_t i = 0; i < 6; i++) {
        assert_non_null(stm_json_at(doc, i, &key));
        assert_string_equal(key, names[i]);
    }
    assert_null(stm_json_at(doc, 6, &key));
    stm_json_free(&doc);
}

static void what_is_not_there_is_nothing(void **state)
{
    (void)state;
    double number;
    const char *text;
    assert_null(stm_json_get(NULL, "x"));
    assert_null(stm_json_at(NULL, 0, NULL));
    assert_int_equal(stm_json_size(NULL), 0);
    assert_false(stm_json_get_number(NULL, &number) || stm_json_get_text(NULL, &text) ||
                 stm_json_is_object(NULL) || stm_json_is_array(NULL));
}

static void damage_is_said_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "not valid JSON at line 1"},
        {"{\"a\": 1,\n \"b\" 2}", "line 2, column 6"},
        {"{\"a\": 1, \"a\": 2}", "duplicate"},
        {"[1, 2] x", "end of file expected"},
        {"[\"\xFF\"]", "unable to decode byte 0xff"},
        {"7", "'[' or '{' expected"},
        {"[1e999]", "real number overflow"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stm_json_value *doc;
        struct stm_error err = {0};
        assert_fails(stm_json_parse(&doc, cases[i].text, strlen(cases[i].text), &err), &err, cases[i].words);
        assert_null(doc);
        assert_int_equal(err.status, STM_BAD_INPUT);
    }
    char deep[10000];
    memset(deep, '[', sizeof deep);
    struct stm_json_value *doc;
    struct stm_error err = {0};
    assert_fails(stm_json_parse(&doc, deep, sizeof deep, &err), &err, "depth");
}

static void files_have_a_limit(void **state)
{
    (void)state;
    char *const folder = stm_tmpdir_create();
    char path[512];
    struct stm_json_value *doc;
    struct stm_error err = {0};
    stm_tmpdir_write(folder, "a.json", sample);
    snprintf(path, sizeof path, "%s/a.json", folder);
    assert_ok(stm_json_read(&doc, path, sizeof sample, &err), &err);
    stm_json_free(&doc);
    assert_fails(stm_json_read(&doc, path, 20, &err), &err, "has more than 20 bytes");
    assert_null(doc);
    assert_string_equal(err.file, path);
    stm_tmpdir_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_what_they_are),
        cmocka_unit_test(members_come_in_the_order_of_the_file),
        cmocka_unit_test(what_is_not_there_is_nothing),
        cmocka_unit_test(damage_is_said_with_its_place),
        cmocka_unit_test(files_have_a_limit),
    };
    return STM_TEST_MAIN(tests);
}
