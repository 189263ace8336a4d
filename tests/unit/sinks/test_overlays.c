/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/sinks/overlay.h"
#include "tests/support/fake_run.h"
#include "tests/support/tmpdir.h"

#include <png.h>
#include <stdlib.h>

struct picture {
    uint8_t *px; /* RGB */
    int w, h;
};

static const struct stm_fake_run plate = {
    .plate_rows = 1, .plate_cols = 3, .sites = 1, .size = 400, .shrink = 1};
static const uint8_t live[] = {0, 158, 115}, dead[] = {213, 94, 0}, ambiguous[] = {240, 228, 66},
                     debris[] = {204, 121, 167}, white[] = {255, 255, 255};

static struct picture draw(struct stm_fake_run run, const char *name)
{
    const struct stm_sink *const sinks[] = {stm_sink_find("overlays"), NULL};
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create(), path[4200];
    run.directory = dir;
    assert_ok(stm_fake_feed(&run, sinks, &err), &err);
    snprintf(path, sizeof path, "%s/overlays/%s", dir, name);
    png_image png = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&png, path));
    png.format = PNG_FORMAT_RGB;
    struct picture p = {malloc(PNG_IMAGE_SIZE(png)), (int)png.width, (int)png.height};
    assert_true(png_image_finish_read(&png, NULL, p.px, 0, NULL));
    stm_tmpdir_remove(dir);
    return p;
}

static bool is(struct picture p, int x, int y, const uint8_t *colour)
{
    return !memcmp(p.px + 3 * (y * p.w + x), colour, 3);
}

static bool is_grey(struct picture p, int x, int y)
{
    const uint8_t *const px = p.px + 3 * (y * p.w + x);
    return px[0] == px[1] && px[1] == px[2];
}

/* Longest horizontal run of one colour in a row. */
static int longest(struct picture p, int y, const uint8_t *colour)
{
    int best = 0;
    for (int x = 0, n = 0; x < p.w; x++) {
        n = is(p, x, y, colour) ? n + 1 : 0;
        if (n > best) best = n;
    }
    return best;
}

static void outlines_have_the_colour_of_the_class(void **state)
{
    (void)state;
    static const uint8_t *const colours[] = {live, live, dead, ambiguous, debris, live};
    const struct picture p = draw(plate, "A01_s1.png"); /* six objects, 40 pixels apart, 20 wide */
    assert_true(p.w == 400 && p.h > 400);
    for (int k = 0; k < 6; k++) {
        const int x = 40 * (k + 1);
        assert_true(is(p, x, 40, colours[k]) && is(p, x + 19, 40, colours[k]) &&
                    is(p, x + 10, 59, colours[k]));
        assert_true(is_grey(p, x + 1, 41) && is_grey(p, x + 10, 50) && is_grey(p, x - 1, 40) &&
                    is_grey(p, x + 10, 60));
    }
    assert_true(is_grey(p, 280, 40)); /* there is no seventh */
    free(p.px);
}

static void the_picture_below_is_the_preview(void **state)
{
    (void)state;
    const struct picture p = draw(plate, "A01_s1.png");
    const int inside = p.px[3 * (50 * p.w + 50)], outside = p.px[3 * (300 * p.w + 50)];
    assert_true(inside >= 176 && inside <= 212); /* 180 to 211 in 64 steps */
    assert_true(outside >= 32 && outside <= 56);
    free(p.px);
}

static void uncounted_objects_are_dashed(void **state)
{
    (void)state;
    struct stm_fake_run run = plate;
    run.plate_cols = 4;
    const struct picture p = draw(run, "A04_s1.png"); /* nine objects, the eighth (dead) is not counted */
    int drawn = 0;
    for (int x = 320; x < 340; x++)
        drawn += is(p, x, 40, dead);
    assert_true(drawn >= 8 && drawn <= 12);
    free(p.px);
}

static void the_dead_channel_stands_beside(void **state)
{
    (void)state;
    struct stm_fake_run run = plate;
    run.dead = true;
    const struct picture p = draw(run, "A01_s1.png");
    assert_int_equal(p.w, 804);
    assert_true(is(p, 404 + 120, 40, dead) && is(p, 404 + 40, 40, live));
    assert_true(p.px[3 * (50 * p.w + 404 + 130)] > 200); /* the dead one is bright there */
    assert_true(p.px[3 * (50 * p.w + 404 + 50)] < 40);   /* the first is not */
    free(p.px);
}

/* 400 pixels of 0.65 um are 260 um; a quarter is 65, so the bar is 50 um = 77 pixels. */
static void the_scale_bar_is_as_long_as_it_says(void **state)
{
    (void)state;
    const struct picture p = draw(plate, "A01_s1.png");
    int best = 0;
    for (int y = 360; y < 400; y++)
        if (longest(p, y, white) > best) best = longest(p, y, white);
    assert_int_equal(best, 77);
    free(p.px);
    struct stm_fake_run run = plate;
    run.hostile = true; /* pixel size unknown: no bar */
    const struct picture q = draw(run, "<img onerror=alert(1)>#%?A01_s1.png");
    for (int y = 360; y < 400; y++)
        assert_true(longest(q, y, white) == 0);
    free(q.px);
}

static void the_strip_names_what_was_found(void **state)
{
    (void)state;
    const struct picture p = draw(plate, "A01_s1.png");
    const uint8_t *const colours[] = {live, dead, ambiguous, debris};
    for (int i = 0; i < 4; i++) {
        int n = 0;
        for (int y = 400; y < p.h; y++)
            n += longest(p, y, colours[i]) == 7;
        assert_int_equal(n, 2); /* top and bottom of its swatch */
    }
    free(p.px);
}

