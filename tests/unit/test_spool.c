/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/spool.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COLUMNS = 3, OBJECTS = 5, W = 7, H = 3, LAST = STM_MAX_CHANNELS - 1 };

static char path[64];

static int setup(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/stm_spool_XXXXXX");
    const int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path) && 0;
}

static struct stm_object objects[OBJECTS];
static double values[OBJECTS * COLUMNS], site_values[2];
static struct stm_segment segments[4];
static uint8_t pixels[W * H];

static const char (*ids(const char *key))[STM_SPOOL_ID]
{
    static char id[10][STM_SPOOL_ID];
    for (int i = 0; i < 10; i++)
        snprintf(id[i], sizeof id[i], "%s %d", key, i);
    return (const char(*)[STM_SPOOL_ID])id;
}

/* A site whose every number depends on `seed`. */
static struct stm_spooled make(int seed)
{
    struct stm_spooled s = {.objects = objects,
                            .object_values = values,
                            .site_values = site_values,
                            .n_object_columns = COLUMNS,
                            .n_site_columns = 2};
    s.row.image_number = seed;
    s.row.n_objects = OBJECTS;
    snprintf(s.row.well, sizeof s.row.well, "A%02d", seed % 100);
    for (int i = 0; i < OBJECTS; i++) {
        objects[i] = (struct stm_object){.number = (uint32_t)i + 1, .cx = seed + i};
        for (int c = 0; c < COLUMNS; c++)
            values[i * COLUMNS + c] = seed * 100 + i * 10 + c;
    }
    site_values[0] = seed * 0.5;
    site_values[1] = -seed;
    for (int i = 0; i < 4; i++)
        segments[i] = (struct stm_segment){i, seed, seed + 5, (uint32_t)i + 1};
    for (int i = 0; i < W * H; i++)
        pixels[i] = (uint8_t)(seed + i);
    s.pixels = (struct stm_site_pixels){.preview = {[1] = {pixels, W, W, H}},
                                        .full = {[1] = {pixels, W, W, H - 1}, [LAST] = {pixels, W, W, H}},
                                        .shrink = 2,
                                        .segments = segments,
                                        .n_segments = 4,
                                        .cells = segments + 1,
                                        .n_cells = 3};
    return s;
}

static void check(const struct stm_spooled *s, int seed, bool with_pixels)
{
    assert_int_equal(s->row.image_number, seed);
    assert_int_equal(s->row.n_objects, OBJECTS);
    assert_true(s->objects[4].cx == seed + 4 && s->object_values[4 * COLUMNS + 2] == seed * 100 + 42);
    assert_true(s->site_values[0] == seed * 0.5 && s->row.values == s->site_values);
    if (!with_pixels) return;
    assert_int_equal(s->pixels.n_segments, 4);
    assert_int_equal(s->pixels.segments[3].x0, seed);
    assert_int_equal(s->pixels.n_cells, 3);
    assert_int_equal(s->pixels.cells[2].label, 4);
    assert_null(s->pixels.preview[0].px);
    assert_int_equal(s->pixels.preview[1].px[W * H - 1], (uint8_t)(seed + W * H - 1));
    assert_int_equal(s->pixels.shrink, 2);
    assert_null(s->pixels.full[0].px);
    assert_int_equal(s->pixels.full[1].h, H - 1);
    assert_int_equal(s->pixels.full[1].px[W * (H - 1) - 1], (uint8_t)(seed + W * (H - 1) - 1));
    assert_int_equal(s->pixels.full[LAST].px[0], (uint8_t)seed);
    assert_int_equal(s->pixels.full[LAST].px[W * H - 1], (uint8_t)(seed + W * H - 1));
}

static void records_come_back_in_any_order(void **state)
{
    (void)state;
    struct stm_spool *spool;
    struct stm_error err;
    struct stm_buffer buffer = {0};
    struct stm_spooled s;
    assert_ok(stm_spool_open(&spool, path, ids("key"), 3, &err), &err);
    for (int i = 2; i >= 0; i--) {
        s = make(i + 7);
        assert_ok(stm_spool_append(spool, i, &s, &buffer, &err), &err);
    }
    for (int i = 0; i < 3; i++) {
        assert_ok(stm_spool_read(spool, i, i % 2, &s, &buffer, &err), &err);
        check(&s, i + 7, i % 2);
    }
    s.objects[0].class = STM_CLASS_DEAD;
    s.row.verdict = STM_VERDICT_WARN;
    assert_ok(stm_spool_update(spool, 2, &s, &buffer, &err), &err);
    assert_ok(stm_spool_map(spool, &err), &err);
    assert_ok(stm_spool_view(spool, 2, &s, &err), &err);
    check(&s, 9, true);
    assert_int_equal(s.objects[0].class, STM_CLASS_DEAD);
    assert_int_equal(s.row.verdict, STM_VERDICT_WARN);
    stm_spool_forget(spool);
    stm_spool_close(&spool, true);
    assert_int_not_equal(access(path, F_OK), 0);
    stm_buffer_free(&buffer);
}

