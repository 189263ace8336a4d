/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/sha256.h"

#include <stdlib.h>
#include <unistd.h>

/* The example vectors of FIPS 180-4: one block, two blocks, a million letters. */
static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char million_a[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void bytes(void **state)
{
    (void)state;
    char hex[STM_SHA256_HEX];
    stm_sha256_hex("abc", 3, hex);
    assert_string_equal(hex, abc);
}

static void files(void **state)
{
    (void)state;
    char path[] = "/tmp/stm_sha256_XXXXXX", hex[STM_SHA256_HEX];
    struct stm_error err;
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    for (int i = 0; i < 1000; i++) {
        char letters[1000];
        memset(letters, 'a', sizeof letters);
        assert_int_equal(write(fd, letters, sizeof letters), sizeof letters);
    }
    close(fd);
    assert_ok(stm_sha256_file(path, hex, &err), &err);
    assert_string_equal(hex, million_a);
    unlink(path);
    assert_fails(stm_sha256_file(path, hex, &err), &err, "No such file");
    assert_string_equal(hex, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bytes), cmocka_unit_test(files)};
    return STM_TEST_MAIN(tests);
}
