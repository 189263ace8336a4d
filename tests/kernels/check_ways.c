/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/ways.h"

#include "tests/kernels/check.h"

#include <string.h>

enum { LISTS = 64 };

/* A step between two pixels costs something below LISTS, never 0. */
static uint32_t step(const uint16_t *px, uint32_t a, uint32_t b)
{
    return 1 + (px[a] ^ px[b]) % (LISTS - 1);
}

static void relax_until_nothing_changes(uint32_t *cost, const uint16_t *px, int n)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = 0; i + 1 < n; i++)
            for (int side = 0; side < 2; side++) {
                const int a = side ? i + 1 : i, b = side ? i : i + 1;
                if (cost[a] == STM_WAYS_NONE || cost[a] + step(px, (uint32_t)a, (uint32_t)b) >= cost[b])
                    continue;
                cost[b] = cost[a] + step(px, (uint32_t)a, (uint32_t)b);
                changed = true;
            }
    }
}

/* Ways along a line of n pixels from every `each`th: each pixel is taken once, costs never fall, and they are
 * the least. */
static void along_a_line(int n, int each)
{
    const struct stm_cu16 v = check_const(check_image_fill(n, 1, 1, FILL_NOISE));
    struct stm_ways w;
    uint32_t *least = check_memory((size_t)n * sizeof *least, 1), last = 0, taken = 0;
    memset(least, 0xff, (size_t)n * sizeof *least);
    stm_ways_begin(&w, (size_t)n, LISTS, check_memory(stm_ways_scratch((size_t)n, LISTS), 1));
    for (int i = 0; i < n; i += each) {
        stm_ways_put(&w, (uint32_t)i, 0);
        least[i] = 0;
    }
    relax_until_nothing_changes(least, v.px, n);
    for (uint32_t at; (at = stm_ways_take(&w)) != STM_WAYS_NONE; taken++) {
        CHECK(w.cost[at] >= last, "pixel %u of %d: cost %u after %u", at, n, w.cost[at], last);
        last = w.cost[at];
        for (int side = -1; side <= 1; side += 2) {
            const uint32_t to = at + (uint32_t)side;
            if (to >= (uint32_t)n) continue;
            const uint32_t cost = last + step(v.px, at, to);
            if (cost < w.cost[to]) stm_ways_put(&w, to, cost);
        }
    }
    CHECK(taken == (uint32_t)n, "%u of %d pixels taken", taken, n);
    CHECK(memcmp(w.cost, least, (size_t)n * sizeof *least) == 0, "costs of %d pixels from every %dth", n,
          each);
}

static void truth(const struct stm_kernels *ref)
{
    (void)ref;
    for (int n = 1; n < 200; n += 1 + n / 4)
        for (int each = 1; each <= 64; each *= 4)
            along_a_line(n, each);
}

const struct check check_ways = {.name = "ways", .truth = truth};
