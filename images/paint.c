/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "images/paint.h"

#include <math.h>
#include <string.h>

void stm_brush_free(struct stm_brush *brush)
{
    stm_scratch_free(&brush->pixels);
    stm_scratch_free(&brush->blur);
}

enum { PATCH_REACH = 2048 };

bool stm_patch_take(struct stm_patch *patch, struct stm_brush *brush, double x, double y, double reach,
                    struct stm_error *err)
{
    if (!(reach >= 0 && reach < PATCH_REACH))
        return stm_fail(err, STM_UNSUPPORTED, "an object %.0f pixels across is too large; make pixels larger",
                        2 * reach);
    patch->x0 = (int)floor(x - reach);
    patch->y0 = (int)floor(y - reach);
    const int w = (int)floor(x + reach) + 2 - patch->x0, h = (int)floor(y + reach) + 2 - patch->y0;
    patch->px = (struct stm_f32){stm_scratch_take(&brush->pixels, (size_t)w * (size_t)h, err), w, w, h};
    if (!patch->px.px) return false;
    memset(patch->px.px, 0, sizeof(float) * (size_t)w * (size_t)h);
    return true;
}

bool stm_patch_blur(struct stm_patch *patch, struct stm_brush *brush, double sigma, struct stm_error *err)
{
    return stm_blur(patch->px, sigma, false, &brush->blur, err);
}

/* The part of a patch that lies in a field of w x h, in patch pixels. */
struct part {
    int x0, y0, x1, y1;
};

static struct part visible(const struct stm_patch *patch, int w, int h)
{
    struct part p = {-patch->x0, -patch->y0, w - patch->x0, h - patch->y0};
    if (p.x0 < 0) p.x0 = 0;
    if (p.y0 < 0) p.y0 = 0;
    if (p.x1 > patch->px.w) p.x1 = patch->px.w;
    if (p.y1 > patch->px.h) p.y1 = patch->px.h;
    return p;
}

void stm_patch_add(struct stm_f32 plane, const struct stm_patch *patch, double gain)
{
    const struct part p = visible(patch, plane.w, plane.h);
    for (int y = p.y0; y < p.y1; y++) {
        float *const to = plane.px + (y + patch->y0) * plane.stride + patch->x0;
        const float *const from = patch->px.px + y * patch->px.stride;
        for (int x = p.x0; x < p.x1; x++)
            to[x] += (float)gain * from[x];
    }
}

void stm_patch_filter(struct stm_f32 plane, const struct stm_patch *patch, double gain)
{
    const struct part p = visible(patch, plane.w, plane.h);
    for (int y = p.y0; y < p.y1; y++) {
        float *const to = plane.px + (y + patch->y0) * plane.stride + patch->x0;
        const float *const from = patch->px.px + y * patch->px.stride;
        for (int x = p.x0; x < p.x1; x++) {
            const float part = 1 + (float)gain * from[x];
            to[x] *= part > 0.01f ? part : 0.01f;
        }
    }
}

static void write_label(struct stm_u32 labels, int x, int y, uint32_t label)
{
    if (labels.px && x >= 0 && y >= 0 && x < labels.w && y < labels.h)
        labels.px[y * labels.stride + x] = label;
}

void stm_paint_blob(struct stm_patch *patch, const struct stm_blob *blob, stm_shade_fn *shade,
                    const void *user, struct stm_u32 labels, uint32_t label)
{
    const double bound = stm_blob_bound(blob) + 1;
    for (int y = 0; y < patch->px.h; y++) {
        const int fy = y + patch->y0;
        if (fabs(fy - blob->y) > bound) continue;
        for (int x = 0; x < patch->px.w; x++) {
            const int fx = x + patch->x0;
            if (fabs(fx - blob->x) > bound) continue;
            const struct stm_blob_point point = stm_blob_at(blob, fx, fy);
            const float cover = stm_coverage(point.depth);
            if (cover <= 0) continue;
            patch->px.px[y * patch->px.stride + x] += cover * shade(&point, fx, fy, user);
            if (point.depth > 0) write_label(labels, fx, fy, label);
        }
    }
}

void stm_paint_around(struct stm_patch *patch, const struct stm_blob *blob, stm_shade_fn *shade,
                      const void *user, struct stm_u32 labels, uint32_t label)
{
    for (int y = 0; y < patch->px.h; y++)
        for (int x = 0; x < patch->px.w; x++) {
            const int fx = x + patch->x0, fy = y + patch->y0;
            const struct stm_blob_point point = stm_blob_at(blob, fx, fy);
            patch->px.px[y * patch->px.stride + x] += shade(&point, fx, fy, user);
            if (point.depth > 0) write_label(labels, fx, fy, label);
        }
}

/* One dab of the thread: the patch takes the larger of what is there and the dab. */
static void dab(struct stm_patch *patch, double x, double y, double radius, struct stm_u32 labels,
                uint32_t label)
{
    const int reach = (int)radius + 2, cx = (int)floor(x), cy = (int)floor(y);
    for (int fy = cy - reach; fy <= cy + reach; fy++)
        for (int fx = cx - reach; fx <= cx + reach; fx++) {
            const int px = fx - patch->x0, py = fy - patch->y0;
            if (px < 0 || py < 0 || px >= patch->px.w || py >= patch->px.h) continue;
            const double depth = radius - sqrt((fx - x) * (fx - x) + (fy - y) * (fy - y));
            float *const at = &patch->px.px[py * patch->px.stride + px];
            const float cover = stm_coverage(depth);
            if (cover > *at) *at = cover;
            if (depth > 0) write_label(labels, fx, fy, label);
        }
}

void stm_paint_thread(struct stm_patch *patch, const struct stm_thread *t, struct stm_u32 labels,
                      uint32_t label)
{
    const double length =
        fabs(t->bx - t->ax) + fabs(t->by - t->ay) + fabs(t->cx - t->bx) + fabs(t->cy - t->by);
    const int steps = 2 * (int)length + 1; /* no longer than half a pixel each */
    for (int i = 0; i <= steps; i++) {
        const double p = (double)i / steps, q = 1 - p;
        dab(patch, q * q * t->ax + 2 * p * q * t->bx + p * p * t->cx,
            q * q * t->ay + 2 * p * q * t->by + p * p * t->cy, t->half_width, labels, label);
    }
}

void stm_paint_spot(struct stm_patch *patch, double x, double y, double sigma)
{
    for (int v = 0; v < patch->px.h; v++)
        for (int u = 0; u < patch->px.w; u++) {
            const double dx = u + patch->x0 - x, dy = v + patch->y0 - y,
                         d2 = (dx * dx + dy * dy) / (sigma * sigma);
            if (d2 < 12.25) patch->px.px[v * patch->px.stride + u] += (float)stm_exact_exp(-d2 / 2);
        }
}
