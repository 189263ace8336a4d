/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/outline.h"

#include "kernels/components.h"
#include "tests/kernels/check.h"

#include <math.h>
#include <string.h>

enum { S = 200 }; /* the masks have a margin of 2 */

static int set(const uint8_t *m, int x, int y)
{
    return m[(y + 2) * (S + 4) + x + 2];
}

static int border(const uint8_t *m, int x, int y)
{
    return set(m, x, y) && !(set(m, x - 1, y) && set(m, x + 1, y) && set(m, x, y - 1) && set(m, x, y + 1));
}

/* Pixel by pixel, in scikit-image's own numbers: 1 + 2 a + 10 d for a border pixel. */
static struct stm_outline brute(const uint8_t *m)
{
    struct stm_outline o = {0};
    for (int y = 0; y <= S; y++)
        for (int x = 0; x <= S; x++) {
            o.quad[set(m, x, y) | set(m, x, y - 1) << 1 | set(m, x - 1, y) << 2 |
                   set(m, x - 1, y - 1) << 3]++;
            if (x == S || y == S || !border(m, x, y)) continue;
            int code = 1;
            for (int d = 0; d < 9; d++)
                if (d != 4) code += border(m, x + d % 3 - 1, y + d / 3 - 1) * (d % 2 ? 2 : 10);
            o.border++;
            o.straight += code == 5 || code == 7 || code == 15 || code == 17 || code == 25 || code == 27;
            o.diagonal += code == 21 || code == 33;
            o.mixed += code == 13 || code == 23;
        }
    o.quad[0] = 0;
    return o;
}

static struct stm_outline of_mask(const uint8_t *m, int32_t x0, int32_t x1, size_t *runs)
{
    struct stm_segment *run = check_memory(S * S / 2 * sizeof *run, 0);
    size_t n = 0;
    for (int y = 0; y < S; y++)
        for (int x = 0, open; x < S; x++) {
            if (!set(m, x, y)) continue;
            for (open = x; x < S && set(m, x, y);)
                x++;
            run[n++] = (struct stm_segment){y, open, x, 1};
        }
    *runs = n;
    return stm_outline_runs(run, n, x0, x1, check_memory(stm_outline_scratch(x0, x1), 1));
}

static void truth(const struct stm_kernels *ref)
{
    size_t n;
    (void)ref;
    for (int percent = 5; percent < 100; percent += 10) {
        uint8_t *m = check_memory((S + 4) * (S + 4), 1);
        for (int y = 2; y < S + 2; y++)
            for (int x = 2; x < S + 2; x++)
                m[y * (S + 4) + x] = check_below(100) < (uint32_t)percent;
        const struct stm_outline a = brute(m), b = of_mask(m, 0, S, &n);
        check_equal_bytes(&a, &b, sizeof a, "outline");
    }
    /* A disc of radius 60.3: the perimeters are within 6 % (it is known to be long) and 1 % of 2 pi r, one
     * component without holes; with a hole in it, Euler number 0. */
    uint8_t *m = check_memory((S + 4) * (S + 4), 1);
    for (int y = 0; y < S; y++)
        for (int x = 0; x < S; x++)
            m[(y + 2) * (S + 4) + x + 2] = hypot(x - 90, y - 88) < 60.3;
    struct stm_outline o = of_mask(m, 29, 151, &n);
    const double length = 2 * 3.141592653589793 * 60.3;
    CHECK(fabs(stm_outline_perimeter(&o) / length - 1) < 0.06, "perimeter %g, %g", stm_outline_perimeter(&o),
          length);
    CHECK(fabs(stm_outline_crofton(&o) / length - 1) < 0.01, "crofton %g, %g", stm_outline_crofton(&o),
          length);
    CHECK(stm_outline_euler(&o) == 1, "euler %d", (int)stm_outline_euler(&o));
    m[90 * (S + 4) + 90] = 0;
    o = of_mask(m, 29, 151, &n);
    CHECK(stm_outline_euler(&o) == 0, "euler with a hole %d", (int)stm_outline_euler(&o));
}

struct bench {
    struct stm_segment *run;
    uint64_t *scratch;
    size_t n;
};

/* A list of one blob, 1000 times. */
static void work(void *state)
{
    struct bench *b = state;
    for (int i = 0; i < 1000; i++) {
        const struct stm_outline o = stm_outline_runs(b->run, b->n, 0, 30, b->scratch);
        b->run[0].label += (uint32_t)o.straight;
    }
}

static void bench(const struct stm_kernels *k)
{
    struct bench b;
    if (k->isa != STM_ISA_REF) return;
    b.run = check_blobs(30, 30, 600, 100, &b.n);
    b.scratch = check_memory(stm_outline_scratch(0, 30), 0);
    check_time("outline of 1000 nuclei per 4 Mpx", work, &b, 2048 * 2048);
}

const struct check check_outline = {"outline", truth, NULL, bench};
