/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/core/sign.h"

#include "pipeline/core/file.h"
#include "pipeline/core/ini.h"
#include "pipeline/core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEED = crypto_sign_SEEDBYTES, BOX = SEED + crypto_secretbox_MACBYTES };

struct stm_secret_key {
    struct stm_public_key public_key;
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
};

static bool ready(struct stm_error *err)
{
    return sodium_init() >= 0 || stm_fail(err, STM_INTERNAL, "libsodium cannot be started");
}

/* Exactly n bytes written as 2 n lower-case digits. */
static bool from_hex(unsigned char *bytes, size_t n, const char *hex)
{
    size_t length;
    if (strlen(hex) != 2 * n || strspn(hex, "0123456789abcdef") != 2 * n) return false;
    return sodium_hex2bin(bytes, n, hex, 2 * n, NULL, &length, NULL) == 0 && length == n;
}

/* Key files are INI: a name that breaks a line or begins a comment cannot be in one. */
static bool check_name(const char *name, struct stm_error *err)
{
    const size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < ' ' || strchr(";#\"\x7f", name[i]))
            return stm_fail(err, STM_USAGE, "a key's name takes letters, digits and blanks, not '%s'", name);
    if (n > 0 && n < STM_KEY_NAME && name[0] != ' ' && name[n - 1] != ' ') return true;
    return stm_fail(err, STM_USAGE, "a key's name has 1 to %d bytes", STM_KEY_NAME - 1);
}

/* The key that encrypts the seed: Argon2id with 64 MiB and 2 passes, several times what OWASP asks for. */
static bool stretch(unsigned char key[crypto_secretbox_KEYBYTES], const char *passphrase,
                    const unsigned char *salt, struct stm_error *err)
{
    if (crypto_pwhash(key, crypto_secretbox_KEYBYTES, passphrase, strlen(passphrase), salt,
                      crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                      crypto_pwhash_ALG_ARGON2ID13) == 0)
        return true;
    return stm_fail(err, STM_NO_MEMORY, "no memory to work with the passphrase (64 MiB are needed)");
}

static void put_hex(struct stm_string *out, const char *name, const unsigned char *bytes, size_t n)
{
    char hex[2 * 64 + 1];
    stm_string_addf(out, "%s = %s\n", name, sodium_bin2hex(hex, sizeof hex, bytes, n));
    sodium_memzero(hex, sizeof hex);
}

static bool put_seed(struct stm_string *out, const unsigned char *seed, const char *passphrase,
                     struct stm_error *err)
{
    unsigned char salt[crypto_pwhash_SALTBYTES], nonce[crypto_secretbox_NONCEBYTES], box[BOX],
        key[crypto_secretbox_KEYBYTES];
    if (!passphrase) return put_hex(out, "secret", seed, SEED), true;
    randombytes_buf(salt, sizeof salt);
    randombytes_buf(nonce, sizeof nonce);
    if (!stretch(key, passphrase, salt, err)) return false;
    crypto_secretbox_easy(box, seed, SEED, nonce, key);
    sodium_memzero(key, sizeof key);
    put_hex(out, "salt", salt, sizeof salt);
    put_hex(out, "nonce", nonce, sizeof nonce);
    put_hex(out, "box", box, sizeof box);
    return true;
}

static void put_public(struct stm_string *out, const char *head, const struct stm_public_key *key)
{
    stm_string_addf(out, "[%s]\nname = %s\npublic = %s\n", head, key->name, key->hex);
}

/* Writes a file that was not there, readable as `mode` says from its first byte on. */
static bool save_new(const char *path, mode_t mode, const struct stm_string *text, struct stm_error *err)
{
    if (text->failed) return stm_fail(err, STM_NO_MEMORY, "no memory for a key");
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        stm_fail(err, errno == EEXIST ? STM_USAGE : STM_IO, "cannot be created: %s", strerror(errno));
        return stm_fail_file(err, path);
    }
    bool good = write(fd, text->text, text->length) == (ssize_t)text->length && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    if (good) return true;
    stm_fail(err, STM_IO, "cannot be written: %s", strerror(errno));
    unlink(path);
    return stm_fail_file(err, path);
}

