/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/cells/view.h"

#include "pipeline/nets/resize.h"

#include <math.h>
#include <string.h>

const double stm_cells_um = 0.87;

/* Images within a tenth of the working scale stay as they are; images never grow beyond LARGE pixels. */
static const double near = 0.1, greatest = 4;
enum { LARGE = 1 << 22, LEAST_SIDE = 16 };

static double factor_for(int w, int h, double pixel_um)
{
    const double area = (double)w * h, room = area < LARGE ? sqrt(LARGE / area) : 1;
    double f = pixel_um > 0 ? pixel_um / stm_cells_um : 1;
    if (f > 1 - near && f < 1 + near) return 1;
    f = f < room ? f : room;
    return f < greatest ? f : greatest;
}

static int side(int n, double factor)
{
    const int scaled = (int)(n * factor + 0.5);
    return scaled > LEAST_SIDE ? scaled : n < LEAST_SIDE ? n : LEAST_SIDE;
}

struct stm_cells_size stm_cells_size(int w, int h, double pixel_um)
{
    const double f = factor_for(w, h, pixel_um);
    return (struct stm_cells_size){side(w, f), side(h, f)};
}

static struct stm_u16 take16(struct stm_cells_view *v, const char *what, struct stm_error *err)
{
    uint16_t *px = stm_arena_take(v->scratch, (size_t)v->w * (size_t)v->h * 2, what, err);
    return (struct stm_u16){px, v->w, v->w, v->h};
}

static bool take_outside(struct stm_cells_view *v, struct stm_error *err)
{
    v->outside = (struct stm_u8){NULL, v->w, v->w, v->h};
    v->outside.px = stm_arena_take(v->scratch, (size_t)v->w * (size_t)v->h, "a mask", err);
    return v->outside.px != NULL;
}

static bool take(struct stm_cells_view *v, struct stm_error *err)
{
    if (!take_outside(v, err)) return false;
    v->contrast = take16(v, "contrast", err);
    v->smooth = take16(v, "smoothed contrast", err);
    v->texture = take16(v, "texture", err);
    return v->contrast.px && v->smooth.px && v->texture.px;
}

static struct stm_cells_view view_of(struct stm_cu16 plane, double pixel_um,
                                     const struct stm_kernels *kernels, struct stm_arena *scratch)
{
    const struct stm_cells_size size = stm_cells_size(plane.w, plane.h, pixel_um);
    const double factor = (double)size.w / plane.w;
    return (struct stm_cells_view){.kernels = kernels,
                                   .scratch = scratch,
                                   .w = size.w,
                                   .h = size.h,
                                   .factor = factor,
                                   .um = pixel_um > 0 ? pixel_um / factor : stm_cells_um};
}

bool stm_cells_look_outside(struct stm_cells_view *view, struct stm_cu16 plane, double pixel_um,
                            const struct stm_kernels *kernels, struct stm_arena *scratch,
                            struct stm_error *err)
{
    *view = view_of(plane, pixel_um, kernels, scratch);
    if (!take_outside(view, err)) return false;
    const size_t mark = stm_arena_mark(scratch);
    const struct stm_u16 light = take16(view, "light", err);
    const bool ok = light.px && stm_resize(light, plane, 0, scratch, err) &&
                    stm_cells_mark_outside(view, (struct stm_cu16)STM_CONST(light), err);
    stm_arena_reset(scratch, mark);
    return ok;
}

bool stm_cells_look(struct stm_cells_view *view, struct stm_cu16 plane, double pixel_um,
                    const struct stm_kernels *kernels, struct stm_arena *scratch, struct stm_error *err)
{
    *view = view_of(plane, pixel_um, kernels, scratch);
    if (!take(view, err)) return false;
    const size_t mark = stm_arena_mark(scratch);
    const struct stm_u16 light = take16(view, "light", err);
    if (!light.px || !stm_resize(light, plane, 0, scratch, err)) return false;
    const struct stm_cu16 seen = STM_CONST(light);
    const bool ok = stm_cells_mark_outside(view, seen, err) && stm_cells_make_even(view, seen, err);
    stm_arena_reset(scratch, mark);
    return ok;
}

size_t stm_cells_view_bytes(int w, int h, double pixel_um)
{
    const struct stm_cells_size s = stm_cells_size(w, h, pixel_um);
    const size_t px = (size_t)s.w * (size_t)s.h;
    return stm_arena_cost(px) + 3 * stm_arena_cost(2 * px);
}

size_t stm_cells_look_bytes(int w, int h, double pixel_um)
{
    const struct stm_cells_size s = stm_cells_size(w, h, pixel_um);
    const size_t steps = stm_arena_most(stm_cells_outside_bytes(s.w, s.h), stm_cells_even_bytes(s.w, s.h));
    return stm_arena_cost(2 * (size_t)s.w * (size_t)s.h) + stm_arena_most(stm_resize_bytes(w, s.w), steps);
}

/* Grey mask at both sizes: a mask resampled is the covered part of each pixel. */
size_t stm_cells_back_bytes(int w, int h, double pixel_um)
{
    const struct stm_cells_size s = stm_cells_size(w, h, pixel_um);
    return stm_arena_cost(2 * (size_t)s.w * (size_t)s.h) + stm_arena_cost(2 * (size_t)w * (size_t)h) +
           stm_resize_bytes(s.w, w);
}

bool stm_cells_mask_back(const struct stm_cells_view *view, struct stm_u8 image, struct stm_cu8 mask,
                         struct stm_error *err)
{
    const size_t mark = stm_arena_mark(view->scratch), px = (size_t)image.w * (size_t)image.h;
    const struct stm_u16 grey = {
        stm_arena_take(view->scratch, (size_t)view->w * (size_t)view->h * 2, "a mask", err), view->w, view->w,
        view->h};
    const struct stm_u16 large = {stm_arena_take(view->scratch, px * 2, "a mask", err), image.w, image.w,
                                  image.h};
    if (!grey.px || !large.px) return false;
    for (int y = 0; y < view->h; y++)
        for (int x = 0; x < view->w; x++)
            grey.px[y * grey.stride + x] = mask.px[y * mask.stride + x] ? 256 : 0;
    if (!stm_resize(large, (struct stm_cu16)STM_CONST(grey), 0, view->scratch, err)) return false;
    for (int y = 0; y < image.h; y++)
        for (int x = 0; x < image.w; x++)
            image.px[y * image.stride + x] = large.px[y * large.stride + x] >= 128 ? 255 : 0;
    stm_arena_reset(view->scratch, mark);
    return true;
}
