/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/file.h"
#include "pipeline/io/naming.h"

#include <stdlib.h>

/* What a path says under one convention. NULL name: the convention must refuse it. */
static const struct {
    const char *convention, *path;
    const char *plate, *well, *site, *channel;
    int z, timepoint;
    const char *time_text;
} cases[] = {
    {"imagexpress",
     "2013-03-12/38030/TimePoint_2/ZStep_3/ABCD_A01_s12_w5b71ae91c-75e6-426c-8b41-71a5693784e3.tif", "ABCD",
     "A01", "12", "w5", 3, 2, ""},
    {"imagexpress", "ABCD_A01_w5b71ae91c-75e6-426c-8b41-71a5693784e3.tif", "ABCD", "A01", "", "w5", -1, -1,
     ""},
    {"imagexpress", "ABCD_A01_s1b71ae91c-75e6-426c-8b41-71a5693784e3.tif", "ABCD", "A01", "1", "", -1, -1,
     ""},
    {"imagexpress", "MIP-2P-2sub_C05_s1_w146C9B2CD-0BB3-4B8A-9187-2805F4C90506.tif", "MIP-2P-2sub", "C05",
     "1", "w1", -1, -1, ""},
    {"imagexpress", "TimePoint_1/exp_P24_s3_w2.TIF", "exp", "P24", "3", "w2", -1, 1, ""},
    {"opera", "P1/Images/r01c02f03p04-ch1sk5fk1fl1.tiff", "", "A02", "3", "ch1", 4, 5, ""},
    {"opera", "r16c24f123p01-ch12sk1fk1fl1.tiff", "", "P24", "123", "ch12", 1, 1, ""},
    {"opera", "r33c01f01p01-ch1sk1fk1fl1.tiff", NULL, NULL, NULL, NULL, 0, 0, NULL},
    {"yokogawa", "AssayPlate_Greiner_C02_T0001F012L01A01Z03C04.tif", "AssayPlate_Greiner", "C02", "12", "C04",
     3, 1, ""},
    {"yokogawa", "W1F002T0003Z04C1.tif", "", "-", "W1-F002", "C1", 4, 3, ""},
    {"incucyte", "A172_Phase_C7_1_02d16h00m_2.tif", "A172", "C07", "1-2", "Phase", -1, 3840, "02d16h00m"},
    {"incucyte", "Phase_C7_1_02d16h00m.tif", "", "C07", "1", "Phase", -1, 3840, "02d16h00m"},
    {"incucyte", "MiaPaCa2-PhaseOriginal_A2_1_03d06h40m.tif", "", "A02", "1", "MiaPaCa2-PhaseOriginal", -1,
     4720, "03d06h40m"},
    {"incucyte", "VID_A1_1_2021y05m10d_12h00m.tif", "", "A01", "1", "", -1, 7800 * 1440 + 720,
     "2021y05m10d_12h00m"},
    {"incucyte", "VID1234_A1_1_2021y05m10d_12h00m.tif", "1234", "A01", "1", "", -1, 7800 * 1440 + 720,
     "2021y05m10d_12h00m"},
    {"incucyte-archive", "EssenFiles/ScanData/2207/19/1110/262/B3-1-C2.tif", "262", "B03", "1", "C2", -1,
     11859070, "2207-19-1110"},
    {"incucyte-archive", "A1-1-Ph.tif", "", "A01", "1", "Ph", -1, -1, ""},
    {"cellomics", "AS_09125_050116030001_D03f00d2.tif", "AS_09125_050116030001", "D03", "0", "d2", -1, -1,
     ""},
    {"cellomics", "070314_TDS_VSV_50K_P2_1_B02f0d0.DIB", "070314_TDS_VSV_50K_P2_1", "B02", "0", "d0", -1, -1,
     ""},
    {"cellomics", "070314_TDS_VSV_50K_P2_1_B02f0d0_SegmentedCells.png", NULL, NULL, NULL, NULL, 0, 0, NULL},
    {"evos", "LiveDead2_Plate_R_p00_0_A01f00d0.TIF", "LiveDead2_Plate_R_p00", "A01", "0", "d0", -1, 0, ""},
    {"evos", "P1_Plate_M_p00_z07_0_A01f00d0.TIF", "P1_Plate_M_p00", "A01", "0", "d0", 7, 0, ""},
    {"gen5", "A1_01_1_2_DAPI_001.tif", "", "A01", "2", "DAPI", -1, 1, ""},
    {"gen5", "A1_-1_1_1_Tsf[Stitched[DAPI 377,447]]_001.tif", "", "A01", "1", "Tsf[Stitched[DAPI 377,447]]",
     -1, 1, ""},
    {"gen5", "P24_02_1_1Z3_Bright Field_012.tif", "", "P24", "1", "Bright Field", 3, 12, ""},
    {"scanr", "D5--W00041--P00004--Z00000--T00000--RFP50.tif", "", "D05", "4", "RFP50", 0, 0, ""},
    {"scanr", "--W00001--P00001--Z00000--T00000--cherry.tif", "", "-", "W00001-P00001", "cherry", 0, 0, ""},
    {"acquifer",
     "-A002--PO01--LO001--CO6--SL001--PX32500--PW0080--IN0020--TM281--X023590--Y011262--Z211710--T0200262822-"
     "-"
     "WE00002.tif",
     "", "A02", "1", "CO6", 1, 1, ""},
    {"acquifer",
     "WE00020---B005--PO01--LO001--CO6--SL010--PX16250--PW0040--IN0020--TM246--X050299--T1375.tif", "", "B05",
     "1", "CO6", 10, 1, ""},
    {"incell", "A - 01(fld 2 wv UV - DAPI z 3 time 4 - 2636ms).tif", "", "A01", "2", "UV - DAPI", 3, 4, ""},
    {"incell", "A - 1(fld 1 wv DAPI - DAPI).tif", "", "A01", "1", "DAPI - DAPI", -1, -1, ""},
    {"incell", "A - 13(fld 2).tif", "", "A13", "2", "", -1, -1, ""},
    {"incell", "A - 01(fld 1 wv Green - dsRed z 3).tif", "", "A01", "1", "Green - dsRed", 3, -1, ""},
    {"incell", "A_01_f2_c1_xUV_mDAPI_z3_t2.tif", "", "A01", "2", "c1", 3, 2, ""},
    {"incell", "Plate1_A01(fld 1 wv 390 - Blue).tif", "Plate1", "A01", "1", "390 - Blue", -1, -1, ""},
    {"micromanager", "img_channel001_position002_time000000003_z004.tif", "", "-", "2", "channel001", 4, 3,
     ""},
    {"micromanager", "B2-Site_1/img_000000007_DAPI_002.tif", "", "B02", "1", "DAPI", 2, 7, ""},
    {"micromanager", "1-Pos_000_001/img_000000007_Cy5_002.tif", "", "-", "1-Pos_000_001", "Cy5", 2, 7, ""},
    {"vitra", "Channel 1-01-A-01-00.tif", "", "A01", "0", "Channel 1", -1, -1, ""},
    {"vitra", "Channel1-01-A-01.tif", "", "A01", "", "Channel1", -1, -1, ""},
    {"vitra", "Channel 2-12-A-12-00.tif", "", "A12", "0", "Channel 2", -1, -1, ""},
    {"pathway", "Plate7/Well B03/Hoechst - n000002.tif", "", "B03", "2", "Hoechst", -1, -1, ""},
    {"cellprofiler", "TE12345_A05_s1_w2.tif", "TE12345", "A05", "1", "w2", -1, -1, ""},
    {"cellprofiler", "TE_12345_A05_s10_w12.ome.tif", "TE_12345", "A05", "10", "w12", -1, -1, ""},
    {"timelapse", "140206PH8_p0010_t05100_z001_w00.png", "140206PH8", "-", "10", "w00", 1, 5100, ""},
    {"basic", "A01_s1_w1.tif", "", "A01", "1", "w1", -1, -1, ""},
    {"basic", "A01_s1_w1_z1.tif", "", "A01", "1", "w1", 1, -1, ""},
    {"basic", "x_AF48_ch2_t7.tif", "x", "AF48", "", "ch2", -1, 7, ""},
    {"basic", "DMSO_B5_t24.JPG", "DMSO", "B05", "", "", -1, 24, ""},
    {"basic", "b3.png", "", "B03", "", "", -1, -1, ""},
    {"basic", "donor1_P5.tif", NULL, NULL, NULL, NULL, 0, 0, NULL}, /* a passage, not a well */
    {"stain", "B03_2_DAPI.tif", "", "B03", "2", "DAPI", -1, -1, ""},
    {"stain", "donor_1_field_3-PI.tif", "", "-", "donor_1_field_3", "PI", -1, -1, ""},
    {"stain", "B03_2_banana.tif", NULL, NULL, NULL, NULL, 0, 0, NULL},
};