static bool save_pair(const char *path, const struct stm_string *secret, const struct stm_string *open_part,
                      struct stm_error *err)
{
    char public_path[4096];
    const int n = snprintf(public_path, sizeof public_path, "%s.pub", path);
    if (n >= (int)sizeof public_path) return stm_fail(err, STM_USAGE, "the key's path is too long");
    if (access(public_path, F_OK) == 0) {
        stm_fail(err, STM_USAGE, "is there already; keys are not written over");
        return stm_fail_file(err, public_path);
    }
    if (!save_new(path, 0600, secret, err)) return false;
    if (save_new(public_path, 0644, open_part, err)) return true;
    unlink(path);
    return false;
}

bool stm_key_generate(const char *path, const char *name, const char *passphrase,
                      struct stm_public_key *public_key, struct stm_error *err)
{
    unsigned char seed[SEED], public_bytes[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
    struct stm_string text = {0}, open_part = {0};
    if (!ready(err) || !check_name(name, err)) return false;
    randombytes_buf(seed, sizeof seed);
    crypto_sign_seed_keypair(public_bytes, secret, seed);
    stm_text_copy(public_key->name, sizeof public_key->name, name);
    sodium_bin2hex(public_key->hex, sizeof public_key->hex, public_bytes, sizeof public_bytes);
    put_public(&text, "stroma secret key", public_key);
    put_public(&open_part, "stroma public key", public_key);
    const bool good = put_seed(&text, seed, passphrase, err) && save_pair(path, &text, &open_part, err);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(secret, sizeof secret);
    if (text.text) sodium_memzero(text.text, text.length);
    stm_string_free(&text);
    stm_string_free(&open_part);
    return good;
}

/* What a key file holds, as digits. */
struct key_file {
    struct stm_public_key public_key;
    char secret[2 * SEED + 1], salt[2 * crypto_pwhash_SALTBYTES + 1],
        nonce[2 * crypto_secretbox_NONCEBYTES + 1], box[2 * BOX + 1];
};

static bool take(void *context, const char *section, const char *name, const char *value, int line,
                 struct stm_error *err)
{
    struct key_file *const f = context;
    const struct {
        const char *name;
        char *text;
        size_t size;
    } fields[] = {
        {"name", f->public_key.name, sizeof f->public_key.name},
        {"public", f->public_key.hex, sizeof f->public_key.hex},
        {"secret", f->secret, sizeof f->secret},
        {"salt", f->salt, sizeof f->salt},
        {"nonce", f->nonce, sizeof f->nonce},
        {"box", f->box, sizeof f->box},
    };
    const bool known = !strcmp(section, "stroma secret key") || !strcmp(section, "stroma public key");
    for (size_t i = 0; known && i < sizeof fields / sizeof *fields; i++)
        if (!strcmp(fields[i].name, name)) {
            if (stm_text_copy(fields[i].text, fields[i].size, value)) return true;
            return stm_fail(err, STM_BAD_INPUT, "line %d: %s is too long", line, name);
        }
    return stm_fail(err, STM_BAD_INPUT, "line %d: is not part of a key made by `stroma keygen`", line);
}

static bool read_key(struct key_file *f, const char *path, struct stm_error *err)
{
    unsigned char bytes[crypto_sign_PUBLICKEYBYTES];
    memset(f, 0, sizeof *f);
    if (!ready(err) || !stm_ini_read(path, take, f, err)) return false;
    if (check_name(f->public_key.name, err) && from_hex(bytes, sizeof bytes, f->public_key.hex)) return true;
    stm_fail(err, STM_BAD_INPUT, "is not a key made by `stroma keygen`");
    return stm_fail_file(err, path);
}

bool stm_key_read_public(struct stm_public_key *key, const char *path, struct stm_error *err)
{
    struct key_file f;
    const bool good = read_key(&f, path, err);
    if (good) *key = f.public_key;
    sodium_memzero(&f, sizeof f);
    return good;
}

static bool check_mode(const char *path, struct stm_error *err)
{
    struct stat st;
    if (stat(path, &st) != 0 || !(st.st_mode & 077)) return true;
    stm_fail(err, STM_USAGE, "others can read this secret key (mode %03o): chmod 600 it, or make a new one",
             (unsigned)(st.st_mode & 0777));
    return stm_fail_file(err, path);
}

static bool unlock(const struct key_file *f, const char *passphrase, unsigned char seed[SEED],
                   struct stm_error *err)
{
    unsigned char salt[crypto_pwhash_SALTBYTES], nonce[crypto_secretbox_NONCEBYTES], box[BOX],
        key[crypto_secretbox_KEYBYTES];
    if (!from_hex(salt, sizeof salt, f->salt) || !from_hex(nonce, sizeof nonce, f->nonce) ||
        !from_hex(box, sizeof box, f->box))
        return stm_fail(err, STM_BAD_INPUT, "the secret part is damaged");
    if (!stretch(key, passphrase, salt, err)) return false;
    const bool good = crypto_secretbox_open_easy(seed, box, sizeof box, nonce, key) == 0;
    sodium_memzero(key, sizeof key);
    return good || stm_fail(err, STM_USAGE, "the passphrase is wrong");
}

static bool find_seed(const struct key_file *f, const char *path, stm_key_ask *ask, void *context,
                      unsigned char seed[SEED], struct stm_error *err)
{
    char passphrase[STM_PASSPHRASE] = "";
    if (f->secret[0])
        return from_hex(seed, SEED, f->secret) || stm_fail(err, STM_BAD_INPUT, "the secret part is damaged");
    if (!f->box[0]) return stm_fail(err, STM_USAGE, "this is a public key; signing needs the secret one");
    const bool good = ask && ask(context, path, passphrase, err) && unlock(f, passphrase, seed, err);
    sodium_memzero(passphrase, sizeof passphrase);
    return good;
}

/* The secret part must be that of the public part. */
static bool fill(struct stm_secret_key *key, const struct key_file *f, const unsigned char seed[SEED],
                 struct stm_error *err)
{
    unsigned char public_bytes[crypto_sign_PUBLICKEYBYTES], expected[crypto_sign_PUBLICKEYBYTES];
    crypto_sign_seed_keypair(public_bytes, key->secret, seed);
    key->public_key = f->public_key;
    return (from_hex(expected, sizeof expected, f->public_key.hex) &&
            !memcmp(expected, public_bytes, sizeof expected)) ||
           stm_fail(err, STM_BAD_INPUT, "the secret and the public part do not belong together");
}

bool stm_key_open(struct stm_secret_key **key, const char *path, stm_key_ask *ask, void *context,
                  struct stm_error *err)
{
    struct key_file f;
    unsigned char seed[SEED];
    *key = NULL;
    bool good = read_key(&f, path, err) && check_mode(path, err);
    if (good && !(*key = sodium_malloc(sizeof **key)))
        good = stm_fail(err, STM_NO_MEMORY, "no locked memory");
    good = good && ((find_seed(&f, path, ask, context, seed, err) && fill(*key, &f, seed, err)) ||
                    stm_fail_file(err, path));
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(&f, sizeof f);
    if (!good) stm_key_close(key);
    return good;
}

void stm_key_close(struct stm_secret_key **key)
{
    sodium_free(*key);
    *key = NULL;
}

const struct stm_public_key *stm_key_public(const struct stm_secret_key *key)
{
    return &key->public_key;
}

bool stm_sign(const struct stm_secret_key *key, const void *bytes, size_t n, char hex[STM_SIGNATURE_HEX],
              struct stm_error *err)
{
    unsigned char signature[crypto_sign_BYTES];
    if (crypto_sign_detached(signature, NULL, bytes, n, key->secret) != 0)
        return stm_fail(err, STM_INTERNAL, "cannot sign %zu bytes", n);
    sodium_bin2hex(hex, STM_SIGNATURE_HEX, signature, sizeof signature);
    return true;
}

bool stm_signature_fits(const char *public_hex, const void *bytes, size_t n, const char *signature_hex)
{
    unsigned char public_bytes[crypto_sign_PUBLICKEYBYTES], signature[crypto_sign_BYTES];
    struct stm_error ignored;
    return ready(&ignored) && from_hex(public_bytes, sizeof public_bytes, public_hex) &&
           from_hex(signature, sizeof signature, signature_hex) &&
           crypto_sign_verify_detached(signature, bytes, n, public_bytes) == 0;
}
