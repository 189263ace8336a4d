/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "tests/support/fake_run.h"
#include "tests/support/tmpdir.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

static char *run_and_read(struct stm_fake_run run, const char *name)
{
    const struct stm_sink *const sinks[] = {stm_sink_find("objects"), stm_sink_find("images"),
                                            stm_sink_find("wells"), NULL};
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create();
    run.directory = dir;
    assert_ok(stm_fake_feed(&run, sinks, &err), &err);
    assert_int_equal(stm_tmpdir_count(dir, "."), 3);
    char *const text = stm_tmpdir_read(dir, name, NULL);
    assert_non_null(text);
    stm_tmpdir_remove(dir);
    return text;
}

static const struct stm_fake_run plate = {
    .plate_rows = 1, .plate_cols = 3, .sites = 2, .size = 400, .shrink = 1, .dead = true};

static void wells_csv(void **state)
{
    (void)state;
    static const char expected[] =
        "Metadata_Plate,Metadata_Well,Status,Reason,Sites_Found,Sites_Used,Count_Live,Count_Dead,Count_"
        "Ambiguous,"
        "Count_Debris,Viability,Viability_Low,Viability_High,Density,Density_Low,Density_High,DebrisRatio,"
        "Median_AreaShape_Area_um2,Viability_WithRejected\n"
        "P1,A01,ok,,2,2,7,2,2,2,77.8,71.4,82.9,81.4,32.3,130.4,0.182,180.0,77.8\n"
        "P1,A02,warn,1 of 2 fields cannot be "
        "used,2,1,4,1,2,1,79.0,72.6,84.1,103.6,25.3,181.8,0.143,184.5,71.8\n"
        "P1,A03,warn,1 of 2 fields cannot be "
        "used,2,1,5,1,2,2,81.3,74.9,86.4,118.3,34.7,202.0,0.250,189.0,81.3\n";
    char *const text = run_and_read(plate, "wells.csv");
    assert_string_equal(text, expected);
    free(text);
}

static void images_csv(void **state)
{
    (void)state;
    static const char expected[] =
        "ImageNumber,Metadata_Plate,Metadata_Well,Metadata_Site,Metadata_Timepoint,Status,Reason,Width,"
        "Height,"
        "PixelSize_um,ObjectCount,FileName_nuclei,Plane_nuclei,BitDepth_nuclei,Scale_nuclei,Offset_nuclei,"
        "FileName_dead,Plane_dead,BitDepth_dead,Scale_dead,Offset_dead,Count_Live,Count_Dead,Count_Ambiguous,"
        "Count_Debris,ImageQuality_FocusScore_nuclei,ImageQuality_PercentMaximal_nuclei,"
        "Illumination_Range_nuclei\n"
        "1,P1,A01,1,,ok,,400,400,0.65,6,A01_s1_w1.tif,0,12,1,0,A01_s1_w2.tif,0,12,1,0,3,1,1,1,0.0371,0.012,"
        "14.2\n"
        "2,P1,A01,2,,ok,,400,400,0.65,7,A01_s2_w1.tif,0,12,1,0,A01_s2_w2.tif,0,12,1,0,4,1,1,1,0.0371,0.012,"
        "14.2\n"
        "3,P1,A02,1,,rejected,\"out of focus: focus score 0.0021, the plate's others have 0.0310 to 0.0420; "
        "refocus\",400,400,0.65,8,A02_s1_w1.tif,0,12,1,0,A02_s1_w2.tif,0,12,1,0,4,1,1,1,0.0021,0.012,14.2\n";
    char *const text = run_and_read(plate, "images.csv");
    assert_int_equal(strncmp(text, expected, sizeof expected - 1), 0);
    assert_non_null(
        strstr(text, "\n5,P1,A03,1,,failed,channel dead: the file ends after 1024 of 2097152 bytes; copy "
                     "it again,400,400,0.65,0,A03_s1_w1.tif,0,12,1,0,,,,,,0,0,0,0,"));
    free(text);
}

