/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/stages/feature.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <stdlib.h>

extern const struct stm_stage stm_stage_measure;

enum { W = 160, H = 128 };
static const enum stm_role roles[] = {STM_ROLE_NUCLEI, STM_ROLE_DEAD};
static uint32_t labels[W * H];

static void put(uint32_t label, int x, int y, bool inside)
{
    if (inside && !labels[y * W + x]) labels[y * W + x] = label;
}

static bool in_ellipse(int x, int y)
{
    const int u = 5 * (x - 90) + 3 * (y - 40), v = -3 * (x - 90) + 5 * (y - 40);
    return u * u + 9 * v * v <= 34 * 900;
}

/* One of each: a disc, a tilted ellipse, a ring, an L, a diagonal line, a pixel, a bar cut by the right edge,
 * two parts, and a bar that touches the disc. */
static void paint_labels(void)
{
    memset(labels, 0, sizeof labels);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const int disc = (x - 30) * (x - 30) + (y - 30) * (y - 30);
            const int ring = (x - 30) * (x - 30) + (y - 92) * (y - 92);
            put(1, x, y, disc <= 400);
            put(2, x, y, in_ellipse(x, y));
            put(3, x, y, ring <= 576 && ring >= 100);
            put(4, x, y, abs(x - 80) <= 18 && abs(y - 100) <= 18 && (x < 72 || y > 108));
            put(5, x, y, y == x - 20 && y >= 90 && y < 120);
            put(6, x, y, x == 150 && y == 5);
            put(7, x, y, y >= 60 && y < 64 && x >= 140);
            put(8, x, y,
                (x >= 120 && x < 132 && y >= 8 && y < 11) || (x >= 124 && x < 126 && y >= 15 && y < 17));
            put(9, x, y, x >= 51 && x < 56 && y >= 20 && y < 40);
        }
}

static void paint_pixels(struct stm_u16 plane)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            plane.px[y * plane.stride + x] =
                (uint16_t)((x * 37 + y * 101 + x * y % 53) % 4001 + (labels[y * W + x] ? 500 : 0));
}

static void open_site(struct stm_fixture *f)
{
    paint_labels();
    stm_fixture_open(f, &stm_stage_measure, W, H, roles, 2);
    for (int c = 0; c < 2; c++)
        paint_pixels(f->site.plane[c]);
    stm_fixture_label(f, labels);
}

static void run(struct stm_fixture *f)
{
    struct stm_error err;
    const size_t before = stm_arena_mark(&f->scratch);
    assert_ok(stm_stage_measure.run(&f->site, &f->env, &err), &err);
    stm_arena_reset(&f->scratch, before);
}

/* What scikit-image 0.19.3 and scipy 1.10.1 say of the same picture: regionprops (area, perimeter,
 * eccentricity, axes, orientation in degrees, convex_area, solidity, extent, euler_number,
 * equivalent_diameter, centroid), perimeter_crofton(directions = 4); Feret diameters over the vertices of
 * scipy.spatial.ConvexHull of the pixel coordinates; distance_transform_edt of the object padded by one
 * pixel; ndimage.center_of_mass; numpy's mean, median, min, max, std, sum; edge = a neighbour of 8 has
 * another label. */
static const char *const golden_columns[] = {"AreaShape_Area",
                                             "AreaShape_Perimeter",
                                             "AreaShape_PerimeterCrofton",
                                             "AreaShape_Eccentricity",
                                             "AreaShape_MajorAxisLength",
                                             "AreaShape_MinorAxisLength",
                                             "AreaShape_Orientation",
                                             "AreaShape_ConvexArea",
                                             "AreaShape_Solidity",
                                             "AreaShape_Extent",
                                             "AreaShape_EulerNumber",
                                             "AreaShape_EquivalentDiameter",
                                             "AreaShape_MinFeretDiameter",
                                             "AreaShape_MaxFeretDiameter",
                                             "AreaShape_MaximumRadius",
                                             "AreaShape_MeanRadius",
                                             "AreaShape_MedianRadius",
                                             "Location_Center_X",
                                             "Location_Center_Y",
                                             "Location_CenterMassIntensity_X",
                                             "Location_CenterMassIntensity_Y",
                                             "Intensity_MeanIntensity_dead",
                                             "Intensity_MedianIntensity_dead",
                                             "Intensity_MinIntensity_dead",
                                             "Intensity_MaxIntensity_dead",
                                             "Intensity_StdIntensity_dead",
                                             "Intensity_IntegratedIntensity_dead",
                                             "Intensity_MeanIntensityEdge_dead"};
