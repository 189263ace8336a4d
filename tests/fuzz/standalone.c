/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Feeds files, and mutations of them from a fixed seed, to a fuzz target, without a fuzzer: standalone FILE….
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MUTATIONS = 60, MOST_BYTES = 1 << 20 };

static uint64_t state = 1;

static uint32_t next_random(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33);
}

/* Up to eight bytes changed, and every fourth time the end cut off. */
static size_t mutate(uint8_t *bytes, size_t size)
{
    for (uint32_t n = 1 + next_random() % 8; size && n; n--)
        bytes[next_random() % (next_random() % 2 && size > 256 ? 256 : size)] = (uint8_t)next_random();
    return size && next_random() % 4 == 0 ? next_random() % size : size;
}

static void feed(const char *path)
{
    static uint8_t original[MOST_BYTES], bytes[MOST_BYTES];
    FILE *const f = fopen(path, "rb");
    if (!f) exit(1);
    const size_t size = fread(original, 1, sizeof original, f);
    fclose(f);
    LLVMFuzzerTestOneInput(original, size);
    for (int i = 0; i < MUTATIONS; i++) {
        memcpy(bytes, original, size);
        LLVMFuzzerTestOneInput(bytes, mutate(bytes, size));
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        feed(argv[i]);
    printf("%d files and %d mutations of each\n", argc - 1, MUTATIONS);
    return argc < 2;
}
