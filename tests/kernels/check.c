/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "tests/kernels/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const struct check *const checks[] = {
    &check_colour, &check_components, &check_conv8,     &check_distance,  &check_focus,       &check_gauss,
    &check_grid,   &check_head,       &check_histogram, &check_isa,       &check_local,       &check_moments,
    &check_order,  &check_outline,    &check_stretch,   &check_rank,      &check_reconstruct, &check_resample,
    &check_runs,   &check_shrink,     &check_tensor,    &check_watershed, &check_ways,        NULL,
};

static struct {
    uint64_t seed, random;
    const char *check, *part, *isa;
    int failures, failed_here;
    double copy;   /* ns a byte copied, for --bench */
    double latest; /* ns that the work of the last check_time took */
} run;

/* Random numbers: splitmix64. */

uint64_t check_random(void)
{
    uint64_t z = run.random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint32_t check_below(uint32_t n)
{
    return (uint32_t)((check_random() >> 32) * n >> 32);
}

/* Guarded memory: kept in a list until the check ends. */

enum { MAX_MAPS = 16384, CANARY = 0xa55a };
static struct {
    void *at;
    size_t bytes;
} maps[MAX_MAPS];
static int n_maps;

static void free_maps(void)
{
    while (n_maps > 0) {
        n_maps--;
        munmap(maps[n_maps].at, maps[n_maps].bytes);
    }
}

void *check_memory(size_t bytes, int side)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), body = (bytes + page - 1) / page * page;
    char *at = mmap(NULL, body + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED || n_maps == MAX_MAPS ||
        (body && mprotect(at + page, body, PROT_READ | PROT_WRITE))) {
        fprintf(stderr, "check: no memory for %zu guarded bytes\n", bytes);
        exit(1);
    }
    maps[n_maps].at = at;
    maps[n_maps++].bytes = body + 2 * page;
    return at + page + (side ? body - bytes : 0);
}

/* Images. */

struct stm_u16 check_image(int w, int h, int side)
{
    const ptrdiff_t stride = w + (ptrdiff_t)check_below(4) * 5;
    const size_t n = h ? (size_t)(stride * (h - 1) + w) : 0;
    uint16_t *px = check_memory(n * sizeof *px, side);
    for (size_t i = 0; i < n; i++)
        px[i] = CANARY;
    return (struct stm_u16){px, stride, w, h};
}

static uint16_t pixel(enum check_fill fill, int x, int y)
{
    static const uint16_t edges[] = {0, 1, 32767, 32768, 32769, 65534, 65535};
    switch (fill) {
    case FILL_ZERO:
        return 0;
    case FILL_MAX:
        return 65535;
    case FILL_STRIPES:
        return (x ^ y) & 1 ? 65535 : 0;
    case FILL_RAMP:
        return (uint16_t)(x * 997 + y * 331);
    case FILL_EDGE:
        return edges[check_below(7)];
    case FILL_LOW:
        return (uint16_t)(100 + check_below(20));
    default:
        return (uint16_t)check_random();
    }
}

struct stm_u16 check_image_fill(int w, int h, int side, enum check_fill fill)
{
    const struct stm_u16 image = check_image(w, h, side);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            image.px[y * image.stride + x] = pixel(fill, x, y);
    return image;
}

struct stm_cu16 check_const(struct stm_u16 image)
{
    return (struct stm_cu16)STM_CONST(image);
}

void check_each_shape(void (*one)(const struct stm_kernels *, const struct stm_kernels *,
                                  const struct check_shape *),
                      const struct stm_kernels *ref, const struct stm_kernels *k)
{
    static const int heights[] = {1, 2, 3, 17}, primes[] = {101, 127, 191, 257, 509, 1021, 1031, 2053};
    int turn = 0;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 98 + 8; j++)
            for (int side = 0; side < 2; side++, turn++) {
                const struct check_shape s = {j < 98 ? j : primes[j - 98], heights[i], side,
                                              (enum check_fill)(turn % FILLS)};
                one(ref, k, &s);
                free_maps();
                if (run.failed_here >= 5) return;
            }
}

