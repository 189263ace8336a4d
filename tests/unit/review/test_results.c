/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/file.h"
#include "pipeline/core/text.h"
#include "pipeline/review/results.h"
#include "pipeline/review/series.h"
#include "tests/support/tmpdir.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char wells[] =
    "Metadata_Plate,Metadata_Well,Status,Reason,Sites_Found,Sites_Used,Metadata_Batch,Viability\n"
    "P,A01,ok,,2,2,B1,80.00\nP,A02,warn,1 of 2 fields cannot be used,2,1,B2,\n";
static const char images[] =
    "ImageNumber,Metadata_Plate,Metadata_Well,Metadata_Site,Status,Reason,Width,Height,PixelSize_um,FileName_"
    "stain,"
    "Chamber_Area_mm2,Chamber_Depth_um,Count_Cells,Count_Live,Count_Dead,Count_Ambiguous,Count_Debris\n"
    "1,P,A01,1,ok,,1000,1000,1,a1.tif,0.5,100.0,50,40,10,0,3\n"
    "2,P,A01,2,ok,,1000,1000,1,a2.tif,0.5,100.0,30,24,6,0,1\n"
    "3,P,A02,1,rejected,blurred,1000,1000,1,b1.tif,0.5,100.0,9,1,8,0,1\n"
    "4,P,A02,2,ok,,1000,1000,1,b2.tif,0.5,100.0,20,,,,\n";
static const char run[] = "{\"program\": \"stroma\", \"version\": \"1\", \"title\": \"P\", \"assay\": "
                          "{\"name\": \"suspension\"}, \"protocol\": "
                          "{\"sha256\": \"ab\", \"parameters\": [{\"stage\": \"concentration\", \"name\": "
                          "\"depth_um\", \"value\": \"0\"}, "
                          "{\"stage\": \"concentration\", \"name\": \"dilution\", \"value\": \"2\"}, "
                          "{\"stage\": \"concentration\", \"name\": "
                          "\"depth_error_percent\", \"value\": \"1.5\"}]}, \"inputs_sha256\": \"cd\"}";

static bool read_directory(struct stm_results *r, const char *wells_csv, const char *images_csv,
                           const char *run_json, struct stm_error *err)
{
    char path[4096];
    const struct {
        const char *name, *text;
    } files[] = {{"wells.csv", wells_csv}, {"images.csv", images_csv}, {"run.json", run_json}};
    char *const dir = stm_tmpdir_create();
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i].name);
        if (files[i].text) assert_ok(stm_file_save(path, files[i].text, strlen(files[i].text), err), err);
    }
    *r = (struct stm_results){0};
    const bool good = stm_results_read(r, dir, err);
    stm_tmpdir_remove(dir);
    return good;
}

static void a_directory_is_read_back(void **state)
{
    (void)state;
    struct stm_results r;
    struct stm_error err = {0};
    assert_ok(read_directory(&r, wells, images, run, &err), &err);
    assert_int_equal(r.n_wells, 2);
    assert_int_equal(r.n_fields, 4);
    assert_string_equal(r.assay, "suspension");
    assert_string_equal(stm_results_sample(&r, &r.well[1], "Batch"), "B2");
    assert_string_equal(stm_results_sample(&r, &r.well[1], "Donor"), "");
    assert_near(stm_results_value(&r, &r.well[0], "Viability"), 80, 0);
    assert_true(isnan(stm_results_value(&r, &r.well[1], "Viability")));
    assert_int_equal(r.well[1].first, 2);
    assert_int_equal(r.field[2].verdict, STM_VERDICT_REJECTED);
    assert_string_equal(r.field[2].reason, "blurred");
    assert_string_equal(r.field[2].stem, "b1.tif");
    assert_near(r.field[0].volume_ml, 0.5 * 100 * 1e-6, 1e-15); /* 0.05 uL */
    assert_near(r.field[0].tally[STM_TALLY_TOTAL], 50, 0);
    assert_true(isnan(r.field[3].tally[STM_TALLY_LIVE]));
    assert_true(r.has_classes);
    assert_true(isnan(r.depth_um)); /* 0 = the chamber says */
    assert_near(r.dilution, 2, 0);
    assert_near(r.error_percent[STM_ERROR_DEPTH], 1.5, 0);
    assert_true(isnan(r.error_percent[STM_ERROR_PIPETTING]));
    stm_results_free(&r);
}

static void what_is_incomplete_is_refused(void **state)
{
    (void)state;
    struct stm_results r;
    struct stm_error err = {0};
    assert_fails(read_directory(&r, wells, images, NULL, &err), &err, "there is no run.json");
    stm_results_free(&r);
    assert_false(read_directory(&r, wells, NULL, run, &err));
    stm_results_free(&r);
    assert_fails(read_directory(&r, "Metadata_Plate,Metadata_Well,Status\nP,A01,ok\n", images, run, &err),
                 &err, "images.csv, line 4 is of a well that wells.csv does not have there");
    stm_results_free(&r);
    assert_fails(read_directory(&r, "a,b\n", images, run, &err), &err, "wells.csv lacks Metadata_Plate");
    stm_results_free(&r);
}

/* 80 cells in 0.1 uL, diluted twice: 1 600 000 a mL; a field of 50 in 0.05 uL: 2 000 000. */
static void a_series_takes_concentrations_from_wells_and_fields(void **state)
{
    (void)state;
    struct stm_results r;
    struct stm_csv design = {0};
    struct stm_string out = {0};
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create();
    char path[4096];
    static const char text[] = "Well,Site,rep_obsv\na1,,1\nA1,1,2\nA2,1,3\n";
    snprintf(path, sizeof path, "%s/design.csv", dir);
    assert_ok(stm_file_save(path, text, sizeof text - 1, &err), &err);
    assert_ok(stm_csv_read(&design, path, 1000, ',', &err), &err);
    stm_tmpdir_remove(dir);
    assert_ok(read_directory(&r, wells, images, run, &err), &err);
    assert_ok(stm_series_fill(&out, &design, &r, 1, NAN, NAN, &err), &err);
    assert_string_equal(out.text, "counting_method,cell_conc,rep_obsv\nstroma suspension,1600000.000,1\n"
                                  "stroma suspension,2000000.000,2\nstroma suspension,,3\n");
    stm_string_free(&out);
    stm_csv_free(&design);
    stm_results_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_directory_is_read_back),
        cmocka_unit_test(what_is_incomplete_is_refused),
        cmocka_unit_test(a_series_takes_concentrations_from_wells_and_fields),
    };
    return STM_TEST_MAIN(tests);
}
