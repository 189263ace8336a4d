/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file whose pages mean nothing to anyone: time points, or the channels that --channels names by position.
 */
#include "tests/support/stm_assert.h"

#include "pipeline/intake.h"
#include "pipeline/io/tiff_write.h"
#include "tests/support/tmpdir.h"

#include <stdio.h>
#include <stdlib.h>

enum { W = 16, H = 8, PAGES = 3 };

struct intake {
    char *folder, path[4096];
    struct stm_plan plan;
    struct stm_intake input;
};

/* PAGES planes, of which page i has 100 (i + 1) everywhere, and no description. */
static void write_pages(const char *path)
{
    static uint16_t px[PAGES][W * H];
    struct stm_tiff_page page[PAGES];
    struct stm_error err;
    for (int i = 0; i < PAGES; i++) {
        for (int k = 0; k < W * H; k++)
            px[i][k] = (uint16_t)(100 * (i + 1));
        page[i] = stm_tiff_u16((struct stm_cu16){px[i], W, W, H}, NULL);
    }
    const struct stm_tiff tiff = {.pages = page, .n_pages = PAGES};
    assert_ok(stm_tiff_write(path, &tiff, &err), &err);
}

static bool open_intake(struct intake *t, const char *channels, struct stm_error *err)
{
    const char *const paths[] = {t->path};
    t->folder = stm_tmpdir_create();
    snprintf(t->path, sizeof t->path, "%s/pages.tif", t->folder);
    write_pages(t->path);
    assert_ok(stm_plan_begin(&t->plan, "fluorescence", err), err);
    assert_ok(stm_plan_set(&t->plan, "input.channels", channels, err), err);
    return stm_intake_open(&t->input, paths, 1, &t->plan, err);
}

static void close_intake(struct intake *t)
{
    stm_intake_free(&t->input);
    stm_plan_free(&t->plan);
    stm_tmpdir_remove(t->folder);
}

/* The light of each plane of the first site. */
static void load(struct intake *t, int *light, int channels)
{
    const struct stm_intake_site *const from = &t->input.sites[0];
    uint16_t px[STM_MAX_CHANNELS][W * H];
    struct stm_site site = {.row = from->row, .geo = from->geo};
    struct stm_arena scratch;
    struct stm_error err;
    for (int c = 0; c < channels; c++)
        site.plane[c] = (struct stm_u16){px[c], W, W, H};
    assert_ok(stm_arena_create(&scratch, stm_intake_scratch_bytes(from) + 4096, &err), &err);
    assert_ok(stm_intake_load(from, STM_Z_MAX, &site, &scratch, &err), &err);
    for (int c = 0; c < channels; c++)
        light[c] = px[c][W * H - 1];
    stm_arena_destroy(&scratch);
}

static void pages_are_the_channels_that_are_named(void **state)
{
    struct intake t;
    struct stm_error err;
    int light[3];
    (void)state;
    assert_ok(open_intake(&t, "dead,other,nuclei", &err), &err);
    assert_int_equal(t.input.n_sites, 1);
    assert_int_equal(t.input.n_roles, 3);
    load(&t, light, 3);
    for (int c = 0; c < 3; c++)
        assert_int_equal(light[c], t.input.roles[c] == STM_ROLE_DEAD     ? 100
                                   : t.input.roles[c] == STM_ROLE_NUCLEI ? 300
                                                                         : 200);
    close_intake(&t);
}

static void pages_are_times_when_one_channel_is_named(void **state)
{
    struct intake t;
    struct stm_error err;
    int light;
    (void)state;
    assert_ok(open_intake(&t, "nuclei", &err), &err);
    assert_int_equal(t.input.n_sites, PAGES);
    assert_int_equal(t.input.n_roles, 1);
    load(&t, &light, 1);
    assert_int_equal(light, 100);
    close_intake(&t);
}

static void another_number_of_channels_is_refused(void **state)
{
    struct intake t;
    struct stm_error err;
    (void)state;
    const bool good = open_intake(&t, "nuclei,dead", &err);
    if (good) {
        assert_int_equal(t.input.sites[0].row.verdict, STM_VERDICT_FAILED);
        assert_non_null(strstr(t.input.sites[0].row.reason, "2 are named"));
    } else {
        assert_non_null(strstr(err.message, "2 are named"));
    }
    close_intake(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_the_channels_that_are_named),
        cmocka_unit_test(pages_are_times_when_one_channel_is_named),
        cmocka_unit_test(another_number_of_channels_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
