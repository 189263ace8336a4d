/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/sinks/canvas.h"
#include "pipeline/sinks/html.h"
#include "pipeline/sinks/overlay.h"

#include <limits.h>
#include <stdio.h>

/* A report of 24 MiB still opens at once and can be mailed inside most organisations. Every field has the
 * same share, so that what one looks like does not depend on the others. */
enum { BUDGET = 24 << 20, LARGEST = 1 << 20 };

/* A field whose share is less than that may not fit at any size; its pictures then are files of this side. */
enum { SAFE = 72 << 10, BESIDE = 640 };

static long share(const struct stm_run_info *info)
{
    const long each = BUDGET / (info->n_sites > 0 ? info->n_sites : 1);
    return each < LARGEST ? each : LARGEST;
}

void stm_html_base64(struct stm_string *out, const struct stm_bytes *bytes)
{
    stm_string_add_base64(out, bytes->data, bytes->length);
}

/* A data block that no browser executes, found by its id. */
static void put_block(struct stm_string *out, const char *id, int number, const struct stm_bytes *bytes)
{
    stm_string_addf(out, "<script type=\"text/plain\" id=\"%s%d\">", id, number);
    stm_html_base64(out, bytes);
    stm_string_add(out, "</script>\n");
}

/* Grey noise does not pack; 32 greys instead of 64 take a fifth off and are not missed at this size. */
static void coarsen(struct stm_canvas *canvas)
{
    for (int i = 0; i < canvas->w * canvas->h; i++)
        if (canvas->px[i] < STM_WHITE) canvas->px[i] &= 0xfe;
    for (int i = 0; canvas->rgb && i < 3 * canvas->w * canvas->h; i++)
        canvas->rgb[i] &= 0xf8;
}

static bool encode(const struct stm_overlay *o, bool outlines, struct stm_bytes *bytes, struct stm_error *err)
{
    struct stm_canvas canvas;
    if (!stm_canvas_create(&canvas, stm_overlay_width(o), o->h, outlines ? STM_CLEAR : STM_BLACK, err))
        return false;
    bool ok = true;
    if (outlines) {
        ok = stm_overlay_outlines(o, &canvas, err);
    } else {
        ok = stm_overlay_images(o, &canvas, err);
        stm_overlay_scale_bar(o, &canvas);
        coarsen(&canvas);
    }
    ok = ok && stm_canvas_png(&canvas, 0, outlines, bytes, err);
    stm_canvas_destroy(&canvas);
    return ok;
}

/* Both pictures at this size; true with nothing in them when they exceed the share. */
static bool try_size(const struct stm_overlay *o, long limit, struct stm_bytes *image,
                     struct stm_bytes *outlines, struct stm_error *err)
{
    image->length = outlines->length = 0;
    if (!encode(o, false, image, err) || !encode(o, true, outlines, err)) return false;
    if ((long)(image->length + outlines->length) * 4 / 3 > limit) image->length = outlines->length = 0;
    return true;
}

bool stm_html_pictures_beside(const struct stm_run_info *info)
{
    return share(info) < SAFE;
}

static bool put_file(const struct stm_outdir *beside, const struct stm_site_row *site, const char *kind,
                     const struct stm_bytes *bytes, struct stm_error *err)
{
    char name[sizeof site->stem + 16];
    snprintf(name, sizeof name, "%s%s.png", site->stem, kind);
    return stm_outdir_put(beside, name, bytes, err);
}

/* The picture goes to where there is room for it. */
static bool put_pictures(struct stm_string *out, const struct stm_outdir *beside,
                         const struct stm_site_row *site, bool fits, const struct stm_bytes *image,
                         const struct stm_bytes *outlines, struct stm_error *err)
{
    if (!fits)
        return put_file(beside, site, "", image, err) && put_file(beside, site, ".outlines", outlines, err);
    put_block(out, "image", site->image_number, image);
    put_block(out, "outlines", site->image_number, outlines);
    return true;
}

bool stm_html_pictures(struct stm_string *out, const struct stm_run_info *info,
                       const struct stm_outdir *beside, const struct stm_site_row *site,
                       const struct stm_site_pixels *pixels, struct stm_html_picture *picture,
                       struct stm_error *err)
{
    static const int sides[] = {1024, 800, 640, 512, 400, 320, 256, 200, 160};
    enum { SIDES = sizeof sides / sizeof *sides };
    struct stm_bytes image = {0}, outlines = {0};
    bool ok = true;
    *picture = (struct stm_html_picture){.covered = pixels->mask.px != NULL};
    for (int i = 0; ok && i <= SIDES && !image.length; i++) {
        const bool last = i == SIDES; /* nothing fitted */
        struct stm_overlay o = stm_overlay_layout(site, pixels,
                                                  !last    ? sides[i]
                                                  : beside ? BESIDE
                                                           : sides[i - 1]);
        const long limit = last ? LONG_MAX : share(info);
        o.thick = o.text = 1 + o.w / 400; /* pages show panels about that wide */
        picture->panels = o.panels;
        if (!o.panels) return true;
        if ((long)o.w * o.h * o.panels / 3 > limit) continue; /* a third of a byte a pixel at best */
        ok = try_size(&o, limit, &image, &outlines, err);
        picture->w = stm_overlay_width(&o);
        picture->h = o.h;
        picture->beside = last && beside;
    }
    ok = ok && put_pictures(out, beside, site, !picture->beside, &image, &outlines, err);
    stm_bytes_free(&image);
    stm_bytes_free(&outlines);
    return ok;
}
