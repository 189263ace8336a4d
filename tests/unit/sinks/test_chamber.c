/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/sink.h"
#include "tests/support/tmpdir.h"

#include <math.h>
#include <stdlib.h>

enum { N = 7 };
enum { UM, PX, ROUND, SQUARE, COLUMNS };

static struct stm_column object_column[COLUMNS] = {{"Cell_Diameter_um", NULL},
                                                   {"Cell_Diameter", NULL},
                                                   {"AreaShape_FormFactor", NULL},
                                                   {"Cell_Square", NULL}};
static struct stm_column site_column[1] = {{"Squares_Counted", NULL}};

struct world {
    char *directory;
    struct stm_columns objects, sites;
    struct stm_run_info info;
    struct stm_object object[N];
    double values[N][COLUMNS], squares;
    struct stm_site_row site;
    struct stm_well_row well;
    void *state;
};

static void start(struct world *w, int columns)
{
    static const uint8_t classes[N] = {STM_CLASS_LIVE,      STM_CLASS_LIVE,   STM_CLASS_DEAD, STM_CLASS_LIVE,
                                       STM_CLASS_AMBIGUOUS, STM_CLASS_DEBRIS, STM_CLASS_DEAD};
    static const double values[N][COLUMNS] = {
        {15.2, 30.4, 0.91, 1}, {15.996, 32, 0.98, 1}, {14.1, 28, 0.9, 3}, {160, 320, 1.2, 3},
        {15, 30, 0.5, 3},      {3.5, 7, 0.2, 1},      {14, 28, 0.9, 0}};
    struct stm_error err;
    *w = (struct world){.directory = stm_tmpdir_create(), .squares = 3};
    w->objects = (struct stm_columns){object_column, columns};
    w->sites = (struct stm_columns){site_column, 1};
    w->info = (struct stm_run_info){
        .directory = w->directory, .object_columns = &w->objects, .site_columns = &w->sites};
    memcpy(w->values, values, sizeof values);
    for (int i = 0; i < N; i++)
        w->object[i] =
            (struct stm_object){.number = (uint32_t)i + 1, .class = classes[i], .counted = i < N - 1};
    w->site = (struct stm_site_row){.image_number = 2,
                                    .plate = "P",
                                    .well = "A01",
                                    .site = "=1",
                                    .objects = w->object,
                                    .object_values = w->values[0],
                                    .n_objects = columns ? N : 0,
                                    .values = &w->squares};
    w->well = (struct stm_well_row){.plate = "P", .well = "A01"};
    assert_ok(stm_sink_find("chamber")->open(&w->state, &w->info, &err), &err);
}

static void feed(struct world *w)
{
    struct stm_error err;
    assert_ok(stm_sink_find("chamber")->site(w->state, &w->site, NULL, &err), &err);
}

static void end_well(struct world *w)
{
    struct stm_error err;
    assert_ok(stm_sink_find("chamber")->well(w->state, &w->well, &err), &err);
}

static void check(struct world *w, const char *sizes, const char *squares)
{
    struct stm_error err;
    assert_ok(stm_sink_find("chamber")->close(w->state, &err), &err);
    char *const a = stm_tmpdir_read(w->directory, "sizes.csv", NULL), *const b = stm_tmpdir_read(
                                                                          w->directory, "squares.csv", NULL);
    assert_string_equal(a, sizes);
    assert_string_equal(b, squares);
    free(a);
    free(b);
    stm_tmpdir_remove(w->directory);
}

#define SIZES                                                                                                \
    "Metadata_Plate,Metadata_Well,Measure,Unit,From,To,Count_Live,Count_Dead,Count_Ambiguous,Count_Debris\n"
#define SQUARES                                                                                              \
    "Metadata_Plate,Metadata_Well,Metadata_Site,ImageNumber,Square,Count_Cells,Count_Live,Count_Dead,"       \
    "Count_Ambiguous,Count_Debris\n"

/* 15.996 is written as 16.00; what is not counted is not in. Bins between the first and the last are all
 * there, sizes of 100 and more in one. */