enum { GOLDEN = sizeof golden_columns / sizeof *golden_columns, ORIENTATION = 6 };
static const double golden[][GOLDEN] = {
    {1257,        131.882251,   127.7137313, 0,    40.00890911, 40.00890911, 45,
     1305,        0.9632183908, 0.747769185, 1,    40.00577593, 39.3547964,  40,
     20.02498439, 6.952686444,  6,           30,   30,          29.22653843, 27.66568435,
     2470.36436,  2402,         501,         4495, 1224.135908, 3105248,     2563.769231},
    {943,          139.1959595,  134.6475617, 0.9430496434, 60.07916644, 19.98545641, 59.15431599, 985,
     0.9573604061, 0.5083557951, 1,           34.65061169,  19.6773982,  59.36328832, 10.29563014, 4.44024446,
     4.123105626,  90,           40,          88.75114625,  39.10273335, 2485.849417, 2382,        503,
     4495,         1134.843374,  2344156,     2337.552326},
    {1488,
     225.137085,
     213.4433407,
     0,
     51.68369473,
     51.68369473,
     45,
     1841,
     0.8082563824,
     0.6197417743,
     0,
     43.52677845,
     46.66904756,
     48,
     7.211102551,
     3.863228974,
     4,
     30,
     92,
     30.74677634,
     94.06674664,
     2320.452285,
     2094.5,
     502,
     4500,
     1243.052454,
     3452833,
     2342.33209},
    {640,         143.4142136, 138.6467173, 0.8349527976, 52.87721627,
     29.09947245, 45,          991,         0.6458123108, 0.4674945215,
     1,           28.54598586, 31.81980515, 50.91168825,  6,
     2.898391695, 3,           74.3046875,  105.6953125,  75.77658513,
     105.5831679, 2735.214063, 2907.5,      503,          4499,
     997.6630738, 1750537,     2823.861111},
    {30,   39.59797975,   64.34006119, 1,           48.96257074, 0,           45,     30,
     1,    0.03333333333, 1,           6.180387232, 0,           41.01219331, 1,      1,
     1,    124.5,         104.5,       123.5953578, 103.5953578, 2480.133333, 2422.5, 573,
     4460, 1143.17035,    74404,       2480.133333},
    {1, 0, 2.681517061, 0,   0, 0,   45, 1,    1,    1,    1,    1.128379167, 0,    0,
     1, 1, 1,           150, 5, 150, 5,  2562, 2562, 2562, 2562, 0,           2562, 2562},
    {80,   44,          44.39613282, 0.9810229432, 23.06512519, 4.472135955, 90,   80,
     1,    1,           1,           10.09253009,  3,           19.23538406, 2,    1.45,
     1,    149.5,       61.5,        148.2517863,  61.34910775, 3467.375,    4111, 504,
     4474, 1442.121175, 277390,      3356.931818},
    {40,
     30,
     33.80481759,
     0.7735651301,
     13.20177655,
     8.36618766,
     -84.82988743,
     73,
     0.5479452055,
     0.3703703704,
     2,
     7.136496465,
     8,
     11.18033989,
     2,
     1.25,
     1,
     125.4,
     9.65,
     125.5620258,
     9.848743818,
     2138.425,
     2098,
     1753,
     2779,
     236.7829056,
     85537,
     2158.366667},
    {100,  46,          46.29225171, 0.9694584179, 23.06512519, 5.656854249, 0,      100,
     1,    1,           1,           11.28379167,  4,           19.41648784, 3,      1.7,
     2,    53,          29.5,        52.9706528,   30.90312704, 1580.73,     1523.5, 518,
     4481, 753.2237231, 158073,      1725.782609},
};

static void columns_agree_with_scikit_image(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_site(&f);
    run(&f);
    for (int i = 0; i < 9; i++)
        for (int c = 0; c < GOLDEN; c++) {
            const double got = stm_fixture_object(&f, i + 1, golden_columns[c]), want = golden[i][c];
            const bool round = golden[i][4] - golden[i][5] < 1e-6; /* no direction: scikit-image says 45 */
            if (c == ORIENTATION && round)
                assert_true(got == 0);
            else if (!(fabs(got - want) <= 1e-8 * (1 + fabs(want))))
                fail_msg("object %d: %s is %.10g, expected %.10g", i + 1, golden_columns[c], got, want);
        }
    stm_fixture_close(&f);
}

