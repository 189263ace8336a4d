/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pages are and how large pixels are, from every kind of description. */
#include "tests/support/stm_assert.h"

#include "tests/support/read_image.h"
#include "tests/support/tiff_file.h"
#include "tests/support/tmpdir.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

enum { W = 5, H = 3, MOST = 24 };

static char *folder;

static int set_up(void **state)
{
    (void)state;
    folder = stm_tmpdir_create();
    return folder == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    stm_tmpdir_remove(folder);
    return 0;
}

static uint16_t pixels[MOST][W * H];

/* n pages; every pixel of page i is 100 + i. */
static const char *pages(const char *name, int n, struct tiff_page like)
{
    struct tiff_page page[MOST];
    const char *path = in_folder(folder, name);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < W * H; k++)
            pixels[i][k] = (uint16_t)(100 + i);
        page[i] = like;
        page[i].w = W;
        page[i].h = H;
        page[i].bits = 16;
        page[i].photometric = 1;
        page[i].px = pixels[i];
        if (i > 0) page[i].description = NULL;
    }
    tiff_file_write(path, "wl", page, n);
    return path;
}

static struct loaded described(const char *text, int n)
{
    return loaded_open(pages("described.tif", n, (struct tiff_page){.description = text}));
}

static void expect_axes(const struct loaded *it, int c, int z, int t)
{
    assert_int_equal(it->info->channels, c);
    assert_int_equal(it->info->z, z);
    assert_int_equal(it->info->t, t);
}

static void expect_page(struct loaded *it, int c, int z, int t, int page)
{
    loaded_read(it, c, z, t);
    assert_int_equal(loaded_pixel(it, 2, 1), 100 + page);
}

/* --- ImageJ --- */

static void imagej_hyperstacks_have_channels_first(void **state)
{
    (void)state;
    struct loaded it =
        described("ImageJ=1.53t\nimages=12\nchannels=3\nslices=2\nframes=2\nhyperstack=true\n", 12);
    expect_axes(&it, 3, 2, 2);
    expect_page(&it, 0, 0, 0, 0);
    expect_page(&it, 2, 0, 0, 2);
    expect_page(&it, 0, 1, 0, 3);
    expect_page(&it, 1, 1, 1, 10);
    loaded_close(&it);
    it = described("ImageJ=1.53t\nimages=4\nslices=4\n", 4);
    expect_axes(&it, 1, 4, 1);
    loaded_close(&it);
    it = described("ImageJ=1.53t\nimages=4\n", 4);
    expect_axes(&it, 1, 1, 4);
    loaded_close(&it);
}

static void imagej_units_scale_the_resolution(void **state)
{
    static const struct {
        const char *unit;
        double dots, um;
    } cases[] = {{"micron", 2, 0.5}, {"\\u00B5m", 4, 0.25}, {"um", 1.25, 0.8}, {"nm", 0.002, 0.5},
                 {"mm", 2000, 0.5},  {"pixel", 2, NAN},     {"inch", 300, NAN}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        snprintf(text, sizeof text, "ImageJ=1.53t\nunit=%s\n", cases[i].unit);
        struct loaded it = loaded_open(
            pages("unit.tif", 1, (struct tiff_page){.description = text, .dots = cases[i].dots, .unit = 1}));
        if (isnan(cases[i].um))
            assert_true(isnan(it.info->pixel_um));
        else
            assert_near(it.info->pixel_um, cases[i].um, 1e-6);
        loaded_close(&it);
    }
}

static void contradictions_are_said_and_pages_become_time_points(void **state)
{
    (void)state;
    struct loaded it = described("ImageJ=1.53t\nimages=12\nchannels=3\nslices=4\n", 5);
    expect_axes(&it, 1, 1, 5);
    assert_non_null(strstr(it.info->remark, "says 3 x 4 x 1 planes (channels, z, time), it has 5"));
    loaded_close(&it);
}