static void names_say_what_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct stm_namer namer;
        struct stm_filename got;
        struct stm_error err = {0};
        assert_non_null(stm_naming_find(cases[i].convention));
        assert_ok(stm_namer_make(&namer, stm_naming_find(cases[i].convention), &err), &err);
        const bool read = stm_namer_read(&namer, cases[i].path, &got);
        if (read != (cases[i].well != NULL)) fail_msg("%s: %s", cases[i].path, read ? "read" : "not read");
        if (!read) continue;
        char text[512], expected[512];
        snprintf(text, sizeof text, "%s|%s|%s|%s|%d|%d|%s", got.plate, got.well, got.site, got.channel, got.z,
                 got.timepoint, got.time_text);
        snprintf(expected, sizeof expected, "%s|%s|%s|%s|%d|%d|%s", cases[i].plate, cases[i].well,
                 cases[i].site, cases[i].channel, cases[i].z, cases[i].timepoint, cases[i].time_text);
        if (strcmp(text, expected) != 0) fail_msg("%s: got %s, expected %s", cases[i].path, text, expected);
    }
}

static void every_example_is_in_the_cases_and_belongs_to_its_own_convention_first(void **state)
{
    (void)state;
    for (const struct stm_naming *n = stm_namings; n->name; n++) {
        bool tested = false;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            tested = tested || (!strcmp(cases[i].path, n->example) && !strcmp(cases[i].convention, n->name));
        if (!tested) fail_msg("the example of %s is not among the cases", n->name);
        for (const struct stm_naming *first = stm_namings; first <= n; first++) {
            static struct stm_namer namer;
            struct stm_filename name;
            struct stm_error err = {0};
            assert_ok(stm_namer_make(&namer, first, &err), &err);
            if (stm_namer_read(&namer, n->example, &name) != (first == n))
                fail_msg("the example of %s under %s", n->name, first->name);
        }
    }
}

