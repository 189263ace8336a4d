/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "tests/support/fake_run.h"
#include "tests/support/tmpdir.h"

#include <stdlib.h>

static const struct stm_fake_run plate = {
    .plate_rows = 2, .plate_cols = 3, .sites = 2, .size = 200, .shrink = 1, .dead = true};

static char *report(struct stm_fake_run run, unsigned long *n)
{
    const struct stm_sink *const sinks[] = {stm_sink_find("html"), NULL};
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create();
    run.directory = dir;
    assert_ok(stm_fake_feed(&run, sinks, &err), &err);
    assert_int_equal(stm_tmpdir_count(dir, "."), 1);
    char *const text = stm_tmpdir_read(dir, "report.html", n);
    assert_non_null(text);
    stm_tmpdir_remove(dir);
    return text;
}

static int count(const char *text, const char *words)
{
    int n = 0;
    for (; (text = strstr(text, words)); text += strlen(words))
        n++;
    return n;
}

static void every_row_is_there_once(void **state)
{
    (void)state;
    char *const text = report(plate, NULL);
    assert_int_equal(count(text, "<script type=\"application/json\" data-row=\"site\">"), 12);
    assert_int_equal(count(text, "<script type=\"application/json\" data-row=\"well\">"), 6);
    assert_int_equal(count(text, "<script type=\"application/json\" id=\"run\">"), 1);
    assert_non_null(strstr(
        text,
        "data-row=\"site\">{\"number\":1,\"plate\":\"P1\",\"well\":\"A01\",\"site\":\"1\","
        "\"status\":\"ok\",\"width\":200,\"height\":200,\"pixel_um\":0.6500,\"files\":["
        "\"A01_s1_w1.tif\",\"A01_s1_w2.tif\"],\"counts\":[0,3,1,1,1,0,0,0,0],\"uncounted\":0,"
        "\"values\":[3,1,1,1,0.0371,0.012,14.2],\"stem\":\"A01_s1\",\"panels\":2,\"w\":404,\"h\":200}"));
    assert_non_null(strstr(
        text, "{\"plate\":\"P1\",\"well\":\"A02\",\"row\":0,\"col\":1,\"sites\":2,\"used\":1,\"status\":"
              "\"warn\",\"reason\":\"1 of 2 fields cannot be used\",\"values\":[4,1,2,1,79.0,"));
    free(text);
}

static void pictures_are_embedded(void **state)
{
    (void)state;
    char *const text = report(plate, NULL);
    assert_int_equal(count(text, "<script type=\"text/plain\" id=\"image"),
                     11); /* one field could not be read */
    assert_int_equal(count(text, "<script type=\"text/plain\" id=\"outlines"), 11);
    assert_int_equal(count(text, "\">iVBORw0KGgo"), 22); /* the signature of PNG */
    free(text);
}

/* 1536 fields leave 16 kB each, too little for two channels: pictures are files then. */
static void pictures_of_big_plates_lie_beside(void **state)
{
    (void)state;
    const struct stm_sink *const sinks[] = {stm_sink_find("html"), NULL};
    struct stm_fake_run run = plate;
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create();
    unsigned long n = 0;
    run.directory = dir;
    run.pretend = 1536;
    run.size = 320;
    assert_ok(stm_fake_feed(&run, sinks, &err), &err);
    assert_int_equal(stm_tmpdir_count(dir, "pictures"), 2 * 11);
    char *const text = stm_tmpdir_read(dir, "report.html", &n);
    assert_int_equal(count(text, "id=\"image"), 0);
    assert_int_equal(count(text, "\"beside\":true"), 11);
    assert_true(n < 200000);
    free(text);
    stm_tmpdir_remove(dir);
}

/* Cell k of a field is k in 16 bits of its first column; every cell is there while all fit. */
static void cells_are_there_for_plots(void **state)
{
    (void)state;
    char *const text = report(plate, NULL);
    assert_non_null(strstr(text, "\"cell_columns\":[2,3,4,5],\"cell_limit\":"));
    assert_int_equal(count(text, "<script type=\"text/plain\" id=\"cells"), 11);
    const char *const first = strstr(text, "id=\"cells1\" data-n=\"6\" data-of=\"6\">");
    assert_non_null(first);
    /* live live dead ambiguous debris live, all counted: 81 81 82 83 84 81; then areas of 100 pixels: 2^7 *
     * 0.78125, exponent 37, mantissa 288: 0x4b20, low byte first. */
    assert_memory_equal(strchr(first, '>') + 1, "gYGCg4SBIEsgSyBLIEsgSyBL", 24);
    free(text);
}

static void hostile_names_are_only_text(void **state)
{
    (void)state;
    struct stm_fake_run run = plate;
    run.hostile = true;
    char *const text = report(run, NULL);
    assert_null(strstr(text, "<img"));
    assert_null(strstr(text, "<script>window"));
    assert_null(strstr(text, "onerror=\""));
    assert_null(strstr(text, "\xe2\x80\xa8\xff"));
    assert_int_equal(count(text, "<script>"), 1); /* the page's own */
    /* As many elements end as begin: 12 sites, 6 wells, the run, the page's script, 22 pictures, cells of 11.
     */
    assert_int_equal(count(text, "</script>"), 12 + 6 + 1 + 1 + 22 + 11);
    assert_non_null(
        strstr(text, "<title>&lt;script&gt;window.hacked=1&lt;/script&gt; &amp; &quot;plate&quot;"));
    free(text);
}

static void nothing_is_fetched(void **state)
{
    (void)state;
    char *const text = report(plate, NULL);
    assert_int_equal(count(text, "http:"),
                     count(text, "\"http://www.w3.org/2000/svg\"")); /* a name, no link */
    assert_null(strstr(text, "https:"));
    assert_null(strstr(text, "@import"));
    assert_null(strstr(text, " src=\""));
    assert_non_null(strstr(text, "content=\"default-src 'none'; "));
    assert_non_null(strstr(text, "; script-src 'sha256-"));
    assert_null(strstr(text, "unsafe-"));
    free(text);
}

static void the_same_rows_give_the_same_bytes(void **state)
{
    (void)state;
    unsigned long n = 0, m = 0;
    char *const a = report(plate, &n), *const b = report(plate, &m);
    assert_int_equal(n, m);
    assert_memory_equal(a, b, n);
    free(a);
    free(b);
}

static void a_single_image_has_a_report_too(void **state)
{
    (void)state;
    struct stm_fake_run run = plate;
    run.plate_rows = run.plate_cols = 0;
    run.sites = 1;
    char *const text = report(run, NULL);
    assert_non_null(strstr(text, "\"well\":\"-\",\"row\":-1,\"col\":-1,"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_there_once),
        cmocka_unit_test(pictures_are_embedded),
        cmocka_unit_test(pictures_of_big_plates_lie_beside),
        cmocka_unit_test(cells_are_there_for_plots),
        cmocka_unit_test(hostile_names_are_only_text),
        cmocka_unit_test(nothing_is_fetched),
        cmocka_unit_test(the_same_rows_give_the_same_bytes),
        cmocka_unit_test(a_single_image_has_a_report_too),
    };
    return STM_TEST_MAIN(tests);
}