static void sizes_by_class_and_squares_one_by_one(void **state)
{
    (void)state;
    struct world w;
    start(&w, COLUMNS);
    w.values[3][UM] = w.values[3][PX] = 18;
    feed(&w);
    end_well(&w);
    check(&w,
          SIZES
          "P,A01,Diameter,um,3,4,0,0,0,1\nP,A01,Diameter,um,4,5,0,0,0,0\nP,A01,Diameter,um,5,6,0,0,0,0\n"
          "P,A01,Diameter,um,6,7,0,0,0,0\nP,A01,Diameter,um,7,8,0,0,0,0\nP,A01,Diameter,um,8,9,0,0,0,0\n"
          "P,A01,Diameter,um,9,10,0,0,0,0\nP,A01,Diameter,um,10,11,0,0,0,0\n"
          "P,A01,Diameter,um,11,12,0,0,0,0\nP,A01,Diameter,um,12,13,0,0,0,0\n"
          "P,A01,Diameter,um,13,14,0,0,0,0\nP,A01,Diameter,um,14,15,0,1,0,0\n"
          "P,A01,Diameter,um,15,16,1,0,1,0\nP,A01,Diameter,um,16,17,1,0,0,0\n"
          "P,A01,Diameter,um,17,18,0,0,0,0\nP,A01,Diameter,um,18,19,1,0,0,0\n"
          "P,A01,Circularity,,0.2,0.25,0,0,0,1\nP,A01,Circularity,,0.25,0.3,0,0,0,0\n"
          "P,A01,Circularity,,0.3,0.35,0,0,0,0\nP,A01,Circularity,,0.35,0.4,0,0,0,0\n"
          "P,A01,Circularity,,0.4,0.45,0,0,0,0\nP,A01,Circularity,,0.45,0.5,0,0,0,0\n"
          "P,A01,Circularity,,0.5,0.55,0,0,1,0\nP,A01,Circularity,,0.55,0.6,0,0,0,0\n"
          "P,A01,Circularity,,0.6,0.65,0,0,0,0\nP,A01,Circularity,,0.65,0.7,0,0,0,0\n"
          "P,A01,Circularity,,0.7,0.75,0,0,0,0\nP,A01,Circularity,,0.75,0.8,0,0,0,0\n"
          "P,A01,Circularity,,0.8,0.85,0,0,0,0\nP,A01,Circularity,,0.85,0.9,0,0,0,0\n"
          "P,A01,Circularity,,0.9,0.95,1,1,0,0\nP,A01,Circularity,,0.95,1,1,0,0,0\n"
          "P,A01,Circularity,,1,,1,0,0,0\n",
          SQUARES "P,A01,'=1,2,1,2,2,0,0,1\nP,A01,'=1,2,2,0,0,0,0,0\nP,A01,'=1,2,3,3,1,1,1,0\n");
}

static void without_a_scale_sizes_are_pixels_and_rejected_fields_are_left_out(void **state)
{
    (void)state;
    struct world w;
    start(&w, 2);
    w.squares = NAN;
    for (int i = 0; i < N; i++)
        ((double *)w.values)[2 * i] = NAN, ((double *)w.values)[2 * i + 1] = i == 3  ? 100
                                                                             : i < 3 ? 99
                                                                                     : 100.5;
    feed(&w);
    w.site.verdict = STM_VERDICT_REJECTED;
    feed(&w);
    end_well(&w);
    end_well(&w); /* the next one has nothing of it */
    check(&w, SIZES "P,A01,Diameter,px,99,100,2,1,0,0\nP,A01,Diameter,px,100,,1,0,1,1\n", SQUARES);
}

static void other_assays_have_no_such_files(void **state)
{
    (void)state;
    struct world w;
    struct stm_error err;
    start(&w, 0);
    feed(&w);
    end_well(&w);
    assert_ok(stm_sink_find("chamber")->close(w.state, &err), &err);
    assert_int_equal(stm_tmpdir_count(w.directory, "."), 0);
    stm_tmpdir_remove(w.directory);
}

static void a_run_that_stops_leaves_nothing(void **state)
{
    (void)state;
    struct world w;
    start(&w, COLUMNS);
    feed(&w);
    stm_sink_find("chamber")->discard(w.state);
    assert_int_equal(stm_tmpdir_count(w.directory, "."), 0);
    stm_tmpdir_remove(w.directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_by_class_and_squares_one_by_one),
        cmocka_unit_test(without_a_scale_sizes_are_pixels_and_rejected_fields_are_left_out),
        cmocka_unit_test(other_assays_have_no_such_files),
        cmocka_unit_test(a_run_that_stops_leaves_nothing),
    };
    return STM_TEST_MAIN(tests);
}