/* Files over 4 GB: one page, the other planes follow its pixels. */
static void imagej_stacks_without_pages_are_read(void **state)
{
    const char *path = pages(
        "big.tif", 1, (struct tiff_page){.description = "ImageJ=1.53t\nimages=4\nchannels=2\nslices=2\n"});
    (void)state;
    /* libtiff puts the pixels before the directory: make a file of header, directory, then all pixels, by
     * hand */
    static const uint8_t head[] = {'I', 'I', 42, 0, 8, 0, 0, 0, 10, 0};
    const uint32_t entries[10][3] = {{254 | 4 << 16, 1, 0},    {256 | 4 << 16, 1, W},
                                     {257 | 4 << 16, 1, H},    {258 | 3 << 16, 1, 16},
                                     {259 | 3 << 16, 1, 1},    {262 | 3 << 16, 1, 1},
                                     {270 | 2 << 16, 48, 134}, {273 | 4 << 16, 1, 182},
                                     {278 | 4 << 16, 1, H},    {279 | 4 << 16, 1, W * H * 2}};
    char text[48] = "ImageJ=1.53t\nimages=4\nchannels=2\nslices=2\n";
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(head, 1, sizeof head, file);
    fwrite(entries, 1, sizeof entries, file);
    fwrite("\0\0\0\0", 1, 4, file);
    fwrite(text, 1, sizeof text, file);
    for (uint16_t i = 0; i < 4; i++)
        for (int k = 0; k < W * H; k++) {
            const uint16_t v = (uint16_t)(100 + i);
            fwrite(&v, 2, 1, file);
        }
    fclose(file);
    struct loaded it = loaded_open(path);
    expect_axes(&it, 2, 2, 1);
    expect_page(&it, 0, 0, 0, 0);
    expect_page(&it, 1, 0, 0, 1);
    expect_page(&it, 0, 1, 0, 2);
    expect_page(&it, 1, 1, 0, 3);
    loaded_close(&it);
    assert_int_equal(truncate(path, 182 + 7 * W * H),
                     0); /* the last plane is cut: the file has one plane only */
    it = loaded_open(path);
    expect_axes(&it, 1, 1, 1);
    loaded_close(&it);
}

/* --- tifffile --- */

static void tifffile_shapes_are_understood(void **state)
{
    (void)state;
    struct loaded it = described("{\"shape\": [2, 3, 3, 5], \"axes\": \"ZCYX\"}", 6);
    expect_axes(&it, 3, 2, 1);
    expect_page(&it, 2, 0, 0, 2);
    expect_page(&it, 0, 1, 0, 3);
    loaded_close(&it);
    it = described("{\"shape\": [2, 3, 3, 5], \"axes\": \"CTYX\"}", 6);
    expect_axes(&it, 2, 1, 3);
    expect_page(&it, 1, 0, 0, 3);
    loaded_close(&it);
    it = described("{\"shape\": [2, 3, 3, 5]}", 6);
    expect_axes(&it, 3, 1, 2);
    assert_int_equal(it.info->unnamed_pages, 0);
    loaded_close(&it);
    it = described("{\"shape\": [4, 3, 5]}", 4);
    expect_axes(&it, 1, 1, 4);
    assert_int_equal(it.info->unnamed_pages, 4);
    assert_non_null(strstr(it.info->remark, "nothing says what its 4 pages are"));
    loaded_close(&it);
    it = described("{\"shape\": [4, 99, 5], \"axes\": \"CYX\"}", 4);
    expect_axes(&it, 1, 1, 4);
    loaded_close(&it);
}

/* --- OME-XML --- */

#define OME_HEAD                                                                                             \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><OME "                                                        \
    "xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\" UUID=\"urn:uuid:1\">"
#define PLATE                                                                                                \
    "<Plate ID=\"Plate:0\" Name=\"Batch 7\"><Well ID=\"Well:0\" Row=\"1\" Column=\"2\"><WellSample "         \
    "ID=\"W:0\">"                                                                                            \
    "<ImageRef ID=\"Image:0\"/></WellSample></Well></Plate>"

