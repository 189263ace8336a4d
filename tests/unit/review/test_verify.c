/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts on simulated batches whose truth is known: how often they are wrong, with fields and wells that
 * differ more than chance makes them. With an argument, more batches and the numbers of docs/verify.md. */
#include "tests/support/stm_assert.h"

#include "images/random.h"
#include "pipeline/review/verify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIELDS = 64, WELLS = 8 };

/* Cells of a field scatter by `density_cv` beyond Poisson; shares of live cells are beta with correlation
 * `rho`; wells differ on top in the same way. */
static const struct world {
    const char *what;
    int wells, fields;
    double cells, density_cv, rho, well_rho;
} worlds[] = {
    {"1 well, 6 fields of 60, random", 1, 6, 60, 0, 0, 0},
    {"1 well, 12 fields of 30, random", 1, 12, 30, 0, 0, 0},
    {"1 well, 6 fields of 60, fields differ (0.05)", 1, 6, 60, 0.3, 0.05, 0},
    {"1 well, 12 fields of 100, fields differ (0.10)", 1, 12, 100, 0.5, 0.10, 0},
    {"3 wells, 4 fields of 40, fields differ (0.02)", 3, 4, 40, 0.2, 0.02, 0},
    {"3 wells, 4 fields of 80, wells differ too (0.05)", 3, 4, 80, 0.3, 0.02, 0.05},
    {"6 wells, 4 fields of 50, wells differ too (0.05)", 6, 4, 50, 0.3, 0.02, 0.05},
};
enum { WORLDS = sizeof worlds / sizeof *worlds };

/* Marsaglia and Tsang, ACM Trans. Math. Softw. 26, 363 (2000). */
static double gamma_number(struct stm_random *r, double shape)
{
    if (shape < 1) {
        const double more = gamma_number(r, shape + 1), u = stm_random_real(r);
        return more * pow(u, 1 / shape);
    }
    const double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        const double x = stm_random_normal(r), v = pow(1 + c * x, 3), u = stm_random_real(r);
        if (v > 0 && log(u) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
    }
}

static double beta_number(struct stm_random *r, double mean, double rho)
{
    if (!(rho > 0) || mean <= 0 || mean >= 1) return mean;
    const double s = 1 / rho - 1, a = gamma_number(r, mean * s), b = gamma_number(r, (1 - mean) * s);
    return a / (a + b);
}

static double times(struct stm_random *r, double cv)
{
    return cv > 0 ? gamma_number(r, 1 / (cv * cv)) * cv * cv : 1;
}

struct batch {
    struct stm_results results;
    struct stm_result_well well[WELLS];
    struct stm_result_field field[FIELDS];
};

static void make_batch(struct batch *b, const struct world *w, double viability, uint64_t seed)
{
    struct stm_random r = stm_random_from(seed);
    *b = (struct batch){.results = {.well = b->well,
                                    .field = b->field,
                                    .has_classes = true,
                                    .dilution = 1,
                                    .depth_um = NAN,
                                    .assay = (char[]){"fluorescence"}}};
    for (int i = 0; i < STM_RESULT_ERRORS; i++)
        b->results.error_percent[i] = NAN;
    for (int i = 0; i < w->wells; i++) {
        const double of_well = beta_number(&r, viability, w->well_rho),
                     density = times(&r, sqrt(w->well_rho));
        b->well[i] = (struct stm_result_well){
            "P", "A01", "", STM_VERDICT_OK, 1, b->results.n_fields, (size_t)w->fields, 0};
        b->results.n_wells++;
        for (int k = 0; k < w->fields; k++) {
            struct stm_result_field *const f = &b->field[b->results.n_fields++];
            const double share = beta_number(&r, of_well, w->rho), more = times(&r, w->density_cv);
            const int n = (int)stm_random_poisson(&r, w->cells * density * more);
            int live = 0;
            for (int c = 0; c < n; c++)
                live += stm_random_real(&r) < share;
            *f = (struct stm_result_field){
                .site = "1", .reason = "", .stem = "", .area_mm2 = 1, .volume_ml = NAN};
            f->tally[STM_TALLY_TOTAL] = n;
            f->tally[STM_TALLY_LIVE] = live;
            f->tally[STM_TALLY_DEAD] = n - live;
        }
    }
}