static void objects_csv(void **state)
{
    (void)state;
    static const char expected[] =
        "Metadata_Plate,Metadata_Well,Metadata_Site,ImageNumber,ObjectNumber,FileName,Class,Counted,"
        "Location_Center_X,Location_Center_Y,AreaShape_Area,AreaShape_FormFactor,Intensity_MeanIntensity_"
        "nuclei,"
        "Intensity_MeanIntensity_dead\n"
        "P1,A01,1,1,1,A01_s1_w1.tif,live,1,49.500,49.500,400,0.7854,1001.00,20.50\n"
        "P1,A01,1,1,2,A01_s1_w1.tif,live,1,89.500,49.500,400,0.7854,1002.00,\n"
        "P1,A01,1,1,3,A01_s1_w1.tif,dead,1,129.500,49.500,400,0.7854,1003.00,20.50\n"
        "P1,A01,1,1,4,A01_s1_w1.tif,ambiguous,1,169.500,49.500,400,0.7854,1004.00,\n"
        "P1,A01,1,1,5,A01_s1_w1.tif,debris,1,209.500,49.500,400,0.7854,1005.00,20.50\n"
        "P1,A01,1,1,6,A01_s1_w1.tif,live,1,249.500,49.500,400,0.7854,1006.00,\n"
        "P1,A01,2,2,1,";
    char *const text = run_and_read(plate, "objects.csv");
    assert_int_equal(strncmp(text, expected, sizeof expected - 1), 0);
    assert_non_null(strstr(text, "P1,A02,1,3,8,A02_s1_w1.tif,dead,0,")); /* the eighth is not counted */
    free(text);
}

static void hostile_names_stay_in_their_cells(void **state)
{
    (void)state;
    struct stm_fake_run run = plate;
    run.hostile = true;
    run.plate_cols = 4;
    char *const text = run_and_read(run, "objects.csv");
    assert_non_null(strstr(text, "\n</script><script>window.hacked=1</script>,A01,1,1,1,\"script><img src=x "
                                 "onerror=\"\"window.hacked=1\"\">,\"\"'&_s1_w1.tif\",live,1,49.500,"));
    assert_non_null(strstr(text, ",\"<b>&\"\"'\",1,7,1,"));
    free(text);
}

static void a_run_that_stops_leaves_nothing(void **state)
{
    (void)state;
    const struct stm_sink *const sinks[] = {stm_sink_find("objects"), stm_sink_find("images"),
                                            stm_sink_find("wells"), NULL};
    struct stm_error err = {0};
    struct stm_fake_run run = plate;
    char *const dir = stm_tmpdir_create();
    run.directory = dir;
    run.stop_at_site = 4;
    assert_fails(stm_fake_feed(&run, sinks, &err), &err, "stopped as asked");
    assert_int_equal(stm_tmpdir_count(dir, "."), 0);
    run.directory = "/nonexistent/folder";
    assert_fails(stm_fake_feed(&run, sinks, &err), &err, "cannot be created: No such file");
    assert_string_equal(err.file, "/nonexistent/folder/objects.csv");
    stm_tmpdir_remove(dir);
}

/* A full disk is noticed at the latest when the file is published. */
static void a_full_disk_is_an_error(void **state)
{
    (void)state;
    const struct stm_sink *const sinks[] = {stm_sink_find("wells"), NULL};
    struct stm_error err = {0};
    struct stm_fake_run run = plate;
    char *const dir = stm_tmpdir_create();
    struct rlimit before, small;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){10, before.rlim_max}; /* files of 10 bytes stand for a full disk */
    run.directory = dir;
    setrlimit(RLIMIT_FSIZE, &small);
    const bool fed = stm_fake_feed(&run, sinks, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_fails(fed, &err, "cannot be written beyond 10 bytes: ");
    assert_int_equal(stm_tmpdir_count(dir, "."), 0);
    stm_tmpdir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wells_csv),
        cmocka_unit_test(images_csv),
        cmocka_unit_test(objects_csv),
        cmocka_unit_test(hostile_names_stay_in_their_cells),
        cmocka_unit_test(a_run_that_stops_leaves_nothing),
        cmocka_unit_test(a_full_disk_is_an_error),
    };
    return STM_TEST_MAIN(tests);
}