static void ome_axes_names_sizes_and_wells(void **state)
{
    (void)state;
    struct loaded it =
        described(OME_HEAD PLATE
                  "<Image ID=\"Image:0\"><Pixels DimensionOrder=\"XYZCT\" SizeX=\"5\" SizeY=\"3\" "
                  "SizeC=\"2\" SizeZ=\"3\" SizeT=\"2\" "
                  "Type=\"uint16\" SignificantBits=\"12\" PhysicalSizeX=\"325\" PhysicalSizeXUnit=\"nm\">"
                  "<Channel ID=\"a\" Name=\"DAPI\"/><Channel ID=\"b\" Name=\"PI &amp; "
                  "more\"/><TiffData/></Pixels></Image></OME>",
                  12);
    expect_axes(&it, 2, 3, 2);
    expect_page(&it, 0, 2, 0, 2);
    expect_page(&it, 1, 0, 0, 3);
    expect_page(&it, 1, 2, 1, 11);
    assert_near(it.info->pixel_um, 0.325, 1e-9);
    assert_int_equal(it.info->declared_bits, 12);
    assert_int_equal(it.scaling.true_bits, 12);
    assert_string_equal(it.info->plate, "Batch 7");
    assert_string_equal(it.info->well, "B03");
    assert_string_equal(stm_image_channel_name(it.image, 0), "DAPI");
    assert_string_equal(stm_image_channel_name(it.image, 1), "PI & more");
    assert_string_equal(stm_image_channel_name(it.image, 2), "");
    assert_string_equal(it.info->remark, "");
    loaded_close(&it);
}

static void ome_blocks_place_single_pages(void **state)
{
    (void)state;
    struct loaded it =
        described(OME_HEAD "<Image ID=\"Image:0\"><Pixels DimensionOrder=\"XYCZT\" SizeX=\"5\" SizeY=\"3\" "
                           "SizeC=\"3\" SizeZ=\"1\" SizeT=\"1\" Type=\"uint16\">"
                           "<Channel ID=\"a\"/><Channel ID=\"b\"/><Channel ID=\"c\"/>"
                           "<TiffData FirstC=\"0\" IFD=\"2\"/><TiffData FirstC=\"1\" IFD=\"0\" "
                           "PlaneCount=\"1\"/><TiffData FirstC=\"2\" IFD=\"1\"/>"
                           "</Pixels></Image></OME>",
                  3);
    expect_axes(&it, 3, 1, 1);
    expect_page(&it, 0, 0, 0, 2);
    expect_page(&it, 1, 0, 0, 0);
    expect_page(&it, 2, 0, 0, 1);
    loaded_close(&it);
}

static void ome_sets_show_what_is_in_this_file(void **state)
{
    (void)state;
    struct loaded it = described(
        OME_HEAD
        "<Image ID=\"Image:0\"><Pixels DimensionOrder=\"XYZCT\" SizeX=\"5\" SizeY=\"3\" SizeC=\"3\" "
        "SizeZ=\"2\" SizeT=\"1\" Type=\"uint16\">"
        "<Channel ID=\"a\" Name=\"red\"/><Channel ID=\"b\" Name=\"green\"/><Channel ID=\"c\" Name=\"blue\"/>"
        "<TiffData FirstC=\"0\" IFD=\"0\" PlaneCount=\"2\"><UUID "
        "FileName=\"other.ome.tif\">urn:uuid:9</UUID></TiffData>"
        "<TiffData FirstC=\"1\" IFD=\"0\" PlaneCount=\"2\"><UUID "
        "FileName=\"described.tif\">urn:uuid:8</UUID></TiffData>"
        "<TiffData FirstC=\"2\" IFD=\"2\" PlaneCount=\"2\"><UUID FileName=\"renamed.tif\"> urn:uuid:1 "
        "</UUID></TiffData>"
        "</Pixels></Image></OME>",
        4);
    expect_axes(&it, 2, 2, 1);
    expect_page(&it, 0, 1, 0, 1);
    expect_page(&it, 1, 1, 0, 3);
    assert_string_equal(stm_image_channel_name(it.image, 0), "green");
    assert_string_equal(stm_image_channel_name(it.image, 1), "blue");
    assert_non_null(strstr(it.info->remark, "holds 4 of the 6 planes of its set"));
    loaded_close(&it);
}

