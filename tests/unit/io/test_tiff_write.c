/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Written images are read back by libtiff. */
#include "tests/support/stm_assert.h"

#include "pipeline/io/tiff_write.h"

#include <stdlib.h>
#include <tiffio.h>
#include <unistd.h>

/* 701 pixels of 16 bits are 93 rows a strip: three strips, the last one cut short. */
enum { W = 701, H = 201, STRIDE = 710 };

static uint16_t *picture(unsigned seed)
{
    uint16_t *const px = malloc(sizeof *px * STRIDE * H);
    uint32_t r = seed;
    for (int i = 0; i < STRIDE * H; i++) {
        r = r * 1664525u + 1013904223u;
        px[i] = (uint16_t)(i % STRIDE + (r >> 24));
    }
    return px;
}

static char *temporary(char *path)
{
    strcpy(path, "/tmp/stm_tiff_XXXXXX");
    close(mkstemp(path));
    return path;
}

static void check_rows(TIFF *tif, const void *px, size_t stride, size_t row, int h)
{
    assert_int_equal(TIFFScanlineSize(tif), row);
    uint8_t *const back = malloc(row);
    for (int y = 0; y < h; y++) {
        assert_int_equal(TIFFReadScanline(tif, back, (uint32_t)y, 0), 1);
        assert_memory_equal(back, (const uint8_t *)px + (size_t)y * stride, row);
    }
    free(back);
}

static void check_planes(enum stm_tiff_pack pack, int compression)
{
    struct stm_error err = {0};
    char path[32];
    uint16_t *const a = picture(1), *const b = picture(2);
    const struct stm_tiff_page pages[] = {stm_tiff_u16((struct stm_cu16){a, STRIDE, W, H}, "Hoechst <1>"),
                                          stm_tiff_u16((struct stm_cu16){b, STRIDE, W, H}, "PI")};
    const struct stm_tiff tiff = {pages, 2, pack, 0.3112, 12, true};
    assert_ok(stm_tiff_write(temporary(path), &tiff, &err), &err);
    TIFF *const tif = TIFFOpen(path, "r");
    assert_non_null(tif);
    uint16_t got = 0, bits = 0;
    float resolution = 0;
    char *text = NULL;
    assert_true(TIFFGetField(tif, TIFFTAG_COMPRESSION, &got) && got == compression);
    assert_true(TIFFGetField(tif, TIFFTAG_BITSPERSAMPLE, &bits) && bits == 16);
    assert_true(TIFFGetField(tif, TIFFTAG_RESOLUTIONUNIT, &got) && got == RESUNIT_CENTIMETER);
    assert_true(TIFFGetField(tif, TIFFTAG_XRESOLUTION, &resolution));
    assert_near(1e4 / resolution, 0.3112, 1e-6);
    assert_true(TIFFGetField(tif, TIFFTAG_IMAGEDESCRIPTION, &text));
    assert_non_null(strstr(text, "PhysicalSizeX=\"0.3112\""));
    assert_non_null(strstr(text, "SignificantBits=\"12\""));
    assert_non_null(strstr(text, "Name=\"Hoechst &lt;1&gt;\""));
    check_rows(tif, a, 2 * STRIDE, 2 * W, H);
    assert_true(TIFFReadDirectory(tif));
    check_rows(tif, b, 2 * STRIDE, 2 * W, H);
    assert_false(TIFFReadDirectory(tif));
    TIFFClose(tif);
    remove(path);
    free(a);
    free(b);
}

static void planes_come_back_from_every_packing(void **state)
{
    (void)state;
    check_planes(STM_TIFF_NONE, COMPRESSION_NONE);
    check_planes(STM_TIFF_LZW, COMPRESSION_LZW);
    check_planes(STM_TIFF_DEFLATE, COMPRESSION_ADOBE_DEFLATE);
}

static void colour_comes_back_without_description(void **state)
{
    (void)state;
    struct stm_error err = {0};
    char path[32];
    uint8_t px[3 * 5 * 4];
    for (size_t i = 0; i < sizeof px; i++)
        px[i] = (uint8_t)(7 * i);
    const struct stm_tiff_page page = stm_tiff_rgb((struct stm_cu8){px, 15, 15, 4});
    assert_ok(stm_tiff_write(temporary(path),
                             &(struct stm_tiff){.pages = &page, .n_pages = 1, .pack = STM_TIFF_DEFLATE},
                             &err),
              &err);
    TIFF *const tif = TIFFOpen(path, "r");
    assert_non_null(tif);
    uint16_t photometric = 0;
    char *text = NULL;
    float resolution = 0;
    assert_true(TIFFGetField(tif, TIFFTAG_PHOTOMETRIC, &photometric) && photometric == PHOTOMETRIC_RGB);
    assert_false(TIFFGetField(tif, TIFFTAG_IMAGEDESCRIPTION, &text));
    assert_false(TIFFGetField(tif, TIFFTAG_XRESOLUTION, &resolution));
    check_rows(tif, px, 15, 15, 4);
    TIFFClose(tif);
    remove(path);
}

static void check_labels(uint32_t most, int bits)
{
    struct stm_error err = {0};
    char path[32];
    const uint32_t labels[8] = {0, 1, 2, 99, 3, most, 0, 99}; /* the fourth column is outside the view */
    assert_ok(stm_tiff_write_labels(temporary(path), (struct stm_cu32){labels, 4, 3, 2}, 0, &err), &err);
    TIFF *const tif = TIFFOpen(path, "r");
    assert_non_null(tif);
    uint16_t got = 0;
    assert_true(TIFFGetField(tif, TIFFTAG_BITSPERSAMPLE, &got) && got == bits);
    uint32_t row[3] = {0};
    assert_int_equal(TIFFReadScanline(tif, row, 0, 0), 1);
    assert_int_equal(TIFFReadScanline(tif, row, 1, 0), 1);
    assert_int_equal(bits == 32 ? row[1] : ((const uint16_t *)row)[1], most);
    TIFFClose(tif);
    remove(path);
}

static void labels_take_32_bits_only_when_needed(void **state)
{
    (void)state;
    check_labels(65535, 16);
    check_labels(65536, 32);
}

static void bytes_before_stay_and_bad_pages_are_refused(void **state)
{
    (void)state;
    struct stm_error err = {0};
    struct stm_bytes bytes = {0};
    const uint8_t px[4] = {1, 2, 3, 4};
    const struct stm_tiff_page pages[] = {stm_tiff_u8((struct stm_cu8){px, 2, 2, 2}, NULL),
                                          stm_tiff_u8((struct stm_cu8){px, 1, 1, 4}, NULL)};
    stm_bytes_add(&bytes, "before", 6);
    assert_ok(stm_tiff_encode(&bytes, &(struct stm_tiff){.pages = pages, .n_pages = 1}, &err), &err);
    assert_memory_equal(bytes.data, "beforeII*", 9);
    assert_fails(stm_tiff_encode(&bytes, &(struct stm_tiff){.pages = pages, .n_pages = 2}, &err), &err,
                 "page 2");
    assert_fails(stm_tiff_encode(&bytes, &(struct stm_tiff){.pages = pages, .n_pages = 0}, &err), &err,
                 "one page");
    stm_bytes_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planes_come_back_from_every_packing),
        cmocka_unit_test(colour_comes_back_without_description),
        cmocka_unit_test(labels_take_32_bits_only_when_needed),
        cmocka_unit_test(bytes_before_stay_and_bad_pages_are_refused),
    };
    return STM_TEST_MAIN(tests);
}