struct stm_segment *check_blobs(int w, int h, int size, int percent, size_t *n)
{
    uint8_t *mask = check_memory((size_t)w * (size_t)h, 0);
    for (int i = 0; size == 0 && i < w * h; i++)
        mask[i] = check_below(100) < (uint32_t)percent;
    const int blobs = size ? (int)((double)w * h * percent / 100 / size) : 0;
    for (int b = 0, r = 1; b < blobs; b++) {
        while (r * r * 3 < size)
            r++;
        const int cx = (int)check_below((uint32_t)w), cy = (int)check_below((uint32_t)h);
        const int rx = r + (int)check_below((uint32_t)r), ry = r * r / rx + 1;
        for (int y = cy - ry; y <= cy + ry; y++)
            for (int x = cx - rx; x <= cx + rx; x++)
                if (x >= 0 && x < w && y >= 0 && y < h &&
                    (double)((x - cx) * (x - cx)) / (rx * rx) + (double)((y - cy) * (y - cy)) / (ry * ry) <=
                        1)
                    mask[y * w + x] = 1;
    }
    struct stm_segment *list = check_memory((size_t)h * (size_t)(w + 1) / 2 * sizeof *list, 0);
    *n = 0;
    for (int y = 0; y < h; y++)
        for (int x = 0, open; x < w; x++) {
            if (!mask[y * w + x]) continue;
            for (open = x; x < w && mask[y * w + x];)
                x++;
            list[(*n)++] = (struct stm_segment){y, open, x, 0};
        }
    return list;
}

/* Failures. */

void check_fail(const char *file, int line, const char *format, ...)
{
    va_list args;
    if (run.failed_here++ >= 5) return;
    printf("FAILED %s (%s, %s) at %s:%d: ", run.check, run.part, run.isa, file, line);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n  again: check --filter %s --isa %s --seed %llu\n", run.check, run.isa,
           (unsigned long long)run.seed);
}

void check_equal_u16(struct stm_u16 expected, struct stm_u16 actual, const char *what)
{
    for (int y = 0; y < expected.h; y++) {
        for (int x = 0; x < expected.w; x++) {
            const uint16_t e = expected.px[y * expected.stride + x], a = actual.px[y * actual.stride + x];
            if (e == a) continue;
            check_fail(__FILE__, __LINE__, "%s: %d x %d, pixel (%d, %d) is %u, expected %u", what, expected.w,
                       expected.h, x, y, a, e);
            return;
        }
        for (ptrdiff_t x = actual.w; y + 1 < actual.h && x < actual.stride; x++)
            CHECK(actual.px[y * actual.stride + x] == CANARY, "%s: wrote beyond the row: (%td, %d)", what, x,
                  y);
    }
}

void check_equal_bytes(const void *expected, const void *actual, size_t n, const char *what)
{
    const unsigned char *e = expected, *a = actual;
    for (size_t i = 0; i < n; i++)
        if (e[i] != a[i]) {
            check_fail(__FILE__, __LINE__, "%s: byte %zu of %zu is %u, expected %u", what, i, n, a[i], e[i]);
            return;
        }
}

/* Timing. */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* other programs' time does not count */
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median is what a user sees, the minimum what the code can do on a busy machine. */
struct timing {
    double median, least;
};

static struct timing time_of(void (*work)(void *), void *state)
{
    double times[31];
    int n = 0;
    work(state);
    for (const double start = now(); n < 31 && (n < 5 || now() - start < 4e8); n++) {
        const double before = now();
        work(state);
        times[n] = now() - before;
    }
    qsort(times, (size_t)n, sizeof *times, by_value);
    return (struct timing){times[n / 2], times[0]};
}

struct copy {
    char *to, *from;
    size_t bytes;
};

static void copy(void *state)
{
    const struct copy *c = state;
    memcpy(c->to, c->from, c->bytes);
}