static void ome_missing_planes_are_said_and_refused(void **state)
{
    struct stm_error err = {0};
    (void)state;
    struct loaded it = described(
        OME_HEAD
        "<Image ID=\"Image:0\"><Pixels DimensionOrder=\"XYCZT\" SizeX=\"5\" SizeY=\"3\" SizeC=\"2\" "
        "SizeZ=\"1\" SizeT=\"2\" Type=\"uint16\">"
        "<Channel ID=\"a\"/><Channel ID=\"b\"/><TiffData IFD=\"0\" PlaneCount=\"4\"/></Pixels></Image></OME>",
        3);
    expect_axes(&it, 2, 1, 2);
    assert_non_null(strstr(it.info->remark, "1 planes of its OME-XML are missing"));
    expect_page(&it, 0, 0, 1, 2);
    assert_fails(stm_image_read(it.image, 1, 0, 1, it.out, NULL, &err), &err,
                 "channel 2, plane 1, time 2 is not in this file");
    loaded_close(&it);
}

static void ome_of_another_file_is_not_believed(void **state)
{
    static const char *const texts[] = {
        OME_HEAD
        "<Image><Pixels SizeX=\"6\" SizeY=\"3\" SizeC=\"2\" SizeZ=\"1\" SizeT=\"1\"></Pixels></Image></OME>",
        OME_HEAD "<Image><Pixels SizeX=\"5\" SizeY=\"3\" SizeC=\"2\"", /* cut */
        "<?xml version=\"1.0\"?><!DOCTYPE OME [<!ENTITY a \"aaaa\">]><OME><Image/></OME>",
        OME_HEAD "<Image><Pixels SizeX=\"5\" SizeY=\"3\" SizeC=\"1000000000\" SizeZ=\"1000000000\" "
                 "SizeT=\"1\"><TiffData FirstC=\"999999\" IFD=\"7\"/></Pixels></Image></OME>",
    };
    static const char *const words[] = {"not this file's", "is ignored: unclosed token",
                                        "is ignored: parsing aborted", "missing"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct loaded it = described(texts[i], 2);
        expect_axes(&it, 1, 1, 2);
        if (!strstr(it.info->remark, words[i])) fail_msg("remark '%s' lacks '%s'", it.info->remark, words[i]);
        loaded_close(&it);
    }
}

static void ome_may_be_in_a_file_beside(void **state)
{
    static const char only[] =
        "<OME><BinaryOnly MetadataFile=\"set.companion.ome\" UUID=\"urn:uuid:2\"/></OME>";
    (void)state;
    struct loaded it = described(only, 2);
    assert_non_null(strstr(it.info->remark, "set.companion.ome is not readable"));
    loaded_close(&it);
    stm_tmpdir_write(folder, "set.companion.ome",
                     OME_HEAD
                     "<Image ID=\"Image:0\"><Pixels DimensionOrder=\"XYCZT\" SizeX=\"5\" SizeY=\"3\" "
                     "SizeC=\"2\" SizeZ=\"1\" SizeT=\"1\"><TiffData IFD=\"0\" PlaneCount=\"2\"><UUID "
                     "FileName=\"described.tif\">urn:uuid:2</UUID></TiffData></Pixels></Image></OME>");
    it = described(only, 2);
    expect_axes(&it, 2, 1, 1);
    assert_string_equal(it.info->remark, "");
    loaded_close(&it);
}

/* --- others --- */

static void metaxpress_properties(void **state)
{
    (void)state;
    struct loaded it =
        described("<MetaData><prop id=\"Description\" type=\"string\" value=\"x&#13;&#10;\"/><PlaneInfo>"
                  "<prop id=\"spatial-calibration-x\" type=\"float\" value=\"0.6538\"/><prop "
                  "id=\"spatial-calibration-units\" type=\"string\" value=\"um\"/>"
                  "<prop id=\"camera-bit-depth\" type=\"int\" value=\"12\"/><prop id=\"_IllumSetting_\" "
                  "type=\"string\" value=\"FITC\"/></PlaneInfo></MetaData>",
                  1);
    assert_near(it.info->pixel_um, 0.6538, 1e-9);
    assert_int_equal(it.info->declared_bits, 12);
    assert_string_equal(stm_image_channel_name(it.image, 0), "FITC");
    loaded_close(&it);
}

