/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/file.h"
#include "pipeline/core/text.h"
#include "pipeline/plan.h"

#include <stdlib.h>
#include <unistd.h>

static struct stm_plan plan;
static char path[64];

static int setup(void **state)
{
    (void)state;
    struct stm_error err;
    snprintf(path, sizeof path, "/tmp/stm_plan_XXXXXX");
    const int fd = mkstemp(path);
    return fd < 0 || close(fd) || !stm_plan_begin(&plan, "fluorescence", &err) ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    stm_plan_free(&plan);
    return unlink(path);
}

static void finish(struct stm_plan *p)
{
    static const enum stm_role roles[] = {STM_ROLE_NUCLEI, STM_ROLE_DEAD, STM_ROLE_OTHER, STM_ROLE_OTHER};
    struct stm_error err;
    assert_ok(stm_plan_finish(p, roles, 4, &err), &err);
}

static void columns_are_repeated_for_each_channel(void **state)
{
    (void)state;
    finish(&plan);
    assert_string_equal(plan.channel_name[2], "other");
    assert_string_equal(plan.channel_name[3], "other2");
    const int nuclei = stm_columns_find(&plan.site_columns, "Illumination_Range_nuclei");
    assert_true(nuclei >= 0);
    assert_int_equal(stm_columns_find(&plan.site_columns, "Illumination_Range_other2"), nuclei + 3 * 2);
    for (int i = 0; i < plan.n_stages; i++)
        assert_true(plan.stage[i].site_first <= plan.site_columns.n &&
                    plan.stage[i].object_first <= plan.object_columns.n);
}

static bool has_stage(const struct stm_plan *p, const char *name)
{
    bool has = false;
    for (int i = 0; i < p->n_stages; i++)
        has |= !strcmp(p->stage[i].stage->name, name);
    return has;
}

static void stages_take_part_where_their_channel_is(void **state)
{
    (void)state;
    static const enum stm_role roles[] = {STM_ROLE_BODY};
    struct stm_plan bodies;
    struct stm_error err;
    assert_ok(stm_plan_set(&plan, "bodies.edge", "0.3", &err), &err);
    finish(&plan);
    assert_false(has_stage(&plan, "bodies"));
    assert_true(has_stage(&plan, "segment"));
    assert_int_equal(stm_columns_find(&plan.object_columns, "Cells_AreaShape_Area"), -1);
    assert_string_equal(stm_plan_words(&plan).object_name, "nuclei");
    assert_ok(stm_plan_begin(&bodies, "fluorescence", &err), &err);
    assert_ok(stm_plan_finish(&bodies, roles, 1, &err), &err);
    assert_true(has_stage(&bodies, "bodies"));
    assert_false(has_stage(&bodies, "segment"));
    assert_int_equal(stm_columns_find(&bodies.well_columns, "Viability"), -1);
    assert_true(stm_columns_find(&bodies.well_columns, "SpindleFraction_Low") >= 0);
    assert_string_equal(stm_plan_words(&bodies).object_name, "cells");
    stm_plan_free(&bodies);
}

static void canonical_text_is_a_protocol_that_gives_the_same_hash(void **state)
{
    (void)state;
    struct stm_plan again;
    struct stm_error err;
    struct stm_string text = {0};
    assert_ok(stm_plan_set(&plan, "calibrate.least_sites", "9", &err), &err);
    finish(&plan);
    stm_plan_canonical(&plan, &text);
    assert_ok(stm_file_save(path, text.text, text.length, &err), &err);
    stm_string_free(&text);
    assert_ok(stm_plan_begin(&again, "fluorescence", &err), &err);
    assert_ok(stm_plan_protocol(&again, path, &err), &err);
    finish(&again);
    assert_string_equal(again.hash, plan.hash);
    stm_plan_free(&again);
    assert_ok(stm_plan_begin(&again, "fluorescence", &err), &err);
    finish(&again);
    assert_string_not_equal(again.hash, plan.hash);
    stm_plan_free(&again);
}

static bool protocol(const char *text, struct stm_error *err)
{
    assert_ok(stm_file_save(path, text, strlen(text), err), err);
    return stm_plan_protocol(&plan, path, err);
}

static void a_locked_protocol_refuses_changes(void **state)
{
    (void)state;
    struct stm_error err;
    assert_ok(protocol("[protocol]\nname = Bone marrow\nassay = fluorescence\nlocked = yes\n", &err), &err);
    assert_string_equal(plan.protocol_name, "Bone marrow");
    assert_fails(stm_plan_set(&plan, "calibrate.least_sites", "9", &err), &err, "'Bone marrow' is locked");
}

static void mistakes_are_named(void **state)
{
    (void)state;
    struct stm_error err;
    assert_fails(stm_plan_set(&plan, "calibrat.mode", "off", &err), &err, "did you mean 'calibrate'");
    assert_fails(stm_plan_set(&plan, "least_sites", "9", &err), &err, "stage.name=value");
    assert_fails(protocol("[protocol]\nassay = suspension\n", &err), &err, "for the assay suspension");
    assert_fails(protocol("[protocol]\nassay_version = 99\n", &err), &err, "version 99");
    assert_fails(protocol("[calibrate]\nleast_sites = many\n", &err), &err, "'many' is not allowed");
    struct stm_plan none;
    assert_fails(stm_plan_begin(&none, "fluorescense", &err), &err, "did you mean 'fluorescence'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(columns_are_repeated_for_each_channel, setup, teardown),
        cmocka_unit_test_setup_teardown(stages_take_part_where_their_channel_is, setup, teardown),
        cmocka_unit_test_setup_teardown(canonical_text_is_a_protocol_that_gives_the_same_hash, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_locked_protocol_refuses_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(mistakes_are_named, setup, teardown),
    };
    return STM_TEST_MAIN(tests);
}
