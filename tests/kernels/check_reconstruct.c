/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernels/reconstruct.h"

#include "tests/kernels/check.h"

/* Dilation by 3 x 3 and the mask in turn until nothing changes. */
static void by_force(struct stm_u16 marker, struct stm_cu16 mask)
{
    for (int y = 0; y < marker.h; y++)
        for (int x = 0; x < marker.w; x++)
            if (marker.px[y * marker.stride + x] > mask.px[y * mask.stride + x])
                marker.px[y * marker.stride + x] = mask.px[y * mask.stride + x];
    for (bool again = true; again;) {
        again = false;
        for (int y = 0; y < marker.h; y++)
            for (int x = 0; x < marker.w; x++)
                for (int v = y - 1; v <= y + 1; v++)
                    for (int u = x - 1; u <= x + 1; u++) {
                        if (u < 0 || v < 0 || u >= marker.w || v >= marker.h) continue;
                        uint16_t *at = &marker.px[y * marker.stride + x], cut = mask.px[y * mask.stride + x];
                        uint16_t from = marker.px[v * marker.stride + u];
                        if (from > cut) from = cut;
                        if (from > *at) *at = from, again = true;
                    }
    }
}

static void one(int w, int h, enum check_fill marker_fill, enum check_fill mask_fill)
{
    const struct stm_u16 expected = check_image_fill(w, h, 1, marker_fill), got = check_image(w, h, 1);
    const struct stm_cu16 mask = check_const(check_image_fill(w, h, 1, mask_fill));
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            uint16_t *marker = &expected.px[y * expected.stride + x];
            if (check_below(8)) *marker = 0; /* few points, so that there is somewhere to go */
            got.px[y * got.stride + x] = *marker;
        }
    by_force(expected, mask);
    stm_reconstruct(got, mask, check_memory(stm_reconstruct_scratch(w, h), 1));
    check_equal_u16(expected, got, "reconstruction");
}

/* A spiral corridor of one pixel's width: raster passes alone would not get through it. */
static void spiral(void)
{
    enum { N = 41 };
    const struct stm_u16 mask = check_image_fill(N, N, 1, FILL_ZERO),
                         marker = check_image_fill(N, N, 1, FILL_ZERO);
    int x = 0, y = 0, dx = 1, dy = 0, corridor = 0;
    for (int length = N - 1, legs = 0; length > 0; legs++) {
        for (int i = 0; i < length; i++, corridor++) {
            mask.px[y * mask.stride + x] = 500;
            x += dx, y += dy;
        }
        const int turn = dx;
        dx = -dy, dy = turn;
        if (legs >= 2 && legs % 2 == 0) length -= 2;
    }
    marker.px[0] = 300;
    stm_reconstruct(marker, check_const(mask), check_memory(stm_reconstruct_scratch(N, N), 1));
    int reached = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            reached += marker.px[i * marker.stride + j] == 300;
    CHECK(reached >= corridor * 9 / 10, "%d of %d pixels of a spiral", reached, corridor);
}

/* Peaks of 100 and 60 on a plain of 50: with h = 20 the lower one goes. */
static void peaks(void)
{
    const uint16_t src[7] = {50, 100, 50, 60, 50, 0, 19}, expected[7] = {50, 80, 50, 50, 50, 0, 0};
    uint16_t dst[7];
    stm_cut_peaks((struct stm_u16){dst, 7, 7, 1}, (struct stm_cu16){src, 7, 7, 1}, 20,
                  check_memory(stm_reconstruct_scratch(7, 1), 1));
    check_equal_bytes(expected, dst, sizeof dst, "peaks cut off");
}

static void truth(const struct stm_kernels *ref)
{
    (void)ref;
    for (int marker = 0; marker < FILLS; marker++)
        for (int mask = 0; mask < FILLS; mask++) {
            one(29, 23, (enum check_fill)marker, (enum check_fill)mask);
            one(1, 17, (enum check_fill)marker, (enum check_fill)mask);
            one(17, 1, (enum check_fill)marker, (enum check_fill)mask);
        }
    spiral();
    peaks();
}

struct bench {
    struct stm_u16 dst;
    struct stm_cu16 src;
    void *scratch;
};

static void work(void *state)
{
    const struct bench *b = state;
    stm_cut_peaks(b->dst, b->src, 5, b->scratch);
}

static void bench(const struct stm_kernels *k)
{
    enum { N = 2048 };
    if (k->isa != STM_ISA_REF) return;
    struct bench b = {check_image(N, N, 0), check_const(check_image_fill(N, N, 0, FILL_LOW)),
                      check_memory(stm_reconstruct_scratch(N, N), 0)};
    check_time("peaks cut off", work, &b, N * N);
}

const struct check check_reconstruct = {"reconstruct", truth, NULL, bench};
