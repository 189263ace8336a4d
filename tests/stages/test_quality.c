/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "tests/support/fixture.h"

#include <math.h>

extern const struct stm_stage stm_stage_quality;

enum { W = 384, H = 320 };
static const enum stm_role nuclei[] = {STM_ROLE_NUCLEI, STM_ROLE_DEAD}, phase[] = {STM_ROLE_PHASE};

struct scene {
    double ground, height; /* counts; height below 0: dark discs */
    int discs;
    double radius; /* px */
    int box;       /* the scene is blurred three times by a box of 2 box + 1 px */
    double noise;  /* counts */
};

/* Deviation of the bell that three boxes make. */
static double sigma_of(int box)
{
    return sqrt(((2 * box + 1) * (2 * box + 1) - 1) / 4.0);
}

static void box_line(float *v, int n, int step, int box)
{
    float line[W + H];
    for (int i = 0; i < n; i++) {
        line[i] = 0;
        for (int k = i - box; k <= i + box; k++)
            line[i] += v[(k < 0 ? 0 : k < n ? k : n - 1) * step] / (float)(2 * box + 1);
    }
    for (int i = 0; i < n; i++)
        v[i * step] = line[i];
}

static void discs(float *cover, struct scene s)
{
    uint64_t seed = 7;
    memset(cover, 0, W * H * sizeof *cover);
    for (int i = 0; i < s.discs; i++) {
        const int cx = (int)(stm_fixture_random(&seed) % W), cy = (int)(stm_fixture_random(&seed) % H);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                if ((x - cx) * (x - cx) + (y - cy) * (y - cy) <= s.radius * s.radius) cover[y * W + x] = 1;
    }
}

static void paint(struct stm_u16 plane, struct scene s)
{
    static float cover[W * H];
    uint64_t noise = 11;
    discs(cover, s);
    for (int pass = 0; pass < 3; pass++) {
        for (int y = 0; y < H; y++)
            box_line(cover + y * W, W, 1, s.box);
        for (int x = 0; x < W; x++)
            box_line(cover + x, H, W, s.box);
    }
    for (int i = 0; i < W * H; i++) {
        const double v = s.ground + s.height * cover[i] + stm_fixture_noise(&noise, s.noise) + 0.5;
        plane.px[i] = (uint16_t)fmin(65535, fmax(0, v));
    }
}

static void run(struct stm_fixture *f)
{
    struct stm_error err;
    assert_ok(f->stage->run(&f->site, &f->env, &err), &err);
}

static void open_with(struct stm_fixture *f, const enum stm_role *roles, int channels, struct scene s)
{
    stm_fixture_open(f, &stm_stage_quality, W, H, roles, channels);
    for (int c = 0; c < channels; c++) {
        paint(f->site.plane[c], s);
        f->site.row.channel[c].true_bits = 12;
    }
}

static void assert_verdict(const struct stm_fixture *f, enum stm_verdict verdict, const char *words)
{
    if (f->site.row.verdict != verdict || !strstr(f->site.row.reason, words))
        fail_msg("%s: '%s', expected %s: '%s'", stm_verdict_name(f->site.row.verdict), f->site.row.reason,
                 stm_verdict_name(verdict), words);
}

static const struct scene field = {200, 1200, 60, 12, 1, 8};

static void good_fields_pass(void **state)
{
    (void)state;
    static const struct scene good[] = {
        {200, 1200, 60, 12, 1, 8},  /* the usual */
        {200, 1200, 120, 12, 1, 8}, /* crowded: nuclei cover nearly half of it */
        {200, 1200, 60, 5, 1, 8},   /* small */
        {200, 1200, 8, 60, 4,
         8},                     /* the usual five times larger: edges of 6.7 px are sharp on nuclei of 120 */
        {200, 60, 60, 12, 1, 8}, /* faint */
        {3, 30, 30, 12, 1, 0.1}, /* 8 bit, hardly any noise */
        {200, 1200, 4, 12, 1, 8}, /* four cells */
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct stm_fixture f;
        open_with(&f, nuclei, 1, good[i]);
        run(&f);
        assert_verdict(&f, STM_VERDICT_OK, "");
        stm_fixture_close(&f);
    }
}