static void derived_columns_follow_their_formulas(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_site(&f);
    f.site.geo.pixel_um = 0.5;
    run(&f);
    assert_near(stm_fixture_object(&f, 1, "AreaShape_Area_um2"), 1257 * 0.25, 1e-9);
    assert_near(stm_fixture_object(&f, 1, "AreaShape_FormFactor"),
                4 * 3.14159265358979 * 1257 / (131.882251 * 131.882251), 1e-6);
    assert_near(stm_fixture_object(&f, 1, "AreaShape_Compactness"),
                131.882251 * 131.882251 / (4 * 3.14159265358979 * 1257), 1e-6);
    assert_true(isnan(stm_fixture_object(&f, 6, "AreaShape_FormFactor")));
    assert_true(stm_fixture_object(&f, 7, "AreaShape_BoundingBoxMinimum_X") == 140);
    assert_true(stm_fixture_object(&f, 7, "AreaShape_BoundingBoxMaximum_X") == 160);
    assert_true(stm_fixture_object(&f, 7, "AreaShape_BoundingBoxMinimum_Y") == 60);
    assert_true(stm_fixture_object(&f, 7, "AreaShape_BoundingBoxMaximum_Y") == 64);
    assert_true(stm_fixture_object(&f, 7, "AreaShape_BoundingBoxArea") == 80);
    assert_true(f.site.objects[6].x0 == 140 && f.site.objects[6].y1 == 64 && f.site.objects[6].cx == 149.5);
    stm_fixture_close(&f);
}

static void unknown_pixel_size_leaves_micrometres_empty(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_site(&f);
    run(&f);
    assert_true(isnan(stm_fixture_object(&f, 1, "AreaShape_Area_um2")));
    stm_fixture_close(&f);
}

static void touching_objects_are_neighbours(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_site(&f);
    labels[50 * W + 56] = 10; /* alone */
    labels[51 * W + 57] = 11; /* corner to corner with 10 */
    labels[51 * W + 58] = 12; /* side to side with 11 */
    labels[52 * W + 56] = 11;
    stm_fixture_label(&f, labels);
    run(&f);
    static const int want[] = {1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 1};
    for (int i = 0; i < 12; i++)
        assert_int_equal(stm_fixture_object(&f, i + 1, "Neighbors_NumberOfNeighbors_Adjacent"), want[i]);
    stm_fixture_close(&f);
}

/* Ground 200 with a sawtooth of 0 to 4, discs of 900: rings see the ground, not the neighbours or the rim. */
static void ring_is_the_ground_around_an_object(void **state)
{
    (void)state;
    struct stm_fixture f;
    stm_fixture_open(&f, &stm_stage_measure, W, H, roles, 1);
    memset(labels, 0, sizeof labels);
    for (int i = 0; i < W * H; i++) {
        const int x = i % W, y = i / W, u = x % 32 - 16, v = y % 32 - 16;
        if (u * u + v * v <= 14 * 14) labels[i] = (uint32_t)(x / 32 + y / 32 * 5 + 1);
        const bool haze = u * u + v * v <= 15 * 15; /* one pixel wider than the label */
        f.site.plane[0].px[i] = (uint16_t)(haze ? 900 : 200 + (x * 7 + y * 3) % 5);
    }
    stm_fixture_label(&f, labels);
    run(&f);
    for (int i = 1; i <= 20; i++) {
        assert_near(stm_fixture_object(&f, i, "Intensity_RingIntensity_nuclei"), 202, 0);
        assert_near(stm_fixture_object(&f, i, "Intensity_RingMAD_nuclei"), 1, 0);
    }
    stm_fixture_close(&f);
}

static void ring_looks_further_when_crowded_and_gives_up_when_full(void **state)
{
    (void)state;
    struct stm_fixture f;
    stm_fixture_open(&f, &stm_stage_measure, W, H, roles, 1);
    for (int i = 0; i < W * H; i++) {
        const int x = i % W, y = i / W;
        labels[i] = x < 40 && y < 40 ? (uint32_t)(x / 10 + y / 10 * 4 + 1) : 0;
        f.site.plane[0].px[i] = (uint16_t)(labels[i] ? 1000 : 300);
    }
    stm_fixture_label(&f, labels);
    run(&f);
    assert_near(stm_fixture_object(&f, 1, "Intensity_RingIntensity_nuclei"), 300, 0);
    for (int i = 0; i < W * H; i++)
        labels[i] = (uint32_t)(i % W < 80 ? 1 : 2);
    stm_fixture_label(&f, labels);
    run(&f);
    assert_true(isnan(stm_fixture_object(&f, 1, "Intensity_RingIntensity_nuclei")));
    assert_near(stm_fixture_object(&f, 2, "AreaShape_Area"), 80 * H, 0);
    stm_fixture_close(&f);
}

