/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TIFF files made to hang, crash or fill the memory: each gets a sentence with the numbers. */
#include "tests/support/stm_assert.h"

#include "pipeline/io/tiff_pages.h"
#include "tests/support/read_image.h"
#include "tests/support/tiff_file.h"
#include "tests/support/tmpdir.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

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

/* --- files of single directories, little endian --- */

enum { SHORT = 3, LONG = 4 };

struct entry {
    uint16_t tag, type;
    uint32_t count, value;
};

enum { WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, OFFSET, SAMPLES, ROWS, BYTES, ENTRIES };

/* A sound 8 x 8 grey page whose pixels follow the directory. */
static const struct entry sound[ENTRIES] = {
    {256, LONG, 1, 8},  {257, LONG, 1, 8},  {258, SHORT, 1, 8},
    {259, SHORT, 1, 1}, {262, SHORT, 1, 1}, {273, LONG, 1, 8 + 2 + 12 * ENTRIES + 4},
    {277, SHORT, 1, 1}, {278, LONG, 1, 8},  {279, LONG, 1, 64}};

static const char *write_page(const struct entry *entries, uint32_t next, size_t pixels)
{
    const char *path = in_folder(folder, "page.tif");
    const uint16_t count = ENTRIES;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite("II\x2a\0\x08\0\0\0", 1, 8, file);
    fwrite(&count, 2, 1, file);
    fwrite(entries, sizeof *entries, ENTRIES, file);
    fwrite(&next, 4, 1, file);
    for (size_t i = 0; i < pixels; i++)
        fputc((int)i, file);
    fclose(file);
    return path;
}

static const char *changed(int field, uint32_t value)
{
    struct entry entries[ENTRIES];
    memcpy(entries, sound, sizeof entries);
    entries[field].value = value;
    if (value > 65535) entries[field].type = LONG;
    return write_page(entries, 0, 64);
}

static const char *square(uint32_t side, uint32_t compression, uint32_t bytes)
{
    struct entry entries[ENTRIES];
    memcpy(entries, sound, sizeof entries);
    entries[WIDTH].value = entries[HEIGHT].value = entries[ROWS].value = side;
    entries[COMPRESSION].value = compression;
    entries[BYTES].value = bytes;
    return write_page(entries, 0, bytes);
}

static void the_sound_page_is_read(void **state)
{
    (void)state;
    struct loaded it = loaded_plane(write_page(sound, 0, 64), 0, 0, 0);
    assert_int_equal(loaded_pixel(&it, 3, 2), 19);
    loaded_close(&it);
}

static void contradictory_sizes_are_refused(void **state)
{
    (void)state;
    expect_refused(changed(WIDTH, 0), "zero");
    expect_refused(changed(WIDTH, 1u << 21), "2097152 x 8 pixels; at most 1048576 a side");
    expect_refused(square(50000, 1, 64), "50000 x 50000 pixels; at most");
    expect_refused(square(40000, 1, 64), "40000 x 40000 pixels in 1600000000 bytes, but the whole file has");
    expect_refused(square(40000, 8, 1000), "the whole file has");
    expect_refused(square(40000, 5, 1000), "the whole file has");
    expect_refused(changed(BITS, 0), "zero");
    expect_refused(changed(BITS, 65), "65 bits per sample");
    expect_refused(changed(SAMPLES, 0), "");
    expect_refused(changed(PHOTOMETRIC, 77), "photometric interpretation 77");
    expect_refused(changed(PHOTOMETRIC, 2), "RGB with 1 sample");
    expect_refused(changed(COMPRESSION, 34712), "JPEG 2000, which cannot be decoded");
    expect_refused(changed(COMPRESSION, 9999), "compression 9999");
    expect_refused(changed(OFFSET, 0), "never written");
    expect_refused(changed(OFFSET, 4000), "position 4000, but the file ends at 186");
}

/* CCITT data are so dense that the size of the file says nothing: the strip is refused for its own size. */
static void huge_strips_are_refused_with_the_numbers(void **state)
{
    struct entry entries[ENTRIES];
    (void)state;
    memcpy(entries, sound, sizeof entries);
    entries[WIDTH].value = 40000;
    entries[HEIGHT].value = entries[ROWS].value = 53000;
    entries[COMPRESSION].value = 34925; /* LZMA */
    expect_refused(write_page(entries, 0, 64),
                   "strips of 40000 x 53000 pixels, 2120000000 bytes each; up to 268435456");
}