static void blur_is_rejected(void **state)
{
    (void)state;
    static const struct scene blurred[] = {{200, 1200, 60, 12, 8, 8},
                                           {200, 1200, 60, 20, 8, 8},
                                           {200, 1200, 100, 12, 10, 8},
                                           {200, 1200, 60, 6, 9, 4}};
    for (size_t i = 0; i < sizeof blurred / sizeof *blurred; i++) {
        struct stm_fixture f;
        open_with(&f, nuclei, 1, blurred[i]);
        run(&f);
        assert_verdict(&f, STM_VERDICT_REJECTED, "out of focus: edges in channel nuclei are ");
        stm_fixture_close(&f);
    }
}

static void magnification_is_not_blur(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_with(&f, nuclei, 1, (struct scene){200, 1200, 60, 12, 8, 8});
    f.site.row.pixel_um = 0.08; /* edges of 8.4 px are 0.7 um */
    run(&f);
    assert_verdict(&f, STM_VERDICT_OK, "");
    stm_fixture_close(&f);
}

/* The way over the middle half of a Gaussian step is 1.349 sigma; rows cross discs at all angles, so the
 * lower quartile is a little more. */
static void edge_width_is_the_blur(void **state)
{
    (void)state;
    for (int box = 1; box < 7; box++) {
        const double sigma = sigma_of(box);
        struct stm_fixture f;
        open_with(&f, nuclei, 1, (struct scene){200, 2000, 6, 50, box, 4});
        run(&f);
        assert_near(stm_fixture_value(&f, "ImageQuality_EdgeWidth_nuclei"), 1.349 * sigma, 0.2 * sigma + 0.4);
        stm_fixture_close(&f);
    }
}

static void no_cells_is_a_result(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_with(&f, nuclei, 2, field);
    paint(f.site.plane[1], (struct scene){100, 0, 0, 0, 0, 8});
    run(&f);
    assert_verdict(&f, STM_VERDICT_OK, "");
    stm_fixture_close(&f);
    open_with(&f, nuclei, 1, (struct scene){100, 0, 0, 0, 0, 8});
    run(&f);
    assert_verdict(&f, STM_VERDICT_WARN, "no object stands out from the noise of channel nuclei");
    assert_true(stm_fixture_value(&f, "ImageQuality_Edges_nuclei") == 0);
    assert_near(stm_fixture_value(&f, "ImageQuality_Noise_nuclei"), 8, 0.4);
    stm_fixture_close(&f);
}

static void empty_images_are_rejected(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_with(&f, nuclei, 2, field);
    memset(f.site.plane[0].px, 0, W * H * sizeof(uint16_t));
    run(&f);
    assert_verdict(&f, STM_VERDICT_REJECTED, "channel nuclei is empty (all pixels = 0)");
    stm_fixture_close(&f);
    open_with(&f, nuclei, 2, field);
    memset(f.site.plane[1].px, 0, W * H * sizeof(uint16_t));
    run(&f);
    assert_verdict(&f, STM_VERDICT_WARN, "channel dead is empty (all pixels = 0)");
    stm_fixture_close(&f);
}

/* `part` of the pixels are set to `level`, and nothing exceeds it. */
static void cut_at(struct stm_u16 plane, int part_percent, int level)
{
    for (int i = 0; i < W * H; i++)
        if (i % 100 < part_percent || plane.px[i] > level) plane.px[i] = (uint16_t)level;
}