/* Writes sites 0..n-1 and leaves the file behind. */
static void write_sites(const char *key, int n)
{
    struct stm_spool *spool;
    struct stm_error err;
    struct stm_buffer buffer = {0};
    assert_ok(stm_spool_open(&spool, path, ids(key), 10, &err), &err);
    for (int i = 0; i < n; i++) {
        const struct stm_spooled s = make(i);
        assert_ok(stm_spool_append(spool, i, &s, &buffer, &err), &err);
    }
    stm_spool_close(&spool, false);
    stm_buffer_free(&buffer);
}

static int intact(const char *key)
{
    struct stm_spool *spool;
    struct stm_error err;
    int n = 0;
    assert_ok(stm_spool_open(&spool, path, ids(key), 10, &err), &err);
    for (int i = 0; i < 10; i++)
        n += stm_spool_has(spool, i);
    stm_spool_close(&spool, false);
    return n;
}

static void an_interrupted_run_keeps_whole_records_only(void **state)
{
    (void)state;
    write_sites("key", 4);
    assert_int_equal(intact("key"), 4);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    assert_int_equal(ftruncate(fileno(f), ftell(f) - 9), 0); /* the last record is torn */
    fclose(f);
    assert_int_equal(intact("key"), 3);
    assert_int_equal(intact("another protocol"), 0);
    write_sites("key", 4);
    f = fopen(path, "r+b");
    fseek(f, 200, SEEK_SET); /* in the first record */
    fputc('x', f);
    fclose(f);
    assert_int_equal(intact("key"), 3); /* only the damaged one is passed over */
}

static long file_size(void)
{
    struct stat st;
    return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

static void room_nobody_asks_for_is_taken_back(void **state)
{
    (void)state;
    struct stm_spool *spool;
    struct stm_error err;
    struct stm_buffer buffer = {0};
    struct stm_spooled s;
    write_sites("old", 9);
    const long nine = file_size();
    s = make(42);
    for (int i = 0; i < 2; i++) /* the second time it is there already */
        assert_ok(stm_spool_contribute(path, ids("new")[0], &s, &buffer, &err), &err);
    assert_true(file_size() > nine && file_size() < nine + nine / 8);
    assert_ok(stm_spool_open(&spool, path, ids("new"), 3, &err), &err);
    assert_true(stm_spool_has(spool, 0) && !stm_spool_has(spool, 1));
    assert_ok(stm_spool_read(spool, 0, true, &s, &buffer, &err), &err);
    check(&s, 42, true);
    assert_true(file_size() < nine / 8);
    s = make(43);
    assert_ok(stm_spool_contribute(path, ids("new")[1], &s, &buffer, &err), &err); /* in use: left alone */
    assert_true(file_size() < nine / 8);
    stm_spool_close(&spool, false);
    stm_buffer_free(&buffer);
}

static void what_a_report_made_of_a_row_is_taken_back(void **state)
{
    (void)state;
    struct stm_spool *spool;
    struct stm_error err;
    struct stm_buffer buffer = {0};
    struct stm_spooled s;
    write_sites("key", 2);
    assert_ok(stm_spool_open(&spool, path, ids("key"), 2, &err), &err);
    assert_ok(stm_spool_read(spool, 1, true, &s, &buffer, &err), &err);
    stm_row_flag(&s.row, STM_VERDICT_WARN, "seen once");
    assert_ok(stm_spool_update(spool, 1, &s, &buffer, &err), &err);
    stm_spool_close(&spool, false);
    for (int i = 0; i < 2; i++) {
        assert_ok(stm_spool_open(&spool, path, ids("key"), 2, &err), &err);
        assert_ok(stm_spool_read(spool, 1, true, &s, &buffer, &err), &err);
        assert_int_equal(s.row.verdict, STM_VERDICT_OK);
        assert_string_equal(s.row.reason, "");
        check(&s, 1, true);
        stm_spool_close(&spool, false);
    }
    stm_buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_come_back_in_any_order, setup, teardown),
        cmocka_unit_test_setup_teardown(an_interrupted_run_keeps_whole_records_only, setup, teardown),
        cmocka_unit_test_setup_teardown(room_nobody_asks_for_is_taken_back, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_report_made_of_a_row_is_taken_back, setup, teardown),
    };
    return STM_TEST_MAIN(tests);
}