static void resolution_tags_count_when_plausible(void **state)
{
    static const struct {
        double dots;
        int unit;
        double um;
    } cases[] = {{30769.23, 3, 0.325}, {78154, 2, 0.325}, {72, 2, NAN},    {96, 2, NAN},       {300, 2, NAN},
                 {2400, 2, NAN},       {118.11, 3, NAN},  {28.35, 3, NAN}, {30769.23, 1, NAN}, {1e9, 3, NAN}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loaded it = loaded_open(
            pages("dots.tif", 1, (struct tiff_page){.dots = cases[i].dots, .unit = cases[i].unit}));
        if (isnan(cases[i].um))
            assert_true(isnan(it.info->pixel_um));
        else
            assert_near(it.info->pixel_um, cases[i].um, 1e-5);
        loaded_close(&it);
    }
}

static void sidecars_name_channels_and_sizes(void **state)
{
    struct loaded it;
    (void)state;
    pages("side.tif", 2, (struct tiff_page){0});
    stm_tmpdir_write(folder, "side.json",
                     "{\"channels\": [\"nuclei\", \"dead\"], \"spatial_calibration\": 0.3112}");
    it = loaded_open(in_folder(folder, "side.tif"));
    expect_axes(&it, 2, 1, 1); /* two pages, two names */
    expect_page(&it, 1, 0, 0, 1);
    assert_near(it.info->pixel_um, 0.3112, 1e-12);
    assert_string_equal(stm_image_channel_name(it.image, 1), "dead");
    loaded_close(&it);
    stm_tmpdir_write(folder, "side.json",
                     "{\"channels\": [\"a\", \"b\", \"c\"], \"spatial_calibration\": 1000}");
    it = loaded_open(in_folder(folder, "side.tif"));
    expect_axes(&it, 1, 1, 2);
    assert_true(isnan(it.info->pixel_um));
    assert_non_null(strstr(it.info->remark, "1000 micrometres a pixel is not plausible"));
    assert_non_null(strstr(it.info->remark, "names 3 channels, the image has 1"));
    loaded_close(&it);
    stm_tmpdir_write(folder, "side.json", "{\"channels\": [");
    it = loaded_open(in_folder(folder, "side.tif"));
    assert_non_null(strstr(it.info->remark, "the sidecar .json is not used"));
    loaded_close(&it);
    stm_tmpdir_write(folder, "side.json", "{\"shapes\": []}");
    it = loaded_open(in_folder(folder, "side.tif"));
    assert_null(strstr(it.info->remark, "sidecar"));
    loaded_close(&it);
}

static void thumbnails_and_other_sizes_are_left_out(void **state)
{
    const uint16_t px[64] = {7};
    struct tiff_page page[] = {{.w = 4, .h = 4, .subfile = 1},
                               {.w = 8, .h = 8},
                               {.w = 4, .h = 4, .subfile = 1},
                               {.w = 8, .h = 8},
                               {.w = 5, .h = 5}};
    const char *path = in_folder(folder, "thumbs.tif");
    (void)state;
    for (int i = 0; i < 5; i++) {
        page[i].bits = 16;
        page[i].photometric = 1;
        page[i].px = px;
    }
    tiff_file_write(path, "w8", page, 5);
    struct loaded it = loaded_plane(path, 0, 0, 1);
    expect_axes(&it, 1, 1, 2);
    assert_int_equal(it.info->width, 8);
    assert_int_equal(loaded_pixel(&it, 0, 0), 7);
    assert_non_null(strstr(it.info->remark, "1 pages of another size or depth are left out"));
    loaded_close(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(imagej_hyperstacks_have_channels_first),
        cmocka_unit_test(imagej_units_scale_the_resolution),
        cmocka_unit_test(contradictions_are_said_and_pages_become_time_points),
        cmocka_unit_test(imagej_stacks_without_pages_are_read),
        cmocka_unit_test(tifffile_shapes_are_understood),
        cmocka_unit_test(ome_axes_names_sizes_and_wells),
        cmocka_unit_test(ome_blocks_place_single_pages),
        cmocka_unit_test(ome_sets_show_what_is_in_this_file),
        cmocka_unit_test(ome_missing_planes_are_said_and_refused),
        cmocka_unit_test(ome_of_another_file_is_not_believed),
        cmocka_unit_test(ome_may_be_in_a_file_beside),
        cmocka_unit_test(metaxpress_properties),
        cmocka_unit_test(resolution_tags_count_when_plausible),
        cmocka_unit_test(sidecars_name_channels_and_sizes),
        cmocka_unit_test(thumbnails_and_other_sizes_are_left_out),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