/* Nothing but what is simulated may contribute. */
static const char no_systematics[] = "Component,Percent\nCounting,0\nClassification,0\nScale,0\n";

struct tally {
    int batches, verdicts[STM_DECISIONS];
};

static void judge(struct tally *t, struct batch *b, const struct stm_claim *claim, const char *uncertainty)
{
    struct stm_claims_row row = {.batch = "",
                                 .vial = "",
                                 .plate = "",
                                 .well = "",
                                 .volume_ml = NAN,
                                 .volume_measured_ml = NAN,
                                 .depth_um = NAN,
                                 .dilution = NAN,
                                 .n = 1};
    row.claim[0] = *claim;
    const struct stm_claims claims = {.row = &row, .n = 1};
    const struct stm_verify_options o = {0.95, uncertainty};
    struct stm_verify verify = {0};
    struct stm_error err = {0};
    assert_ok(stm_verify_run(&verify, &claims, &b->results, 1, &o, &err), &err);
    t->batches++;
    t->verdicts[verify.row[0].finding[0].decision]++;
    stm_verify_free(&verify);
}

static struct stm_claim at_least(enum stm_quantity q, double low, double high)
{
    return (struct stm_claim){.quantity = q, .claimed = low, .low = low, .high = high};
}

static struct tally try_world(const struct world *w, int batches, double truth, const struct stm_claim *claim,
                              const char *uncertainty)
{
    static struct batch b;
    struct tally t = {0};
    for (int i = 0; i < batches; i++) {
        make_batch(&b, w, truth, stm_seed(stm_seed_text(1, w->what), (uint64_t)i));
        judge(&t, &b, claim, uncertainty);
    }
    return t;
}

static char uncertainty_file[256] = "/tmp/stroma_test_verify_XXXXXX";
static int batches = 1000;
static bool figures;

static void report(const char *what, const char *world, const struct tally *t)
{
    if (figures)
        printf("%s | %s: SUPPORTS %.1f %%, CONTRADICTS %.1f %%, INSUFFICIENT %.1f %%\n", what, world,
               100.0 * t->verdicts[STM_SUPPORTS] / t->batches,
               100.0 * t->verdicts[STM_CONTRADICTS] / t->batches,
               100.0 * t->verdicts[STM_INSUFFICIENT] / t->batches);
}

/* The hardest case: the truth is exactly the limit, so that both verdicts are wrong half of the time at most.
 */
static void at_the_limit_each_verdict_is_wrong_at_most_as_stated(void **state)
{
    (void)state;
    static const double limits[] = {0.70, 0.85};
    for (int w = 0; w < WORLDS; w++)
        for (int l = 0; l < 2; l++) {
            const struct stm_claim claim = at_least(STM_VIABILITY, 100 * limits[l], NAN);
            const struct tally t = try_world(&worlds[w], batches, limits[l], &claim, uncertainty_file);
            report(l ? "truth 85, claim 85" : "truth 70, claim 70", worlds[w].what, &t);
            assert_true(t.verdicts[STM_SUPPORTS] <= 0.05 * t.batches);
            assert_true(t.verdicts[STM_CONTRADICTS] <= 0.05 * t.batches);
        }
}

static void densities_at_the_limit_too(void **state)
{
    (void)state;
    for (int w = 0; w < WORLDS; w++) {
        const double density = 100 * worlds[w].cells; /* per cm2: fields are 1 mm2 */
        const struct stm_claim low = at_least(STM_TOTAL_PER_CM2, density, NAN),
                               range = at_least(STM_TOTAL_PER_CM2, density, 1.5 * density);
        const struct tally t = try_world(&worlds[w], batches, 0.8, &low, uncertainty_file),
                           r = try_world(&worlds[w], batches, 0.8, &range, uncertainty_file);
        report("density at least the truth", worlds[w].what, &t);
        report("density truth to 1.5 truth", worlds[w].what, &r);
        assert_true(t.verdicts[STM_SUPPORTS] <= 0.05 * t.batches);
        assert_true(t.verdicts[STM_CONTRADICTS] <= 0.05 * t.batches);
        assert_true(r.verdicts[STM_SUPPORTS] <= 0.05 * r.batches);
        assert_true(r.verdicts[STM_CONTRADICTS] <= 0.05 * r.batches);
    }
}

