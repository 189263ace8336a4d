/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/nets/cells_net.h"

#include "kernels/kernels.h"
#include "kernels/resample.h"
#include "pipeline/nets/contrast.h"
#include "pipeline/nets/objects.h"

#include <math.h>
#include <string.h>

/* The usual cell is 30 pixels wide where the network works, and it was trained on 18 to 48. Adherent cells are about
 * 43 um wide (disk of 1450 um2). Images do not grow beyond LARGE pixels: that bounds memory. */
static const double canonical = 30, usual_um = 43, least_factor = 0.05, greatest_factor = 2, narrowest = 20, widest = 44;
enum { LARGE = 1 << 22, LEAST_SIDE = 8, STEPS = 4 };

/* Fields of unknown scale are looked at in these sizes first. */
static const double step[STEPS] = {0.125, 0.25, 0.5, 1};

static const struct stm_net_limits limits = {.odds = 0, .rise = 102, .top = 307};

struct view {
    struct stm_net_view net;
    uint8_t (*seen)[4];
};

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

static int side(int n, double factor)
{
    const int scaled = (int)(n * factor + 0.5);
    return scaled < LEAST_SIDE ? LEAST_SIDE : scaled;
}

static double allowed(double factor, int w, int h)
{
    const double area = (double)w * h, room = area < LARGE ? sqrt(LARGE / area) : area > LARGE ? sqrt(LARGE / area) : 1;
    const double top = room < greatest_factor ? room : greatest_factor;
    return factor < least_factor ? least_factor : factor > top ? top : factor;
}

static size_t bytes_at(int w, int h, int full_w, int full_h)
{
    const size_t inside = (size_t)w * (size_t)h, full = (size_t)full_w * (size_t)full_h;
    const size_t seeing =
        stm_arena_cost(inside * 2) +
        most(stm_arena_cost(full * 2) + stm_arena_cost(stm_resample_scratch(w)), stm_arena_cost(stm_net_contrast_scratch(w, h)));
    const size_t running = stm_net_scratch(&stm_net_cells, stm_net_padded(w), stm_net_padded(h));
    return stm_net_view_bytes(w, h) + stm_arena_cost(inside * 4) +
           most(most(seeing, running), stm_net_view_working_bytes(w, h, full_w));
}

size_t stm_cells_net_scratch(int w, int h)
{
    const double f = allowed(greatest_factor, w, h);
    return bytes_at(side(w, f), side(h, f), w, h);
}

static void input_row(void *from, uint8_t *row, int y)
{
    const struct view *v = from;
    const int w = v->net.w;
    memcpy(row, v->seen + (ptrdiff_t)stm_net_mirrored(y, v->net.h) * w, 4 * (size_t)w);
    for (int x = w; x < stm_net_padded(w); x++)
        memcpy(row + 4 * x, row + 4 * stm_net_mirrored(x, w), 4);
}

/* The image times the greatest whole number that fits 16 bits: means of few grey levels keep their fractions. */
static void amplify(uint16_t *out, struct stm_cu16 image)
{
    int greatest = 1;
    for (int y = 0; y < image.h; y++)
        for (int x = 0; x < image.w; x++)
            if (image.px[y * image.stride + x] > greatest) greatest = image.px[y * image.stride + x];
    const int gain = 65535 / greatest;
    for (int y = 0; y < image.h; y++)
        for (int x = 0; x < image.w; x++)
            *out++ = (uint16_t)(image.px[y * image.stride + x] * gain);
}

static bool shrink(struct view *v, struct stm_u16 small, struct stm_cu16 image, struct stm_error *err)
{
    struct stm_arena *scratch = v->net.scratch;
    const size_t mark = stm_arena_mark(scratch);
    uint16_t *amplified = stm_arena_take(scratch, (size_t)image.w * (size_t)image.h * 2, "an image", err);
    void *rows = amplified ? stm_arena_take(scratch, stm_resample_scratch(small.w), "resampling", err) : NULL;
    if (!rows) return false;
    amplify(amplified, image);
    stm_resample(small, (struct stm_cu16){amplified, image.w, image.w, image.h}, rows);
    stm_arena_reset(scratch, mark);
    return true;
}

static bool see(struct view *v, struct stm_cu16 image, struct stm_error *err)
{
    struct stm_arena *scratch = v->net.scratch;
    const int w = v->net.w, h = v->net.h;
    v->seen = stm_arena_take(scratch, (size_t)w * (size_t)h * 4, "the network's input", err);
    const size_t mark = stm_arena_mark(scratch);
    const struct stm_u16 small = {stm_arena_take(scratch, (size_t)w * (size_t)h * 2, "a smaller image", err), w, w, h};
    if (!v->seen || !small.px || !shrink(v, small, image, err)) return false;
    void *room = stm_arena_take(scratch, stm_net_contrast_scratch(w, h), "contrast", err);
    if (!room) return false;
    stm_net_contrast(v->seen, (struct stm_cu16)STM_CONST(small), v->net.kernels, room);
    stm_arena_reset(scratch, mark);
    return true;
}

/* The field at one scale: labels, and how wide the usual cell is there (0: none). */
static bool look(struct view *v, struct stm_cu16 image, double factor, double *usual, struct stm_error *err)
{
    uint32_t area;
    if (!stm_net_view_take(&v->net, side(image.w, factor), side(image.h, factor), err) || !see(v, image, err) ||
        !stm_net_run(&stm_net_cells, v->net.kernels, input_row, v, v->net.map, v->net.scratch, err) ||
        !stm_net_view_part(&v->net, &limits, err) || !stm_net_view_usual(&v->net, &area, err))
        return false;
    *usual = sqrt(area / 0.78539816339744831);
    return true;
}
