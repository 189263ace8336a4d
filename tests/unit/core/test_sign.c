/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/stm_assert.h"

#include "pipeline/core/sign.h"
#include "tests/support/tmpdir.h"

#include <stdlib.h>
#include <sys/stat.h>

static struct stm_error err;
static char path[4096];

static bool say(void *context, const char *file, char *text, struct stm_error *e)
{
    (void)file;
    (void)e;
    strncpy(text, context, STM_PASSPHRASE - 1);
    return true;
}

static char *key_in_folder(void)
{
    char *const directory = stm_tmpdir_create();
    snprintf(path, sizeof path, "%s/key", directory);
    return directory;
}

/* RFC 8032, 7.1, test 2: seed, public key, message 72, signature. */
static void test_known_answer(void **state)
{
    (void)state;
    char *const directory = key_in_folder();
    char signature[STM_SIGNATURE_HEX];
    struct stm_secret_key *key;
    stm_tmpdir_write(directory, "key",
                     "[stroma secret key]\nname = RFC\n"
                     "public = 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c\n"
                     "secret = 4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\n");
    assert_int_equal(chmod(path, 0600), 0);
    assert_ok(stm_key_open(&key, path, NULL, NULL, &err), &err);
    assert_ok(stm_sign(key, "\x72", 1, signature, &err), &err);
    assert_string_equal(signature, "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                   "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    assert_true(stm_signature_fits(stm_key_public(key)->hex, "\x72", 1, signature));
    assert_false(stm_signature_fits(stm_key_public(key)->hex, "\x73", 1, signature));
    signature[1] = '3';
    assert_false(stm_signature_fits(stm_key_public(key)->hex, "\x72", 1, signature));
    stm_key_close(&key);
    stm_tmpdir_remove(directory);
}

static void test_generate(void **state)
{
    (void)state;
    char *const directory = key_in_folder();
    struct stm_public_key made, read;
    struct stm_secret_key *key;
    struct stat st;
    assert_ok(stm_key_generate(path, "Jane Doe", NULL, &made, &err), &err);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_fails(stm_key_generate(path, "Jane Doe", NULL, &read, &err), &err, "is there already");
    assert_ok(stm_key_open(&key, path, NULL, NULL, &err), &err);
    assert_string_equal(stm_key_public(key)->hex, made.hex);
    stm_key_close(&key);
    assert_int_equal(chmod(path, 0640), 0);
    assert_fails(stm_key_open(&key, path, NULL, NULL, &err), &err, "chmod 600");
    assert_null(key);
    strcat(path, ".pub");
    assert_ok(stm_key_read_public(&read, path, &err), &err);
    assert_string_equal(read.hex, made.hex);
    assert_string_equal(read.name, "Jane Doe");
    assert_int_equal(chmod(path, 0600), 0);
    assert_fails(stm_key_open(&key, path, NULL, NULL, &err), &err, "public key");
    assert_fails(stm_key_generate(path, "a; b", NULL, &made, &err), &err, "letters, digits");
    stm_tmpdir_remove(directory);
}

static void test_passphrase(void **state)
{
    (void)state;
    char *const directory = key_in_folder();
    struct stm_public_key made;
    struct stm_secret_key *key;
    assert_ok(stm_key_generate(path, "Jane Doe", "correct horse", &made, &err), &err);
    char *const text = stm_tmpdir_read(directory, "key", NULL);
    assert_null(strstr(text, "secret ="));
    free(text);
    assert_fails(stm_key_open(&key, path, say, "wrong horse", &err), &err, "passphrase is wrong");
    assert_ok(stm_key_open(&key, path, say, "correct horse", &err), &err);
    assert_string_equal(stm_key_public(key)->hex, made.hex);
    stm_key_close(&key);
    stm_tmpdir_remove(directory);
}

static void test_damaged(void **state)
{
    (void)state;
    char *const directory = key_in_folder();
    struct stm_secret_key *key;
    static const char *const texts[] = {
        "",
        "[stroma secret key]\nname = x\npublic = 00\n",
        "[other]\nname = x\n",
        "[stroma secret key]\nname = x\n"
        "public = 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660d\n"
        "secret = 4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        stm_tmpdir_write(directory, "key", texts[i]);
        chmod(path, 0600);
        assert_false(stm_key_open(&key, path, NULL, NULL, &err));
        assert_null(key);
    }
    stm_tmpdir_remove(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answer),
        cmocka_unit_test(test_generate),
        cmocka_unit_test(test_passphrase),
        cmocka_unit_test(test_damaged),
    };
    return STM_TEST_MAIN(tests);
}
