/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/io/pattern.h"

#include <limits.h>
#include <stdlib.h>

/* The text each capturing field took, as "well=A01 site=2", in pattern order. */
static const char *taken(const char *text, const char *subject)
{
    static char out[4096];
    struct stm_pattern pattern;
    struct stm_pattern_span span[STM_PATTERN_TOKENS];
    struct stm_error err = {0};
    static const char *const names[] = {"",     "plate",   "well", "row", "col",
                                        "site", "channel", "z",    "t",   "time"};
    assert_ok(stm_pattern_compile(&pattern, text, &err), &err);
    if (!stm_pattern_match(&pattern, subject, span)) return "no";
    out[0] = '\0';
    for (int i = 0; i < pattern.n; i++) {
        const int capture = pattern.token[i].capture;
        if (pattern.token[i].kind != STM_TOKEN_FIELD || !capture || span[i].begin < 0) continue;
        sprintf(out + strlen(out), "%s%s=%.*s", out[0] ? " " : "", names[capture],
                span[i].end - span[i].begin, subject + span[i].begin);
    }
    return out;
}

static void text_is_kept_short(void **state)
{
    (void)state;
    assert_string_equal(taken("{plate}_{well}_s{site}", "my_B02_plate_A01_s12"),
                        "plate=my_B02_plate well=A01 site=12");
    assert_string_equal(taken("{well}_{channel:*}[ z {z}]", "A1_Cy 5 - x z 3"),
                        "well=A1 channel=Cy 5 - x z=3");
    assert_string_equal(taken("{well}_{channel}", "A1_DAPI_2"), "no");
}

static void the_whole_name_must_fit(void **state)
{
    (void)state;
    assert_string_equal(taken("{well}_s{site}", "A1_s2x"), "no");
    assert_string_equal(taken("{well}_s{site}", "xA1_s2"), "no");
    assert_string_equal(taken("{well}", ""), "no");
    assert_string_equal(taken("{skip}{well}{skip}", "A1"), "well=A1");
}

static void optional_parts_nest(void **state)
{
    (void)state;
    const char *const pattern = "[{plate}_]{well}[_s{site}[_z{z}]]";
    assert_string_equal(taken(pattern, "B3"), "well=B3");
    assert_string_equal(taken(pattern, "p_B3_s1"), "plate=p well=B3 site=1");
    assert_string_equal(taken(pattern, "B3_s1_z4"), "well=B3 site=1 z=4");
    assert_string_equal(taken(pattern, "B3_z4"), "plate=B3 well=z4");
    assert_string_equal(taken(pattern, "A01_s1"),
                        "well=A01 site=1"); /* S1 is a well of a 1536-well plate too */
    assert_string_equal(taken(pattern, "B3_z4_"), "no");
}

static void fields_may_begin_with_text(void **state)
{
    (void)state;
    assert_string_equal(taken("{well}_{channel:w#}", "A1_W12"), "well=A1 channel=W12");
    assert_string_equal(taken("{well}_{channel:w#}", "A1_w"), "no");
    assert_string_equal(taken("{well}-{channel:Ph}", "A1-ph"), "well=A1 channel=ph");
    assert_string_equal(taken("{well:2}", "P5"), "no");
    assert_string_equal(taken("{well:2}", "P05"), "well=P05");
    assert_string_equal(taken("{well}_{role}", "A1_dapi"), "well=A1 channel=dapi");
    assert_string_equal(taken("{well}_{role}", "A1_banana"), "no");
}

static void guids_follow_single_digits(void **state)
{
    (void)state;
    assert_string_equal(taken("{well}_{channel:w#}{guid}", "A01_w15b71ae91c-75e6-426c-8b41-71a5693784e3"),
                        "well=A01 channel=w15");
    assert_string_equal(taken("{well}_{channel:w#}{guid}", "A01_w1b71ae91-75e6-426c-8b41-71a5693784e3"),
                        "no");
}

static void literals_can_hold_brackets(void **state)
{
    (void)state;
    assert_string_equal(taken("{well}\\[\\{{site}\\}\\]", "A1[{3}]"), "well=A1 site=3");
}

static void folders_are_parts_of_a_pattern(void **state)
{
    (void)state;
    assert_string_equal(taken("T_{t}/{well}", "T_3/A1"), "t=3 well=A1");
    assert_string_equal(taken("{skip}{well}", "x/A1"), "no");
}

static void extensions_of_patterns_are_dropped(void **state)
{
    (void)state;
    assert_string_equal(taken("{well}_{site}.tif", "A1_2"), "well=A1 site=2");
    assert_string_equal(taken("{well}_{site}.ome.tiff", "A1_2"), "well=A1 site=2");
    assert_string_equal(taken("{well}_{site}.*", "A1_2"), "well=A1 site=2");
}