static void ordinary_names_follow_no_convention(void **state)
{
    (void)state;
    static const char *const names[] = {
        "train_set3.tif",
        "img2d.tif",
        "QPIsample_pc3_img_00001.tif",
        "05062019_B3_3_Phase-0001.tif",
        "02903040e19ddf92f452907644ad3822918f54af41dd85e5a3fe3e1b6d6f9339.png",
        "510_snap_1_0_4.tif",
        "Aligned_after_1_MMStack_1-Pos_000_000_61_2_0.tif",
        "20190918_113218.jpg",
        "bf_2014-04-21_17-06-30.152.jpg",
        "pc_P5262179.JPG",
        "0_2_N_G.png",
        "test_00000.png",
        "MSC_P3.tif"};
    for (const struct stm_naming *n = stm_namings; n->name; n++) {
        static struct stm_namer namer;
        struct stm_filename name;
        struct stm_error err = {0};
        assert_ok(stm_namer_make(&namer, n, &err), &err);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (stm_namer_read(&namer, names[i], &name)) fail_msg("%s read as %s", names[i], n->name);
    }
}

static void hostile_text_is_made_safe(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } texts[] = {{"gr\xC3\xBC\xC3\x9F e", "gr\xC3\xBC\xC3\x9F e"},
                 {"a\nb\x1B[31m", "a?b?[31m"},
                 {"\xC0\xAF\xED\xA0\x80", "?????"},
                 {"\xF4\x90\x80\x80x", "????x"},
                 {"\xC3", "?"},
                 {"\xC2\x85", "??"},
                 {"\xF0\x9F\xA7\xAB", "\xF0\x9F\xA7\xAB"}};
    char out[96];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        stm_naming_text(out, sizeof out, texts[i].in, strlen(texts[i].in));
        assert_string_equal(out, texts[i].out);
    }
    char longer[200];
    for (int i = 0; i < 99; i++)
        memcpy(longer + 2 * i, "\xC3\xBC", 3); /* cuts must not fall inside a letter */
    for (size_t size = 12; size < 40; size++) {
        stm_naming_text(out, size, longer, strlen(longer));
        char again[96];
        stm_naming_text(again, sizeof again, out, strlen(out));
        assert_string_equal(again, out);
        assert_true(strlen(out) < size && strlen(out) + 4 >= size - 3 && strstr(out, "..."));
    }
}

