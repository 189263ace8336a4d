/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"
#include "tests/support/tmpdir.h"

#include "pipeline/core/text.h"
#include "pipeline/io/plate.h"

#include <stdlib.h>

struct fixture {
    char *folder;
    struct stm_plate plate;
    struct stm_error err;
};

static int set_up(void **state)
{
    struct fixture *const f = calloc(1, sizeof *f);
    f->folder = stm_tmpdir_create();
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *const f = *state;
    stm_plate_free(&f->plate);
    stm_tmpdir_remove(f->folder);
    free(f);
    return 0;
}

/* Makes the files of a NULL-ended list and looks for the plate. */
static bool find(struct fixture *f, const char *const *names, const char *pattern)
{
    for (; *names; names++)
        stm_tmpdir_write(f->folder, *names, "");
    const char *const paths[] = {f->folder};
    return stm_plate_find(&f->plate, paths, 1, pattern, &f->err);
}

/* "plate|well|site|t: channel=file, channel=file" of one site, paths without the folder. */
static const char *site_text(const struct fixture *f, int i)
{
    static char out[2048];
    const struct stm_plate_site *const s = &f->plate.sites[i];
    sprintf(out, "%s|%s|%s|%d:", s->plate, s->well, s->site, s->timepoint);
    for (int k = 0; k < s->n_files; k++)
        sprintf(out + strlen(out), " %s=%s", s->files[k].channel, s->files[k].path + strlen(f->folder) + 1);
    return out;
}

static bool problem(const struct fixture *f, const char *words)
{
    for (int i = 0; i < f->plate.n_problems; i++)
        if (strstr(f->plate.problems[i], words)) return true;
    return false;
}

static void a_plate_is_sorted_as_people_count(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"P_B02_s10_w1.tif",
                                        "P_B02_s9_w2.tif",
                                        "P_B02_s10_w2.tif",
                                        "P_AA01_s1_w1.tif",
                                        "P_AA01_s1_w2.tif",
                                        "P_B02_s9_w1.tif",
                                        NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_string_equal(f->plate.naming->name, "cellprofiler");
    assert_int_equal(f->plate.n_sites, 3);
    assert_int_equal(f->plate.n_wells, 2);
    assert_string_equal(site_text(f, 0), "P|B02|9|-1: w1=P_B02_s9_w1.tif w2=P_B02_s9_w2.tif");
    assert_string_equal(site_text(f, 1), "P|B02|10|-1: w1=P_B02_s10_w1.tif w2=P_B02_s10_w2.tif");
    assert_string_equal(site_text(f, 2), "P|AA01|1|-1: w1=P_AA01_s1_w1.tif w2=P_AA01_s1_w2.tif");
    assert_int_equal(f->plate.n_channels, 2);
    assert_string_equal(f->plate.channels[0], "w1");
    assert_string_equal(f->plate.title, "P");
    assert_int_equal(f->plate.n_problems, 0);
}

static void missing_channels_are_named_file_by_file(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"P_B03_s1_w1.tif", "P_B03_s1_w2.tif", "P_B03_s2_w1.tif", NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_int_equal(f->plate.n_problems, 1);
    assert_true(problem(f, "B03 site 2: channel w2 is missing; found channel w1 in "));
    assert_true(problem(f, "/P_B03_s2_w1.tif"));
}

static void of_doubled_channels_the_first_is_used(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"b/P_B03_s1_w1.tif", "a/P_B03_s1_w1.tif", "a/P_B03_s1_w2.tif", NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_int_equal(f->plate.n_sites, 1);
    assert_string_equal(site_text(f, 0), "P|B03|1|-1: w1=a/P_B03_s1_w1.tif w2=a/P_B03_s1_w2.tif");
    assert_int_equal(f->plate.n_problems, 1);
    assert_true(problem(f, "B03 site 1: channel w1 is doubled; ") &&
                problem(f, "/a/P_B03_s1_w1.tif is used, ") && problem(f, "/b/P_B03_s1_w1.tif is not"));
}

static void planes_of_a_channel_stay_together(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"P_B03_s1_w1_z10.tif", "P_B03_s1_w1_z2.tif", "P_B03_s1_w2_z2.tif",
                                        NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_int_equal(f->plate.n_sites, 1);
    assert_int_equal(f->plate.sites[0].n_files, 3);
    assert_int_equal(f->plate.sites[0].files[0].z, 2);
    assert_int_equal(f->plate.sites[0].files[1].z, 10);
    assert_int_equal(f->plate.n_problems, 0);
}

static void time_points_are_sites(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"x_Phase_C7_1_10d00h00m.tif", "x_Phase_C7_1_02d16h00m.tif", NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_int_equal(f->plate.n_sites, 2);
    assert_string_equal(site_text(f, 0), "x|C07|1|3840: Phase=x_Phase_C7_1_02d16h00m.tif");
    assert_string_equal(f->plate.sites[1].time_text, "10d00h00m");
}

