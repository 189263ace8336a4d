/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pipeline/view/sheet.h"

#include "pipeline/sinks/canvas.h"
#include "pipeline/sinks/overlay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LEAST_TILE = 120,
    WIDTH = 1600,
    GAP = 6,
    CAPTION = 24,
    HEAD = 26,
    MOST = 64 << 20,
    OTHERS = 28,
    GROUND = 9 /* what is no image */
};

struct layout {
    int side, zoom; /* image pixels a panel shows, sheet pixels each */
    int tile_w, tile_h, across, down;
};

static int by_area(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Two and a half diameters of the median object. */
static int side_of(const struct stm_view_objects *objects)
{
    double *const areas = malloc(((size_t)objects->n + 1) * sizeof *areas);
    int n = 0;
    for (int i = 0; areas && i < objects->n; i++)
        if (objects->object[i].area > 0) areas[n++] = objects->object[i].area;
    if (n) qsort(areas, (size_t)n, sizeof *areas, by_area);
    const double side = n ? 2.5 * 1.128 * sqrt(areas[n / 2]) : 64;
    free(areas);
    return side < 24 ? 24 : side > 256 ? 256 : (int)side;
}

static struct layout lay_out(const struct stm_view_sheet *sheet)
{
    struct layout l = {.side = sheet->side ? sheet->side : side_of(sheet->objects)};
    l.zoom = 1 + (LEAST_TILE - 1) / l.side;
    l.tile_w = sheet->channels * (l.side * l.zoom + 2) - 2;
    l.tile_h = l.side * l.zoom + CAPTION;
    l.across = (WIDTH - GAP) / (l.tile_w + GAP);
    if (l.across < 1) l.across = 1;
    if (l.across > sheet->objects->n) l.across = sheet->objects->n;
    l.down = (sheet->objects->n + l.across - 1) / l.across;
    return l;
}

static int grey(const struct stm_view_field *field, int c, int x, int y)
{
    const struct stm_u16 plane = field->plane[c];
    if (x < 0 || y < 0 || x >= plane.w || y >= plane.h) return GROUND;
    const int black = field->black[c], white = field->white[c], v = plane.px[y * plane.stride + x];
    return v <= black ? 0 : v >= white ? STM_WHITE : (v - black) * (STM_GREYS - 1) / (white - black);
}

static int label(const struct stm_view_field *field, int x, int y)
{
    const struct stm_u16 l = field->labels;
    return l.px && x >= 0 && y >= 0 && x < l.w && y < l.h ? l.px[y * l.stride + x] : 0;
}

/* The outer edge of an object in sheet pixels: one whose neighbour belongs to another image pixel with
 * another label. */
static bool is_edge(const struct stm_view_field *field, int x, int y, int u, int v, int zoom)
{
    const int n = label(field, x, y);
    return (u == 0 && label(field, x - 1, y) != n) || (u == zoom - 1 && label(field, x + 1, y) != n) ||
           (v == 0 && label(field, x, y - 1) != n) || (v == zoom - 1 && label(field, x, y + 1) != n);
}

static int colour_at(const struct stm_view_field *field, int c, const struct stm_view_object *o, int x, int y,
                     int u, int v, int zoom)
{
    const int n = label(field, x, y);
    if (!n || !is_edge(field, x, y, u, v, zoom)) return grey(field, c, x, y);
    return n == o->number ? (int)stm_overlay_colour(o->class) : OTHERS;
}

static void draw_panel(struct stm_canvas *canvas, const struct layout *l, const struct stm_view_field *field,
                       int c, const struct stm_view_object *o, int x0, int y0)
{
    const int left = (int)floor(o->x + 0.5) - l->side / 2, top = (int)floor(o->y + 0.5) - l->side / 2;
    for (int y = 0; y < l->side * l->zoom; y++)
        for (int x = 0; x < l->side * l->zoom; x++)
            canvas->px[(size_t)(y0 + y) * (size_t)canvas->w + (size_t)(x0 + x)] = (uint8_t)colour_at(
                field, c, o, left + x / l->zoom, top + y / l->zoom, x % l->zoom, y % l->zoom, l->zoom);
}

static void draw_caption(struct stm_canvas *canvas, const struct layout *l, const struct stm_view_object *o,
                         int x, int y)
{
    char text[STM_NAME + 48];
    const char *const class = stm_class_name(o->class);
    const int fit = l->tile_w / 6;
    snprintf(text, sizeof text, "%.*s site %s", fit, o->well, o->site);
    text[fit < (int)sizeof text ? fit : (int)sizeof text - 1] = '\0';
    stm_canvas_text(canvas, x, y + 3, 1, STM_WHITE, text);
    snprintf(text, sizeof text, "%d %s", o->number, class);
    stm_canvas_text(canvas, x, y + 13, 1, (int)stm_overlay_colour(o->class), text);
}

static void draw_tile(struct stm_canvas *canvas, const struct stm_view_sheet *sheet, const struct layout *l,
                      int i, const struct stm_view_field *field)
{
    const struct stm_view_object *const o = &sheet->objects->object[i];
    const int x0 = GAP + i % l->across * (l->tile_w + GAP),
              y0 = HEAD + GAP + i / l->across * (l->tile_h + GAP);
    if (!isfinite(o->x) || !isfinite(o->y) || fabs(o->x) > 1e8 || fabs(o->y) > 1e8) return;
    for (int c = 0; c < sheet->channels; c++)
        if (field->plane[c].px) draw_panel(canvas, l, field, c, o, x0 + c * (l->side * l->zoom + 2), y0);
    draw_caption(canvas, l, o, x0, y0 + l->side * l->zoom);
}

/* Objects of a field are neighbours in the list, so each field is read once. */
static bool draw_tiles(struct stm_canvas *canvas, const struct stm_view_sheet *sheet, const struct layout *l,
                       struct stm_error *err)
{
    struct stm_view_field field = {0};
    int image = 0;
    for (int i = 0; i < sheet->objects->n; i++) {
        const int wanted = sheet->objects->object[i].image;
        if (wanted != image) {
            stm_view_field_free(&field);
            if (!stm_view_field_read(&field, sheet->fields, wanted, sheet->channels, err)) return false;
            image = wanted;
        }
        draw_tile(canvas, sheet, l, i, &field);
    }
    stm_view_field_free(&field);
    return true;
}

bool stm_view_sheet_draw(const struct stm_view_sheet *sheet, struct stm_bytes *png, struct stm_error *err)
{
    const struct layout l = lay_out(sheet);
    const int64_t w = GAP + (int64_t)l.across * (l.tile_w + GAP),
                  h = HEAD + GAP + (int64_t)l.down * (l.tile_h + GAP);
    const int64_t wide = w < 640 ? 640 : w; /* room for the title */
    struct stm_canvas canvas;
    if (wide * h > MOST)
        return stm_fail(
            err, STM_NO_MEMORY,
            "%d tiles of %d x %d pixels are more than 64 megapixels: choose a lower --limit or --side",
            sheet->objects->n, l.tile_w, l.tile_h);
    if (!stm_canvas_create(&canvas, (int)wide, (int)h, GROUND, err)) return false;
    stm_canvas_text(&canvas, GAP, 8, 1, STM_WHITE, sheet->title);
    const bool good = draw_tiles(&canvas, sheet, &l, err) && stm_canvas_png(&canvas, 0, false, png, err);
    stm_canvas_destroy(&canvas);
    return good;
}
