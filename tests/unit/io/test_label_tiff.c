/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/io/label_tiff.h"

#include <stdlib.h>
#include <tiffio.h>
#include <unistd.h>

enum { MAX_SEGMENTS = 4096 };

/* Rows full of runs whose lengths cover all match lengths and both sides of the longest, from a fixed
 * sequence. */
static size_t make_segments(struct stm_segment *s, int w, int h, uint32_t first_label)
{
    uint32_t seed = 1;
    size_t n = 0;
    for (int y = 0; y < h; y++)
        for (int x = (int)(seed >> 16) % 300; x < w && n < MAX_SEGMENTS; n++) {
            seed = seed * 1664525u + 1013904223u;
            const int length = 1 + (int)(seed >> 20) % 520, end = x + length < w ? x + length : w;
            s[n] = (struct stm_segment){y, x, end, first_label + (uint32_t)n};
            x = end + (int)(seed >> 8) % 5 * ((int)(seed >> 12) % 130);
        }
    return n;
}

static uint32_t value_at(const void *row, int x, int bits)
{
    return bits == 16 ? ((const uint16_t *)row)[x] : ((const uint32_t *)row)[x];
}

static void check_row(const void *row, int bits, const struct stm_segment *s, size_t n, int w, int y)
{
    uint32_t *const expected = calloc((size_t)w, sizeof *expected);
    for (size_t i = 0; i < n; i++)
        for (int x = s[i].x0; s[i].y == y && x < s[i].x1; x++)
            expected[x] = s[i].label;
    for (int x = 0; x < w; x++)
        if (value_at(row, x, bits) != expected[x])
            fail_msg("(%d, %d) is %u, not %u", x, y, value_at(row, x, bits), expected[x]);
    free(expected);
}

/* Encodes, lets libtiff decode, compares every pixel; libtiff also verifies the checksums. */
static void round_trip(int w, int h, const struct stm_segment *s, size_t n, int bits)
{
    char path[] = "label_tiff_XXXXXX";
    struct stm_bytes bytes = {0};
    struct stm_error err = {0};
    const struct stm_label_tiff image = {w, h, s, n, 0.65, "labels"};
    assert_ok(stm_label_tiff_encode(&bytes, &image, &err), &err);
    const int fd = mkstemp(path);
    assert_int_equal(write(fd, bytes.data, bytes.length), bytes.length);
    close(fd);
    TIFF *const tif = TIFFOpen(path, "r");
    assert_non_null(tif);
    uint32_t width = 0, height = 0;
    uint16_t depth = 0;
    float resolution = 0;
    TIFFGetField(tif, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tif, TIFFTAG_IMAGELENGTH, &height);
    TIFFGetField(tif, TIFFTAG_BITSPERSAMPLE, &depth);
    TIFFGetField(tif, TIFFTAG_XRESOLUTION, &resolution);
    assert_true((int)width == w && (int)height == h && depth == bits);
    assert_near(resolution, 10000 / 0.65, 0.1);
    void *const row = malloc(4 * (size_t)w);
    for (int y = 0; y < h; y++) {
        assert_int_equal(TIFFReadScanline(tif, row, (uint32_t)y, 0), 1);
        check_row(row, bits, s, n, w, y);
    }
    free(row);
    TIFFClose(tif);
    unlink(path);
    stm_bytes_free(&bytes);
}

static void labels_are_read_back(void **state)
{
    (void)state;
    static struct stm_segment s[MAX_SEGMENTS];
    static const int sizes[][2] = {{1, 1}, {3, 2}, {259, 3}, {1000, 40}, {1537, 700}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const int w = sizes[i][0], h = sizes[i][1];
        round_trip(w, h, s, make_segments(s, w, h, 1), 16);
        round_trip(w, h, s, make_segments(s, w, h, 70000), 32);
    }
}

static void an_empty_image_is_tiny(void **state)
{
    (void)state;
    struct stm_bytes bytes = {0};
    struct stm_error err = {0};
    const struct stm_label_tiff image = {.width = 2048, .height = 2048, .description = "labels"};
    assert_ok(stm_label_tiff_encode(&bytes, &image, &err), &err);
    assert_true(bytes.length < 20000); /* 8 MB / 258 matches of 3 bits, and headers */
    stm_bytes_free(&bytes);
    round_trip(2048, 2048, NULL, 0, 16);
}

static void the_boundary_between_16_and_32_bits(void **state)
{
    (void)state;
    round_trip(9, 1, &(struct stm_segment){0, 2, 5, 65535}, 1, 16);
    round_trip(9, 1, &(struct stm_segment){0, 2, 5, 65536}, 1, 32);
}

static void broken_segments_are_refused(void **state)
{
    (void)state;
    static const struct stm_segment outside[] = {{0, 2, 11, 1}}, unordered[] = {{1, 0, 2, 1}, {0, 0, 2, 1}},
                                    overlap[] = {{0, 0, 3, 1}, {0, 2, 4, 2}};
    const struct stm_label_tiff images[] = {{10, 2, outside, 1, 0, "labels"},
                                            {10, 2, unordered, 2, 0, "labels"},
                                            {10, 2, overlap, 2, 0, "labels"}};
    struct stm_bytes bytes = {0};
    struct stm_error err = {0};
    for (int i = 0; i < 3; i++)
        assert_fails(stm_label_tiff_encode(&bytes, &images[i], &err), &err, "out of order or outside");
    stm_bytes_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_read_back),
        cmocka_unit_test(an_empty_image_is_tiny),
        cmocka_unit_test(the_boundary_between_16_and_32_bits),
        cmocka_unit_test(broken_segments_are_refused),
    };
    return STM_TEST_MAIN(tests);
}