static void times_become_minutes(void **state)
{
    (void)state;
    assert_int_equal(stm_pattern_minutes("DDdHHhMMm", "02d16h00m", 9), (2 * 24 + 16) * 60);
    assert_int_equal(stm_pattern_minutes("DDdHHhMMm", "02d24h00m", 9), -1);
    assert_int_equal(stm_pattern_minutes("YYYYyNNmDDd", "2000y01m01d", 11), 0);
    /* 2021-05-10 is 7800 days after 2000-01-01: 21 * 365 + 6 leap days + 31 + 28 + 31 + 30 + 9 */
    assert_int_equal(stm_pattern_minutes("YYYYyNNmDDd_HHhMMm", "2021y05m10d_12h30m", 18), 7800 * 1440 + 750);
    assert_int_equal(stm_pattern_minutes("YYNN/DD/HHMM", "2105/10/1230", 12), 7800 * 1440 + 750);
    assert_int_equal(stm_pattern_minutes("YYNN", "2113", 4), -1);
    for (int year = 0; year < 100; year++) { /* no day is lost or doubled at the turn of a year */
        char before[16], after[16];
        snprintf(before, sizeof before, "%02d/12/31", year);
        snprintf(after, sizeof after, "%04d/01/01", 2000 + year + 1);
        assert_int_equal(
            stm_pattern_minutes("YYYY/NN/DD", after, 10) - stm_pattern_minutes("YY/NN/DD", before, 8), 1440);
    }
    assert_string_equal(taken("{well}_{time}", "A1_00d01h30m"), "well=A1 time=00d01h30m");
}

static void numbers_stop_at_the_largest(void **state)
{
    (void)state;
    assert_int_equal(stm_pattern_number("0042", 4), 42);
    assert_int_equal(stm_pattern_number("99999999999999999999999999", 26), INT_MAX);
}

static void mistakes_are_explained(void **state)
{
    (void)state;
    struct stm_pattern pattern;
    struct stm_error err = {0};
    static const struct {
        const char *pattern, *words;
    } cases[] = {
        {"{wel}_{site}", "did you mean {well}?"},         {"{banana}", "there is no field {banana}"},
        {"{well", "a { without its } at byte 1"},         {"well}", "a } without its {"},
        {"{well}]", "a ] without its [ at byte 7"},       {"[{well}", "a [ without its ]"},
        {"[[[[[[[[[{well}]]]]]]]]]", "nested too deep"},  {"{well}[/{site}]", "a / inside an optional part"},
        {"{row}_{site}", "needs both {row} and {col}"},   {"{channel}", "names neither {well}"},
        {"{well:}", "nothing after the colon"},           {"{guid:5}{well}", "takes nothing after a colon"},
        {"{well}\\", "nothing after the last backslash"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_fails(stm_pattern_compile(&pattern, cases[i].pattern, &err), &err, cases[i].words);
        assert_int_equal(err.status, STM_USAGE);
    }
    char huge[600];
    memset(huge, 'x', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    assert_fails(stm_pattern_compile(&pattern, huge, &err), &err, "too long");
    huge[0] = '\0';
    for (int i = 0; i < 70; i++)
        strcat(huge, "{z}");
    assert_fails(stm_pattern_compile(&pattern, huge, &err), &err, "more than 64 parts");
}

/* The classic trap of backtracking matchers; it has to end at once and find nothing. */
static void no_name_makes_it_slow(void **state)
{
    (void)state;
    struct stm_pattern pattern;
    struct stm_pattern_span span[STM_PATTERN_TOKENS];
    struct stm_error err = {0};
    char text[STM_PATTERN_TEXT] = "{well}", subject[STM_PATTERN_SUBJECT + 8] = "A1";
    for (int i = 0; i < 30; i++)
        strcat(text, "{skip}a");
    strcat(text, "b");
    memset(subject + 2, 'a', STM_PATTERN_SUBJECT - 3);
    assert_ok(stm_pattern_compile(&pattern, text, &err), &err);
    assert_false(stm_pattern_match(&pattern, subject, span));
    subject[STM_PATTERN_SUBJECT - 2] = 'b';
    assert_true(stm_pattern_match(&pattern, subject, span));
    strcat(subject, "b");
    assert_int_equal(strlen(subject), STM_PATTERN_SUBJECT);
    assert_false(stm_pattern_match(&pattern, subject, span)); /* too long */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_kept_short),
        cmocka_unit_test(the_whole_name_must_fit),
        cmocka_unit_test(optional_parts_nest),
        cmocka_unit_test(fields_may_begin_with_text),
        cmocka_unit_test(guids_follow_single_digits),
        cmocka_unit_test(literals_can_hold_brackets),
        cmocka_unit_test(folders_are_parts_of_a_pattern),
        cmocka_unit_test(extensions_of_patterns_are_dropped),
        cmocka_unit_test(times_become_minutes),
        cmocka_unit_test(numbers_stop_at_the_largest),
        cmocka_unit_test(mistakes_are_explained),
        cmocka_unit_test(no_name_makes_it_slow),
    };
    return STM_TEST_MAIN(tests);
}