static void folders_of_time_points_are_one_plate(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"38030/TimePoint_1/E_A01_s1_w1.tif",
                                        "38030/TimePoint_1/E_A01_s1_w1_thumb1.tif",
                                        "38030/TimePoint_2/E_A01_s1_w1.tif", "38030/E.HTD", NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_string_equal(f->plate.naming->name, "imagexpress");
    assert_int_equal(f->plate.n_sites, 2);
    assert_int_equal(f->plate.n_wells, 1);
    assert_int_equal(f->plate.sites[1].timepoint, 2);
    assert_int_equal(f->plate.n_problems, 1);
    assert_true(problem(f, "thumbnails skipped: 1"));
}

static void plates_without_a_name_take_their_folders(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"mon/Images/r01c01f01p01-ch1sk1fk1fl1.tiff",
                                        "tue/Images/r01c01f01p01-ch1sk1fk1fl1.tiff", NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_int_equal(f->plate.n_sites, 2);
    assert_int_equal(f->plate.n_wells, 2);
    assert_string_equal(f->plate.sites[0].plate, "mon");
    assert_string_equal(f->plate.sites[1].plate, "tue");
    assert_int_equal(f->plate.n_problems, 0);
    const char *const root = strrchr(f->folder, '/') + 1;
    assert_string_equal(f->plate.title, root);
}

static void channels_are_expected_plate_by_plate(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"P_A01_s1_w1.tif", "Q_A01_s1_w1.tif", "Q_A01_s1_w2.tif",
                                        "Q_A02_s1_w2.tif", NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_int_equal(f->plate.n_problems, 1);
    assert_true(problem(f, "plate Q, A02 site 1: channel w1 is missing"));
}

static void files_without_convention_are_sites(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"img10.png", "img9.png", "sub/img9.png", "other/img9.png", NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_null(f->plate.naming);
    assert_int_equal(f->plate.n_sites, 4);
    const char *const root = strrchr(f->folder, '/') + 1;
    char expected[256];
    snprintf(expected, sizeof expected, "%s|-|img9|-1: =img9.png", root); /* "other" < "stroma_..." < "sub" */
    assert_string_equal(site_text(f, 1), expected);
    assert_string_equal(site_text(f, 3), "sub|-|img9|-1: =sub/img9.png");
    assert_int_equal(f->plate.n_channels, 1);
    assert_string_equal(f->plate.channels[0], "");
    assert_int_equal(f->plate.sites[0].row, -1);
    assert_int_equal(f->plate.n_problems, 0);
}

static void equal_stems_are_different_sites(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"snap.png", "snap.tif", "snap.jpg", NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_int_equal(f->plate.n_sites, 3);
    assert_string_equal(f->plate.sites[0].site, "snap");
    assert_string_equal(f->plate.sites[1].site, "snap (2)");
    assert_string_equal(f->plate.sites[2].site, "snap (3)");
}

static void strangers_among_a_plate_are_left_out_and_named(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"P_A01_s1_w1.tif", "P_A02_s1_w1.tif", "montage.tif", NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_int_equal(f->plate.n_sites, 2);
    assert_int_equal(f->plate.n_problems, 1);
    assert_true(problem(f, "/montage.tif is not named as by cellprofiler: it is left out"));
}

static void a_stranger_given_by_name_is_a_site(void **state)
{
    struct fixture *const f = *state;
    stm_tmpdir_write(f->folder, "p/P_A01_s1_w1.tif", "");
    stm_tmpdir_write(f->folder, "montage.xyz", "");
    char folder[512], file[512];
    snprintf(folder, sizeof folder, "%s/p/", f->folder);
    snprintf(file, sizeof file, "%s/montage.xyz", f->folder);
    const char *const paths[] = {file, folder, folder, file};
    assert_ok(stm_plate_find(&f->plate, paths, 4, NULL, &f->err), &f->err);
    assert_int_equal(f->plate.n_sites, 2);
    assert_true(problem(f, "it is a site without a well"));
}

static void a_minority_does_not_decide(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"P_A01_s1_w1.tif", "one.tif", "two.tif", NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_null(f->plate.naming);
    assert_int_equal(f->plate.n_sites, 3);
    assert_true(problem(f, "1 of 3 files are named as by cellprofiler; fewer than half"));
}

static void stains_need_a_second_stain(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"heated_dead.tif", "fresh_live.tif", NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_null(f->plate.naming);
    stm_plate_free(&f->plate);
    static const char *const pairs[] = {"heated_live.tif", "fresh_dead.tif", NULL};
    assert_ok(find(f, pairs, NULL), &f->err);
    assert_string_equal(f->plate.naming->name, "stain");
    assert_string_equal(site_text(f, 1) + strlen(f->plate.sites[1].plate),
                        "|-|heated|-1: dead=heated_dead.tif live=heated_live.tif");
}

