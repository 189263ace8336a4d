/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/text.h"

#include <math.h>

static void numbers_read_back(void **state)
{
    (void)state;
    double d;
    long n;
    char out[64];
    assert_true(stm_text_to_double("0.3112", &d) && d == 0.3112);
    assert_false(stm_text_to_double("1,5", &d) || stm_text_to_double("", &d) ||
                 stm_text_to_double("nan", &d) || stm_text_to_double("1e999", &d));
    assert_true(stm_text_to_long("-12", &n) && n == -12);
    assert_false(stm_text_to_long("12x", &n) || stm_text_to_long("99999999999999999999", &n));
    assert_string_equal(stm_text_number(out, sizeof out, 1.0 / 3, 4), "0.3333");
    assert_string_equal(stm_text_number(out, sizeof out, -0.00001, 2), "0.00");
    assert_string_equal(stm_text_number(out, sizeof out, NAN, 2), "");
}

/* Against printf, on values around every rounding boundary. */
static void numbers_are_those_of_printf(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        char out[400], expected[400];
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        const int decimals = (int)(seed >> 60) % 8, places = (int)(seed >> 56 & 15) % 8;
        double value = (double)(int32_t)(seed >> 24) * (i % 3 ? 0.5 : 1);
        for (int j = 0; j < places; j++)
            value /= 10;
        snprintf(expected, sizeof expected, "%.*f", decimals, value);
        const bool zero = strspn(expected, "-0.") == strlen(expected);
        stm_text_number(out, sizeof out, value, decimals);
        if (strcmp(out, expected + (zero && expected[0] == '-'))) fail_msg("%s, not %s", out, expected);
    }
    char out[400];
    assert_string_equal(stm_text_number(out, sizeof out, 0.5, 0), "0"); /* half to even, as printf does */
    assert_string_equal(stm_text_number(out, sizeof out, 1e20, 1), "100000000000000000000.0");
    assert_string_equal(stm_text_number(out, sizeof out, INFINITY, 1), "inf");
}

static void bytes_become_utf8(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"A01 \xc2\xb5m", "A01 \xc2\xb5m"},         /* valid */
        {"caf\xe9.tif", "caf\xef\xbf\xbd.tif"},     /* Latin-1 */
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},   /* overlong */
        {"\xf0\x9f\x94\xac", "\xf0\x9f\x94\xac"},   /* four bytes */
        {"x\xe2\x82", "x\xef\xbf\xbd\xef\xbf\xbd"}, /* cut short */
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct stm_string s = {0};
        stm_string_add_utf8(&s, pairs[i][0], strlen(pairs[i][0]));
        assert_string_equal(s.text, pairs[i][1]);
        stm_string_free(&s);
    }
}

static void markup_is_text(void **state)
{
    (void)state;
    struct stm_string s = {0};
    stm_string_add_markup(&s, "<a href=\"x\">R&D \xff</a>");
    assert_string_equal(s.text, "&lt;a href=&quot;x&quot;&gt;R&amp;D \xef\xbf\xbd&lt;/a&gt;");
    stm_string_free(&s);
}

static void names_are_compared_and_suggested(void **state)
{
    (void)state;
    static const char *const names[] = {"sigma_um", "method", "threshold"};
    assert_string_equal(stm_text_nearest("treshold", names, 3), "threshold");
    assert_null(stm_text_nearest("banana", names, 3));
    assert_true(stm_text_ends_with("A.TIFF", ".tiff"));
    assert_int_equal(stm_text_casecmp("Hoechst", "hOECHST"), 0);
}

static void stems_keep_inner_dots(void **state)
{
    (void)state;
    char out[32];
    assert_string_equal(stm_text_stem(out, sizeof out, "/a/b/plate.A01.tif"), "plate.A01");
    assert_string_equal(stm_text_stem(out, sizeof out, ".hidden"), ".hidden");
}

static void strings_grow(void **state)
{
    (void)state;
    struct stm_string s = {0};
    for (int i = 0; i < 1000; i++)
        stm_string_addf(&s, "%d,", i);
    assert_int_equal(s.length, 3890);
    assert_false(s.failed);
    stm_string_free(&s);
    assert_null(s.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_read_back),
        cmocka_unit_test(numbers_are_those_of_printf),
        cmocka_unit_test(bytes_become_utf8),
        cmocka_unit_test(markup_is_text),
        cmocka_unit_test(names_are_compared_and_suggested),
        cmocka_unit_test(stems_keep_inner_dots),
        cmocka_unit_test(strings_grow),
    };
    return STM_TEST_MAIN(tests);
}
