/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "tests/support/read_image.h"

#include <stdlib.h>

struct loaded loaded_open(const char *path)
{
    struct loaded it = {0};
    struct stm_error err = {0};
    assert_ok(stm_image_open(&it.image, path, &err), &err);
    it.info = stm_image_info(it.image);
    it.out = (struct stm_u16){calloc((size_t)it.info->width * (size_t)it.info->height, 2), it.info->width,
                              it.info->width, it.info->height};
    assert_non_null(it.out.px);
    return it;
}

void loaded_read(struct loaded *it, int channel, int z, int t)
{
    struct stm_error err = {0};
    assert_ok(stm_image_read(it->image, channel, z, t, it->out, &it->scaling, &err), &err);
}

struct loaded loaded_plane(const char *path, int channel, int z, int t)
{
    struct loaded it = loaded_open(path);
    loaded_read(&it, channel, z, t);
    return it;
}

void loaded_close(struct loaded *it)
{
    free(it->out.px);
    stm_image_close(&it->image);
}

uint16_t loaded_pixel(const struct loaded *it, int x, int y)
{
    return it->out.px[y * it->out.stride + x];
}

double loaded_stored(const struct loaded *it, int x, int y)
{
    return it->scaling.offset + it->scaling.scale * loaded_pixel(it, x, y);
}

void expect_refused(const char *path, const char *words)
{
    struct stm_error err = {0};
    struct stm_image *image;
    if (!stm_image_open(&image, path, &err)) {
        assert_null(image);
        if (!strstr(err.message, words)) fail_msg("message '%s' lacks '%s'", err.message, words);
        assert_string_equal(err.file, path);
        return;
    }
    const struct stm_image_info *i = stm_image_info(image);
    const struct stm_u16 out = {malloc((size_t)i->width * (size_t)i->height * 2), i->width, i->width,
                                i->height};
    assert_non_null(out.px);
    if (stm_image_read(image, 0, 0, 0, out, NULL, &err)) fail_msg("%s was read, expected '%s'", path, words);
    if (!strstr(err.message, words)) fail_msg("message '%s' lacks '%s'", err.message, words);
    free(out.px);
    stm_image_close(&image);
}

const char *in_folder(const char *folder, const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}