/* Copying 2048 x 2048 pixels of 16 bits: the scale of --bench. */
static void measure_copy(void)
{
    struct copy c = {.bytes = (size_t)8 << 20};
    c.to = check_memory(c.bytes, 0);
    c.from = check_memory(c.bytes, 0);
    memset(c.from, 1, c.bytes);
    run.copy = time_of(copy, &c).least / (double)c.bytes * 2;
    printf("copy of 2 bytes a pixel: %.4f ns/px\n", run.copy);
    free_maps();
}

/* The reference's figure of the same name, for the ratio. */
static double reference_time(const char *what, double ns)
{
    static struct {
        char what[64];
        double ns;
    } seen[128];
    static int n;
    for (int i = 0; i < n; i++)
        if (!strcmp(seen[i].what, what)) return seen[i].ns;
    if (n < 128) {
        snprintf(seen[n].what, sizeof seen[n].what, "%s", what);
        seen[n++].ns = ns;
    }
    return ns;
}

void check_time(const char *what, void (*work)(void *), void *state, double pixels)
{
    const struct timing t = time_of(work, state);
    run.latest = t.least;
    const double ns = t.least / pixels, ref = reference_time(what, ns);
    printf("%-36s %-7s %8.4f ns/px (median %8.4f) %7.2fx ref %7.1fx copy\n", what, run.isa, ns,
           t.median / pixels, ref / ns, ns / run.copy);
    fflush(stdout);
}

void check_rate(const char *unit, double work)
{
    printf("%36s %8.1f %s\n", "", work / run.latest * 1e9, unit);
}

double check_latest(void)
{
    return run.latest / 1e9;
}

/* The program. */

static void begin(const struct check *c, const char *part, enum stm_isa isa)
{
    run.check = c->name;
    run.part = part;
    run.isa = stm_isa_name(isa);
    run.failed_here = 0;
    run.random = run.seed;
    for (const char *p = c->name; *p; p++)
        run.random = run.random * 31 + (unsigned char)*p;
}

static void end(void)
{
    free_maps();
    run.failures += run.failed_here > 0;
}

static void prove(const struct check *c, const struct stm_kernels *ref, const struct stm_kernels *k)
{
    if (k == ref && c->truth) {
        begin(c, "truth", k->isa);
        c->truth(ref);
        end();
    }
    if (k != ref && c->same) {
        begin(c, "same", k->isa);
        c->same(ref, k);
        end();
    }
}

int main(int argc, char **argv)
{
    const char *filter = "", *only = NULL;
    bool bench = false;
    run.seed = 1;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--bench"))
            bench = true;
        else if (!strcmp(argv[i], "--filter") && i + 1 < argc)
            filter = argv[++i];
        else if (!strcmp(argv[i], "--isa") && i + 1 < argc)
            only = argv[++i];
        else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
            run.seed = strtoull(argv[++i], NULL, 0);
        else
            return fprintf(stderr, "usage: check [--bench] [--filter TEXT] [--isa NAME] [--seed N]\n"), 2;
    }
    if (bench) measure_copy();
    const struct stm_kernels *ref = stm_kernels_for(STM_ISA_REF);
    int done = 0;
    for (const struct check *const *c = checks; *c; c++)
        for (int isa = 0; isa < STM_ISAS; isa++) {
            const struct stm_kernels *k = stm_kernels_for((enum stm_isa)isa);
            if (!k || !strstr((*c)->name, filter) || (only && strcmp(only, stm_isa_name(k->isa)))) continue;
            done++;
            if (!bench) prove(*c, ref, k);
            if (!bench || !(*c)->bench) continue;
            begin(*c, "bench", k->isa);
            (*c)->bench(k);
            end();
        }
    if (!done)
        return fprintf(stderr, "check: nothing matches --filter '%s' --isa '%s'\n", filter, only ? only : ""),
               2;
    if (!bench)
        printf("%d checks, %d failed (seed %llu)\n", done, run.failures, (unsigned long long)run.seed);
    return run.failures > 0;
}
