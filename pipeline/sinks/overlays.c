/* SPDX-License-Identifier: GPL-2.0-or-later */
/* overlays/<stem>.png: the panels, outlines by class, a scale bar, and a strip below that says what is what
 * and how many. */
#include "pipeline/sink.h"
#include "pipeline/sinks/outdir.h"
#include "pipeline/sinks/overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SMALL_SIDE = 1600,
    ANY_SIDE = 1 << 24,
    MAX_ITEMS = STM_CLASSES + 7,
    MARGIN = 4,
    LINE = 12,
    SWATCH = 9
};

struct overlays {
    struct stm_outdir outdir;
};

/* An entry of the strip: a swatch (none when colour < 0) and text. */
struct item {
    int colour;
    bool dashed;
    char text[STM_REASON + 32];
};

struct strip {
    struct item item[MAX_ITEMS];
    int n, scale, width;
};

static char *add(struct strip *strip, int colour, bool dashed)
{
    struct item *const item = &strip->item[strip->n++];
    *item = (struct item){.colour = colour, .dashed = dashed};
    return item->text;
}

static void collect_classes(struct strip *strip, const struct stm_site_row *site)
{
    int counted[STM_CLASSES] = {0}, uncounted = 0;
    for (int i = 0; i < site->n_objects; i++) {
        counted[site->objects[i].class] += site->objects[i].counted;
        uncounted += !site->objects[i].counted;
    }
    for (int i = 0; i < STM_CLASSES; i++) {
        const enum stm_class class = (enum stm_class)i;
        if (counted[i])
            snprintf(add(strip, (int)stm_overlay_colour(class), false), STM_REASON, "%s %d",
                     stm_overlay_class_title(class), counted[i]);
    }
    if (uncounted) snprintf(add(strip, STM_WHITE, true), STM_REASON, "%d not counted", uncounted);
    if (!site->n_objects) snprintf(add(strip, -1, false), STM_REASON, "no objects");
}

static void collect(struct strip *strip, const struct stm_overlay *o)
{
    const struct stm_site_row *const site = o->site;
    snprintf(add(strip, -1, false), STM_REASON, "%.80s %s site %.80s", site->plate, site->well, site->site);
    collect_classes(strip, site);
    if (o->pixels->mask.px) snprintf(add(strip, STM_BLUE, false), STM_REASON, "edge of the covered area");
    if (o->pixels->nuclei) {
        snprintf(add(strip, STM_NUCLEUS_COLOUR, false), STM_REASON, "nuclei");
        snprintf(add(strip, STM_BARE_COLOUR, false), STM_REASON, "nuclei in no cell");
    }
    if (site->verdict != STM_VERDICT_OK)
        snprintf(add(strip, -1, false), sizeof strip->item->text, "%s: %s", stm_verdict_name(site->verdict),
                 site->reason);
}

static void draw_swatch(struct stm_canvas *canvas, int x, int y, int s, const struct item *item)
{
    stm_canvas_fill(canvas, x, y, 7 * s, 7 * s, item->colour);
    stm_canvas_fill(canvas, x + s, y + s, 5 * s, 5 * s, STM_BLACK);
    if (!item->dashed) return;
    stm_canvas_fill(canvas, x + 3 * s, y, s, 7 * s, STM_BLACK);
    stm_canvas_fill(canvas, x, y + 3 * s, 7 * s, s, STM_BLACK);
}

/* How many characters of a text a line takes that has room for `fit` of them: up to a space, if there is one.
 */
static int fitting(const char *text, int fit)
{
    const int n = (int)strlen(text);
    if (n <= fit) return n;
    for (int i = fit; i > 0; i--)
        if (text[i] == ' ') return i;
    return fit;
}

/* Lets the items flow from left to right and down from row y; long texts go on in the next line. Returns the
 * row below. Without a canvas it only measures. */