/* Whether a line of the strip says just this. */
static bool says(struct picture p, const char *text)
{
    enum { LEFT = 4, TALL = 12 };
    struct stm_canvas line;
    struct stm_error err;
    assert_ok(stm_canvas_create(&line, p.w, TALL, STM_BLACK, &err), &err);
    stm_canvas_text(&line, LEFT, 0, 1, STM_WHITE, text);
    bool found = false;
    for (int y = 0; y + TALL <= p.h && !found; y++) {
        found = true;
        for (int i = 0; i < TALL * p.w && found; i++)
            found = (line.px[i / p.w * line.w + i % p.w] == STM_WHITE) == is(p, i % p.w, y + i / p.w, white);
    }
    stm_canvas_destroy(&line);
    return found;
}

static void long_reasons_go_on_between_words(void **state)
{
    (void)state;
    struct stm_fake_run run = plate;
    run.size = 402;
    run.shrink = 4; /* 101 pixels: 15 characters */
    const struct picture p = draw(run, "A02_s1.png");
    const char *const lines[] = {"rejected: out", "of focus: focus", "score 0.0021,",  "the plate's",
                                 "others have",   "0.0310 to",       "0.0420; refocus"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_true(says(p, lines[i]));
    assert_false(says(p, "rejected: out o"));
    free(p.px);
}

static void shrunk_previews_and_big_images(void **state)
{
    (void)state;
    struct stm_fake_run run = plate;
    run.size = 402;
    run.shrink = 4; /* 101 pixels; squares of 20 every 40 become 5 or 6 every 10 */
    const struct picture p = draw(run, "A01_s1.png");
    assert_int_equal(p.w, 101);
    assert_true(is(p, 10, 10, live) && is(p, 30, 10, dead) && is_grey(p, 17, 10) && is_grey(p, 12, 12));
    free(p.px);
    run.size = 4000;
    run.shrink = 2; /* previews of 2000 are halved again */
    const struct picture q = draw(run, "A01_s1.png");
    assert_int_equal(q.w, 1000);
    assert_true(is(q, 100, 100, live) && is(q, 300, 149, dead) && is_grey(q, 99, 100) &&
                is_grey(q, 150, 100));
    free(q.px);
}

/* Objects of 4 pixels in a preview of a quarter are 16 in the picture, and every pixel is one of the image.
 */
static void full_pictures_show_every_pixel(void **state)
{
    (void)state;
    struct stm_fake_run run = plate;
    run.size = 4000;
    run.shrink = 4;
    run.full = true;
    const struct picture p = draw(run, "A01_s1.png");
    assert_int_equal(p.w, 4000);
    assert_true(is(p, 400, 400, live) && is(p, 599, 599, live) && is(p, 1200, 400, dead));
    assert_true(p.px[3 * (500 * p.w + 500)] > 190 && p.px[3 * (500 * p.w + 399)] < 40);
    assert_true(is_grey(p, 399, 400) && is_grey(p, 600, 599));
    free(p.px);
}

static void colour_pictures_are_in_colour(void **state)
{
    (void)state;
    static const uint8_t red[64] = {200}, green[64] = {[0] = 100, [63] = 9}, blue[64] = {[0] = 50};
    struct stm_site_row site = {
        .channels = 3,
        .channel = {{.role = STM_ROLE_RED}, {.role = STM_ROLE_GREEN}, {.role = STM_ROLE_BLUE}}};
    const struct stm_site_pixels pixels = {.preview = {{red, 8, 8, 8}, {green, 8, 8, 8}, {blue, 8, 8, 8}},
                                           .shrink = 1};
    const struct stm_overlay o = stm_overlay_layout(&site, &pixels, 8);
    struct stm_canvas canvas;
    struct stm_error err = {0};
    assert_ok(stm_canvas_create(&canvas, 8, 8, STM_BLACK, &err), &err);
    assert_ok(stm_overlay_images(&o, &canvas, &err), &err);
    assert_int_equal(canvas.px[0], STM_PHOTO);
    assert_memory_equal(canvas.rgb, ((const uint8_t[]){200, 100, 50}), 3);
    assert_memory_equal(canvas.rgb + 3 * 63, ((const uint8_t[]){0, 9, 0}), 3);
    stm_canvas_destroy(&canvas);
    site.channels = 2; /* without its blue it is a grey picture */
    const struct stm_overlay grey = stm_overlay_layout(&site, &pixels, 8);
    assert_int_equal(grey.colour[0], -1);
}

static void a_run_that_stops_leaves_nothing(void **state)
{
    (void)state;
    const struct stm_sink *const sinks[] = {stm_sink_find("overlays"), NULL};
    struct stm_error err = {0};
    struct stm_fake_run run = plate;
    char *const dir = stm_tmpdir_create();
    run.directory = dir;
    run.stop_at_site = 2;
    assert_false(stm_fake_feed(&run, sinks, &err));
    assert_int_equal(stm_tmpdir_count(dir, "."), 0);
    stm_tmpdir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outlines_have_the_colour_of_the_class),
        cmocka_unit_test(the_picture_below_is_the_preview),
        cmocka_unit_test(uncounted_objects_are_dashed),
        cmocka_unit_test(the_dead_channel_stands_beside),
        cmocka_unit_test(the_scale_bar_is_as_long_as_it_says),
        cmocka_unit_test(the_strip_names_what_was_found),
        cmocka_unit_test(long_reasons_go_on_between_words),
        cmocka_unit_test(shrunk_previews_and_big_images),
        cmocka_unit_test(full_pictures_show_every_pixel),
        cmocka_unit_test(colour_pictures_are_in_colour),
        cmocka_unit_test(a_run_that_stops_leaves_nothing),
    };
    return STM_TEST_MAIN(tests);
}
