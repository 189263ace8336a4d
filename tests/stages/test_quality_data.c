/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts on real images: as they are, and out of focus. */
#include "tests/support/stm_assert.h"

#include "pipeline/io/image.h"
#include "tests/support/fixture.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

extern const struct stm_stage stm_stage_quality;

enum { BOX = 8, SIDE_MOST = 4096 }; /* three boxes of 17 px: a Gaussian of 8.5 px */
static char data[512];

/* v becomes its running mean over 2 BOX + 1 values; `step` from one to the next. */
static void box_line(uint16_t *v, int n, ptrdiff_t step)
{
    uint16_t line[SIDE_MOST];
    uint32_t sum = 0;
    for (int i = 0; i < n; i++)
        line[i] = v[i * step];
    for (int i = -BOX; i <= BOX; i++)
        sum += line[i < 0 ? 0 : i < n ? i : n - 1];
    for (int i = 0; i < n; i++) {
        v[i * step] = (uint16_t)((sum + BOX) / (2 * BOX + 1));
        sum += line[i + BOX + 1 < n ? i + BOX + 1 : n - 1] - line[i - BOX > 0 ? i - BOX : 0];
    }
}

/* Blurred, with a count of new noise: lenses blur, cameras do not. */
static void defocus(struct stm_u16 plane)
{
    uint64_t seed = 3;
    for (int pass = 0; pass < 3; pass++) {
        for (int y = 0; y < plane.h; y++)
            box_line(plane.px + y * plane.stride, plane.w, 1);
        for (int x = 0; x < plane.w; x++)
            box_line(plane.px + x, plane.h, plane.stride);
    }
    for (int i = 0; i < plane.w * plane.h; i++)
        plane.px[i] = (uint16_t)(plane.px[i] + stm_fixture_random(&seed) % 3);
}

static int channel_of(const struct stm_image *image, enum stm_role role)
{
    const struct stm_image_info *const info = stm_image_info(image);
    if (info->colour) return STM_IMAGE_LUMA;
    for (int c = 0; c < info->channels; c++)
        if (stm_role_of(stm_image_channel_name(image, c)) == role) return c;
    return 0;
}

static enum stm_verdict verdict_of(const char *path, enum stm_role role, bool blurred)
{
    struct stm_image *image;
    struct stm_error err;
    struct stm_scaling scaling;
    struct stm_fixture f;
    assert_ok(stm_image_open(&image, path, &err), &err);
    const int w = stm_image_info(image)->width, h = stm_image_info(image)->height;
    assert_true(w <= SIDE_MOST && h <= SIDE_MOST);
    stm_fixture_open(&f, &stm_stage_quality, w, h, &role, 1);
    assert_ok(stm_image_read(image, channel_of(image, role), 0, 0, f.site.plane[0], &scaling, &err), &err);
    f.site.row.channel[0].true_bits = scaling.true_bits;
    if (blurred) defocus(f.site.plane[0]);
    assert_ok(f.stage->run(&f.site, &f.env, &err), &err);
    const enum stm_verdict verdict = f.site.row.verdict;
    stm_fixture_close(&f);
    stm_image_close(&image);
    return verdict;
}

struct tally {
    int n, rejected, flagged;
};

static struct tally judge(const char *folder, enum stm_role role, bool blurred)
{
    struct tally t = {0};
    char path[1536];
    snprintf(path, sizeof path, "%s/%s/images", data, folder);
    DIR *const dir = opendir(path);
    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir));) {
        if (!stm_text_ends_with(e->d_name, ".png") && !stm_text_ends_with(e->d_name, ".tif")) continue;
        snprintf(path, sizeof path, "%s/%s/images/%s", data, folder, e->d_name);
        const enum stm_verdict verdict = verdict_of(path, role, blurred);
        t.n++;
        t.rejected += verdict == STM_VERDICT_REJECTED;
        t.flagged += verdict != STM_VERDICT_OK;
    }
    closedir(dir);
    return t;
}

static void images_pass_and_their_blurred_copies_do_not(void **state)
{
    static const struct {
        const char *folder;
        enum stm_role role;
    } sets[] = {{"dsb2018_fluo_nuclei", STM_ROLE_NUCLEI},
                {"celldetective_mcf7_hoechst_pi_bf", STM_ROLE_NUCLEI},
                {"celldetective_mcf7_hoechst_pi_bf", STM_ROLE_BRIGHTFIELD},
                {"usiigaci_phase", STM_ROLE_PHASE}};
    (void)state;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        const struct tally sharp = judge(sets[i].folder, sets[i].role, false);
        const struct tally blurred = judge(sets[i].folder, sets[i].role, true);
        printf("%s, %s: %d images, %d rejected; out of focus %d rejected, %d flagged\n", sets[i].folder,
               stm_role_name(sets[i].role), sharp.n, sharp.rejected, blurred.rejected, blurred.flagged);
        assert_true(sharp.n > 0 && 100 * sharp.rejected <= 3 * sharp.n);
        assert_true(100 * blurred.flagged >= 97 * blurred.n);
    }
}

int main(void)
{
    const char *const given = getenv("STROMA_DATA");
    snprintf(data, sizeof data, "%s", given ? given : STM_SOURCE_ROOT "/../shared/data");
    if (access(data, R_OK) != 0) {
        printf("skipped: no images at %s (STROMA_DATA says where they are)\n", data);
        return 77;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(images_pass_and_their_blurred_copies_do_not)};
    return STM_TEST_MAIN(tests);
}