static void a_plain_file_is_a_site(void **state)
{
    (void)state;
    struct stm_filename name;
    stm_namer_read_plain("/x/day.1/snap 3.tif", &name);
    assert_string_equal(name.site, "snap 3");
    assert_string_equal(name.well, "-");
    assert_int_equal(name.row, -1);
    assert_int_equal(name.timepoint, -1);
}

/* docs/plates.md holds the tables word for word, between two marks. */
static void the_documentation_is_the_table(void **state)
{
    (void)state;
    static const char mark[] = "<!-- conventions -->\n", end[] = "<!-- end of conventions -->\n";
    struct stm_string text = {0};
    struct stm_error err = {0};
    char *docs;
    size_t n;
    stm_naming_markdown(&text);
    assert_false(text.failed);
    assert_ok(stm_file_read_all(STM_SOURCE_ROOT "/docs/plates.md", 1 << 20, &docs, &n, &err), &err);
    const char *const begin = strstr(docs, mark), *const stop = strstr(docs, end);
    assert_true(begin && stop && stop > begin);
    const char *const table = begin + sizeof mark - 1;
    if ((size_t)(stop - table) != text.length || memcmp(table, text.text, text.length) != 0)
        fail_msg("docs/plates.md should say between its marks:\n%s", text.text);
    free(docs);
    stm_string_free(&text);
}

/* The example that docs/plates.md explains. */
static void the_example_of_a_pattern_is_true(void **state)
{
    (void)state;
    static struct stm_namer namer;
    struct stm_filename name;
    struct stm_error err = {0};
    assert_ok(stm_namer_make_pattern(&namer, "Day{t}/{plate}_{well}_f{site}_{channel}", &err), &err);
    assert_true(stm_namer_read(&namer, "2026-11-20/Day3/donor7_B02_f12_Hoechst.tif", &name));
    assert_string_equal(name.plate, "donor7");
    assert_string_equal(name.well, "B02");
    assert_string_equal(name.site, "12");
    assert_string_equal(name.channel, "Hoechst");
    assert_int_equal(name.timepoint, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_say_what_they_say),
        cmocka_unit_test(every_example_is_in_the_cases_and_belongs_to_its_own_convention_first),
        cmocka_unit_test(ordinary_names_follow_no_convention),
        cmocka_unit_test(hostile_text_is_made_safe),
        cmocka_unit_test(a_plain_file_is_a_site),
        cmocka_unit_test(the_documentation_is_the_table),
        cmocka_unit_test(the_example_of_a_pattern_is_true),
    };
    return STM_TEST_MAIN(tests);
}