/* A rule that never decides would pass the tests above. */
static void away_from_the_limit_verdicts_are_found(void **state)
{
    (void)state;
    for (int w = 0; w < WORLDS; w++) {
        const bool even = !(worlds[w].rho > 0);
        const struct stm_claim claim = at_least(STM_VIABILITY, 70, NAN);
        const struct tally good = try_world(&worlds[w], batches / 4, 0.92, &claim, NULL),
                           bad = try_world(&worlds[w], batches / 4, 0.45, &claim, NULL);
        report("truth 92, claim 70", worlds[w].what, &good);
        report("truth 45, claim 70", worlds[w].what, &bad);
        assert_true(good.verdicts[STM_SUPPORTS] >= (even ? 0.99 : 0.15) * good.batches);
        assert_true(bad.verdicts[STM_CONTRADICTS] >= (even ? 0.99 : 0.15) * bad.batches);
        assert_int_equal(good.verdicts[STM_CONTRADICTS], 0);
        assert_int_equal(bad.verdicts[STM_SUPPORTS], 0);
    }
}

static struct stm_finding finding_of(struct batch *b, const struct stm_claims_row *row)
{
    const struct stm_claims claims = {.row = (struct stm_claims_row *)row, .n = 1};
    const struct stm_verify_options o = {0.95, NULL};
    struct stm_verify verify = {0};
    struct stm_error err = {0};
    assert_ok(stm_verify_run(&verify, &claims, &b->results, 1, &o, &err), &err);
    const struct stm_finding f = verify.row[0].finding[0];
    stm_verify_free(&verify);
    return f;
}

static struct stm_claims_row row_of(struct stm_claim claim)
{
    struct stm_claims_row row = {.batch = "",
                                 .vial = "",
                                 .plate = "",
                                 .well = "",
                                 .volume_ml = NAN,
                                 .volume_measured_ml = NAN,
                                 .depth_um = NAN,
                                 .dilution = NAN,
                                 .n = 1};
    row.claim[0] = claim;
    return row;
}

/* 50 cells on 1 mm2 in 100 um are 50 in 0.1 uL: 500 000 a mL, 1 000 000 before a dilution by 2. */
static void volumes_follow_from_depth_dilution_and_fill(void **state)
{
    (void)state;
    static struct batch b;
    make_batch(&b, &worlds[0], 0.8, 1);
    for (int i = 0; i < 6; i++)
        b.field[i].tally[STM_TALLY_TOTAL] = 50, b.field[i].tally[STM_TALLY_LIVE] = 40,
        b.field[i].tally[STM_TALLY_DEAD] = 10;
    struct stm_claims_row row = row_of(at_least(STM_TOTAL_PER_ML, 1e5, NAN));
    assert_string_equal(
        finding_of(&b, &row).reason,
        "the counted volume is not known: it needs a pixel size, and the chamber's depth (Depth_um)");
    row.depth_um = 100;
    assert_near(finding_of(&b, &row).value, 5e5, 1e-3);
    row.dilution = 2;
    assert_near(finding_of(&b, &row).value, 1e6, 1e-3);
    row.claim[0].quantity = STM_VIABLE_CELLS;
    assert_string_equal(finding_of(&b, &row).reason,
                        "the volume of the product is not known: add the column Volume_mL");
    row.volume_ml = 3;
    assert_near(finding_of(&b, &row).value, 0.8 * 3e6, 1e-3);
    row.volume_measured_ml = 2.5; /* what was found in the vial goes before what was claimed */
    assert_near(finding_of(&b, &row).value, 0.8 * 2.5e6, 1e-3);
    b.results.depth_um = 200; /* the claim's own depth goes before the protocol's */
    assert_near(finding_of(&b, &row).value, 0.8 * 2.5e6, 1e-3);
}