static void saturation_is_judged_by_the_true_depth(void **state)
{
    (void)state;
    static const struct {
        int percent, level;
        enum stm_verdict verdict;
        const char *words;
    } cases[] = {
        {34, 4095, STM_VERDICT_REJECTED, " % of the pixels of channel nuclei are at the 12-bit maximum"},
        {5, 4095, STM_VERDICT_WARN, "5.0 % of the pixels of channel nuclei are at the 12-bit maximum"},
        {5, 3000, STM_VERDICT_WARN,
         "5.0 % of the pixels of channel nuclei are at exactly 3000: values were cut off"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stm_fixture f;
        open_with(&f, nuclei, 1, field);
        cut_at(f.site.plane[0], cases[i].percent, cases[i].level);
        run(&f);
        assert_verdict(&f, cases[i].verdict, cases[i].words);
        assert_near(stm_fixture_value(&f, "ImageQuality_PercentSaturated_nuclei"), cases[i].percent, 0.05);
        stm_fixture_close(&f);
    }
}

static void inverted_fluorescence_is_named(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_with(&f, nuclei, 1, (struct scene){3000, -1500, 40, 12, 1, 8});
    run(&f);
    assert_verdict(&f, STM_VERDICT_WARN, "inverted: channel nuclei shows dark objects on a bright ground");
    assert_true(stm_fixture_value(&f, "ImageQuality_Polarity_nuclei") < -0.3);
    stm_fixture_close(&f);
    open_with(&f, phase, 1, (struct scene){3000, -1500, 40, 12, 1, 8});
    run(&f);
    assert_verdict(&f, STM_VERDICT_OK, "");
    stm_fixture_close(&f);
}

/* 40 x 20 pixels, two tiles: the left one 10 and 30 by turns, the right one 20 and 40 by turns. */
static void statistics_are_those_of_the_definition(void **state)
{
    (void)state;
    struct stm_fixture f;
    stm_fixture_open(&f, &stm_stage_quality, 40, 20, nuclei, 1);
    for (int y = 0; y < 20; y++)
        for (int x = 0; x < 40; x++)
            f.site.plane[0].px[y * 40 + x] = (uint16_t)((x < 20 ? 10 : 20) + (x + y) % 2 * 20);
    run(&f);
    assert_near(stm_fixture_value(&f, "ImageQuality_MeanIntensity_nuclei"), 25, 1e-12);
    assert_near(stm_fixture_value(&f, "ImageQuality_StdIntensity_nuclei"), sqrt(125), 1e-12);
    assert_near(stm_fixture_value(&f, "ImageQuality_FocusScore_nuclei"), 5, 1e-12);
    /* tiles: 100 / 20 and 100 / 30; their mean 25 / 6 is the median too, their variance (5 / 6)^2 */
    assert_near(stm_fixture_value(&f, "ImageQuality_LocalFocusScore_nuclei"), 25.0 / 36 / (25.0 / 6), 1e-12);
    assert_true(stm_fixture_value(&f, "ImageQuality_MinIntensity_nuclei") == 10);
    assert_true(stm_fixture_value(&f, "ImageQuality_MaxIntensity_nuclei") == 40);
    assert_true(stm_fixture_value(&f, "ImageQuality_PercentMaximal_nuclei") == 25);
    assert_true(stm_fixture_value(&f, "ImageQuality_PercentMinimal_nuclei") == 25);
    assert_true(stm_fixture_value(&f, "ImageQuality_MedianIntensity_nuclei") == 30);
    assert_true(stm_fixture_value(&f, "ImageQuality_MADIntensity_nuclei") == 10);
    stm_fixture_close(&f);
}

static void any_size_is_survived(void **state)
{
    (void)state;
    for (int size = 1; size < 40; size += 3) {
        struct stm_fixture f;
        stm_fixture_open(&f, &stm_stage_quality, size, 40 - size, nuclei, 1);
        for (int i = 0; i < size * (40 - size); i++)
            f.site.plane[0].px[i] = i % 3 ? 65535 : 0;
        run(&f);
        stm_fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_fields_pass),
        cmocka_unit_test(blur_is_rejected),
        cmocka_unit_test(magnification_is_not_blur),
        cmocka_unit_test(edge_width_is_the_blur),
        cmocka_unit_test(no_cells_is_a_result),
        cmocka_unit_test(empty_images_are_rejected),
        cmocka_unit_test(saturation_is_judged_by_the_true_depth),
        cmocka_unit_test(inverted_fluorescence_is_named),
        cmocka_unit_test(statistics_are_those_of_the_definition),
        cmocka_unit_test(any_size_is_survived),
    };
    return STM_TEST_MAIN(tests);
}