static int flow(const struct strip *strip, struct stm_canvas *canvas, int y)
{
    const int s = strip->scale, left = MARGIN * s, right = strip->width - MARGIN * s;
    int x = left;
    y += MARGIN * s;
    for (const struct item *item = strip->item; item < strip->item + strip->n; item++) {
        const int swatch = item->colour < 0 ? 0 : SWATCH * s;
        const char *text = item->text;
        if (x > left && x + swatch + stm_canvas_text_width(text, s) > right) x = left, y += LINE * s;
        if (canvas && swatch) draw_swatch(canvas, x, y, s, item);
        for (x += swatch; *text;) {
            char line[sizeof item->text];
            const int fit = right - x > 6 * s ? (right - x + s) / (6 * s) : 1;
            snprintf(line, sizeof line, "%.*s", fitting(text, fit), text);
            text += strlen(line);
            text += strspn(text, " ");
            if (canvas) stm_canvas_text(canvas, x, y, s, STM_WHITE, line);
            x += stm_canvas_text_width(line, s);
            if (*text) x = left, y += LINE * s;
        }
        x += 12 * s;
    }
    return y + LINE * s;
}

static bool draw(const struct stm_overlay *o, struct stm_canvas *canvas, struct stm_error *err)
{
    struct strip strip = {.width = stm_overlay_width(o)};
    strip.scale = 1 + strip.width / 700;
    collect(&strip, o);
    const int h = flow(&strip, NULL, o->h);
    if (!stm_canvas_create(canvas, strip.width, h, STM_BLACK, err)) return false;
    if (!stm_overlay_images(o, canvas, err)) return false;
    stm_overlay_scale_bar(o, canvas);
    flow(&strip, canvas, o->h);
    return stm_overlay_outlines(o, canvas, err);
}

/* The same with full pictures for previews, where the run kept them. */
static bool take_full(const struct stm_site_pixels *pixels, struct stm_site_pixels *full)
{
    bool any = false;
    *full = *pixels;
    full->shrink = 1;
    for (int c = 0; c < STM_MAX_CHANNELS; c++) {
        full->preview[c] = pixels->full[c];
        any |= pixels->full[c].px != NULL;
    }
    return any;
}

static bool site(void *state, const struct stm_site_row *row, const struct stm_site_pixels *pixels,
                 struct stm_error *err)
{
    const struct overlays *const overlays = state;
    if (!pixels) return true;
    struct stm_site_pixels full;
    const bool is_full = take_full(pixels, &full);
    struct stm_overlay o = stm_overlay_layout(row, is_full ? &full : pixels, is_full ? ANY_SIDE : SMALL_SIDE);
    o.thick = 1 + o.w / 1000;
    if (!o.panels) return true;
    char name[sizeof row->stem + 8];
    struct stm_canvas canvas = {0};
    struct stm_bytes bytes = {0};
    snprintf(name, sizeof name, "%s.png", row->stem);
    const bool ok = draw(&o, &canvas, err) &&
                    stm_canvas_png(&canvas, row->pixel_um * o.scale, false, &bytes, err) &&
                    stm_outdir_put(&overlays->outdir, name, &bytes, err);
    stm_canvas_destroy(&canvas);
    stm_bytes_free(&bytes);
    return ok;
}

static bool open(void **state, const struct stm_run_info *info, struct stm_error *err)
{
    struct overlays *const overlays = calloc(1, sizeof *overlays);
    if (!overlays) return stm_fail(err, STM_NO_MEMORY, "no memory to begin overlays");
    *state = overlays;
    if (stm_outdir_open(&overlays->outdir, info->directory, "overlays", err)) return true;
    free(overlays);
    return false;
}

static bool finish(void *state, struct stm_error *err)
{
    struct overlays *const overlays = state;
    const bool ok = stm_outdir_publish(&overlays->outdir, err);
    free(overlays);
    return ok;
}

static void discard(void *state)
{
    struct overlays *const overlays = state;
    stm_outdir_discard(&overlays->outdir);
    free(overlays);
}

const struct stm_sink stm_sink_overlays = {
    .name = "overlays",
    .summary = "overlays/: pictures of every field with what was found in it",
    .writes = "overlays/",
    .default_on = true,
    .draws = true,
    .parallel = true,
    .open = open,
    .site = site,
    .close = finish,
    .discard = discard,
};