static void stored_units_are_reported(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_site(&f);
    f.site.row.channel[1].scale = 0.5, f.site.row.channel[1].offset = -32;
    run(&f);
    for (int c = STM_INTENSITY_MEAN; c < STM_CHANNEL_FEATURES; c++) {
        const double plain = f.site.object_values[STM_FEATURES + c];
        const double scaled = f.site.object_values[STM_FEATURES + STM_CHANNEL_FEATURES + c];
        const bool spread = c == STM_INTENSITY_STD || c == STM_RING_MAD;
        const double offset = spread ? 0 : c == STM_INTENSITY_INTEGRATED ? -32 * 1257 : -32;
        assert_near(scaled, plain * 0.5 + offset, 1e-9);
    }
    stm_fixture_close(&f);
}

static void missing_planes_and_empty_sites_are_no_errors(void **state)
{
    (void)state;
    struct stm_fixture f;
    open_site(&f);
    uint16_t *const px = f.site.plane[1].px;
    f.site.plane[1].px = NULL;
    run(&f);
    assert_true(isnan(stm_fixture_object(&f, 1, "Intensity_MeanIntensity_dead")));
    assert_false(isnan(stm_fixture_object(&f, 1, "Intensity_MeanIntensity_nuclei")));
    f.site.plane[1].px = px;
    memset(labels, 0, sizeof labels);
    stm_fixture_label(&f, labels);
    run(&f);
    stm_fixture_close(&f);
}

/* Objects wider than the short-run path takes, against a search of every pixel outside. */
static void radius_of_large_objects_is_exact(void **state)
{
    (void)state;
    enum { BW = 420, BH = 300 };
    static uint32_t big[BW * BH];
    struct stm_fixture f;
    stm_fixture_open(&f, &stm_stage_measure, BW, BH, roles, 1);
    int outside[BW * BH / 8], n_outside = 0;
    for (int i = 0; i < BW * BH; i++) {
        const int x = i % BW, y = i / BW;
        const bool inside = x > 3 && x < BW - 2 && y > 1 && y < BH - 3 && (x * 7 + y * 13) % 2003 > 2;
        big[i] = inside;
        const bool rim = !inside && x >= 3 && x <= BW - 2 && y >= 1 && y <= BH - 3;
        if (rim && n_outside < BW * BH / 8) outside[n_outside++] = i;
    }
    double sum = 0, most = 0;
    size_t n = 0;
    for (int i = 0; i < BW * BH; i++) {
        if (!big[i]) continue;
        int best = INT32_MAX;
        for (int k = 0; k < n_outside; k++) {
            const int dx = outside[k] % BW - i % BW, dy = outside[k] / BW - i / BW;
            if (dx * dx + dy * dy < best) best = dx * dx + dy * dy;
        }
        n++;
        sum += sqrt(best);
        if (sqrt(best) > most) most = sqrt(best);
    }
    stm_fixture_label(&f, big);
    run(&f);
    assert_near(stm_fixture_object(&f, 1, "AreaShape_MaximumRadius"), most, 1e-12);
    assert_near(stm_fixture_object(&f, 1, "AreaShape_MeanRadius"), sum / (double)n, 1e-9);
    stm_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_agree_with_scikit_image),
        cmocka_unit_test(derived_columns_follow_their_formulas),
        cmocka_unit_test(unknown_pixel_size_leaves_micrometres_empty),
        cmocka_unit_test(touching_objects_are_neighbours),
        cmocka_unit_test(ring_is_the_ground_around_an_object),
        cmocka_unit_test(ring_looks_further_when_crowded_and_gives_up_when_full),
        cmocka_unit_test(stored_units_are_reported),
        cmocka_unit_test(missing_planes_and_empty_sites_are_no_errors),
        cmocka_unit_test(radius_of_large_objects_is_exact),
    };
    return STM_TEST_MAIN(tests);
}
