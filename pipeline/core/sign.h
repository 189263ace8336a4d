/* Ed25519 keys and signatures. The only pair of files that uses libsodium. */
#ifndef STM_CORE_SIGN_H
#define STM_CORE_SIGN_H

#include "pipeline/core/error.h"

#include <stddef.h>

enum {
    STM_KEY_HEX = 65,        /* 32 bytes as lower-case digits, and the end */
    STM_SIGNATURE_HEX = 129, /* 64 bytes */
    STM_KEY_NAME = 96,       /* whose key it is */
    STM_PASSPHRASE = 1024
};

/* What may be shown to anyone. */
struct stm_public_key {
    char name[STM_KEY_NAME];
    char hex[STM_KEY_HEX];
};

/* What may not: lives in memory that is never swapped out and is wiped by stm_key_close. */
struct stm_secret_key;

/* Puts the passphrase of an encrypted key file into `text`, of STM_PASSPHRASE bytes. */
typedef bool stm_key_ask(void *context, const char *path, char *text, struct stm_error *err);

/* Makes a key pair: `path` (mode 0600, encrypted when there is a passphrase: Argon2id, XSalsa20-Poly1305) and
 * `path`.pub. Neither may be there already. */
bool stm_key_generate(const char *path, const char *name, const char *passphrase,
                      struct stm_public_key *public_key, struct stm_error *err);

/* Opens a secret key. A file that others than its owner can read is refused. `ask` is called when it is
 * encrypted. Close with stm_key_close, which sets it to NULL. */
bool stm_key_open(struct stm_secret_key **key, const char *path, stm_key_ask *ask, void *context,
                  struct stm_error *err);
void stm_key_close(struct stm_secret_key **key);
const struct stm_public_key *stm_key_public(const struct stm_secret_key *key);

/* Reads `path`.pub, or a secret key's file as far as it is public. */
bool stm_key_read_public(struct stm_public_key *key, const char *path, struct stm_error *err);

/* Signature of n bytes, and whether one is right. Verifying accepts lower-case digits only, so that no byte
 * of a signature can change without being noticed. */
bool stm_sign(const struct stm_secret_key *key, const void *bytes, size_t n, char hex[STM_SIGNATURE_HEX],
              struct stm_error *err);
bool stm_signature_fits(const char *public_hex, const void *bytes, size_t n, const char *signature_hex);

#endif