static void tiles_far_beyond_the_picture_are_refused(void **state)
{
    const uint8_t px[4] = {0};
    const struct tiff_page page = {
        .w = 2, .h = 2, .photometric = 1, .compression = 8, .tile = 4112, .px = px};
    const char *path = in_folder(folder, "tile.tif");
    (void)state;
    tiff_file_write(path, "w", &page, 1);
    expect_refused(path, "1 tiles of 4112 x 4112 pixels for a picture of 2 x 2");
}

static void cut_files_are_refused(void **state)
{
    const char *path = write_page(sound, 0, 64);
    (void)state;
    for (off_t keep = 185; keep > 8; keep -= 11) {
        assert_int_equal(truncate(path, keep), 0);
        expect_refused(path, "");
    }
}

/* --- chains of pages --- */

static void loops_end_and_are_said(void **state)
{
    (void)state;
    struct loaded it = loaded_plane(write_page(sound, 8, 64), 0, 0, 0);
    assert_true(it.info->t == 1 && it.info->z == 1 && it.info->channels == 1);
    assert_non_null(strstr(it.info->remark, "loop"));
    loaded_close(&it);
    it = loaded_open(write_page(sound, 123456, 64));
    assert_int_equal(it.info->t, 1);
    assert_non_null(
        strstr(it.info->remark, "page 2 should begin at byte 123456, beyond the end of the file at 186"));
    loaded_close(&it);
}

/* Three pages, the third points back to the second. */
static void long_loops_keep_each_page_once(void **state)
{
    const uint8_t px[4] = {0};
    struct tiff_page page[3];
    const char *path = in_folder(folder, "loop.tif");
    unsigned long n;
    uint32_t at[4];
    (void)state;
    for (int i = 0; i < 3; i++)
        page[i] = (struct tiff_page){.w = 2, .h = 2, .photometric = 1, .px = px};
    tiff_file_write(path, "wl", page, 3);
    char *bytes = stm_tmpdir_read(folder, "loop.tif", &n);
    memcpy(at, bytes + 4, 4);
    for (int i = 0; i < 3; i++) { /* the offset of the next directory is behind its entries */
        uint16_t entries;
        memcpy(&entries, bytes + at[i], 2);
        if (i == 2) memcpy(bytes + at[i] + 2 + 12 * entries, at + 1, 4);
        memcpy(at + i + 1, bytes + at[i] + 2 + 12 * entries, 4);
    }
    FILE *file = fopen(path, "wb");
    fwrite(bytes, 1, n, file);
    fclose(file);
    free(bytes);
    struct loaded it = loaded_open(path);
    assert_int_equal(it.info->t, 3);
    assert_non_null(strstr(it.info->remark, "loop"));
    loaded_close(&it);
}

/* --- bombs --- */

static long peak_kilobytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* 4000 x 4000 pixels of nothing in a few kilobytes: read in strips, so that the plane is all the memory it
 * takes. */
static void bombs_are_read_in_small_pieces(void **state)
{
    enum { SIDE = 4000 };
    uint16_t *px = malloc((size_t)SIDE * SIDE * 2);
    const struct tiff_page page = {
        .w = SIDE, .h = SIDE, .bits = 16, .photometric = 1, .compression = 8, .strip = 16, .px = px};
    const char *path = in_folder(folder, "bomb.tif");
    struct stm_error err = {0};
    struct stm_image *image;
    (void)state;
    assert_non_null(px);
    memset(px, 0, (size_t)SIDE * SIDE * 2);
    tiff_file_write(path, "w", &page, 1);
    memset(px, 1, (size_t)SIDE * SIDE * 2);
    const long before = peak_kilobytes();
    assert_ok(stm_image_open(&image, path, &err), &err);
    assert_ok(stm_image_read(image, 0, 0, 0, (struct stm_u16){px, SIDE, SIDE, SIDE}, NULL, &err), &err);
    assert_true(peak_kilobytes() - before < 2048);
    assert_true(px[0] == 0 && px[(size_t)SIDE * SIDE - 1] == 0);
    stm_image_close(&image);
    free(px);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sound_page_is_read),
        cmocka_unit_test(contradictory_sizes_are_refused),
        cmocka_unit_test(huge_strips_are_refused_with_the_numbers),
        cmocka_unit_test(tiles_far_beyond_the_picture_are_refused),
        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(loops_end_and_are_said),
        cmocka_unit_test(long_loops_keep_each_page_once),
        cmocka_unit_test(bombs_are_read_in_small_pieces),
    };
    return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
