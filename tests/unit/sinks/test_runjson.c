/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "tests/support/fake_run.h"
#include "tests/support/tmpdir.h"

#include <stdlib.h>

static const struct stm_fake_run plate = {
    .plate_rows = 1, .plate_cols = 3, .sites = 1, .size = 200, .shrink = 1};

static void everything_is_named(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "{\n  \"program\": \"stroma\",\n  \"version\": \"0.1.0\",\n",
        "  \"assay\": {\n    \"name\": \"fluorescence\",\n    \"version\": \"1\",\n",
        "    \"sha256\": \"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9\",\n",
        "        \"name\": \"sigma_um\",\n        \"value\": \"1.2\",\n        \"default\": \"1.0\",\n       "
        " \"unit\": "
        "\"um\"\n",
        "    \"seconds\": 60.250\n",
        "    \"threads\": 2,\n    \"peak_memory_bytes\": 123456789,\n",
        "    \"sites\": {\n      \"ok\": 1,\n      \"warn\": 0,\n      \"rejected\": 1,\n      \"failed\": "
        "1\n    },\n",
        "    \"objects\": 13,\n    \"problems\": [\n      {\n        \"image_number\": 2,\n",
        "\n      },\n      {\n        \"image_number\": 3,\n",
        "        \"status\": \"failed\",\n        \"reason\": \"channel dead: the file ends after 1024 of "
        "2097152 bytes; "
        "copy it again\"\n      }\n    ]\n  },\n",
        "    {\n      \"path\": \"plate/A01_s1_w2.tif\",\n      \"sha256\": "
        "\"60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752\",\n      \"bytes\": 2097152\n   "
        " }\n  ]\n}\n",
    };
    const struct stm_sink *const sinks[] = {stm_sink_find("run"), NULL};
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create();
    struct stm_fake_run run = plate;
    run.directory = dir;
    assert_ok(stm_fake_feed(&run, sinks, &err), &err);
    char *const text = stm_tmpdir_read(dir, "run.json", NULL);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(text, parts[i])) fail_msg("run.json lacks %s: %s", parts[i], text);
    free(text);
    stm_tmpdir_remove(dir);
}

/* run.json is what says that a run finished, so it is the last sink to close. */
static void it_is_the_last_sink(void **state)
{
    (void)state;
    int n = 0;
    while (stm_sinks[n + 1])
        n++;
    assert_string_equal(stm_sinks[n]->name, "run");
    for (int i = 0; stm_sinks[i]; i++)
        assert_ptr_equal(stm_sink_find(stm_sinks[i]->name), stm_sinks[i]);
    assert_null(stm_sink_find("nonsense"));
}

static void a_run_that_stops_leaves_nothing(void **state)
{
    (void)state;
    struct stm_error err = {0};
    char *const dir = stm_tmpdir_create();
    struct stm_fake_run run = plate;
    run.directory = dir;
    run.stop_at_site = 3;
    assert_false(stm_fake_feed(&run, stm_sinks, &err)); /* all sinks there are */
    assert_int_equal(stm_tmpdir_count(dir, "."), 0);
    stm_tmpdir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_named),
        cmocka_unit_test(it_is_the_last_sink),
        cmocka_unit_test(a_run_that_stops_leaves_nothing),
    };
    return STM_TEST_MAIN(tests);
}
