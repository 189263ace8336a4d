/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "tests/support/fake_run.h"
#include "tests/support/tmpdir.h"

#include <png.h>
#include <stdlib.h>
#include <tiffio.h>

static const struct stm_fake_run plate = {
    .plate_rows = 1, .plate_cols = 3, .sites = 2, .size = 400, .shrink = 2, .dead = true, .mask = true};

static bool feed(struct stm_fake_run run, char *dir, struct stm_error *err)
{
    const struct stm_sink *const sinks[] = {stm_sink_find("labels"), NULL};
    run.directory = dir;
    return stm_fake_feed(&run, sinks, err);
}

/* What the fixture says of pixel (x, y): the number of its square, 0 outside and for debris (every fifth). */
static int truth(int x, int y, int n_objects)
{
    const int column = x / 40 - 1, line = y / 40 - 1, number = 1 + column + 8 * line;
    const bool inside =
        column >= 0 && column < 8 && line >= 0 && x % 40 < 20 && y % 40 < 20 && number <= n_objects;
    return inside && number % 5 ? number : 0;
}

static void labels_are_the_object_numbers(void **state)
{
    (void)state;
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create(), path[4200];
    assert_ok(feed(plate, dir, &err), &err);
    assert_int_equal(stm_tmpdir_count(dir, "labels"), 2 * 5); /* six sites, one of which could not be read */
    assert_int_equal(stm_tmpdir_count(dir, "."), 1);
    snprintf(path, sizeof path, "%s/labels/A02_s2_nuclei.tif", dir);
    TIFF *const tif = TIFFOpen(path, "r");
    assert_non_null(tif);
    uint16_t row[400];
    for (int y = 0; y < 400; y++) {
        assert_int_equal(TIFFReadScanline(tif, row, (uint32_t)y, 0), 1);
        for (int x = 0; x < 400; x++)
            assert_int_equal(row[x], truth(x, y, 9)); /* image 4 has 9 objects */
    }
    TIFFClose(tif);
    stm_tmpdir_remove(dir);
}

/* Beside nuclei, with their numbers. */
static void cells_have_an_image_of_their_own(void **state)
{
    (void)state;
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create(), path[4200];
    struct stm_fake_run run = plate;
    uint16_t row[400];
    run.bodies = true;
    assert_ok(feed(run, dir, &err), &err);
    assert_int_equal(stm_tmpdir_count(dir, "labels"), 3 * 5);
    snprintf(path, sizeof path, "%s/labels/A02_s2_cells.tif", dir);
    TIFF *const tif = TIFFOpen(path, "r");
    assert_non_null(tif);
    for (uint32_t y = 0; y <= 50; y++)
        assert_int_equal(TIFFReadScanline(tif, row, y, 0), 1);
    assert_int_equal(row[40], 1);
    assert_int_equal(row[4 * 40 + 40], 5); /* debris has a body here: what is kept is the stage's business */
    TIFFClose(tif);
    stm_tmpdir_remove(dir);
}

static void foreground_is_the_mask(void **state)
{
    (void)state;
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create(), path[4200];
    assert_ok(feed(plate, dir, &err), &err);
    snprintf(path, sizeof path, "%s/labels/A01_s1_foreground.png", dir);
    png_image png = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&png, path));
    assert_true(png.width == 400 && png.height == 400);
    png.format = PNG_FORMAT_GRAY;
    uint8_t *const px = malloc(400 * 400);
    assert_true(png_image_finish_read(&png, NULL, px, 0, NULL));
    assert_int_equal(px[40 * 400 + 40], 255);
    assert_int_equal(px[59 * 400 + 59], 255);
    assert_int_equal(px[60 * 400 + 59], 0);
    assert_int_equal(px[0], 0);
    free(px);
    stm_tmpdir_remove(dir);
}

static void a_run_that_stops_leaves_nothing(void **state)
{
    (void)state;
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create();
    struct stm_fake_run run = plate;
    run.stop_at_site = 5;
    assert_false(feed(run, dir, &err));
    assert_int_equal(stm_tmpdir_count(dir, "."), 0);
    stm_tmpdir_remove(dir);
}

/* Also what a run that was killed left behind does not get in. */
static void leftovers_are_cleared(void **state)
{
    (void)state;
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create(), command[8400];
    snprintf(command, sizeof command, "mkdir %s/.labels.part && touch %s/.labels.part/old_nuclei.tif", dir,
             dir);
    assert_int_equal(system(command), 0);
    assert_ok(feed(plate, dir, &err), &err);
    assert_int_equal(stm_tmpdir_count(dir, "labels"), 2 * 5);
    assert_null(stm_tmpdir_read(dir, "labels/old_nuclei.tif", NULL));
    stm_tmpdir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_the_object_numbers), cmocka_unit_test(cells_have_an_image_of_their_own),
        cmocka_unit_test(foreground_is_the_mask),        cmocka_unit_test(a_run_that_stops_leaves_nothing),
        cmocka_unit_test(leftovers_are_cleared),
    };
    return STM_TEST_MAIN(tests);
}