static void a_pattern_decides(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"exp-row2-col3-GFP.tif", "exp-row2-col3-DAPI.tif", NULL};
    assert_ok(find(f, names, "{plate}-row{row}-col{col}-{channel}.tif"), &f->err);
    assert_ptr_equal(f->plate.naming, &stm_naming_pattern);
    assert_string_equal(site_text(f, 0),
                        "exp|B03||-1: DAPI=exp-row2-col3-DAPI.tif GFP=exp-row2-col3-GFP.tif");
    stm_plate_free(&f->plate);
    assert_fails(find(f, names, "{plate}_{well}"), &f->err,
                 "none of 2 files is named as by '{plate}_{well}'");
    assert_fails(find(f, names, "opra"), &f->err, "did you mean opera?");
    assert_fails(find(f, names, "opera"), &f->err, "none of 2 files is named as by 'opera'");
    assert_fails(find(f, names, "{well"), &f->err, "a { without its }");
}

static void too_many_channels_are_no_channels(void **state)
{
    struct fixture *const f = *state;
    for (int i = 0; i < 33; i++) {
        char name[64];
        snprintf(name, sizeof name, "P_A01_s1_w%d.tif", i);
        stm_tmpdir_write(f->folder, name, "");
    }
    static const char *const none[] = {NULL};
    assert_ok(find(f, none, NULL), &f->err);
    assert_null(f->plate.naming);
    assert_true(problem(f, "would have more than 32 channels"));
    stm_plate_free(&f->plate);
    assert_fails(find(f, none, "cellprofiler"), &f->err, "more than 32 channels");
}

static void many_problems_are_counted(void **state)
{
    struct fixture *const f = *state;
    for (int i = 0; i < 1010; i++) {
        char name[64];
        snprintf(name, sizeof name, "P_A01_s%d_w1.tif", i);
        stm_tmpdir_write(f->folder, name, "");
    }
    static const char *const other[] = {"P_A01_s0_w2.tif", NULL};
    assert_ok(find(f, other, NULL), &f->err);
    assert_int_equal(f->plate.n_problems, STM_PLATE_PROBLEMS + 1);
    assert_true(problem(f, "and 9 more"));
}

static void hostile_names_are_carried_and_shown_safely(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"a\nb\x1B[2J_A01_s1_w1.tif", "\xFF_A01_s1_w1.tif",
                                        "<b>_A01_s1_w2.tif", "x.tif", NULL};
    assert_ok(find(f, names, NULL), &f->err);
    assert_int_equal(f->plate.n_sites, 3);
    assert_string_equal(site_text(f, 0), "<b>|A01|1|-1: w2=<b>_A01_s1_w2.tif");
    assert_string_equal(site_text(f, 1), "?|A01|1|-1: w1=\xFF_A01_s1_w1.tif");
    assert_string_equal(site_text(f, 2), "a?b?[2J|A01|1|-1: w1=a\nb\x1B[2J_A01_s1_w1.tif");
    for (int i = 0; i < f->plate.n_problems; i++)
        assert_null(strpbrk(f->plate.problems[i], "\n\x1B\xFF"));
}

static void nothing_to_find_is_said(void **state)
{
    struct fixture *const f = *state;
    static const char *const names[] = {"notes.txt", "labels/a.tif", NULL};
    assert_fails(find(f, names, NULL), &f->err, "no image is here");
    stm_plate_free(&f->plate);
    const char *const gone[] = {"/no/such/file.tif"};
    assert_fails(stm_plate_find(&f->plate, gone, 1, NULL, &f->err), &f->err, "No such file");
    assert_string_equal(f->err.file, "/no/such/file.tif");
    assert_fails(stm_plate_find(&f->plate, NULL, 0, NULL, &f->err), &f->err, "no image and no folder");
    const char *const device[] = {"/dev/null"};
    assert_fails(stm_plate_find(&f->plate, device, 1, NULL, &f->err), &f->err, "neither a file nor a folder");
}

static void natural_order_is_total(void **state)
{
    (void)state;
    static const char *const sorted[] = {"",  "0",  "00",   "01",  "1",  "2",   "10",
                                         "a", "a1", "a01b", "a1b", "a2", "a10", "b"};
    const int n = sizeof sorted / sizeof *sorted;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            const int order = stm_plate_natural(sorted[i], sorted[j]);
            if ((order > 0) - (order < 0) != (i > j) - (i < j))
                fail_msg("'%s' and '%s'", sorted[i], sorted[j]);
        }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_plate_is_sorted_as_people_count),
        TEST(missing_channels_are_named_file_by_file),
        TEST(of_doubled_channels_the_first_is_used),
        TEST(planes_of_a_channel_stay_together),
        TEST(time_points_are_sites),
        TEST(folders_of_time_points_are_one_plate),
        TEST(plates_without_a_name_take_their_folders),
        TEST(channels_are_expected_plate_by_plate),
        TEST(files_without_convention_are_sites),
        TEST(equal_stems_are_different_sites),
        TEST(strangers_among_a_plate_are_left_out_and_named),
        TEST(a_stranger_given_by_name_is_a_site),
        TEST(a_minority_does_not_decide),
        TEST(stains_need_a_second_stain),
        TEST(a_pattern_decides),
        TEST(too_many_channels_are_no_channels),
        TEST(many_problems_are_counted),
        TEST(hostile_names_are_carried_and_shown_safely),
        TEST(nothing_to_find_is_said),
        cmocka_unit_test(natural_order_is_total),
    };
    return STM_TEST_MAIN(tests);
}
