/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"
#include "tests/support/tmpdir.h"

#include "pipeline/view/objects.h"

#include <stdlib.h>

static const char table[] =
    "Metadata_Plate,Metadata_Well,Metadata_Site,ImageNumber,ObjectNumber,Class,Location_Center_X,"
    "Location_Center_Y,AreaShape_Area\n"
    "P 1,B03,1,1,1,live,5,6,100\n"
    "P 1,B03,1,1,2,dead,7,8,90\n"
    "P 1,B04,1,2,1,ambiguous,1,2,9\n"
    "\"P\n2\",B03,1,3,1,,3,4,\n";

/* Rows that match, as digits: "13" = rows 1 and 3. */
static const char *rows(const char *text)
{
    static char found[16];
    struct stm_error err = {0};
    struct stm_select select;
    struct stm_csv csv = {0};
    char *const copy = malloc(sizeof table);
    memcpy(copy, table, sizeof table);
    assert_ok(stm_csv_parse(&csv, copy, sizeof table - 1, ',', &err), &err);
    assert_ok(stm_select_parse(&select, text, &err), &err);
    assert_ok(stm_select_bind(&select, &csv, &err), &err);
    int n = 0;
    for (size_t row = 1; row < csv.rows; row++)
        if (stm_csv_columns(&csv, row) && stm_select_match(&select, &csv, row))
            found[n++] = (char)('0' + row);
    found[n] = '\0';
    stm_csv_free(&csv);
    return found;
}

static void terms_select_rows(void **state)
{
    (void)state;
    assert_string_equal(rows(""), "1234");
    assert_string_equal(rows("class=dead"), "2");
    assert_string_equal(rows("class=dead,ambiguous"), "23");
    assert_string_equal(rows("class!=dead,ambiguous"), "14");
    assert_string_equal(rows("Class=NONE"), "4");
    assert_string_equal(rows("well=B3"), "124");
    assert_string_equal(rows("  well=b03   class=live "), "1");
    assert_string_equal(rows("plate='P 1' image<2"), "12");
    assert_string_equal(rows("plate=\"P 1\""), "123");
    assert_string_equal(rows("AreaShape_Area>9"), "12"); /* an empty cell is not more than anything */
    assert_string_equal(rows("AreaShape_Area>=9"), "123");
    assert_string_equal(rows("AreaShape_Area<=90"), "23");
    assert_string_equal(rows("AreaShape_Area=90.0"), "2");
    assert_string_equal(rows("image=1,3 object=1"), "14");
}

static void mistakes_are_named(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_select select;
    struct stm_csv csv = {0};
    char many[400] = "";
    assert_fails(stm_select_parse(&select, "class", &err), &err, "the selection 'class' is not understood");
    assert_fails(stm_select_parse(&select, "=dead", &err), &err, "is not understood");
    assert_fails(stm_select_parse(&select, "plate='P 1", &err), &err, "is not understood");
    for (int i = 0; i < 17; i++)
        strcat(many, "image=1 "); /* stroma-check: allow (fits) */
    assert_fails(stm_select_parse(&select, many, &err), &err, "at most 16 terms");
    char *const copy = malloc(sizeof table);
    memcpy(copy, table, sizeof table);
    assert_ok(stm_csv_parse(&csv, copy, sizeof table - 1, ',', &err), &err);
    assert_ok(stm_select_parse(&select, "AreaShape_Are=1", &err), &err);
    assert_fails(stm_select_bind(&select, &csv, &err), &err,
                 "no column 'AreaShape_Are'; did you mean 'AreaShape_Area'?");
    stm_csv_free(&csv);
}

static struct stm_view_objects read_objects(const char *dir, const char *terms, int limit)
{
    struct stm_error err = {0};
    struct stm_select select;
    struct stm_view_objects objects;
    assert_ok(stm_select_parse(&select, terms, &err), &err);
    assert_ok(stm_view_objects_read(&objects, dir, &select, limit, &err), &err);
    return objects;
}

static void objects_are_read(void **state)
{
    (void)state;
    char *const dir = stm_tmpdir_create();
    stm_tmpdir_write(dir, "objects.csv", table);
    struct stm_view_objects o = read_objects(dir, "class=dead,ambiguous", 10);
    assert_int_equal(o.n, 2);
    assert_int_equal(o.object[1].image, 2);
    assert_int_equal(o.object[1].class, STM_CLASS_AMBIGUOUS);
    assert_near(o.object[0].x, 7, 0);
    assert_string_equal(o.object[0].plate, "P 1");
    stm_view_objects_free(&o);
    o = read_objects(dir, "well=A1", 10);
    assert_int_equal(o.n, 0);
    stm_view_objects_free(&o);
    stm_tmpdir_remove(dir);
}

/* 40000 rows of 60 bytes are several pieces. */
static void big_tables_are_read_in_pieces_and_evenly(void **state)
{
    (void)state;
    char *const dir = stm_tmpdir_create();
    struct stm_string text = {0};
    stm_string_add_n(&text, table, (size_t)(strchr(table, '\n') - table) + 1);
    for (int i = 1; i <= 40000; i++)
        stm_string_addf(&text, "\"a plate,\nwith a long name\",B03,1,%d,%d,live,5,6,100\n", 1 + i / 1000, i);
    stm_tmpdir_write(dir, "objects.csv", text.text);
    stm_string_free(&text);
    struct stm_view_objects o = read_objects(dir, "well=B3", 40);
    assert_int_equal(o.found, 40000);
    assert_int_equal(o.n, 40);
    for (int i = 0; i < 40; i++)
        assert_int_equal(o.object[i].number, 1 + 1000 * i);
    stm_view_objects_free(&o);
    stm_tmpdir_remove(dir);
}

static void broken_tables_fail(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"", "is empty"},
        {"a,b", "no header"},
        {"a,b\n1,2\n", "no column ImageNumber"},
        {"Metadata_Plate,Metadata_Well,Metadata_Site,ImageNumber,ObjectNumber,Class,Location_Center_X,"
         "Location_Center_Y\nP,B03,1,x,1,live,1,1\n",
         "row for image 'x'"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct stm_error err = {0};
        struct stm_select select = {.n = 0};
        struct stm_view_objects objects;
        char *const dir = stm_tmpdir_create();
        stm_tmpdir_write(dir, "objects.csv", texts[i][0]);
        assert_fails(stm_view_objects_read(&objects, dir, &select, 10, &err), &err, texts[i][1]);
        assert_int_equal(objects.n, 0);
        stm_tmpdir_remove(dir);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_select_rows),  cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(objects_are_read),   cmocka_unit_test(big_tables_are_read_in_pieces_and_evenly),
        cmocka_unit_test(broken_tables_fail),
    };
    return STM_TEST_MAIN(tests);
}
