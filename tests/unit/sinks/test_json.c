/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/sinks/json.h"

#include <math.h>

static void strings_cannot_break_out(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"plain \xc2\xb5m", "\"plain \xc2\xb5m\""},
        {"\"\\/", "\"\\u0022\\u005c/\""},
        {"</script><!--&", "\"\\u003c/script\\u003e\\u003c!--\\u0026\""},
        {"a\nb\tc\x01\x7f", "\"a\\u000ab\\u0009c\\u0001\\u007f\""},
        {"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa", "\"\\u2028\\u2029\xe2\x80\xaa\""},
        {"caf\xe9", "\"caf\xef\xbf\xbd\""},
        {"", "\"\""},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct stm_string s = {0};
        stm_json_quote(&s, pairs[i][0]);
        assert_string_equal(s.text, pairs[i][1]);
        stm_string_free(&s);
    }
}

static void write_sample(struct stm_json *json)
{
    stm_json_open(json, NULL, '{');
    stm_json_number(json, "a", 1.005, 1);
    stm_json_number(json, "b", NAN, 1);
    stm_json_number(json, "c", INFINITY, 1);
    stm_json_open(json, "d", '[');
    stm_json_close(json, ']');
    stm_json_open(json, "e", '[');
    stm_json_integer(json, NULL, -3);
    stm_json_bool(json, NULL, true);
    stm_json_text(json, NULL, NULL);
    stm_json_close(json, ']');
    stm_json_lines(json, "f", "one\n\ntwo");
    stm_json_close(json, '}');
}

static void documents(void **state)
{
    (void)state;
    struct stm_string compact = {0}, pretty = {0};
    write_sample(&(struct stm_json){.out = &compact});
    assert_string_equal(
        compact.text,
        "{\"a\":1.0,\"b\":null,\"c\":null,\"d\":[],\"e\":[-3,true,null],\"f\":[\"one\",\"two\"]}");
    write_sample(&(struct stm_json){.out = &pretty, .pretty = true});
    assert_string_equal(pretty.text,
                        "{\n  \"a\": 1.0,\n  \"b\": null,\n  \"c\": null,\n  \"d\": [],\n  \"e\": [\n    "
                        "-3,\n    true,\n    null\n  ],\n  \"f\": [\n    \"one\",\n    \"two\"\n  ]\n}");
    stm_string_free(&compact);
    stm_string_free(&pretty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_cannot_break_out),
        cmocka_unit_test(documents),
    };
    return STM_TEST_MAIN(tests);
}
