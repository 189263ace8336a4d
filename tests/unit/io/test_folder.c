/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"
#include "tests/support/tmpdir.h"

#include "pipeline/io/folder.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_image(const char *path)
{
    static const char *const extensions[] = {"tif", "png", NULL};
    return stm_folder_has_extension(path, extensions);
}

static const char *const companions[] = {"txt", NULL};
static const char *const left[] = {"labels", ".zarr", NULL};
static const struct stm_folder_rules rules = {is_image, companions, left, "_thumb", 4, 100, 64};

struct listing {
    struct stm_lines files, notes;
    char *folder;
    struct stm_error err;
};

static int set_up(void **state)
{
    struct listing *const l = calloc(1, sizeof *l);
    l->folder = stm_tmpdir_create();
    *state = l;
    return 0;
}

static int tear_down(void **state)
{
    struct listing *const l = *state;
    stm_tmpdir_remove(l->folder);
    stm_lines_free(&l->files);
    stm_lines_free(&l->notes);
    free(l);
    return 0;
}

static void expect_files(const struct listing *l, const char *const *names, size_t n)
{
    assert_int_equal(l->files.n, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(l->files.line[i] + strlen(l->folder) + 1, names[i]);
}

static bool notes_say(const struct listing *l, const char *words)
{
    for (size_t i = 0; i < l->notes.n; i++)
        if (strstr(l->notes.line[i], words)) return true;
    return false;
}

static void files_come_sorted_from_all_folders(void **state)
{
    struct listing *const l = *state;
    static const char *const made[] = {"b/2.tif", "b/10.TIF", "a.png", "b/c/d/1.tif", "Z.tif", "b.tif"};
    static const char *const expected[] = {"Z.tif", "a.png", "b.tif", "b/10.TIF", "b/2.tif", "b/c/d/1.tif"};
    for (size_t i = 0; i < 6; i++)
        stm_tmpdir_write(l->folder, made[i], "");
    assert_ok(stm_folder_list(l->folder, &rules, &l->files, &l->notes, &l->err), &l->err);
    expect_files(l, expected, 6);
    assert_int_equal(l->notes.n, 0);
}

static void what_is_no_image_is_left_with_a_reason(void **state)
{
    struct listing *const l = *state;
    static const char *const made[] = {"a.tif",        ".hidden.tif", ".git/a.tif",  "labels/a.tif",
                                       "x.zarr/0.tif", "a_Thumb.tif", "b_thumb.png", "sub/notes.txt",
                                       "z.doc",        "b.c01"};
    static const char *const expected[] = {"a.tif"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        stm_tmpdir_write(l->folder, made[i], "");
    assert_ok(stm_folder_list(l->folder, &rules, &l->files, &l->notes, &l->err), &l->err);
    expect_files(l, expected, 1);
    assert_true(notes_say(l, "/labels was skipped"));
    assert_true(notes_say(l, "x.zarr was skipped"));
    assert_true(notes_say(l, "thumbnails skipped: 2"));
    assert_true(notes_say(l, "not that of an image: 2, for example b.c01"));
    assert_int_equal(l->notes.n, 4);
}

static void depth_and_names_are_bounded(void **state)
{
    struct listing *const l = *state;
    char name[80];
    snprintf(name, sizeof name, "%070d.tif", 1);
    stm_tmpdir_write(l->folder, "1/2/3/4/ok.tif", "");
    stm_tmpdir_write(l->folder, "1/2/3/4/5/deep.tif", "");
    stm_tmpdir_write(l->folder, name, "");
    assert_ok(stm_folder_list(l->folder, &rules, &l->files, &l->notes, &l->err), &l->err);
    assert_int_equal(l->files.n, 1);
    assert_true(notes_say(l, "5 folders deep, the limit is 4"));
    assert_true(notes_say(l, "its name has 74 bytes, the limit is 64"));
}

static void too_many_files_are_refused(void **state)
{
    struct listing *const l = *state;
    struct stm_folder_rules few = rules;
    few.max_files = 3;
    for (char c = 'a'; c < 'e'; c++)
        stm_tmpdir_write(l->folder, (const char[]){c, '.', 't', 'i', 'f', 0}, "");
    assert_fails(stm_folder_list(l->folder, &few, &l->files, &l->notes, &l->err), &l->err,
                 "more than 3 images");
    assert_string_equal(l->err.file, l->folder);
}

static void links_are_followed_and_loops_are_not(void **state)
{
    struct listing *const l = *state;
    char target[512], name[512];
    stm_tmpdir_write(l->folder, "real/1.tif", "");
    snprintf(target, sizeof target, "%s/real", l->folder);
    snprintf(name, sizeof name, "%s/link", l->folder);
    assert_int_equal(symlink(target, name), 0);
    snprintf(name, sizeof name, "%s/real/up", l->folder);
    assert_int_equal(symlink("..", name), 0);
    snprintf(name, sizeof name, "%s/gone.tif", l->folder);
    assert_int_equal(symlink("nowhere", name), 0);
    static const char *const expected[] = {"link/1.tif", "real/1.tif"};
    assert_ok(stm_folder_list(l->folder, &rules, &l->files, &l->notes, &l->err), &l->err);
    expect_files(l, expected, 2);
    assert_true(notes_say(l, "leads back to a folder above it"));
    assert_true(notes_say(l, "gone.tif was skipped: No such file"));
}

static void names_are_carried_as_they_are(void **state)
{
    struct listing *const l = *state;
    static const char *const expected[] = {"a\nb.tif", "gr\xC3\xBC\xC3\x9F.tif", "q\"'$(x).tif",
                                           "\xFF\xFE.tif"};
    for (size_t i = 0; i < 4; i++)
        stm_tmpdir_write(l->folder, expected[i], "");
    assert_ok(stm_folder_list(l->folder, &rules, &l->files, &l->notes, &l->err), &l->err);
    expect_files(l, expected, 4);
}

static void special_files_are_no_images(void **state)
{
    struct listing *const l = *state;
    char name[512];
    snprintf(name, sizeof name, "%s/pipe.tif", l->folder);
    assert_int_equal(mkfifo(name, 0600), 0);
    assert_ok(stm_folder_list(l->folder, &rules, &l->files, &l->notes, &l->err), &l->err);
    assert_int_equal(l->files.n, 0);
}

static void a_folder_that_is_none_is_an_error(void **state)
{
    struct listing *const l = *state;
    assert_fails(stm_folder_list("/no/such/folder", &rules, &l->files, &l->notes, &l->err), &l->err,
                 "No such file or directory");
    assert_string_equal(l->err.file, "/no/such/folder");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_come_sorted_from_all_folders),   TEST(what_is_no_image_is_left_with_a_reason),
        TEST(depth_and_names_are_bounded),          TEST(too_many_files_are_refused),
        TEST(links_are_followed_and_loops_are_not), TEST(names_are_carried_as_they_are),
        TEST(special_files_are_no_images),          TEST(a_folder_that_is_none_is_an_error),
    };
    return STM_TEST_MAIN(tests);
}