static void ambiguous_cells_decide_nothing(void **state)
{
    (void)state;
    static struct batch b;
    make_batch(&b, &worlds[0], 0.8, 1);
    for (int i = 0; i < 6; i++)
        b.field[i].tally[STM_TALLY_TOTAL] = 60, b.field[i].tally[STM_TALLY_LIVE] = 50,
        b.field[i].tally[STM_TALLY_DEAD] = 5;
    struct stm_claims_row row = row_of(at_least(STM_VIABILITY, 80, NAN));
    assert_int_equal(finding_of(&b, &row).decision, STM_SUPPORTS);
    for (int i = 0; i < 6; i++)
        b.field[i].tally[STM_TALLY_AMBIGUOUS] = 5;
    const struct stm_finding f = finding_of(&b, &row);
    assert_int_equal(f.decision, STM_INSUFFICIENT);
    assert_near(f.if_live, 100 * 55 / 60.0, 1e-9);
    assert_near(f.if_dead, 100 * 50 / 60.0, 1e-9);
    assert_string_equal(f.reason, "30 ambiguous cells could change the verdict (SUPPORTS without them)");
}

static void what_was_left_out_stands_beside_the_verdict(void **state)
{
    (void)state;
    static struct batch b;
    make_batch(&b, &worlds[0], 0.8, 1);
    for (int i = 0; i < 6; i++)
        b.field[i].tally[STM_TALLY_LIVE] = 55, b.field[i].tally[STM_TALLY_DEAD] = 5;
    b.field[5].verdict = STM_VERDICT_REJECTED;
    b.field[5].tally[STM_TALLY_LIVE] = 0;
    b.field[5].tally[STM_TALLY_DEAD] = 60;
    struct stm_claims_row row = row_of(at_least(STM_VIABILITY, 75, NAN));
    const struct stm_finding f = finding_of(&b, &row);
    assert_int_equal(f.decision, STM_SUPPORTS);
    assert_int_equal(f.decision_with_rejected, STM_INSUFFICIENT);
    assert_near(f.value, 100 * 55 / 60.0, 1e-9);
    assert_near(f.with_rejected, 100 * 275 / 360.0 - 100 * 25 / 360.0 + 100 * 25 / 360.0, 2);
    assert_string_equal(f.reason, "with the 1 rejected fields it would be INSUFFICIENT");
}

static void wells_that_are_not_there_are_said(void **state)
{
    (void)state;
    static struct batch b;
    make_batch(&b, &worlds[0], 0.8, 1);
    struct stm_claims_row row = row_of(at_least(STM_VIABILITY, 75, NAN));
    row.well = "B2";
    assert_string_equal(finding_of(&b, &row).reason, "the results have no such well or batch");
    row.well = "a1";
    assert_string_equal(finding_of(&b, &row).reason[0] ? "" : "", "");
    assert_true(finding_of(&b, &row).value > 0);
    b.results.has_classes = false;
    assert_string_equal(finding_of(&b, &row).reason, "the images were not sorted into live and dead");
    for (int i = 0; i < 6; i++)
        b.field[i].verdict = STM_VERDICT_FAILED;
    assert_string_equal(finding_of(&b, &row).reason, "no field of view can be used");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_the_limit_each_verdict_is_wrong_at_most_as_stated),
        cmocka_unit_test(densities_at_the_limit_too),
        cmocka_unit_test(away_from_the_limit_verdicts_are_found),
        cmocka_unit_test(volumes_follow_from_depth_dilution_and_fill),
        cmocka_unit_test(ambiguous_cells_decide_nothing),
        cmocka_unit_test(what_was_left_out_stands_beside_the_verdict),
        cmocka_unit_test(wells_that_are_not_there_are_said),
    };
    (void)argv;
    figures = argc > 1;
    if (figures) batches = 4000;
    const int file = mkstemp(uncertainty_file);
    FILE *const out = file >= 0 ? fdopen(file, "w") : NULL;
    if (!out || fputs(no_systematics, out) < 0 || fclose(out)) return 1;
    const int failed = STM_TEST_MAIN(tests);
    remove(uncertainty_file);
    return failed;
}
